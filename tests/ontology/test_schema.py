"""Ontologies of one's own: legal pairs, fingerprints, the plain form, and all faults in one message."""

import json

import pytest

from waqai.errors import OntologyError, OutputError
from waqai.ontology import EntityType, EventType, Ontology, Relation, Role, load_ontology, save_ontology

ENTITIES_ONLY = {"name": "ner", "version": "1", "entity_types": [{"name": "PER"}, {"name": "LOC"}]}


def small(**changes):
    data = {
        "name": "small",
        "version": "1",
        "entity_types": [{"name": "PER"}, {"name": "GPE"}, {"name": "NUM"}],
        "event_types": [{"name": "KILL"}, {"name": "MEET"}],
        "roles": [
            {"name": "VICTIM", "fillers": ["PER"], "event_types": ["KILL"]},
            {"name": "PLACE", "fillers": ["GPE"]},
        ],
        "relations": [{"name": "OF", "head": ["NUM"], "tail": ["ENTITY"]}],
        "factualities": ["ACTUAL", "FUTURE"],
    }
    return Ontology.from_dict(data | changes)


def faults(data):
    with pytest.raises(OntologyError) as caught:
        Ontology.from_dict(data)
    return str(caught.value)


def test_an_ontology_may_have_entity_types_alone(tmp_path):
    ontology = Ontology.from_dict(ENTITIES_ONLY)
    assert ontology.entity_names == ("PER", "LOC")
    assert (ontology.event_names, ontology.role_names, ontology.relation_names) == ((), (), ())
    assert (ontology.factualities, ontology.coding) == ((), None)
    assert not ontology.allows("ACTOR", "KILL", "PER")
    assert ontology.to_dict() == ENTITIES_ONLY
    save_ontology(ontology, tmp_path / "ner.yaml")
    assert load_ontology(tmp_path / "ner.yaml") == ontology


def test_made_in_code_it_equals_the_one_read():
    made = Ontology(
        name="small",
        version="1",
        entity_types=(EntityType(name="PER"), EntityType(name="GPE"), EntityType(name="NUM")),
        event_types=(EventType(name="KILL"), EventType(name="MEET")),
        roles=(
            Role(name="VICTIM", fillers=("PER",), event_types=("KILL",)),
            Role(name="PLACE", fillers=("GPE",)),
        ),
        relations=(Relation(name="OF", head=("NUM",), tail=("ENTITY",)),),
        factualities=("ACTUAL", "FUTURE"),
    )
    assert made == small()


def test_a_role_may_belong_to_some_events_only():
    ontology = small()
    assert ontology.allows("VICTIM", "KILL", "PER")
    assert not ontology.allows("VICTIM", "MEET", "PER")
    assert not ontology.allows("VICTIM", "KILL", "GPE")
    assert ontology.allows("PLACE", "KILL", "GPE")
    assert ontology.allows("PLACE", "MEET", "GPE")


def test_entity_and_event_stand_for_all_types():
    ontology = small(relations=[{"name": "ANY", "head": ["EVENT", "NUM"], "tail": ["ENTITY"]}])
    assert ontology.relations[0].head == ("KILL", "MEET", "NUM")
    assert ontology.relations[0].tail == ("PER", "GPE", "NUM")
    assert ontology.roles[1].event_types == ("KILL", "MEET")


def test_relations_have_a_direction():
    assert small().allows_relation("OF", "NUM", "PER")
    assert not small().allows_relation("OF", "PER", "NUM")
    assert not small().allows_relation("BY", "NUM", "PER")


def test_events_without_factualities_are_actual():
    assert small(factualities=[]).factualities == ("ACTUAL",)


def test_the_plain_form_is_json_and_reads_back():
    ontology = load_ontology()
    assert Ontology.from_dict(json.loads(json.dumps(ontology.to_dict()))) == ontology


@pytest.mark.parametrize(
    "changes",
    [
        {"entity_types": [{"name": "GPE"}, {"name": "PER"}, {"name": "NUM"}]},
        {"entity_types": [{"name": "PER"}, {"name": "GPE"}, {"name": "NUM"}, {"name": "ORG"}]},
        {"event_types": [{"name": "MEET"}, {"name": "KILL"}]},
        {"factualities": ["FUTURE", "ACTUAL"]},
        {"roles": [{"name": "VICTIM", "fillers": ["PER"]}, {"name": "PLACE", "fillers": ["GPE"]}]},
        {"relations": [{"name": "OF", "head": ["NUM"], "tail": ["PER"]}]},
        {"relations": []},
    ],
)
def test_the_fingerprint_changes_with_names_order_and_pairs(changes):
    assert small(**changes).fingerprint != small().fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"version": "2"},
        {"entity_types": [{"name": "PER", "definition": "A person."}, {"name": "GPE"}, {"name": "NUM"}]},
        {"relations": [{"name": "OF", "head": ["NUM"], "tail": ["NUM", "PER", "GPE"]}]},
    ],
)
def test_the_fingerprint_ignores_definitions_and_the_order_of_fillers(changes):
    assert small(**changes).fingerprint == small().fingerprint


def test_the_fingerprint_is_twelve_hex_digits():
    assert len(small().fingerprint) == 12
    assert int(small().fingerprint, 16) >= 0


def test_all_faults_are_reported_at_once():
    message = faults(
        {
            "name": " ",
            "version": "1",
            "entity_types": [{"name": "PER"}, {"name": "PER"}, {"name": "A B"}, {"name": "ENTITY"}],
            "event_types": [{"name": "KILL"}, {"name": "PER"}],
            "roles": [
                {"name": "ACTOR", "fillers": ["PERSON"]},
                {"name": "ACTOR", "fillers": [], "event_types": ["DIE"]},
            ],
            "relations": [{"name": "OF", "head": ["NUM"], "tail": ["PER", "PER"]}],
            "factualities": ["ACTUAL", "ACTUAL"],
            "factuality_definitions": {"PAST": ""},
        }
    )
    assert "has 13 fault(s)" in message
    for path in (
        "`name` must be text that is not empty",
        "`entity_types[1].name` must be a name of its own, as entity_types[0].name has it already",
        "`entity_types[2].name` must be one word without spaces",
        "`entity_types[3].name` must be another word than ENTITY and EVENT",
        "`event_types[1].name` must be a name of its own, as entity_types[0].name has it already",
        "`roles[0].fillers[0]` must be an entity type of this ontology, but is 'PERSON' instead",
        "`roles[1].name` must be a name of its own among the roles",
        "`roles[1].fillers` must be a list of at least one entity type",
        "`roles[1].event_types[0]` must be an event type of this ontology, but is 'DIE' instead",
        "`relations[0].head[0]` must be a type of this ontology, but is 'NUM' instead",
        "`relations[0].tail` must be a list that names each type once",
        "`factualities[1]` must be a name of its own",
        "`factuality_definitions.PAST` must be one of `factualities`",
    ):
        assert path in message


def test_roles_need_event_types():
    assert "`roles[0].event_types` must be a list of at least one event type" in faults(
        ENTITIES_ONLY | {"roles": [{"name": "ACTOR", "fillers": ["PER"]}]}
    )


def test_there_is_at_least_one_entity_type():
    assert "`entity_types` must be a list of at least one type" in faults(
        {"name": "x", "version": "1", "entity_types": []}
    )


def test_codes_need_the_section_coding():
    codes = {"plover": [{"event": "AID"}]}
    assert "`event_types[0].codes` needs the section `coding`" in faults(
        ENTITIES_ONLY | {"event_types": [{"name": "AID", "codes": codes}]}
    )


def test_unknown_keys_and_wrong_types_are_ontology_errors():
    message = faults({"name": "x", "version": 1, "entity_types": [{"nam": "PER"}]})
    assert "`version` must be text, but is 1 instead" in message
    assert "`entity_types[0].nam` is not a key" in message
    assert "`entity_types[0].name` is missing" in message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("- a\n- b\n", "`ontology` must be a mapping"),
        ("", "`ontology` must be a mapping, but is None instead"),
        ("name: [", "is not YAML"),
        ("name: a\nname: b\n", "`name` is given twice"),
        ("name: x\nversion: '1'\nentity_types: []\n", "`entity_types` must be a list of at least one type"),
    ],
)
def test_a_file_that_is_no_ontology_is_named(tmp_path, content, expected):
    path = tmp_path / "own.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(OntologyError) as caught:
        load_ontology(path)
    assert expected in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_an_ontology_error(tmp_path):
    with pytest.raises(OntologyError, match="cannot be read: No such file"):
        load_ontology(tmp_path / "absent.yaml")


def test_a_file_that_cannot_be_written_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        save_ontology(Ontology.from_dict(ENTITIES_ONLY), tmp_path / "absent" / "ner.yaml")
