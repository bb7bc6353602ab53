"""What the code rules are told of an event, and the codes that come of it."""

import pytest

from waqai.data.authoring import parse_authoring
from waqai.inference.circumstances import code_events
from waqai.ontology import Ontology, load_ontology

ROW = {
    "id": "a",
    "text": "قصفت طائرة مسيرة تظاهرة سلمية ما أدى إلى مقتل مدنيين في المدينة.",
    "entities": [["e1", "WEAPON", "طائرة مسيرة"], ["e2", "GROUP", "مدنيين"]],
    "events": [
        ["v1", "AIR_STRIKE", "قصفت", {"ACTOR": ["e1"]}, "ACTUAL"],
        ["v2", "PROTEST", "تظاهرة", {}, "ACTUAL"],
        ["v3", "KILL", "مقتل", {"TARGET": ["e2"]}, "ACTUAL"],
        ["v4", "KILL", "قتل", {"TARGET": ["e2"]}, "FUTURE"],
    ],
    "cause": [["v1", "v3"]],
}


@pytest.fixture(scope="module")
def codes():
    row = ROW | {"text": ROW["text"] + " وتوعد بـ قتل."}
    made, findings = parse_authoring(row)
    assert made is not None, findings
    return code_events(made, load_ontology(), lambda _, entity: {"e2": "civilians"}.get(entity))


def test_a_weapon_that_acts_is_the_instrument(codes):
    assert (codes["v1"].plover_event, codes["v1"].plover_mode, codes["v1"].acled_sub_event) == (
        "ASSAULT",
        "drone",
        "Air/drone strike",
    )


def test_an_effect_is_folded_into_its_cause(codes):
    assert codes["v3"].acled_event is None
    assert "folded into its CAUSE" in codes["v3"].reason


def test_only_what_happened_has_an_acled_code(codes):
    assert codes["v4"].acled_event is None
    assert codes["v4"].plover_auxiliary == "future"


def test_a_protest_without_force_is_peaceful(codes):
    assert codes["v2"].acled_sub_event == "Peaceful protest"


def test_an_ontology_without_codes_codes_nothing():
    made, _ = parse_authoring(ROW | {"events": [], "cause": []})
    plain = Ontology.from_dict({"name": "x", "version": "1", "entity_types": [{"name": "PER"}]})
    assert made is not None
    assert code_events(made, plain, lambda _, entity: entity) == {}
