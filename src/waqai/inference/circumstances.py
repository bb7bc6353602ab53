"""What the ontology's code rules ask of an event, read off its arguments, their values and its links."""

from collections.abc import Callable, Mapping

from waqai.ontology import Ontology
from waqai.ontology.codes import Circumstances, Codes, asked_of, code_event
from waqai.ontology.coding import UNKNOWN
from waqai.ontology.lexicon import classify_instrument, features_of_trigger
from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.text import fold

_CASUALTIES = frozenset({"KILL", "INJURE"})
_FORCE = frozenset({"ATTACK", "KILL", "INJURE", "CLASH", "ARREST"})


Party = Callable[[EventMention, str], str | None]
"""Tells the party class of an entity, by its id, in an event: a state's army is another party abroad."""


def code_events(article: AnnotatedArticle, ontology: Ontology, party: Party) -> dict[str, Codes]:
    """Return the PLOVER and ACLED codes of each event, by its id; empty for an ontology that codes nothing.

    Args:
        article: Its entities, events and CAUSE relations.
        ontology: Whose rules are applied.
        party: The party class of whoever acts or suffers, where it is known.
    """
    if ontology.coding is None:
        return {}
    types = {event.id: event.type for event in article.events}
    causes: dict[str, list[str]] = {}
    effects: dict[str, list[str]] = {}
    for relation in article.relations:
        if relation.type == "CAUSE":
            effects.setdefault(relation.head, []).append(types[relation.tail])
            causes.setdefault(relation.tail, []).append(types[relation.head])
    entities = {entity.id: entity for entity in article.entities}
    codes = {}
    for event in article.events:
        asked = frozenset(asked_of(ontology, event.type))
        circumstances = Circumstances(
            instrument=_instrument(event, entities, ontology),
            actor=_party(event, "ACTOR", party, ontology),
            target=_party(event, "TARGET", party, ontology),
            features=_features(event, asked, causes.get(event.id, []), effects.get(event.id, [])),
        )
        codes[event.id] = code_event(ontology, event.type, circumstances, event.factuality)
    return codes


def _instrument(event: EventMention, entities: Mapping[str, EntityMention], ontology: Ontology) -> str:
    """Return the class of the first instrument that has one; a weapon may also stand as the actor or in the trigger."""
    assert ontology.coding is not None
    known = ontology.coding.values("instrument")
    mentions = [
        entities[a.entity].text
        for role in ("INSTRUMENT", "ACTOR")
        for a in event.arguments
        if a.role == role and (role == "INSTRUMENT" or entities[a.entity].type == "WEAPON")
    ]
    for text in (*mentions, event.text):
        found = classify_instrument(fold(text).text)
        if found in known:
            return str(found)
    return UNKNOWN


def _party(event: EventMention, role: str, party: Party, ontology: Ontology) -> str:
    """Return the class of the first filler of a role that has one."""
    assert ontology.coding is not None
    known = ontology.coding.values(role.lower())
    found = (party(event, a.entity) for a in event.arguments if a.role == role)
    return next((name for name in found if name is not None and name in known and name != UNKNOWN), UNKNOWN)


def _features(event: EventMention, asked: frozenset[str], causes: list[str], effects: list[str]) -> frozenset[str]:
    """Return the features that are told by the trigger, by CAUSE links or by arguments, and asked for."""
    found = set(features_of_trigger(event.type, fold(event.text).text))
    if causes:
        found.add("has_cause")
    if _CASUALTIES.intersection(effects):
        found.add("casualties")
    if _FORCE.intersection(effects):
        found.add("force_used")
    if event.type == "DISPLACE" and any(a.role == "ACTOR" for a in event.arguments):
        found.add("driven_out")
    return frozenset(found) & asked
