"""The shipped ontology says what the guidelines say, and its closed lists are those of PLOVER and ACLED."""

import pytest

from waqai.ontology import load, load_ontology, save_ontology

SHIPPED = load_ontology()

ENTITIES = ("PER", "ROLE", "ORG", "GROUP", "GPE", "LOC", "FAC", "WEAPON", "DATE", "NUM")
EVENTS = (
    "CLASH",
    "CAPTURE",
    "WITHDRAW",
    "AIR_STRIKE",
    "SHELLING",
    "BOMBING",
    "ATTACK",
    "KILL",
    "INJURE",
    "ABDUCT",
    "ARREST",
    "DESTROY",
    "INTERCEPT",
    "ABUSE",
    "MOBILIZE",
    "PROTEST",
    "RIOT",
    "STRIKE",
    "AGREE",
    "RELEASE",
    "MEET",
    "SUPPORT",
    "AID",
    "COOPERATE",
    "ACCUSE",
    "DEMAND",
    "REJECT",
    "THREATEN",
    "SANCTION",
    "RESTRICT",
    "TRIAL",
    "POSITION",
    "DISPLACE",
)
FILLERS = {
    "ACTOR": {"PER", "ROLE", "ORG", "GROUP", "GPE", "WEAPON", "LOC", "FAC"},
    "TARGET": set(ENTITIES) - {"DATE", "NUM"},
    "LOCATION": {"GPE", "LOC", "FAC"},
    "TIME": {"DATE"},
    "INSTRUMENT": {"WEAPON"},
    "COUNT": {"NUM"},
    "SOURCE": {"PER", "ROLE", "ORG", "GROUP", "GPE"},
}
PLOVER = {
    "AGREE": "",
    "CONSULT": "visit third-party multilateral phone",
    "SUPPORT": "",
    "CONCEDE": "",
    "COOPERATE": "",
    "AID": "",
    "RETREAT": "withdraw release disarm ceasefire access resign",
    "REQUEST": "assist change yield meet",
    "ACCUSE": "disapprove investigate allege",
    "REJECT": "assist change yield meet",
    "THREATEN": "restrict arrest relations expel territory violence",
    "PROTEST": "demo riot strike hunger boycott obstruct vandalize",
    "SANCTION": "convict expel withdraw discontinue",
    "MOBILIZE": "troops weapons police militia",
    "COERCE": "seize restrict censor curfew martial-law arrest deport withhold misinformation cyber",
    "ASSAULT": "abduct beat torture sexual targeted destroy primitive firearms explosives suicide-attack aerial drone "
    "heavy-weapons crowd-control unconventional",
}
ACLED = {
    "Battles": ("Armed clash", "Government regains territory", "Non-state actor overtakes territory"),
    "Explosions/Remote violence": (
        "Chemical weapon",
        "Air/drone strike",
        "Suicide bomb",
        "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED",
        "Grenade",
    ),
    "Violence against civilians": ("Sexual violence", "Attack", "Abduction/forced disappearance"),
    "Protests": ("Peaceful protest", "Protest with intervention", "Excessive force against protesters"),
    "Riots": ("Violent demonstration", "Mob violence"),
    "Strategic developments": (
        "Agreement",
        "Arrests",
        "Change to group/activity",
        "Disrupted weapons use",
        "Headquarters or base established",
        "Looting/property destruction",
        "Non-violent transfer of territory",
        "Other",
    ),
}
SECTORS = [
    "COP",
    "GOV",
    "JUD",
    "LEG",
    "MIL",
    "PRM",
    "PTY",
    "REB",
    "SPY",
    "UAF",
    "UNK",
    "AGR",
    "BUS",
    "CRM",
    "CVL",
    "EDU",
    "ELI",
    "JRN",
    "LAB",
    "MED",
    "REF",
    "OPP",
    "PRE",
    "REL",
    "SOC",
]


def test_names_are_those_of_the_guidelines_in_their_order():
    assert SHIPPED.entity_names == ENTITIES
    assert SHIPPED.event_names == EVENTS
    assert SHIPPED.role_names == tuple(FILLERS)
    assert SHIPPED.relation_names == ("OF", "CAUSE")
    assert SHIPPED.factualities == ("ACTUAL", "NEGATED", "FUTURE", "HYPOTHETICAL")


def test_every_role_has_the_legal_fillers_in_every_event():
    legal = {
        (role, event, entity)
        for role in FILLERS
        for event in EVENTS
        for entity in ENTITIES
        if SHIPPED.allows(role, event, entity)
    }
    assert legal == {
        (role, event, entity) for role, fillers in FILLERS.items() for event in EVENTS for entity in fillers
    }


def test_of_leads_from_num_to_entities_and_cause_from_event_to_event():
    types = ENTITIES + EVENTS
    of = {(h, t) for h in types for t in types if SHIPPED.allows_relation("OF", h, t)}
    cause = {(h, t) for h in types for t in types if SHIPPED.allows_relation("CAUSE", h, t)}
    assert of == {("NUM", entity) for entity in ENTITIES}
    assert cause == {(head, tail) for head in EVENTS for tail in EVENTS}


def test_everything_is_defined():
    defined = (*SHIPPED.entity_types, *SHIPPED.event_types, *SHIPPED.roles, *SHIPPED.relations)
    assert [d.name for d in defined if not d.definition] == []
    assert [t.name for t in (*SHIPPED.entity_types, *SHIPPED.event_types) if not t.examples] == []
    assert tuple(SHIPPED.factuality_definitions) == SHIPPED.factualities
    coding = SHIPPED.coding
    assert [n for n, text in (*coding.instruments.items(), *coding.features.items()) if not text] == []
    assert [n for n, party in coding.parties.items() if not party.definition] == []


def test_closed_lists_are_those_of_the_manuals():
    coding = SHIPPED.coding
    assert coding.plover == {event: tuple(modes.split()) for event, modes in PLOVER.items()}
    assert coding.acled == ACLED
    assert list(coding.plover_sectors) == SECTORS
    assert coding.plover_recipient_required == ("COOPERATE", "AID", "SANCTION")
    assert coding.auxiliaries == {"NEGATED": "negation", "FUTURE": "future", "HYPOTHETICAL": "hypothetical"}


@pytest.mark.parametrize(
    ("party", "inter", "sector"),
    [
        ("military", 1, "MIL"),
        ("police", 1, "COP"),
        ("rebels", 2, "REB"),
        ("political_militia", 3, "PRM"),
        ("unidentified_gunmen", 3, "UAF"),
        ("identity_militia", 4, "PRM"),
        ("rioters", 5, "CVL"),
        ("protesters", 6, "CVL"),
        ("civilians", 7, "CVL"),
        ("journalists", 7, "JRN"),
        ("medics", 7, "MED"),
        ("foreign_forces", 8, "MIL"),
        ("unknown", None, "UNK"),
    ],
)
def test_parties_have_their_inter_number_and_sector(party, inter, sector):
    record = SHIPPED.coding.parties[party]
    assert (record.acled_inter, record.plover_sector) == (inter, sector)


def test_every_inter_number_has_a_party_and_sets_agree_with_it():
    coding = SHIPPED.coding
    assert {p.acled_inter for p in coding.parties.values()} == {None, 1, 2, 3, 4, 5, 6, 7, 8}

    def of_inter(*numbers):
        return {name for name, party in coding.parties.items() if party.acled_inter in numbers}

    assert set(coding.party_sets["state_forces"]) == of_inter(1)
    assert set(coding.party_sets["government_side"]) == of_inter(1) | {"pro_government_militia"}
    assert set(coding.party_sets["non_state_armed"]) == of_inter(2, 3, 4) - {"pro_government_militia"}
    assert set(coding.party_sets["armed_groups"]) == of_inter(2, 3, 4)
    assert set(coding.party_sets["any_civilians"]) == of_inter(7)
    assert set(coding.party_sets["external"]) == of_inter(8)


def test_fingerprint_is_stable():
    assert SHIPPED.fingerprint == "e8ebc797db51"


def test_the_copy_in_the_package_is_preferred(tmp_path, monkeypatch):
    packaged = tmp_path / "ontology.yaml"
    packaged.write_text("name: packaged\nversion: '2'\nentity_types: [{name: PER}]\n", encoding="utf-8")
    monkeypatch.setattr(load, "_PACKAGED", packaged)
    assert load_ontology().name == "packaged"


def test_saved_and_loaded_is_equal(tmp_path):
    save_ontology(SHIPPED, tmp_path / "copy.yaml")
    assert load_ontology(tmp_path / "copy.yaml") == SHIPPED
