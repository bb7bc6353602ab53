"""The frozen records that pass between all parts, and their one JSON form for gold and for predictions.

Offsets are half-open characters of the article's text as given, and `text[start:end]` is the mention; this is checked
when a record is made. What a record does not know is None and absent from its JSON. Reading files is `waqai.data`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from waqai.errors import InputError, must

Value = Mapping[str, Any]
"""A normalised value as plain JSON data; its keys depend on the entity type (see docs/format.md)."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open characters `[start, end)` of a text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InputError(f"a span must have 0 <= start < end, but is [{self.start}, {self.end}) instead.")

    def crosses(self, other: "Span") -> bool:
        """Return whether the two overlap without one containing the other."""
        return self.start < other.start < self.end < other.end or other.start < self.start < other.end < self.end

    def contains(self, other: "Span") -> bool:
        """Return whether every character of `other` is in this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as read from the input, its text untouched; the date is a day, `YYYY-MM-DD`.

    Raises:
        InputError: A field is no string, or the date no such day.
    """

    id: str
    text: str
    date: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        for name in ("id", "text", "date", "source"):
            value = getattr(self, name)
            if not isinstance(value, str) and (value is not None or name in ("id", "text")):
                raise InputError(must(name, "a string", value, f"article {self.id!r}"))
        if self.date is not None and not _is_day(self.date):
            raise InputError(must("date", "a day like 2019-07-16", self.date, f"article {self.id!r}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityMention:
    """A typed span that names a thing, a place, a time or a number."""

    id: str
    type: str
    start: int
    end: int
    text: str
    score: float | None = None
    value: Value | None = None

    @property
    def span(self) -> Span:
        """The mention's characters."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentMention:
    """An entity of the same article that fills a role of an event."""

    role: str
    entity: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMention:
    """A trigger with its type, its factuality and its arguments."""

    id: str
    type: str
    factuality: str
    start: int
    end: int
    text: str
    arguments: tuple[ArgumentMention, ...] = ()
    score: float | None = None
    factuality_score: float | None = None

    @property
    def span(self) -> Span:
        """The trigger's characters."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationMention:
    """A directed link outside the roles: OF from a number to what it counts, CAUSE between two events."""

    type: str
    head: str
    tail: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filler:
    """One filler of a tuple's slot: the entity it comes from, its characters and its value."""

    entity: str | None
    text: str
    score: float | None = None
    value: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTuple:
    """One event as a row: who did what to whom, where, when, how many, and who says so."""

    event: str
    type: str
    action: str
    factuality: str
    actor: tuple[Filler, ...] = ()
    target: tuple[Filler, ...] = ()
    location: tuple[Filler, ...] = ()
    time: tuple[Filler, ...] = ()
    instrument: tuple[Filler, ...] = ()
    count: tuple[Filler, ...] = ()
    source: tuple[Filler, ...] = ()
    score: float | None = None
    codes: Value | None = None
    incident: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """How many people an incident did something to: `killed`, `injured`, `arrested`, `abducted` or `displaced`.

    `low` and `high` bound the number, None where the text leaves it open; `about` is a number that the text gives as
    approximate and that bounds nothing; `evidence` are the entities and events that say so, and `rule` is how their
    numbers were put together.
    """

    kind: str
    low: int | None
    high: int | None
    evidence: tuple[str, ...]
    rule: str
    about: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Events of one article that belong together: causes with their effects, and reports of the same thing."""

    id: str
    events: tuple[str, ...]
    tolls: tuple[Toll, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedArticle:
    """An article with its annotation, gold or predicted; `coverage` and `model` are absent from gold.

    Raises:
        InputError: A mention's text is not what stands at its offsets, an id is used twice, or a reference dangles.
    """

    id: str
    text: str
    date: str | None = None
    source: str | None = None
    entities: tuple[EntityMention, ...] = ()
    events: tuple[EventMention, ...] = ()
    relations: tuple[RelationMention, ...] = ()
    tuples: tuple[EventTuple, ...] | None = None
    incidents: tuple[Incident, ...] | None = None
    coverage: float | None = None
    model: str | None = None
    meta: Value = field(default_factory=dict)

    def __post_init__(self) -> None:
        entity_ids: set[str] = set()
        event_ids: set[str] = set()
        mentions: tuple[EntityMention | EventMention, ...] = (*self.entities, *self.events)
        for mention in mentions:
            where = f"article {self.id!r}, mention {mention.id!r}"
            ids = entity_ids if isinstance(mention, EntityMention) else event_ids
            if mention.id in entity_ids or mention.id in event_ids:
                raise InputError(
                    f"mention ids must be unique in an article, but {mention.id!r} is used twice ({where})."
                )
            ids.add(mention.id)
            if not 0 <= mention.start < mention.end <= len(self.text):
                raise InputError(
                    f"offsets must lie in the text of {len(self.text)} characters, "
                    f"but are [{mention.start}, {mention.end}) instead ({where})."
                )
            if self.text[mention.start : mention.end] != mention.text:
                raise InputError(
                    f"`text` must be what stands at [{mention.start}, {mention.end}), "
                    f"{self.text[mention.start : mention.end]!r}, but is {mention.text!r} instead ({where})."
                )
        for event in self.events:
            for argument in event.arguments:
                if argument.entity not in entity_ids:
                    raise InputError(
                        f"argument {argument.role} of {event.id!r} must name an entity of the article, "
                        f"but names {argument.entity!r} instead (article {self.id!r})."
                    )
        for relation in self.relations:
            for end in (relation.head, relation.tail):
                if end not in entity_ids and end not in event_ids:
                    raise InputError(
                        f"relation {relation.type} names {end!r}, which is not a mention (article {self.id!r})."
                    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of docs/format.md."""
        row: dict[str, Any] = {"id": self.id, "text": self.text}
        row |= _known(date=self.date, source=self.source)
        row["entities"] = [
            _known(id=e.id, type=e.type, start=e.start, end=e.end, text=e.text, score=e.score, value=_plain(e.value))
            for e in self.entities
        ]
        row["events"] = [
            _known(
                id=v.id,
                type=v.type,
                factuality=v.factuality,
                start=v.start,
                end=v.end,
                text=v.text,
                score=v.score,
                factuality_score=v.factuality_score,
                arguments=[_known(role=a.role, entity=a.entity, score=a.score) for a in v.arguments],
            )
            for v in self.events
        ]
        row["relations"] = [_known(type=r.type, head=r.head, tail=r.tail, score=r.score) for r in self.relations]
        if self.tuples is not None:
            row["tuples"] = [tuple_to_dict(t) for t in self.tuples]
        if self.incidents is not None:
            row["incidents"] = [incident_to_dict(i) for i in self.incidents]
        row |= _known(coverage=self.coverage, model=self.model)
        if self.meta:
            row["meta"] = dict(self.meta)
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """Read the JSON form; tuples are read back too.

        Raises:
            InputError: A field is missing or has another type.
        """
        try:
            return cls(
                id=row["id"],
                text=row["text"],
                date=row.get("date"),
                source=row.get("source"),
                entities=tuple(
                    EntityMention(**{k: e.get(k) for k in ("id", "type", "start", "end", "text", "score", "value")})
                    for e in row.get("entities", ())
                ),
                events=tuple(
                    EventMention(
                        id=v["id"],
                        type=v["type"],
                        factuality=v["factuality"],
                        start=v["start"],
                        end=v["end"],
                        text=v["text"],
                        score=v.get("score"),
                        factuality_score=v.get("factuality_score"),
                        arguments=tuple(
                            ArgumentMention(role=a["role"], entity=a["entity"], score=a.get("score"))
                            for a in v.get("arguments", ())
                        ),
                    )
                    for v in row.get("events", ())
                ),
                relations=tuple(
                    RelationMention(type=r["type"], head=r["head"], tail=r["tail"], score=r.get("score"))
                    for r in row.get("relations", ())
                ),
                tuples=tuple(tuple_from_dict(t) for t in row["tuples"]) if row.get("tuples") is not None else None,
                incidents=(
                    tuple(incident_from_dict(i) for i in row["incidents"]) if row.get("incidents") is not None else None
                ),
                coverage=row.get("coverage"),
                model=row.get("model"),
                meta=row.get("meta", {}),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"an annotated article must have the fields of docs/format.md, but {error!r} was met "
                f"instead (article {row.get('id') if isinstance(row, Mapping) else row!r})."
            ) from error


SLOTS = ("actor", "target", "location", "time", "instrument", "count", "source")
"""The tuple's slots, in the order in which they are written; each has the name of its role in lower case."""


def tuple_to_dict(event_tuple: EventTuple) -> dict[str, Any]:
    """Return the JSON form of one tuple; a count's value stands flat beside its text, as docs/format.md shows."""
    row: dict[str, Any] = {"event": event_tuple.event, "type": event_tuple.type, "action": event_tuple.action}
    for slot in SLOTS:
        fillers: tuple[Filler, ...] = getattr(event_tuple, slot)
        row[slot] = [
            _known(entity=f.entity, text=f.text, score=f.score)
            | (dict(f.value or {}) if slot == "count" else _known(value=_plain(f.value)))
            for f in fillers
        ]
    return row | _known(
        factuality=event_tuple.factuality,
        score=event_tuple.score,
        codes=_plain(event_tuple.codes),
        incident=event_tuple.incident,
    )


def tuple_from_dict(row: Mapping[str, Any]) -> EventTuple:
    """Read what `tuple_to_dict` wrote."""
    slots: dict[str, tuple[Filler, ...]] = {}
    for slot in SLOTS:
        fillers = []
        for f in row.get(slot, ()):
            flat = {k: v for k, v in f.items() if k not in ("entity", "text", "score")}
            value = (flat or None) if slot == "count" else f.get("value")
            fillers.append(Filler(entity=f.get("entity"), text=f["text"], score=f.get("score"), value=value))
        slots[slot] = tuple(fillers)
    return EventTuple(
        event=row["event"],
        type=row["type"],
        action=row["action"],
        factuality=row["factuality"],
        score=row.get("score"),
        codes=row.get("codes"),
        incident=row.get("incident"),
        **slots,
    )


def incident_to_dict(incident: Incident) -> dict[str, Any]:
    """Return the JSON form of one incident; an open bound is null, not absent, and `about` is absent where not said."""
    tolls = [
        {"kind": t.kind, "low": t.low, "high": t.high, **_known(about=t.about), "evidence": list(t.evidence)}
        | {"rule": t.rule}
        for t in incident.tolls
    ]
    return {"id": incident.id, "events": list(incident.events), "tolls": tolls}


def incident_from_dict(row: Mapping[str, Any]) -> Incident:
    """Read what `incident_to_dict` wrote."""
    tolls = tuple(
        Toll(
            kind=t["kind"],
            low=t["low"],
            high=t["high"],
            about=t.get("about"),
            evidence=tuple(t["evidence"]),
            rule=t["rule"],
        )
        for t in row["tolls"]
    )
    return Incident(id=row["id"], events=tuple(row["events"]), tolls=tolls)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _known(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def _plain(value: Value | None) -> dict[str, Any] | None:
    return None if value is None else dict(value)
