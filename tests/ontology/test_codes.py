"""Every legal combination of classes and features has exactly one code in each scheme, and it is the right one."""

import re
from itertools import product

import pytest

from waqai.errors import OntologyError
from waqai.ontology import Circumstances, Codes, Ontology, code_event, load_ontology
from waqai.ontology.codes import asked_of
from waqai.ontology.coding import CLASS_DIMENSIONS

SHIPPED = load_ontology()

WEAPONS = [
    "firearms",
    "primitive",
    "beat",
    "unconventional",
    "explosives",
    "aerial",
    "drone",
    "heavy-weapons",
    "crowd-control",
    "suicide-attack",
]
REMOTE = (
    "Chemical weapon",
    "Air/drone strike",
    "Suicide bomb",
    "Shelling/artillery/missile attack",
    "Remote explosive/landmine/IED",
    "Grenade",
)
STRATEGIC = "Strategic developments"
PHYSICAL = {
    *(("Explosions/Remote violence", name) for name in REMOTE),
    ("Protests", "Excessive force against protesters"),
    ("Violence against civilians", "Attack"),
    ("Battles", "Armed clash"),
}
NONE = {(None, None)}


def assault(*modes):
    return {("ASSAULT", mode) for mode in modes}


def strategic(*names):
    return {(STRATEGIC, name) for name in names}


# All the codes that a type can have: PLOVER's, then ACLED's.
POSSIBLE = {
    "CLASH": (assault("firearms", "heavy-weapons"), {("Battles", "Armed clash")}),
    "CAPTURE": (
        assault(None),
        {
            ("Battles", "Government regains territory"),
            ("Battles", "Non-state actor overtakes territory"),
            ("Battles", "Armed clash"),
        },
    ),
    "WITHDRAW": ({("RETREAT", "withdraw")}, strategic("Non-violent transfer of territory", "Other")),
    "AIR_STRIKE": (assault("aerial", "drone"), {("Explosions/Remote violence", "Air/drone strike")}),
    "SHELLING": (assault("heavy-weapons"), {("Explosions/Remote violence", "Shelling/artillery/missile attack")}),
    "BOMBING": (
        assault("explosives", "suicide-attack"),
        {("Explosions/Remote violence", n) for n in ("Remote explosive/landmine/IED", "Suicide bomb", "Grenade")},
    ),
    "ATTACK": (assault(None, *WEAPONS), PHYSICAL | {("Protests", "Protest with intervention")}),
    "KILL": (assault(None, "targeted", *WEAPONS), PHYSICAL | NONE),
    "INJURE": (assault(None, *WEAPONS), PHYSICAL | NONE),
    "ABDUCT": (assault("abduct"), {("Violence against civilians", "Abduction/forced disappearance")}),
    "ARREST": ({("COERCE", "arrest")}, strategic("Arrests")),
    "DESTROY": (assault("destroy"), strategic("Looting/property destruction") | NONE),
    "INTERCEPT": ({("COERCE", "seize")}, strategic("Disrupted weapons use")),
    "ABUSE": (
        assault("torture", "sexual"),
        {("Violence against civilians", "Attack"), ("Violence against civilians", "Sexual violence")},
    ),
    "MOBILIZE": (
        {("MOBILIZE", mode) for mode in ("troops", "weapons", "police", "militia")},
        strategic("Headquarters or base established", "Other"),
    ),
    "PROTEST": (
        {("PROTEST", "demo"), ("PROTEST", "obstruct")},
        {
            ("Protests", "Peaceful protest"),
            ("Protests", "Protest with intervention"),
            ("Protests", "Excessive force against protesters"),
        },
    ),
    "RIOT": (
        {("PROTEST", "riot"), ("PROTEST", "vandalize")},
        {("Riots", "Violent demonstration"), ("Riots", "Mob violence")},
    ),
    "STRIKE": ({("PROTEST", mode) for mode in ("strike", "hunger", "boycott")}, NONE),
    "AGREE": ({("AGREE", None), ("RETREAT", "ceasefire")}, strategic("Agreement")),
    "RELEASE": ({("RETREAT", "release")}, strategic("Other")),
    "MEET": ({("CONSULT", m) for m in (None, "visit", "third-party", "multilateral", "phone")}, NONE),
    "SUPPORT": ({("SUPPORT", None)}, NONE),
    "AID": ({("AID", None)}, NONE),
    "COOPERATE": ({("COOPERATE", None)}, NONE),
    "ACCUSE": ({("ACCUSE", None)}, NONE),
    "DEMAND": ({("REQUEST", None)}, NONE),
    "REJECT": ({("REJECT", None)}, NONE),
    "THREATEN": ({("THREATEN", None)}, NONE),
    "SANCTION": ({("SANCTION", mode) for mode in (None, "expel", "withdraw", "discontinue")}, NONE),
    "RESTRICT": ({("COERCE", m) for m in ("restrict", "censor", "curfew", "martial-law")}, strategic("Other")),
    "TRIAL": ({("SANCTION", "convict"), ("ACCUSE", "investigate")}, NONE),
    "POSITION": ({("RETREAT", "resign"), (None, None)}, strategic("Change to group/activity") | NONE),
    "DISPLACE": ({("COERCE", "deport"), (None, None)}, strategic("Other")),
}


def combinations(event_type):
    """All combinations of the values of everything that the type's rules ask for."""
    asked = asked_of(SHIPPED, event_type)
    for values in product(*(SHIPPED.coding.values(dimension) for dimension in asked)):
        case = dict(zip(asked, values, strict=True))
        classes = {name: value for name, value in case.items() if name in CLASS_DIMENSIONS}
        features = frozenset(name for name, value in case.items() if value is True)
        yield Circumstances(**classes, features=features)


@pytest.mark.parametrize("event_type", SHIPPED.event_names)
def test_every_combination_has_one_code_and_every_rule_is_used(event_type):
    codes = [code_event(SHIPPED, event_type, case, "ACTUAL") for case in combinations(event_type)]
    plover, acled = POSSIBLE[event_type]
    assert {(c.plover_event, c.plover_mode) for c in codes} == plover
    assert {(c.acled_event, c.acled_sub_event) for c in codes} == acled
    rules = next(t.codes for t in SHIPPED.event_types if t.name == event_type)
    used = {name for c in codes for name in re.findall(rf"{event_type}\.\w+\[\d+\]", c.reason)}
    assert used == {f"{event_type}.plover[{i}]" for i in range(len(rules.plover))} | {
        f"{event_type}.acled[{i}]" for i in range(len(rules.acled))
    }


def test_every_feature_is_asked_by_some_rule():
    assert set(SHIPPED.coding.features) == {d for t in SHIPPED.event_names for d in asked_of(SHIPPED, t)} - set(
        CLASS_DIMENSIONS
    )


def test_possible_codes_are_told_for_every_type():
    assert tuple(POSSIBLE) == SHIPPED.event_names


@pytest.mark.parametrize(
    ("event_type", "circumstances", "plover", "acled"),
    [
        ("CLASH", {}, "ASSAULT/firearms", "Battles: Armed clash"),
        ("CLASH", {"instrument": "firearm"}, "ASSAULT/firearms", "Battles: Armed clash"),
        ("CLASH", {"instrument": "armour"}, "ASSAULT/heavy-weapons", "Battles: Armed clash"),
        ("CAPTURE", {"actor": "military"}, "ASSAULT", "Battles: Armed clash"),
        (
            "CAPTURE",
            {"actor": "military", "+": "place_changes_hands"},
            "ASSAULT",
            "Battles: Government regains territory",
        ),
        (
            "CAPTURE",
            {"actor": "pro_government_militia", "+": "place_changes_hands"},
            "ASSAULT",
            "Battles: Government regains territory",
        ),
        (
            "CAPTURE",
            {"actor": "rebels", "+": "place_changes_hands"},
            "ASSAULT",
            "Battles: Non-state actor overtakes territory",
        ),
        (
            "CAPTURE",
            {"actor": "foreign_forces", "+": "place_changes_hands"},
            "ASSAULT",
            "Battles: Non-state actor overtakes territory",
        ),
        ("CAPTURE", {"+": "place_changes_hands"}, "ASSAULT", "Battles: Armed clash"),
        ("WITHDRAW", {}, "RETREAT/withdraw", f"{STRATEGIC}: Other"),
        (
            "WITHDRAW",
            {"+": "place_changes_hands"},
            "RETREAT/withdraw",
            f"{STRATEGIC}: Non-violent transfer of territory",
        ),
        ("AIR_STRIKE", {}, "ASSAULT/aerial", "Explosions/Remote violence: Air/drone strike"),
        ("AIR_STRIKE", {"instrument": "drone"}, "ASSAULT/drone", "Explosions/Remote violence: Air/drone strike"),
        (
            "SHELLING",
            {"instrument": "mortar"},
            "ASSAULT/heavy-weapons",
            "Explosions/Remote violence: Shelling/artillery/missile attack",
        ),
        (
            "BOMBING",
            {"instrument": "car_bomb"},
            "ASSAULT/explosives",
            "Explosions/Remote violence: Remote explosive/landmine/IED",
        ),
        (
            "BOMBING",
            {"instrument": "car_bomb", "+": "suicide"},
            "ASSAULT/suicide-attack",
            "Explosions/Remote violence: Suicide bomb",
        ),
        (
            "BOMBING",
            {"instrument": "suicide_belt"},
            "ASSAULT/suicide-attack",
            "Explosions/Remote violence: Suicide bomb",
        ),
        ("BOMBING", {"instrument": "grenade"}, "ASSAULT/explosives", "Explosions/Remote violence: Grenade"),
        ("ATTACK", {}, "ASSAULT", "Battles: Armed clash"),
        ("ATTACK", {"target": "civilians"}, "ASSAULT", "Violence against civilians: Attack"),
        (
            "ATTACK",
            {"instrument": "blade", "target": "journalists"},
            "ASSAULT/primitive",
            "Violence against civilians: Attack",
        ),
        ("ATTACK", {"instrument": "blunt", "target": "medics"}, "ASSAULT/beat", "Violence against civilians: Attack"),
        ("ATTACK", {"instrument": "firearm", "target": "police"}, "ASSAULT/firearms", "Battles: Armed clash"),
        (
            "ATTACK",
            {"instrument": "chemical", "target": "civilians"},
            "ASSAULT/unconventional",
            "Explosions/Remote violence: Chemical weapon",
        ),
        (
            "ATTACK",
            {"instrument": "crowd_control", "target": "protesters"},
            "ASSAULT/crowd-control",
            "Protests: Protest with intervention",
        ),
        (
            "ATTACK",
            {"instrument": "firearm", "target": "protesters", "+": "casualties"},
            "ASSAULT/firearms",
            "Protests: Excessive force against protesters",
        ),
        ("KILL", {"target": "civilians"}, "ASSAULT", "Violence against civilians: Attack"),
        ("KILL", {"target": "officials", "+": "targeted"}, "ASSAULT/targeted", "Violence against civilians: Attack"),
        (
            "KILL",
            {"target": "rebels", "instrument": "drone", "+": "targeted"},
            "ASSAULT/targeted",
            "Explosions/Remote violence: Air/drone strike",
        ),
        (
            "KILL",
            {"target": "civilians", "instrument": "mine"},
            "ASSAULT/explosives",
            "Explosions/Remote violence: Remote explosive/landmine/IED",
        ),
        ("KILL", {"target": "civilians", "instrument": "firearm", "+": "has_cause"}, "ASSAULT/firearms", None),
        ("KILL", {"target": "protesters"}, "ASSAULT", "Protests: Excessive force against protesters"),
        ("INJURE", {"target": "military", "instrument": "firearm"}, "ASSAULT/firearms", "Battles: Armed clash"),
        ("INJURE", {"target": "civilians", "+": "beaten"}, "ASSAULT/beat", "Violence against civilians: Attack"),
        ("INJURE", {"target": "civilians", "+": "has_cause"}, "ASSAULT", None),
        ("ABDUCT", {}, "ASSAULT/abduct", "Violence against civilians: Abduction/forced disappearance"),
        ("ARREST", {"actor": "police"}, "COERCE/arrest", f"{STRATEGIC}: Arrests"),
        ("DESTROY", {}, "ASSAULT/destroy", f"{STRATEGIC}: Looting/property destruction"),
        ("DESTROY", {"+": "has_cause"}, "ASSAULT/destroy", None),
        ("INTERCEPT", {}, "COERCE/seize", f"{STRATEGIC}: Disrupted weapons use"),
        ("ABUSE", {}, "ASSAULT/torture", "Violence against civilians: Attack"),
        ("ABUSE", {"+": "sexual"}, "ASSAULT/sexual", "Violence against civilians: Sexual violence"),
        ("MOBILIZE", {"actor": "government", "target": "military"}, "MOBILIZE/troops", f"{STRATEGIC}: Other"),
        ("MOBILIZE", {"actor": "government", "target": "police"}, "MOBILIZE/police", f"{STRATEGIC}: Other"),
        ("MOBILIZE", {"actor": "rebels"}, "MOBILIZE/militia", f"{STRATEGIC}: Other"),
        ("MOBILIZE", {"actor": "police"}, "MOBILIZE/police", f"{STRATEGIC}: Other"),
        ("MOBILIZE", {"actor": "military", "+": "weapons_readied"}, "MOBILIZE/weapons", f"{STRATEGIC}: Other"),
        ("MOBILIZE", {"+": "base_established"}, "MOBILIZE/troops", f"{STRATEGIC}: Headquarters or base established"),
        ("PROTEST", {}, "PROTEST/demo", "Protests: Peaceful protest"),
        ("PROTEST", {"+": "obstructs"}, "PROTEST/obstruct", "Protests: Peaceful protest"),
        ("PROTEST", {"+": "force_used"}, "PROTEST/demo", "Protests: Protest with intervention"),
        ("PROTEST", {"+": "force_used casualties"}, "PROTEST/demo", "Protests: Excessive force against protesters"),
        ("RIOT", {}, "PROTEST/riot", "Riots: Violent demonstration"),
        ("RIOT", {"+": "mob property_attacked"}, "PROTEST/vandalize", "Riots: Mob violence"),
        ("STRIKE", {}, "PROTEST/strike", None),
        ("STRIKE", {"+": "hunger"}, "PROTEST/hunger", None),
        ("STRIKE", {"+": "boycott"}, "PROTEST/boycott", None),
        ("AGREE", {}, "AGREE", f"{STRATEGIC}: Agreement"),
        ("AGREE", {"+": "truce_in_force"}, "RETREAT/ceasefire", f"{STRATEGIC}: Agreement"),
        ("RELEASE", {}, "RETREAT/release", f"{STRATEGIC}: Other"),
        ("MEET", {}, "CONSULT", None),
        ("MEET", {"+": "visit"}, "CONSULT/visit", None),
        ("MEET", {"+": "phone visit"}, "CONSULT/phone", None),
        ("MEET", {"+": "multilateral"}, "CONSULT/multilateral", None),
        ("DEMAND", {}, "REQUEST", None),
        ("SANCTION", {}, "SANCTION", None),
        ("SANCTION", {"+": "expels"}, "SANCTION/expel", None),
        ("RESTRICT", {}, "COERCE/restrict", f"{STRATEGIC}: Other"),
        ("RESTRICT", {"+": "curfew"}, "COERCE/curfew", f"{STRATEGIC}: Other"),
        ("TRIAL", {}, "ACCUSE/investigate", None),
        ("TRIAL", {"+": "verdict"}, "SANCTION/convict", None),
        ("POSITION", {}, None, None),
        ("POSITION", {"+": "leaves_office"}, "RETREAT/resign", None),
        ("POSITION", {"actor": "rebels"}, None, f"{STRATEGIC}: Change to group/activity"),
        ("DISPLACE", {}, None, f"{STRATEGIC}: Other"),
        ("DISPLACE", {"+": "driven_out"}, "COERCE/deport", f"{STRATEGIC}: Other"),
    ],
)
def test_cases(event_type, circumstances, plover, acled):
    classes = {name: value for name, value in circumstances.items() if name != "+"}
    features = frozenset(circumstances.get("+", "").split())
    codes = code_event(SHIPPED, event_type, Circumstances(**classes, features=features), "ACTUAL")
    assert "/".join(filter(None, (codes.plover_event, codes.plover_mode))) == (plover or "")
    assert ": ".join(filter(None, (codes.acled_event, codes.acled_sub_event))) == (acled or "")
    assert codes.plover_auxiliary is None


@pytest.mark.parametrize(
    ("factuality", "auxiliary"), [("NEGATED", "negation"), ("FUTURE", "future"), ("HYPOTHETICAL", "hypothetical")]
)
def test_only_what_happened_is_coded_by_acled(factuality, auxiliary):
    assert code_event(SHIPPED, "SHELLING", Circumstances(), factuality) == Codes(
        plover_event="ASSAULT",
        plover_mode="heavy-weapons",
        plover_auxiliary=auxiliary,
        reason=f"SHELLING.plover[0]; {factuality} is not coded by ACLED",
    )


def test_what_plover_does_not_code_has_no_auxiliary():
    assert code_event(SHIPPED, "POSITION", Circumstances(), "FUTURE").plover_auxiliary is None


def test_the_reason_says_why_an_event_is_folded():
    codes = code_event(SHIPPED, "KILL", Circumstances(features=frozenset({"has_cause"})), "ACTUAL")
    assert codes.reason == "KILL.plover[12]; KILL.acled[0], folded into its CAUSE, whose fatalities it tells"


def test_unknown_codes_are_absent_from_the_plain_form():
    assert code_event(SHIPPED, "AID", Circumstances(), "ACTUAL").to_dict() == {
        "plover_event": "AID",
        "reason": "AID.plover[0]; AID.acled[0]",
    }


def test_an_event_type_without_rules_has_no_codes():
    own = Ontology.from_dict(
        {"name": "own", "version": "1", "entity_types": [{"name": "PER"}], "event_types": [{"name": "WED"}]}
    )
    assert code_event(own, "WED", Circumstances(), "ACTUAL") == Codes(reason="WED has no rules")
    assert asked_of(own, "WED") == ()


@pytest.mark.parametrize(
    ("event_type", "circumstances", "factuality", "expected"),
    [
        ("FIGHT", {}, "ACTUAL", "`event_type` must be an event type of 'waqai-news', but is 'FIGHT' instead"),
        ("KILL", {}, "PAST", "`factuality` must be one of ACTUAL, NEGATED, FUTURE, HYPOTHETICAL, but is 'PAST'"),
        ("KILL", {"instrument": "laser"}, "ACTUAL", "`instrument` must be one of firearm, artillery"),
        ("KILL", {"actor": "heavy"}, "ACTUAL", "`actor` must be one of military, police"),
        ("KILL", {"target": "any_civilians"}, "ACTUAL", "`target` must be one of military, police"),
        ("KILL", {"features": frozenset({"loud"})}, "ACTUAL", "`features` must be names of `coding.features`"),
    ],
)
def test_unknown_names_are_refused(event_type, circumstances, factuality, expected):
    with pytest.raises(OntologyError) as caught:
        code_event(SHIPPED, event_type, Circumstances(**circumstances), factuality)
    assert expected in str(caught.value)
