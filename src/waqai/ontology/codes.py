"""Coding one event: the ontology's rules applied to its circumstances.

What the circumstances are is for the caller to find out, from the event's arguments, their values, and the lexicon of
`waqai.ontology.lexicon`. The rules themselves are data, in the ontology's file.
"""

from dataclasses import asdict, dataclass
from typing import TypeVar

from waqai.errors import OntologyError, must
from waqai.ontology.coding import CLASS_DIMENSIONS, UNKNOWN, AcledRule, Coding, PloverRule, Value, When
from waqai.ontology.schema import Ontology

Rule = TypeVar("Rule", PloverRule, AcledRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the rules may ask of one event: the classes of `coding`, and those of its features that are present."""

    instrument: str = UNKNOWN
    actor: str = UNKNOWN
    target: str = UNKNOWN
    features: frozenset[str] = frozenset()

    def value(self, dimension: str) -> Value:
        """Return the class under `instrument`, `actor` or `target`, or whether the feature of that name is present."""
        classes: dict[str, Value] = {"instrument": self.instrument, "actor": self.actor, "target": self.target}
        return classes.get(dimension, dimension in self.features)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The codes of one event; None where a scheme does not code it.

    `plover_auxiliary` is PLOVER's negation, future or hypothetical. `reason` names the rules that were taken, such as
    `KILL.plover[0]; KILL.acled[10]`, and says why ACLED has no code where the rule tells.
    """

    plover_event: str | None = None
    plover_mode: str | None = None
    plover_auxiliary: str | None = None
    acled_event: str | None = None
    acled_sub_event: str | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the fields that are not None."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def code_event(ontology: Ontology, event_type: str, circumstances: Circumstances, factuality: str) -> Codes:
    """Return the codes of an event of `event_type` under these circumstances.

    ACLED codes only what has happened: an event of any other factuality than the ontology's first has no ACLED code.

    >>> from waqai.ontology import load_ontology
    >>> codes = code_event(load_ontology(), "AIR_STRIKE", Circumstances(instrument="drone"), "ACTUAL")
    >>> codes.plover_event, codes.plover_mode, codes.acled_event, codes.acled_sub_event
    ('ASSAULT', 'drone', 'Explosions/Remote violence', 'Air/drone strike')

    Raises:
        OntologyError: The ontology knows no such event type, factuality, class or feature.
    """
    by_name = {t.name: t for t in ontology.event_types}
    if event_type not in by_name:
        raise OntologyError(must("event_type", f"an event type of {ontology.name!r}", event_type))
    if factuality not in ontology.factualities:
        raise OntologyError(must("factuality", "one of " + ", ".join(ontology.factualities), factuality))
    rules, coding = by_name[event_type].codes, ontology.coding
    if rules is None or coding is None:
        return Codes(reason=f"{event_type} has no rules")
    _check(circumstances, coding)
    plover, plover_reason = _first(rules.plover, circumstances, coding, f"{event_type}.plover")
    acled, acled_reason = _first(rules.acled, circumstances, coding, f"{event_type}.acled")
    if factuality != ontology.factualities[0]:
        acled, acled_reason = None, f"{factuality} is not coded by ACLED"
    plover_event = plover.event if plover else None
    return Codes(
        plover_event=plover_event,
        plover_mode=plover.mode if plover else None,
        plover_auxiliary=coding.auxiliaries.get(factuality) if plover_event else None,
        acled_event=acled.event if acled else None,
        acled_sub_event=acled.sub_event if acled else None,
        reason=f"{plover_reason}; {acled_reason}",
    )


def asked_of(ontology: Ontology, event_type: str) -> tuple[str, ...]:
    """Return what the rules of an event type ask for, sorted: of `instrument`, `actor`, `target` and the features."""
    codes = next(t.codes for t in ontology.event_types if t.name == event_type)
    if codes is None:
        return ()
    whens: list[When] = [rule.when for rule in codes.plover] + [rule.when for rule in codes.acled]
    return tuple(sorted({dimension for when in whens for dimension in when}))


def _first(rules: tuple[Rule, ...], circumstances: Circumstances, coding: Coding, path: str) -> tuple[Rule | None, str]:
    """Return the first rule that matches, with its name; the last rule always does."""
    for i, rule in enumerate(rules):
        if all(coding.meets(name, condition, circumstances.value(name)) for name, condition in rule.when.items()):
            return rule, f"{path}[{i}]" + (f", {rule.note}" if rule.note else "")
    return None, f"{path} has no rules"


def _check(circumstances: Circumstances, coding: Coding) -> None:
    for dimension in CLASS_DIMENSIONS:
        known, value = coding.values(dimension), circumstances.value(dimension)
        if value not in known:
            raise OntologyError(must(dimension, "one of " + ", ".join(map(str, known)), value))
    for feature in sorted(circumstances.features):
        if feature not in coding.features:
            raise OntologyError(must("features", "names of `coding.features`", feature))
