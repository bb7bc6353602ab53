"""Faults of code rules: unknown codes and classes, no last rule, rules that can never be reached."""

import pytest

from waqai.errors import OntologyError
from waqai.ontology import Ontology

CODING = {
    "plover": {"ASSAULT": ["firearms", "aerial"], "AID": []},
    "acled": {"Battles": ["Armed clash"]},
    "plover_auxiliaries": ["future"],
    "plover_sectors": ["MIL"],
    "instruments": {"gun": "", "plane": "", "drone": "", "unknown": ""},
    "instrument_sets": {"flying": ["plane", "drone"]},
    "parties": {"army": {"acled_inter": 1, "plover_sector": "MIL"}, "people": {}, "unknown": {}},
    "party_sets": {"anyone": ["army", "people"]},
    "features": {"at_night": ""},
}


def message(plover=(), acled=(), **coding):
    data = {
        "name": "coded",
        "version": "1",
        "entity_types": [{"name": "PER"}],
        "event_types": [{"name": "ATTACK", "codes": {"plover": list(plover), "acled": list(acled)}}],
        "factualities": ["ACTUAL", "FUTURE"],
        "coding": CODING | coding,
    }
    try:
        Ontology.from_dict(data)
    except OntologyError as error:
        return str(error)
    return ""


def plover(mode=None, **when):
    return {"event": "ASSAULT", "mode": mode, "when": when}


DEFAULT = plover()


def test_sound_rules_have_no_fault():
    rules = [
        plover("firearms", instrument="gun", actor=["army", "people"]),
        plover("aerial", instrument="flying", at_night=True),
        plover("aerial", instrument="flying", at_night=False),
        DEFAULT,
    ]
    assert message(rules, [{"event": "Battles", "sub_event": "Armed clash"}]) == ""
    assert message(rules, [{"event": None}]) == ""
    assert message(rules) == ""  # a scheme without rules does not code the type


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([plover("firearms", instrument="gun")], "plover` must end with a rule without `when`"),
        ([DEFAULT, plover("firearms", instrument="gun")], "plover` must end with a rule without `when`"),
        ([DEFAULT, plover("firearms", instrument="gun"), DEFAULT], "plover[1]` is never reached"),
        (
            [plover(instrument="flying"), plover(instrument="drone"), DEFAULT],
            "plover[1]` is never reached",
        ),
        (
            [plover(at_night=True), plover(at_night=False, actor="army"), plover(actor="army"), DEFAULT],
            "plover[2]` is never reached",
        ),
        (
            [plover(instrument=["gun", "flying"]), plover(instrument="unknown"), DEFAULT],
            "plover[2]` is never reached",
        ),
        ([{"event": "FIGHT"}], "plover[0].event` must be one of `coding.plover`, but is 'FIGHT'"),
        ([plover("poison")], "plover[0].mode` must be one of `coding.plover.ASSAULT`, but is 'poison'"),
        ([{"event": None, "mode": "aerial"}], "plover[0].mode` must be null where the event is null"),
        ([plover(instrument="sword"), DEFAULT], "plover[0].when.instrument` must be a class or a set"),
        ([plover(actor=["army", "flying"]), DEFAULT], "plover[0].when.actor` must be a class or a set"),
        ([plover(target=True), DEFAULT], "plover[0].when.target` must be a class or a list of classes"),
        ([plover(actor=[]), DEFAULT], "plover[0].when.actor` must be a class or a list of classes"),
        ([plover(at_noon=True), DEFAULT], "plover[0].when.at_noon` must be instrument, actor, target or one of"),
        ([plover(at_night="yes"), DEFAULT], "plover[0].when.at_night` must be true or false"),
    ],
)
def test_each_fault_is_named_with_its_path(rules, expected):
    assert f"event_types[0].codes.{expected}" in message(rules)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"event": "Wars"}, "acled[0].event` must be one of `coding.acled`"),
        ({"event": "Battles"}, "acled[0].sub_event` must be one of `coding.acled.Battles`, but is None"),
        ({"event": "Battles", "sub_event": "Grenade"}, "acled[0].sub_event` must be one of `coding.acled.Battles`"),
    ],
)
def test_acled_rules_name_both_levels(rule, expected):
    assert expected in message([DEFAULT], [rule])


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"instruments": {"gun": ""}, "instrument_sets": {}}, "coding.instruments` must have the class 'unknown'"),
        ({"parties": {"army": {}}, "party_sets": {}}, "coding.parties` must have the class 'unknown'"),
        ({"instrument_sets": {"gun": ["plane"]}}, "coding.instrument_sets.gun` must be a name that no class has"),
        ({"party_sets": {"all": ["navy"]}}, "coding.party_sets.all[0]` must be one of `parties`, but is 'navy'"),
        ({"parties": {"unknown": {"acled_inter": 9}}, "party_sets": {}}, "parties.unknown.acled_inter` must be from 1"),
        (
            {"parties": {"unknown": {"plover_sector": "NAV"}}, "party_sets": {}},
            "parties.unknown.plover_sector` must be one of `plover_sectors`",
        ),
        ({"features": {"actor": ""}}, "coding.features.actor` must be another word than instrument, actor, target"),
        ({"auxiliaries": {"PAST": "future"}}, "coding.auxiliaries.PAST` must be one of `factualities`"),
        ({"auxiliaries": {"FUTURE": "later"}}, "coding.auxiliaries.FUTURE` must be one of `plover_auxiliaries`"),
        ({"plover_recipient_required": ["FIGHT"]}, "coding.plover_recipient_required` must be a list of PLOVER events"),
    ],
)
def test_the_vocabulary_is_checked(coding, expected):
    assert expected in message([DEFAULT], **coding)


def test_faults_of_rules_are_reported_together():
    text = message([plover("poison", instrument="sword")], [{"event": "Wars"}], features={"target": ""})
    assert "has 5 fault(s)" in text
