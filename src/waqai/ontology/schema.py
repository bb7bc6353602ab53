"""What an ontology is: its types, its legal pairs and its fingerprint, checked when made.

The shape of these records is the shape of the YAML file (`configs/ontology.yaml`), key for key. Reading and writing
files is `waqai.ontology.load`'s, the vocabulary of the code rules `waqai.ontology.coding`'s, applying those rules
`waqai.ontology.codes`'s.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from waqai.config import parse_config
from waqai.errors import ConfigError, OntologyError, must
from waqai.ontology.coding import Coding, EventCodes

ANY_ENTITY = "ENTITY"
"""In a list of types: every entity type of the ontology. Not allowed as the name of a type."""
ANY_EVENT = "EVENT"
"""In a list of types: every event type of the ontology. Not allowed as the name of a type."""
DEFAULT_FACTUALITY = "ACTUAL"
"""The only factuality of an ontology that has event types and names no factualities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """A type of entity mention, with the definition that annotators and readers follow."""

    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A type of event trigger; `codes` is None where the ontology maps it to no coding scheme."""

    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()
    codes: EventCodes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of an argument: `fillers` are the legal entity types, `event_types` the events that may have it."""

    name: str
    definition: str = ""
    fillers: tuple[str, ...]
    event_types: tuple[str, ...] = (ANY_EVENT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A directed link between two mentions outside the roles; `head` and `tail` are the legal types of its ends."""

    name: str
    definition: str = ""
    head: tuple[str, ...]
    tail: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ontology:
    """The types that a corpus marks and a model predicts, in a fixed order, with the pairs that are legal.

    `factualities[0]` is the value of what happened as told; the only one that ACLED codes. In `fillers`,
    `event_types`, `head` and `tail`, `ENTITY` and `EVENT` stand for all types of a kind and are replaced by their
    names when the ontology is made.

    Raises:
        OntologyError: The ontology contradicts itself; the message lists all faults, each with its dotted path.
    """

    name: str
    version: str
    entity_types: tuple[EntityType, ...]
    event_types: tuple[EventType, ...] = ()
    roles: tuple[Role, ...] = ()
    relations: tuple[Relation, ...] = ()
    factualities: tuple[str, ...] = ()
    factuality_definitions: Mapping[str, str] = field(default_factory=dict)
    coding: Coding | None = None

    def __post_init__(self) -> None:
        def expand(names: tuple[str, ...]) -> tuple[str, ...]:
            every = {ANY_ENTITY: self.entity_names, ANY_EVENT: self.event_names}
            return tuple(name for given in names for name in every.get(given, (given,)))

        def settle(attribute: str, value: object) -> None:
            object.__setattr__(self, attribute, value)  # before anyone can see another value

        if self.event_types and not self.factualities:
            settle("factualities", (DEFAULT_FACTUALITY,))
        settle(
            "roles",
            tuple(replace(r, fillers=expand(r.fillers), event_types=expand(r.event_types)) for r in self.roles),
        )
        settle("relations", tuple(replace(r, head=expand(r.head), tail=expand(r.tail)) for r in self.relations))
        faults = list(_faults(self))
        if faults:
            raise OntologyError(
                f"the ontology {self.name!r} has {len(faults)} fault(s):\n" + "\n".join(f"  - {f}" for f in faults)
            )

    @property
    def entity_names(self) -> tuple[str, ...]:
        """The names of the entity types, in file order."""
        return tuple(t.name for t in self.entity_types)

    @property
    def event_names(self) -> tuple[str, ...]:
        """The names of the event types, in file order."""
        return tuple(t.name for t in self.event_types)

    @property
    def role_names(self) -> tuple[str, ...]:
        """The names of the roles, in file order."""
        return tuple(r.name for r in self.roles)

    @property
    def relation_names(self) -> tuple[str, ...]:
        """The names of the relations, in file order."""
        return tuple(r.name for r in self.relations)

    def allows(self, role: str, event_type: str, entity_type: str) -> bool:
        """Return whether an entity of `entity_type` may fill `role` of an event of `event_type`.

        False for names that the ontology does not have.
        """
        return any(r.name == role and entity_type in r.fillers and event_type in r.event_types for r in self.roles)

    def allows_relation(self, relation: str, head_type: str, tail_type: str) -> bool:
        """Return whether `relation` may lead from a mention of `head_type` to one of `tail_type`."""
        return any(r.name == relation and head_type in r.head and tail_type in r.tail for r in self.relations)

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits over all names, their order and the legal pairs.

        Definitions, codes, and the ontology's own name and version do not enter: a model trained for one ontology
        can serve any other of the same fingerprint.
        """
        types = self.entity_names + self.event_names
        what = {
            "entity_types": self.entity_names,
            "event_types": self.event_names,
            "factualities": self.factualities,
            "roles": [
                [r.name, [t for t in self.entity_names if t in r.fillers], [t for t in types if t in r.event_types]]
                for r in self.roles
            ],
            "relations": [
                [r.name, [t for t in types if t in r.head], [t for t in types if t in r.tail]] for r in self.relations
            ],
        }
        return hashlib.sha256(json.dumps(what, ensure_ascii=True).encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data without the fields that have their default value; `from_dict` reads it back."""
        plain: dict[str, Any] = _plain(self)
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "ontology") -> Self:
        """Return the ontology that plain data describe, with the keys of `configs/ontology.yaml`.

        Raises:
            OntologyError: Unknown or missing keys, wrong types, or an ontology that contradicts itself.
        """
        try:
            return parse_config(cls, data, where)
        except ConfigError as error:
            raise OntologyError(str(error)) from error


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if not _is_default(f, value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _is_default(f: dataclasses.Field[Any], owner: Any) -> bool:
    value = getattr(owner, f.name)
    if f.default_factory is not dataclasses.MISSING:
        return bool(value == f.default_factory())
    return f.default is not dataclasses.MISSING and bool(value == f.default)


def _faults(ontology: Ontology) -> Iterator[str]:
    """Yield everything that is wrong with an ontology, in file order."""
    for key in ("name", "version"):
        if not getattr(ontology, key).strip():
            yield must(key, "text that is not empty", getattr(ontology, key))
    if not ontology.entity_types:
        yield must("entity_types", "a list of at least one type", [])
    entities, events = ontology.entity_names, ontology.event_names
    used: dict[str, str] = {}
    for key, names in (("entity_types", entities), ("event_types", events)):
        for i, name in enumerate(names):
            path = f"{key}[{i}].name"
            if name in (ANY_ENTITY, ANY_EVENT):
                yield must(path, f"another word than {ANY_ENTITY} and {ANY_EVENT}, which stand for all types", name)
            elif name in used:
                yield must(path, f"a name of its own, as {used[name]} has it already", name)
            else:
                yield from _name_faults(path, name)
            used.setdefault(name, path)
    for key, names in (("roles", ontology.role_names), ("relations", ontology.relation_names)):
        for i, name in enumerate(names):
            if name in names[:i]:
                yield must(f"{key}[{i}].name", f"a name of its own among the {key}", name)
            yield from _name_faults(f"{key}[{i}].name", name)
    for i, role in enumerate(ontology.roles):
        yield from _list_faults(f"roles[{i}].fillers", role.fillers, entities, "entity type")
        yield from _list_faults(f"roles[{i}].event_types", role.event_types, events, "event type")
    for i, relation in enumerate(ontology.relations):
        yield from _list_faults(f"relations[{i}].head", relation.head, entities + events, "type")
        yield from _list_faults(f"relations[{i}].tail", relation.tail, entities + events, "type")
    for i, name in enumerate(ontology.factualities):
        yield from _name_faults(f"factualities[{i}]", name)
        if name in ontology.factualities[:i]:
            yield must(f"factualities[{i}]", "a name of its own", name)
    for name in ontology.factuality_definitions:
        if name not in ontology.factualities:
            yield must(f"factuality_definitions.{name}", "one of `factualities`", name)
    if ontology.coding is not None:
        yield from ontology.coding.faults("coding", ontology.factualities)
    for i, event_type in enumerate(ontology.event_types):
        if event_type.codes is not None:
            path = f"event_types[{i}].codes"
            if ontology.coding is None:
                yield f"`{path}` needs the section `coding`, which names the codes and the classes of its rules."
            else:
                yield from event_type.codes.faults(path, ontology.coding)


def _name_faults(path: str, name: str) -> Iterator[str]:
    if name.split() != [name]:
        yield must(path, "one word without spaces", name)


def _list_faults(path: str, given: tuple[str, ...], known: tuple[str, ...], kind: str) -> Iterator[str]:
    if not given:
        yield must(path, f"a list of at least one {kind}", [])
    for j, name in enumerate(given):
        if name not in known:
            yield must(f"{path}[{j}]", f"an {kind} of this ontology".replace("an type", "a type"), name)
        elif name in given[:j]:
            yield must(path, f"a list that names each {kind} once", name)
