"""Assembles event tuples from an annotated article: one row an event, every slot with the mention it was made from."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from waqai.ontology.codes import Codes
from waqai.records import (
    SLOTS,
    AnnotatedArticle,
    EntityMention,
    EventMention,
    EventTuple,
    Filler,
    Incident,
    RelationMention,
)

_NEXT_WORD = re.compile(r"\s*([^\W\d_][^\s.,،؛:؟!«»\"()]*)")


def assemble_tuples(
    article: AnnotatedArticle,
    codes: Mapping[str, Codes] | None = None,
    incidents: Sequence[Incident] = (),
) -> tuple[EventTuple, ...]:
    """Return the article's tuples in reading order; a slot's fillers are in reading order too.

    A tuple's score is the product of its trigger's, its factuality's and its arguments' probabilities, as if they were
    independent; None when the annotation has no scores.
    """
    entities = {entity.id: entity for entity in article.entities}
    counted = {relation.head: relation for relation in article.relations if relation.type == "OF"}
    incident_of = {event: incident.id for incident in incidents for event in incident.events}
    tuples = []
    for event in article.events:
        made = _assemble(article, event, entities, counted)
        coded = (codes or {}).get(event.id)
        tuples.append(replace(made, codes=coded.to_dict() if coded else None, incident=incident_of.get(event.id)))
    return tuple(tuples)


def _assemble(
    article: AnnotatedArticle,
    event: EventMention,
    entities: dict[str, EntityMention],
    counted: dict[str, RelationMention],
) -> EventTuple:
    slots: dict[str, list[Filler]] = {slot: [] for slot in SLOTS}
    for argument in sorted(event.arguments, key=lambda a: (entities[a.entity].start, entities[a.entity].end)):
        slot = argument.role.lower()
        if slot not in slots:  # an ontology of one's own may have roles that the tuple has no slot for
            continue
        entity = entities[argument.entity]
        value = dict(entity.value or {})
        if slot == "count":
            value["of"] = _counted_noun(article, event, entity, entities, counted)
        slots[slot].append(Filler(entity=entity.id, text=entity.text, score=argument.score, value=value or None))
    return EventTuple(
        event=event.id,
        type=event.type,
        action=event.text,
        factuality=event.factuality,
        actor=tuple(slots["actor"]),
        target=tuple(slots["target"]),
        location=tuple(slots["location"]),
        time=tuple(slots["time"]),
        instrument=tuple(slots["instrument"]),
        count=tuple(slots["count"]),
        source=tuple(slots["source"]),
        score=_score(event),
    )


def _counted_noun(
    article: AnnotatedArticle,
    event: EventMention,
    number: EntityMention,
    entities: dict[str, EntityMention],
    counted: dict[str, RelationMention],
) -> str:
    """Return what a number counts: the entity that OF links, else the noun after it, else the trigger itself."""
    relation = counted.get(number.id)
    if relation is not None and relation.tail in entities:
        return entities[relation.tail].text
    following = _NEXT_WORD.match(article.text, number.end)
    return following[1] if following and following.start(1) != event.start else event.text


def _score(event: EventMention) -> float | None:
    if event.score is None:
        return None
    parts = [event.score, event.factuality_score or 1.0, *(a.score or 1.0 for a in event.arguments)]
    return round(math.prod(parts), 4)
