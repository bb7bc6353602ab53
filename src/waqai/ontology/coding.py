"""The vocabulary of the code rules: which codes exist, and which classes and features a rule may ask for.

A rule says under which circumstances an event type has which PLOVER event and mode, or which ACLED event and
sub-event type. Rules stand in order, the first that matches wins, and the last one matches always; that every rule
can be reached is proved here by trying one case of each kind. Applying the rules is `waqai.ontology.codes`'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from waqai.errors import must

UNKNOWN = "unknown"
"""The class of an instrument or a party that the text does not name or nobody could classify; every ontology has it."""
CLASS_DIMENSIONS = ("instrument", "actor", "target")
"""The keys of a rule's `when` whose value is a class; every other key is a feature, which is true or false."""

Value = str | bool
"""A class of an instrument or a party, or whether a feature is present."""
Condition = tuple[str, ...] | bool | str
"""What a rule asks of one value: a class, a set of classes, a list of both, or whether a feature is present."""
When = Mapping[str, Condition]
"""Conditions that must all hold, by `instrument`, `actor`, `target` or the name of a feature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A class of actors and targets, with its number among ACLED's inter classes and its PLOVER sector."""

    definition: str = ""
    acled_inter: int | None = None
    plover_sector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PloverRule:
    """`when` → a PLOVER event (None = not coded) and its mode (None = without mode)."""

    event: str | None
    mode: str | None = None
    when: When = field(default_factory=dict)
    note: str = ""

    @property
    def code(self) -> tuple[str | None, str | None]:
        """The event and its mode."""
        return self.event, self.mode


@dataclass(frozen=True, slots=True, kw_only=True)
class AcledRule:
    """`when` → an ACLED event and sub-event type (both None = not coded)."""

    event: str | None
    sub_event: str | None = None
    when: When = field(default_factory=dict)
    note: str = ""

    @property
    def code(self) -> tuple[str | None, str | None]:
        """The event type and its sub-event type."""
        return self.event, self.sub_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """The closed lists of both schemes, and the classes, sets of classes and features that rules may ask for.

    `plover` maps each event to its modes, `acled` each event type to its sub-event types, `auxiliaries` a factuality
    to PLOVER's auxiliary mode. `instruments` and `features` map a name to its definition.
    """

    plover: Mapping[str, tuple[str, ...]]
    acled: Mapping[str, tuple[str, ...]]
    plover_auxiliaries: tuple[str, ...] = ()
    plover_sectors: tuple[str, ...] = ()
    plover_recipient_required: tuple[str, ...] = ()
    auxiliaries: Mapping[str, str] = field(default_factory=dict)
    instruments: Mapping[str, str] = field(default_factory=lambda: {UNKNOWN: ""})
    instrument_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=lambda: {UNKNOWN: Party()})
    party_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    features: Mapping[str, str] = field(default_factory=dict)

    def values(self, dimension: str) -> tuple[Value, ...]:
        """Return all values of one key of `when`: the classes, or False and True for a feature."""
        if dimension in CLASS_DIMENSIONS:
            return tuple(self.instruments if dimension == "instrument" else self.parties)
        return (False, True)

    def meets(self, dimension: str, condition: Condition, value: Value) -> bool:
        """Return whether one condition holds for a value; names of sets stand for their members."""
        if isinstance(condition, bool):
            return value is condition
        sets = self.instrument_sets if dimension == "instrument" else self.party_sets
        names = (condition,) if isinstance(condition, str) else condition
        return any(value == name or value in sets.get(name, ()) for name in names)

    def faults(self, path: str, factualities: tuple[str, ...]) -> Iterator[str]:
        """Yield what contradicts itself in the lists."""
        for name in self.plover_recipient_required:
            if name not in self.plover:
                yield must(f"{path}.plover_recipient_required", "a list of PLOVER events of this file", name)
        for factuality, auxiliary in self.auxiliaries.items():
            if factuality not in factualities:
                yield must(f"{path}.auxiliaries.{factuality}", "one of `factualities`", factuality)
            if auxiliary not in self.plover_auxiliaries:
                yield must(f"{path}.auxiliaries.{factuality}", "one of `plover_auxiliaries`", auxiliary)
        for key, classes, sets in (
            ("instrument", self.instruments, self.instrument_sets),
            ("party", self.parties, self.party_sets),
        ):
            plural = {"instrument": "instruments", "party": "parties"}[key]
            if UNKNOWN not in classes:
                yield f"`{path}.{plural}` must have the class {UNKNOWN!r}, for what no text tells. Add it."
            for name, members in sets.items():
                if name in classes:
                    yield must(f"{path}.{key}_sets.{name}", "a name that no class has", name)
                for i, member in enumerate(members):
                    if member not in classes:
                        yield must(f"{path}.{key}_sets.{name}[{i}]", f"one of `{plural}`", member)
        for name, party in self.parties.items():
            if party.plover_sector is not None and party.plover_sector not in self.plover_sectors:
                yield must(f"{path}.parties.{name}.plover_sector", "one of `plover_sectors`", party.plover_sector)
            if party.acled_inter is not None and not 1 <= party.acled_inter <= 8:
                yield must(f"{path}.parties.{name}.acled_inter", "from 1 to 8", party.acled_inter)
        for name in self.features:
            if name in CLASS_DIMENSIONS:
                yield must(f"{path}.features.{name}", "another word than " + ", ".join(CLASS_DIMENSIONS), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCodes:
    """The ordered rules of one event type; an empty list means that the scheme does not code the type."""

    plover: tuple[PloverRule, ...] = ()
    acled: tuple[AcledRule, ...] = ()

    def faults(self, path: str, coding: Coding) -> Iterator[str]:
        """Yield unknown codes and classes, a missing last rule, and rules that can never be reached."""
        schemes: tuple[tuple[str, Mapping[str, tuple[str, ...]], tuple[PloverRule | AcledRule, ...]], ...] = (
            ("plover", coding.plover, self.plover),
            ("acled", coding.acled, self.acled),
        )
        for scheme, known, rules in schemes:
            below = {"plover": "mode", "acled": "sub_event"}[scheme]
            sound = True
            for i, rule in enumerate(rules):
                event, lower = rule.code
                if event is None and lower is not None:
                    yield must(f"{path}.{scheme}[{i}].{below}", "null where the event is null", lower)
                elif event is not None and event not in known:
                    yield must(f"{path}.{scheme}[{i}].event", f"one of `coding.{scheme}`", event)
                elif event is not None and lower not in (*known[event], *([None] if scheme == "plover" else [])):
                    yield must(f"{path}.{scheme}[{i}].{below}", f"one of `coding.{scheme}.{event}`", lower)
                faults = list(_condition_faults(f"{path}.{scheme}[{i}].when", rule.when, coding))
                sound = sound and not faults
                yield from faults
            if rules and rules[-1].when:
                yield f"`{path}.{scheme}` must end with a rule without `when`, for all other cases. Add it."
            if sound:
                for i in _unreachable([rule.when for rule in rules], coding):
                    yield f"`{path}.{scheme}[{i}]` is never reached: the rules before it take all its cases. Remove it."


def _condition_faults(path: str, when: When, coding: Coding) -> Iterator[str]:
    for dimension, condition in when.items():
        if dimension in CLASS_DIMENSIONS:
            if isinstance(condition, bool) or not condition:
                yield must(f"{path}.{dimension}", "a class or a list of classes", condition)
                continue
            key, sets = (
                ("instruments", coding.instrument_sets) if dimension == "instrument" else ("parties", coding.party_sets)
            )
            for name in (condition,) if isinstance(condition, str) else condition:
                if name not in coding.values(dimension) and name not in sets:
                    yield must(f"{path}.{dimension}", f"a class or a set of `coding.{key}`", name)
        elif dimension not in coding.features:
            yield must(f"{path}.{dimension}", "instrument, actor, target or one of `coding.features`", condition)
        elif not isinstance(condition, bool):
            yield must(f"{path}.{dimension}", "true or false", condition)


def _unreachable(conditions: list[When], coding: Coding) -> list[int]:
    """Return the indices of rules whose every case an earlier rule takes.

    Values that no rule tells apart are one case, so that all cases can be tried: at most a few hundred.
    """
    dimensions = sorted({dimension for when in conditions for dimension in when})
    cases: list[list[Value]] = []
    for dimension in dimensions:
        told_apart: dict[tuple[bool, ...], Value] = {}
        for value in coding.values(dimension):
            signature = tuple(
                coding.meets(dimension, when[dimension], value) for when in conditions if dimension in when
            )
            told_apart.setdefault(signature, value)
        cases.append(list(told_apart.values()))
    reached = set()
    for values in product(*cases):
        case = dict(zip(dimensions, values, strict=True))
        for i, when in enumerate(conditions):
            if all(coding.meets(dimension, condition, case[dimension]) for dimension, condition in when.items()):
                reached.add(i)
                break
    return [i for i in range(len(conditions)) if i not in reached]
