"""Gives the mentions of an article their values, and makes tuples and incidents of them: all that follows the model.

Types are recognised by the names of the shipped ontology (NUM, DATE, GPE, LOC, FAC, PER, …); an ontology of one's own
that uses other names gets tuples without values. The rules themselves are `waqai.normalization`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from waqai.inference.circumstances import code_events
from waqai.inference.tuples import assemble_tuples
from waqai.normalization.dates import DateValue, normalize_date
from waqai.normalization.gazetteer import Gazetteer, default_gazetteer
from waqai.normalization.incidents import roll_up
from waqai.normalization.numbers import NumberValue, normalize_number
from waqai.normalization.places import PlaceValue, resolve_places
from waqai.ontology import Ontology
from waqai.records import AnnotatedArticle, Value


class Normalizer:
    """Adds values, codes, incidents and tuples to annotated articles.

    Args:
        ontology: Whose rules give PLOVER and ACLED codes.
        gazetteers: Files of the user with further places; see docs/normalization.md.
        calibrated: Makes a tuple's score, see `waqai.inference.tuples.assemble_tuples`.
    """

    def __init__(
        self,
        ontology: Ontology,
        *,
        gazetteers: tuple[Path, ...] = (),
        calibrated: Callable[[float], float] | None = None,
    ) -> None:
        self.ontology = ontology
        self.calibrated = calibrated
        self._gazetteers = gazetteers

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The places, loaded when the first article needs them."""
        return Gazetteer.load(self._gazetteers) if self._gazetteers else default_gazetteer()

    def __call__(self, article: AnnotatedArticle) -> AnnotatedArticle:
        """Return the article with the values of its mentions, and the tuples and incidents that are made of them."""
        values = self._values(article)
        valued = replace(
            article, entities=tuple(replace(entity, value=values.get(entity.id)) for entity in article.entities)
        )
        incidents = roll_up(valued)
        codes = code_events(valued, self.ontology, {})
        tuples = assemble_tuples(valued, codes, incidents, self.calibrated)
        return replace(valued, incidents=incidents, tuples=tuples)

    def _values(self, article: AnnotatedArticle) -> Mapping[str, Value]:
        anchor = _anchor(article.date)
        values: dict[str, Value] = {}
        places = resolve_places(article.entities, gazetteer=self.gazetteer) if article.entities else ()
        for entity, place in zip(article.entities, places, strict=True):
            value: NumberValue | DateValue | PlaceValue | None = place
            if entity.type == "NUM":
                value = normalize_number(entity.text)
            elif entity.type == "DATE":
                value = normalize_date(entity.text, anchor)
            if value is not None:
                values[entity.id] = value.to_dict()
        return values


def _anchor(day: str | None) -> date | None:
    """Return the article's day, or None when it has none or one that is not ISO 8601."""
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        return None
