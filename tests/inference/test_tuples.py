from dataclasses import replace

import pytest

from invented_news import STRIKE, WEATHER, annotated
from waqai.inference.tuples import assemble_tuples, joint_score
from waqai.records import ArgumentMention, EventTuple, Filler, Incident


def test_a_row_an_event_literally():
    kill, injure, strike = assemble_tuples(STRIKE)
    assert kill == EventTuple(
        event="v1",
        type="KILL",
        action="قُتل",
        factuality="ACTUAL",
        target=(Filler(entity="e2", text="مدنيين"),),
        count=(Filler(entity="e1", text="خمسة", value={"of": "مدنيين"}),),
        source=(Filler(entity="e7", text="الدفاع المدني"),),
    )
    assert injure.count == (Filler(entity="e3", text="٣٤", value={"of": "أصيب"}),)
    assert strike == EventTuple(
        event="v3",
        type="AIR_STRIKE",
        action="غارة",
        factuality="ACTUAL",
        actor=(Filler(entity="e4", text="طائرة مسيرة"),),
        location=(Filler(entity="e5", text="بلدة عين الرمان"),),
        time=(Filler(entity="e6", text="أمس"),),
        instrument=(Filler(entity="e4", text="طائرة مسيرة"),),
        source=(Filler(entity="e7", text="الدفاع المدني"),),
    )


def test_an_article_without_events_has_no_tuples():
    assert assemble_tuples(WEATHER) == ()


@pytest.mark.parametrize(
    ("text", "number", "event", "of"),
    [
        ("صودرت 20 شاحنة أمس", "20", "صودرت", "شاحنة"),
        ("أصيب 20 مقاتلاً أمس", "20", "أصيب", "مقاتلاً"),
        ("قتل خمسة مدنيين أمس", "خمسة", "قتل", "مدنيين"),
        ("أصيب 3 جنود", "3", "أصيب", "جنود"),
        ("وقعت أربع غارات", "أربع", "وقعت", "غارات"),
        ("قتل 20 حسب مصادر طبية", "20", "قتل", "قتل"),
        ("قتل 20 إثر غارة", "20", "قتل", "قتل"),
        ("قتل 20 فقط", "20", "قتل", "قتل"),
        ("قتل 20\nشاحنة في الطريق", "20", "قتل", "قتل"),
        ("قتل خمسة، وجرح ستة", "خمسة", "قتل", "قتل"),
        ("سقط 12 قتيلاً", "12", "قتيلاً", "قتيلاً"),
        ("قتل 12 في غارة", "12", "قتل", "قتل"),
        ("أصيب ستة بجروح وقتل 12 وجرح ٣", "ستة", "أصيب", "أصيب"),
        ("أصيب ستة بجروح وقتل 12 وجرح ٣", "12", "قتل", "قتل"),
        ("قتل 12", "12", "قتل", "قتل"),
        ("وقعت 3 إطلاق نار", "3", "إطلاق نار", "إطلاق نار"),
        ("قتل 12 34", "12", "قتل", "قتل"),
    ],
)
def test_what_is_counted_without_of(text, number, event, of):
    """A counted noun right after the number, or the trigger when none stands there."""
    article = annotated("a", text, [("e1", "NUM", number)], [("v1", "KILL", event, {"COUNT": ["e1"]}, "ACTUAL")])
    [row] = assemble_tuples(article)
    assert row.count == (Filler(entity="e1", text=number, value={"of": of}),)


def test_a_measured_number_counts_no_noun():
    article = annotated("a", "سلم 20 طفلاً", [("e1", "NUM", "20")], [("v1", "AID", "سلم", {"COUNT": ["e1"]}, "ACTUAL")])
    article = replace(article, entities=(replace(article.entities[0], value={"value": 20, "unit": "mass-tonne"}),))
    [row] = assemble_tuples(article)
    assert row.count[0].value == {"value": 20, "unit": "mass-tonne", "of": "سلم"}


def test_fillers_keep_values_and_stand_in_reading_order():
    article = annotated(
        "a",
        "اجتمع سامي ولؤي",
        [("e1", "PER", "لؤي"), ("e2", "PER", "سامي")],
        [("v1", "MEET", "اجتمع", {"ACTOR": ["e1", "e2"]}, "FUTURE")],
    )
    article = replace(article, entities=(replace(article.entities[0], value={"name": "ل"}), article.entities[1]))
    [row] = assemble_tuples(article)
    assert row.actor == (Filler(entity="e2", text="سامي"), Filler(entity="e1", text="لؤي", value={"name": "ل"}))
    assert row.factuality == "FUTURE"


def test_a_count_keeps_its_value_beside_what_it_counts():
    entities = tuple(replace(e, value={"value": 5}) if e.id == "e1" else e for e in STRIKE.entities)
    row = assemble_tuples(replace(STRIKE, entities=entities))[0]
    assert row.count[0].value == {"value": 5, "of": "مدنيين"}


def test_a_role_of_an_ontology_of_ones_own_has_no_slot():
    event = replace(STRIKE.events[0], arguments=(ArgumentMention(role="WITNESS", entity="e2"),))
    [row] = assemble_tuples(replace(STRIKE, events=(event,), relations=()))
    assert all(
        getattr(row, slot) == () for slot in ("actor", "target", "location", "time", "instrument", "count", "source")
    )


def test_the_joint_score_is_the_product_of_the_parts():
    event = replace(
        STRIKE.events[0],
        score=0.5,
        factuality_score=0.8,
        arguments=tuple(replace(a, score=0.9) for a in STRIKE.events[0].arguments),
    )
    assert joint_score(event) == pytest.approx(0.5 * 0.8 * 0.9**3)
    assert joint_score(STRIKE.events[0]) is None


def test_a_tuple_has_a_score_only_when_it_is_calibrated():
    event = replace(STRIKE.events[0], score=0.5, factuality_score=0.5, arguments=())
    article = replace(STRIKE, events=(event,), relations=())
    [plain] = assemble_tuples(article)
    [scored] = assemble_tuples(article, calibrated=lambda joint: joint / 2)
    assert (plain.score, scored.score) == (None, 0.125)
    [gold] = assemble_tuples(replace(STRIKE, events=STRIKE.events[:1], relations=()), calibrated=lambda joint: joint)
    assert gold.score is None


def test_tuples_name_their_incident():
    incidents = (Incident(id="i1", events=("v1", "v3")),)
    assert [row.incident for row in assemble_tuples(STRIKE, incidents=incidents)] == ["i1", None, "i1"]
