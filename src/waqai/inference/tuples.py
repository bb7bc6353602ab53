"""Assembles event tuples from an annotated article: one row an event, every slot with the mention it was made from."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from waqai.normalization.numbers_tables import counted_nouns, counted_plurals
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
    Value,
)
from waqai.text import fold

_PARTIES = frozenset({"actor", "target", "source"})
_NEXT_WORD = re.compile(r"[^\S\n\r]*([^\W\d_][^\s.,،؛:؟!«»\"()]*)")


def assemble_tuples(
    article: AnnotatedArticle,
    codes: Mapping[str, Codes] | None = None,
    incidents: Sequence[Incident] = (),
    calibrated: Callable[[float], float] | None = None,
    actors: Mapping[str, Value] | None = None,
) -> tuple[EventTuple, ...]:
    """Return the article's tuples in reading order; a slot's fillers are in reading order too.

    Args:
        article: Its entities may have values; a slot's fillers take them over.
        codes: PLOVER and ACLED codes by event.
        incidents: Whose ids the tuples of their events get.
        calibrated: Makes the probability that the whole tuple is right of `joint_score`; without it tuples have no
            score, for the joint score is no probability.
        actors: Who an entity is as an actor, target or source, by its id; a place there stands for its government.
    """
    entities = {entity.id: entity for entity in article.entities}
    counted = {relation.head: relation for relation in article.relations if relation.type == "OF"}
    incident_of = {event: incident.id for incident in incidents for event in incident.events}
    tuples = []
    for event in article.events:
        made = _assemble(article, event, entities, counted, actors or {})
        coded = (codes or {}).get(event.id)
        joint = joint_score(event)
        tuples.append(
            replace(
                made,
                score=round(calibrated(joint), 4) if calibrated and joint is not None else None,
                codes=coded.to_dict() if coded else None,
                incident=incident_of.get(event.id),
            )
        )
    return tuple(tuples)


def _assemble(
    article: AnnotatedArticle,
    event: EventMention,
    entities: dict[str, EntityMention],
    counted: dict[str, RelationMention],
    actors: Mapping[str, Value],
) -> EventTuple:
    slots: dict[str, list[Filler]] = {slot: [] for slot in SLOTS}
    for argument in sorted(event.arguments, key=lambda a: (entities[a.entity].start, entities[a.entity].end)):
        slot = argument.role.lower()
        if slot not in slots:  # an ontology of one's own may have roles that the tuple has no slot for
            continue
        entity = entities[argument.entity]
        value = dict(entity.value or {})
        if slot in _PARTIES:
            value = dict(actors.get(entity.id, value))
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
    )


def _counted_noun(
    article: AnnotatedArticle,
    event: EventMention,
    number: EntityMention,
    entities: dict[str, EntityMention],
    counted: dict[str, RelationMention],
) -> str:
    """Return what a number counts: the entity that OF links, else a counted noun of the tables, else the trigger.

    Any other word after a number may be anything (`20 حسب مصادر`), and after a unit nothing is counted (`20 طناً`).
    """
    relation = counted.get(number.id)
    if relation is not None and relation.tail in entities:
        return entities[relation.tail].text
    following = _NEXT_WORD.match(article.text, number.end)
    measured = (number.value or {}).get("unit") is not None
    if following and not measured:
        noun = fold(following[1]).text
        if noun in counted_nouns() or noun in counted_plurals():
            return following[1]
    return event.text


def joint_score(event: EventMention) -> float | None:
    """Return the product of the probabilities of an event's trigger, factuality and arguments; None without scores.

    It would be the probability of the whole tuple if its parts were independent and no argument were ever missed.
    """
    if event.score is None:
        return None
    return math.prod([event.score, event.factuality_score or 1.0, *(a.score or 1.0 for a in event.arguments)])
