"""Gives the mentions of an article their values, and makes tuples and incidents of them: all that follows the model.

Types are recognised by the names of the shipped ontology (NUM, DATE, GPE, LOC, FAC, PER, …); an ontology of one's own
that uses other names gets tuples without values. The rules themselves are `waqai.normalization`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from waqai.inference.circumstances import code_events
from waqai.inference.tuples import assemble_tuples
from waqai.normalization.actors import ActorValue, class_abroad, resolve_actors
from waqai.normalization.actors_table import ActorTable, default_actors
from waqai.normalization.dates import DateValue, normalize_date
from waqai.normalization.gazetteer import Gazetteer, default_gazetteer
from waqai.normalization.incidents import roll_up
from waqai.normalization.numbers import NumberValue, resolve_numbers
from waqai.normalization.places import PlaceValue, resolve_places
from waqai.ontology import Ontology
from waqai.records import AnnotatedArticle, EntityMention, EventMention, Value


class Normalizer:
    """Adds values, codes, incidents and tuples to annotated articles.

    Args:
        ontology: Whose rules give PLOVER and ACLED codes.
        gazetteers: Files of the user with further places; see docs/normalization.md.
        actors: Files of the user with further actors; see docs/normalization.md.
        calibrated: Makes a tuple's score, see `waqai.inference.tuples.assemble_tuples`.
    """

    def __init__(
        self,
        ontology: Ontology,
        *,
        gazetteers: tuple[Path, ...] = (),
        actors: tuple[Path, ...] = (),
        calibrated: Callable[[float], float] | None = None,
    ) -> None:
        self.ontology = ontology
        self.calibrated = calibrated
        self.gazetteer = Gazetteer.load(gazetteers) if gazetteers else default_gazetteer()
        self.actors = ActorTable.load(actors) if actors else default_actors()

    def __call__(self, article: AnnotatedArticle) -> AnnotatedArticle:
        """Return the article with the values of its mentions, and the tuples and incidents that are made of them."""
        entities = article.entities
        places = resolve_places(entities, gazetteer=self.gazetteer)
        found = resolve_actors(entities, table=self.actors, gazetteer=self.gazetteer, places=places)
        numbers = resolve_numbers(article.text, entities)
        number_of = {e.id: number for e, number in zip(entities, numbers, strict=True) if number is not None}
        place_of = {e.id: place for e, place in zip(entities, places, strict=True) if place is not None}
        actor_of = {e.id: actor for e, actor in zip(entities, found, strict=True) if actor is not None}
        anchor = _anchor(article.date)

        def value_of(entity: EntityMention) -> Value | None:
            value: NumberValue | DateValue | PlaceValue | ActorValue | None
            if entity.type == "NUM":
                value = number_of.get(entity.id)
            elif entity.type == "DATE":
                value = normalize_date(entity.text, anchor)
            elif entity.type in PLACE_TYPES:
                value = place_of.get(entity.id)
            else:
                value = actor_of.get(entity.id)
            return None if value is None else value.to_dict()

        def party(event: EventMention, entity: str) -> str | None:
            actor = actor_of.get(entity)
            return None if actor is None else class_abroad(actor, _country(event, place_of))

        valued = replace(article, entities=tuple(replace(e, value=value_of(e)) for e in entities))
        incidents = roll_up(valued)
        codes = code_events(valued, self.ontology, party)
        actors = {entity: actor.to_dict() for entity, actor in actor_of.items()}
        tuples = assemble_tuples(valued, codes, incidents, self.calibrated, actors)
        return replace(valued, incidents=incidents, tuples=tuples)


PLACE_TYPES = frozenset({"GPE", "LOC", "FAC"})
"""Whose own value is a place; as an actor such a mention stands for whoever acts from there."""


def _country(event: EventMention, places: Mapping[str, PlaceValue]) -> str | None:
    """Return the country of the first place of an event that has one."""
    located = (places.get(a.entity) for a in event.arguments if a.role == "LOCATION")
    return next((place.country for place in located if place is not None and place.country is not None), None)


def _anchor(day: str | None) -> date | None:
    """Return the article's day, or None when it has none or one that is not ISO 8601."""
    try:
        return datetime.fromisoformat(day).date() if day else None
    except ValueError:
        return None
