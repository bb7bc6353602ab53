"""Incidents of small invented articles: what is grouped, what is counted, and what is not counted twice."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from waqai.data.authoring import parse_authoring
from waqai.normalization.incidents import roll_up
from waqai.normalization.numbers import resolve_numbers
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, Incident


def article(text, entities, events, of=(), cause=()) -> AnnotatedArticle:
    """Return an article from the authoring form, its numbers with values."""
    row = {"id": "a", "text": text, "entities": entities, "events": events, "of": of, "cause": cause}
    made, findings = parse_authoring(row)
    assert made is not None
    assert not [f for f in findings if f.level == "error"]
    numbers = resolve_numbers(made.text, made.entities)
    valued = (replace(e, value=n.to_dict() if n else None) for e, n in zip(made.entities, numbers, strict=True))
    return replace(made, entities=tuple(valued))


def tolls(incident: Incident) -> list[tuple[str, int | None, int | None, str]]:
    return [(t.kind, t.low, t.high, t.rule) for t in incident.tolls]


def test_cause_joins_an_explosion_with_its_dead_and_wounded():
    incidents = roll_up(
        article(
            "أدى انفجار في تعز إلى مقتل خمسة أشخاص وإصابة نحو 20 آخرين، وزار الوزير المستشفى.",
            [["e1", "GPE", "تعز"], ["e2", "NUM", "خمسة"], ["e3", "GROUP", "أشخاص"], ["e4", "NUM", "نحو 20"]],
            [
                ["v1", "BOMBING", "انفجار", {"LOCATION": ["e1"]}, "ACTUAL"],
                ["v2", "KILL", "مقتل", {"TARGET": ["e3"], "COUNT": ["e2"]}, "ACTUAL"],
                ["v3", "INJURE", "إصابة", {"COUNT": ["e4"]}, "ACTUAL"],
                ["v4", "MEET", "زار", {}, "ACTUAL"],
            ],
            of=[["e2", "e3"]],
            cause=[["v1", "v2"], ["v1", "v3"]],
        )
    )
    assert [incident.events for incident in incidents] == [("v1", "v2", "v3"), ("v4",)]
    assert tolls(incidents[0]) == [("killed", 5, 5, "count"), ("injured", None, None, "about")]
    assert [toll.about for toll in incidents[0].tolls] == [None, 20]
    assert incidents[0].tolls[0].evidence == ("e2",)
    assert incidents[1].tolls == ()


def test_headline_and_body_are_one_incident_and_their_dead_are_counted_once():
    [incident] = roll_up(
        article(
            "مقتل 12 شخصاً في درعا. وقال شهود إن 12 شخصاً قتلوا في درعا أمس.",
            [["e1", "NUM", "12"], ["e2", "GPE", "درعا"], ["e3", "NUM", "12", 2], ["e4", "GPE", "درعا", 2]],
            [
                ["v1", "KILL", "مقتل", {"COUNT": ["e1"], "LOCATION": ["e2"]}, "ACTUAL"],
                ["v2", "KILL", "قتلوا", {"COUNT": ["e3"], "LOCATION": ["e4"]}, "ACTUAL"],
            ],
        )
    )
    assert incident.events == ("v1", "v2")
    assert tolls(incident) == [("killed", 12, 12, "reports agree")]
    assert incident.tolls[0].evidence == ("e1", "e3")


@pytest.mark.parametrize(
    ("second_place", "second_number"),
    [("حمص", "12"), ("درعا", "7")],
    ids=["another place", "another number"],
)
def test_events_with_something_against_them_stay_apart(second_place, second_number):
    incidents = roll_up(
        article(
            f"مقتل 12 شخصاً في درعا. كما أعلن عن مقتل {second_number} أشخاص قرب {second_place}.",
            [
                ["e1", "NUM", "12"],
                ["e2", "GPE", "درعا"],
                ["e3", "NUM", second_number, 2 if second_number == "12" else 1],
                ["e4", "GPE", second_place, 2 if second_place == "درعا" else 1],
            ],
            [
                ["v1", "KILL", "مقتل", {"COUNT": ["e1"], "LOCATION": ["e2"]}, "ACTUAL"],
                ["v2", "KILL", "مقتل", {"COUNT": ["e3"], "LOCATION": ["e4"]}, "ACTUAL", 2],
            ],
        )
    )
    assert [incident.events for incident in incidents] == [("v1",), ("v2",)]


@pytest.mark.parametrize(
    ("text", "first", "second", "expected"),
    [
        ("قصف أدى إلى مقتل 3 جنود وقتل 5 مدنيين.", "3", "5", (5, 8, None)),
        ("قصف أدى إلى مقتل نحو 30 جنديا وقتل نحو 20 مدنيا.", "نحو 30", "نحو 20", (None, None, 30)),
    ],
)
def test_numbers_that_differ_within_an_incident(text, first, second, expected):
    """They give a range; of approximate ones the greater is told."""
    [incident] = roll_up(
        article(
            text,
            [["e1", "NUM", first], ["e2", "NUM", second]],
            [
                ["v1", "SHELLING", "قصف", {}, "ACTUAL"],
                ["v2", "KILL", "مقتل", {"COUNT": ["e1"]}, "ACTUAL"],
                ["v3", "KILL", "قتل", {"COUNT": ["e2"]}, "ACTUAL", 2],
            ],
            cause=[["v1", "v2"], ["v1", "v3"]],
        )
    )
    [toll] = incident.tolls
    assert (toll.kind, toll.low, toll.high, toll.about, toll.rule) == ("killed", *expected, "reports differ")


def test_a_subset_is_not_added_to_its_total():
    [incident] = roll_up(
        article(
            "سقط 12 قتيلاً بينهم 3 أطفال.",
            [["e1", "NUM", "12"], ["e2", "NUM", "3"], ["e3", "GROUP", "أطفال"]],
            [["v1", "KILL", "قتيلاً", {"COUNT": ["e1", "e2"], "TARGET": ["e3"]}, "ACTUAL"]],
            of=[["e2", "e3"]],
        )
    )
    assert tolls(incident) == [("killed", 12, 12, "count")]


@pytest.mark.parametrize(
    ("text", "trigger", "target", "expected"),
    [
        ("سقط قتيلان في البلدة.", "قتيلان", None, ("killed", 2, 2, "dual")),
        ("قتل طفل في البلدة.", "قتل", "طفل", ("killed", 1, 1, "singular")),
        ("قتل جندياً في البلدة.", "قتل", "جندياً", ("killed", 1, 1, "singular")),
        ("قتل مدنيون في البلدة.", "قتل", "مدنيون", ("killed", 1, None, "uncounted")),
    ],
)
def test_a_noun_without_a_number_counts_by_its_form(text, trigger, target, expected):
    entities = [["e1", "GROUP", target]] if target else []
    arguments = {"TARGET": ["e1"]} if target else {}
    [incident] = roll_up(article(text, entities, [["v1", "KILL", trigger, arguments, "ACTUAL"]]))
    assert tolls(incident) == [expected]


@pytest.mark.parametrize(
    ("number", "low", "high", "rule"),
    [("أكثر من 50", 51, None, "more than"), ("ما لا يقل عن 7", 7, None, "at least"), ("عشرات", 20, None, "range")],
)
def test_open_numbers_keep_their_open_end(number, low, high, rule):
    text = f"أصيب {number} شخصاً."
    [incident] = roll_up(
        article(text, [["e1", "NUM", number]], [["v1", "INJURE", "أصيب", {"COUNT": ["e1"]}, "ACTUAL"]])
    )
    assert [(t.low, t.rule) for t in incident.tolls] == [(low, rule)]
    assert incident.tolls[0].high is None or rule == "range"


def numbered(text: str, trigger: str, kind: str = "KILL") -> Incident:
    """Return the incident of one event whose COUNTs are the numbers in brackets."""
    parts = re.split(r"[\[\]]", text)
    raw, numbers = "".join(parts), parts[1::2]
    entities, seen = [], Counter()
    for i, number in enumerate(numbers, 1):
        seen[number] += 1
        entities.append([f"e{i}", "NUM", number, seen[number]])
    counted = {"COUNT": [row[0] for row in entities]}
    [incident] = roll_up(article(raw, entities, [["v1", kind, trigger, counted, "ACTUAL"]]))
    return incident


@pytest.mark.parametrize(
    ("text", "trigger", "low", "high", "rule"),
    [
        ("ارتفع عدد القتلى من [12] إلى [15] قتيلا", "القتلى", 15, 15, "count"),
        ("ارتفع عدد القتلى من [12] قتيلا إلى [أكثر من 15]", "القتلى", 16, None, "more than"),
        ("ارتفع عدد القتلى [من 12 إلى 9]", "القتلى", 9, 9, "count"),
        ("قتل [12] من الجنود وأرسلوا إلى [3] مستشفيات", "قتل", 15, 15, "sum of counts"),
        ("قتل [نصف] عناصر الكتيبة", "قتل", 1, None, "uncounted"),
        ("قتل [نصف مليون] شخص", "قتل", 500_000, 500_000, "count"),
        ("قتل [5] مدنيين بينهم طفلان، و[3] جنود", "قتل", 5, 8, "perhaps parts"),
        ("قتل [5] مدنيين بينهم طفلان، و[30] جنديا", "قتل", 35, 35, "sum of counts"),
        ("قتل [368] شخصا بينهم [38] طفلاً و[29] سيدة", "قتل", 368, 368, "count"),
        ("قتل [1,500] شخص، من بينهم [1,100] طفل و[290] سيدة", "قتل", 1500, 1500, "count"),
        ("قتل [39] طفلاً، [36] منهم على يد القوات", "قتل", 39, 39, "count"),
        ("قتل [نحو 20] شخصا", "قتل", None, None, "about"),
        ("قتل [بين 20 و30] شخصا", "قتل", 20, 30, "range"),
        ("ارتفعت حصيلة القتلى في سوق شعبية وسط مدينة بغداد من [15] إلى [12]", "القتلى", 12, 15, "range"),
        ("قتل [حوالي 20 إلى 30] شخصا", "قتل", 20, 30, "about"),
        ("قتل [نحو عشرات] الأشخاص", "قتل", 20, None, "about"),
        ("قتل [20] شخصا في عدة مدن منها حلب و[3] جنود في تعز", "قتل", 20, 23, "perhaps parts"),
        ("قتل [10] جنود في حلب و[4] بينهم طفلان في إدلب", "قتل", 14, 14, "sum of counts"),
    ],
)
def test_no_number_is_asserted_that_the_text_does_not_say(text, trigger, low, high, rule):
    assert tolls(numbered(text, trigger)) == [("killed", low, high, rule)]


@pytest.mark.parametrize(
    ("second", "expected"), [("5", (5, None, 20, "perhaps parts")), ("50", (50, None, 70, "sum of counts"))]
)
def test_a_doubtful_part_of_an_approximate_number(second, expected):
    [toll] = numbered(f"قتل [نحو 20] شخصا بينهم طفل، و[{second}] جنود", "قتل").tolls
    assert (toll.low, toll.high, toll.about, toll.rule) == expected


def test_a_part_of_a_town_is_no_number_of_people():
    assert tolls(numbered("هجر القصف [ثلثي] سكان البلدة", "هجر", "DISPLACE")) == [("displaced", 1, None, "uncounted")]


def test_an_exact_and_an_approximate_number_add_up_to_an_approximate_one():
    [toll] = numbered("قتل [5] جنود و[نحو 20] مدنيا", "قتل").tolls
    assert (toll.low, toll.high, toll.about) == (5, None, 25)


@pytest.mark.parametrize(
    ("first", "expected"),
    [("نحو 20", (None, None, 20)), ("ما لا يقل عن 20", (20, None, None)), ("20", (20, 20, None))],
)
def test_of_reports_that_agree_the_most_careful_one_holds(first, expected):
    [incident] = roll_up(
        article(
            f"مقتل {first} شخصاً في درعا. وقال شهود إن عشرين شخصاً قتلوا في درعا أمس.",
            [["e1", "NUM", first], ["e2", "GPE", "درعا"], ["e3", "NUM", "عشرين"], ["e4", "GPE", "درعا", 2]],
            [
                ["v1", "KILL", "مقتل", {"COUNT": ["e1"], "LOCATION": ["e2"]}, "ACTUAL"],
                ["v2", "KILL", "قتلوا", {"COUNT": ["e3"], "LOCATION": ["e4"]}, "ACTUAL"],
            ],
        )
    )
    [toll] = incident.tolls
    assert (toll.low, toll.high, toll.about, toll.rule) == (*expected, "reports agree")


def test_an_open_and_an_approximate_number_add_up_to_an_open_one():
    [toll] = numbered("قتل [5 على الأقل] وأيضا [نحو 20] مدنيا", "قتل").tolls
    assert (toll.low, toll.high, toll.about) == (5, None, None)


def test_what_did_not_happen_counts_nobody():
    [incident] = roll_up(
        article("لم يقتل 5 أشخاص.", [["e1", "NUM", "5"]], [["v1", "KILL", "يقتل", {"COUNT": ["e1"]}, "NEGATED"]])
    )
    assert incident.tolls == ()


def test_no_events_no_incidents():
    assert roll_up(AnnotatedArticle(id="a", text="نص")) == ()


def test_a_long_article_is_rolled_up_without_looking_at_every_pair():
    text = "غارة على تعز. " * 3000
    entities = tuple(
        EntityMention(id=f"e{i}", type="GPE", start=14 * i + 9, end=14 * i + 12, text="تعز") for i in range(3000)
    )
    events = tuple(
        EventMention(
            id=f"v{i}",
            type="AIR_STRIKE",
            factuality="ACTUAL",
            start=14 * i,
            end=14 * i + 4,
            text="غارة",
            arguments=(ArgumentMention(role="LOCATION", entity=f"e{i}"),),
        )
        for i in range(3000)
    )
    [incident] = roll_up(AnnotatedArticle(id="a", text=text, entities=entities, events=events))
    assert incident.events == tuple(f"v{i}" for i in range(3000))
