import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_news import ARTICLES, STRIKE
from waqai.errors import InputError
from waqai.records import (
    AnnotatedArticle,
    ArgumentMention,
    Article,
    EntityMention,
    EventMention,
    EventTuple,
    Filler,
    RelationMention,
    Span,
    tuple_from_dict,
    tuple_to_dict,
)

TEXT = "قصف على تلال"
PLACE = EntityMention(id="e1", type="LOC", start=8, end=12, text="تلال")
EVENT = EventMention(
    id="v1",
    type="SHELLING",
    factuality="ACTUAL",
    start=0,
    end=3,
    text="قصف",
    arguments=(ArgumentMention(role="LOCATION", entity="e1"),),
)


def article(**changes):
    fields = {"id": "a", "text": TEXT, "entities": (PLACE,), "events": (EVENT,)}
    return AnnotatedArticle(**(fields | changes))


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
def test_a_span_has_characters(start, end):
    with pytest.raises(InputError, match=r"0 <= start < end"):
        Span(start, end)


@pytest.mark.parametrize(
    ("one", "two", "crosses", "contains"),
    [
        (Span(0, 4), Span(2, 6), True, False),
        (Span(0, 4), Span(4, 6), False, False),
        (Span(0, 4), Span(1, 3), False, True),
        (Span(0, 4), Span(0, 4), False, True),
        (Span(0, 4), Span(0, 2), False, True),
        (Span(1, 4), Span(0, 2), True, False),
    ],
)
def test_crossing_and_containing(one, two, crosses, contains):
    assert one.crosses(two) is two.crosses(one) is crosses
    assert one.contains(two) is contains


spans = st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda ends: ends[0] < ends[1]).map(lambda e: Span(*e))


@given(spans, spans)
def test_two_spans_are_apart_or_cross_or_one_contains_the_other(one, two):
    shared = set(range(one.start, one.end)) & set(range(two.start, two.end))
    cases = [not shared, one.crosses(two), one.contains(two) or two.contains(one)]
    assert cases.count(True) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"entities": (replace(PLACE, end=11),)}, r"what stands at \[8, 11\), 'تلا', but is 'تلال'"),
        ({"entities": (replace(PLACE, end=13),)}, r"12 characters, but are \[8, 13\)"),
        ({"entities": (replace(PLACE, start=-4),)}, r"12 characters, but are \[-4, 12\)"),
        ({"entities": (PLACE, PLACE)}, "'e1' is used twice"),
        ({"entities": (replace(PLACE, id="v1"),), "events": (replace(EVENT, arguments=()),)}, "'v1' is used twice"),
        ({"entities": ()}, "argument LOCATION of 'v1' must name an entity of the article, but names 'e1'"),
        ({"relations": (RelationMention(type="OF", head="e1", tail="e9"),)}, "relation OF names 'e9'"),
    ],
)
def test_an_article_that_contradicts_itself_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        article(**changes)


def test_an_event_cannot_fill_a_role():
    with pytest.raises(InputError, match="must name an entity"):
        article(events=(replace(EVENT, arguments=(ArgumentMention(role="TARGET", entity="v1"),)),))


def test_json_form_of_gold_has_only_what_is_known():
    assert article(relations=(RelationMention(type="CAUSE", head="v1", tail="v1"),)).to_dict() == {
        "id": "a",
        "text": TEXT,
        "entities": [{"id": "e1", "type": "LOC", "start": 8, "end": 12, "text": "تلال"}],
        "events": [
            {
                "id": "v1",
                "type": "SHELLING",
                "factuality": "ACTUAL",
                "start": 0,
                "end": 3,
                "text": "قصف",
                "arguments": [{"role": "LOCATION", "entity": "e1"}],
            }
        ],
        "relations": [{"type": "CAUSE", "head": "v1", "tail": "v1"}],
    }


@pytest.mark.parametrize("gold", ARTICLES, ids=lambda a: a.id)
def test_gold_survives_json(gold):
    assert AnnotatedArticle.from_dict(json.loads(json.dumps(gold.to_dict()))) == gold


def test_a_prediction_survives_json():
    entities = tuple(replace(e, score=0.5, value={"value": 5}) for e in STRIKE.entities)
    events = tuple(
        replace(v, score=0.25, factuality_score=0.75, arguments=tuple(replace(a, score=0.125) for a in v.arguments))
        for v in STRIKE.events
    )
    row = EventTuple(
        event="v1",
        type="KILL",
        action="قُتل",
        factuality="ACTUAL",
        target=(Filler(entity="e2", text="مدنيين", score=0.5, value={"country": "NR"}),),
        count=(Filler(entity="e1", text="خمسة", score=0.5, value={"value": 5, "of": "مدنيين"}),),
        score=0.1,
        codes={"plover": "ASSAULT"},
        incident="i1",
    )
    prediction = replace(
        STRIKE,
        source="وكالة",
        entities=entities,
        events=events,
        relations=tuple(replace(r, score=0.5) for r in STRIKE.relations),
        tuples=(row,),
        coverage=1.0,
        model="m",
        meta={"style": "agency"},
    )
    assert AnnotatedArticle.from_dict(json.loads(json.dumps(prediction.to_dict()))) == prediction


def test_a_count_stands_flat_beside_its_text():
    row = EventTuple(
        event="v1",
        type="KILL",
        action="قتل",
        factuality="ACTUAL",
        count=(Filler(entity="e1", text="أكثر من 50", value={"value": 50, "comparator": ">"}),),
    )
    assert tuple_to_dict(row) == {
        "event": "v1",
        "type": "KILL",
        "action": "قتل",
        "actor": [],
        "target": [],
        "location": [],
        "time": [],
        "instrument": [],
        "count": [{"entity": "e1", "text": "أكثر من 50", "value": 50, "comparator": ">"}],
        "source": [],
        "factuality": "ACTUAL",
    }
    assert tuple_from_dict(tuple_to_dict(row)) == row


@pytest.mark.parametrize(
    "row",
    [
        {"text": TEXT},
        {"id": "a"},
        {"id": "a", "text": TEXT, "entities": [None]},
        {"id": "a", "text": TEXT, "entities": 3},
        {"id": "a", "text": TEXT, "events": [{"id": "v1"}]},
        {"id": "a", "text": TEXT, "entities": [{"id": "e1", "type": "LOC", "start": "8", "end": 12, "text": "تلال"}]},
        "a",
    ],
)
def test_what_is_no_article_is_an_input_error(row):
    with pytest.raises(InputError):
        AnnotatedArticle.from_dict(row)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 7),
        ("text", None),
        ("date", date(2019, 7, 16)),
        ("date", "16/07/2019"),
        ("date", "20190716"),
        ("date", "2019-07-16T10:00:00"),
        ("source", 3),
    ],
)
def test_an_article_checks_its_fields(field, value):
    with pytest.raises(InputError, match=rf"`{field}` must be a (string|day like 2019-07-16), but is "):
        Article(**{"id": "a", "text": "نص", "date": "2019-07-16", "source": None, field: value})
