"""Ranks the places that a name may mean by what the article says: head noun, countries, the other places.

`Ranking.choose` takes a phrase of `places_phrase` and returns the best place of its longest name that has an
acceptable one. The article's countries and undoubted places are given; `waqai.normalization.places` collects them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from waqai.normalization.gazetteer import Candidate, Gazetteer, Place
from waqai.normalization.places_phrase import NameAttempt, PlacePhrase
from waqai.normalization.places_words import ARAB

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_SCORE: Final = 6.3
"""What `rank_score` is divided by: the sum of the largest terms, rounded up."""

_PRIOR: Final = {
    "country": 2.8, "continent": 1.3, "governorate": 1.0, "region": 1.0, "sea": 1.1, "ocean": 1.1, "gulf": 1.0,
    "district": 0.8, "city": 1.0, "town": 0.8, "camp": 0.8, "crossing": 0.7, "airport": 0.6, "base": 0.6,
}  # fmt: skip
_SETTLED: Final = frozenset({"city", "town", "village", "populated_place", "settlement", "camp"})
_STRICT: Final = frozenset(
    {"river", "sea", "ocean", "lake", "island", "mountain", "valley", "strait", "gulf", "desert"}
)
_BUILT: Final = frozenset(
    {
        "crossing",
        "port",
        "airport",
        "base",
        "prison",
        "dam",
        "field",
        "square",
        "landmark",
        "quarter",
        "camp",
        "settlement",
    }
)
_NAMED_AFTER: Final = frozenset({"road", "square", "landmark"})
"""Kinds of things that bear the names of places far away, so that their name tells no place."""
_TOWN: Final = 1000
_QUARTER_KM: Final = 50.0
_KNOWN: Final = 100_000
_FAMOUS: Final = 200_000
_FAMOUS_ARAB: Final = 20_000
_WELL_COVERED: Final = frozenset({"US", "GB", "FR", "DE"})
_HALVING_KM: Final = 100.0
_FEW: Final = 16
"""So many places are measured one by one; of more, only those that can be the nearest."""
_SAME_COSINE: Final = 1e-12
"""Cosines nearer than this (some metres at small distances) may be told in the wrong order by rounding."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The place that won: its score before scaling, and how far it is ahead of the next (infinite without one)."""

    index: int
    score: float
    lead: float
    attempt: NameAttempt
    rule: str
    fits_head: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """What an article tells: votes by country, and places that it names beyond doubt."""

    gazetteer: Gazetteer
    votes: Mapping[str, float]
    anchors: tuple[Place, ...] = ()
    most_votes: float = field(init=False)
    nearby: "Nearby" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "most_votes", max(self.votes.values(), default=0.0))
        object.__setattr__(self, "nearby", Nearby(self.anchors))

    def choose(self, phrase: PlacePhrase, entity_type: str) -> Choice | None:
        """Return the best acceptable place of the longest name that has one, by spelling, then by consonants."""
        for attempt in phrase.attempts:
            choice = self._best(attempt, self.gazetteer.find_key(attempt.key), phrase, entity_type, "name")
            if choice is not None:
                return choice
        countries = (self.votes.keys() | set(phrase.nations)) - ARAB - _WELL_COVERED
        for attempt in phrase.attempts:
            if not (attempt.inner or attempt.common or phrase.pointer):
                similar = self.gazetteer.similar(attempt.key, countries)
                choice = self._best(attempt, similar, phrase, entity_type, "spelling")
                if choice is not None:
                    return choice
        return None

    def _best(
        self, attempt: NameAttempt, candidates: Sequence[Candidate], phrase: PlacePhrase, entity_type: str, rule: str
    ) -> Choice | None:
        ranked = sorted(
            (
                (self._score(place, candidate, attempt, phrase, entity_type), place.population, -candidate.index)
                for candidate in candidates
                for place in [self.gazetteer.place(candidate.index)]
                if self._acceptable(place, candidate, attempt, phrase, entity_type)
            ),
            reverse=True,
        )
        if not ranked:
            return None
        score, _, index = ranked[0]
        fits = self.gazetteer.place(-index).feature in attempt.heads
        return Choice(-index, score, score - ranked[1][0] if len(ranked) > 1 else math.inf, attempt, rule, fits)

    def _acceptable(
        self, place: Place, candidate: Candidate, attempt: NameAttempt, phrase: PlacePhrase, entity_type: str
    ) -> bool:
        """Return whether a place may be meant at all: an obscure one must be vouched for by its country."""
        fits = place.feature in attempt.heads
        kind = attempt.heads[:1]
        near_by = place.country is None or place.country in self.votes or place.country in phrase.nations
        vague = attempt.shortened or place.feature in _SETTLED or not candidate.whole or not near_by
        if attempt.common and vague:
            return False
        if attempt.heads and not fits:
            if (attempt.shortened or not candidate.whole) and place.country not in phrase.nations:
                return False
            if (
                kind[0] in _NAMED_AFTER
                or (kind[0] in _STRICT and attempt.soft_relation is None)
                or (place.feature == "country" and not near_by)
            ):
                return False
        if entity_type == "FAC" and place.feature not in _BUILT and (attempt.inner or not kind):
            return False
        if kind == ("quarter",) and place.feature != "quarter" and attempt.relation is None:
            return self.nearby.distance_km(place) <= _QUARTER_KM
        if place.feature == "country" and entity_type == "LOC" and attempt.directed:
            return False
        if phrase.nations and place.country is not None and place.country not in phrase.nations:
            return place.source != "geonames" or (fits and not attempt.shortened)
        if near_by and attempt.inner:
            return place.feature in {"country", "governorate", "city"} or place.population >= _KNOWN
        if near_by:
            return True
        if place.source == "geonames":
            return self._famous(place, candidate, attempt)
        return fits or ((place.feature == "country" or candidate.whole) and not (self.votes and attempt.shortened))

    def _famous(self, place: Place, candidate: Candidate, attempt: NameAttempt) -> bool:
        """Return whether a place of a country that the article does not name may be meant for its own sake."""
        least = _FAMOUS_ARAB if place.country in ARAB else _FAMOUS
        if place.population >= least or self.gazetteer.is_capital(candidate.index):
            return not self.votes or not attempt.heads or attempt.heads[0] == "city"
        return not self.votes and place.population >= _TOWN and not attempt.inner

    def _score(
        self, place: Place, candidate: Candidate, attempt: NameAttempt, phrase: PlacePhrase, entity_type: str
    ) -> float:
        score = _PRIOR.get(place.feature, 0.55)
        if place.population and place.feature != "country":
            score = max(score, 1.6 * math.log10(place.population) / 7.0)
        if self.gazetteer.is_capital(candidate.index):
            score += 0.5
        if place.feature in attempt.heads:
            score += 0.7 - 0.1 * attempt.heads.index(place.feature)
        elif attempt.heads:
            score -= 0.6
        elif not candidate.whole:
            score -= 0.45
        if entity_type == "LOC" and attempt.relation is None and place.feature in _SETTLED:
            score -= 0.1
        if place.country is None:
            score += 0.6
        elif self.votes:
            score += self.votes.get(place.country, 0.0) / self.most_votes
        if phrase.nations:
            score += 1.2 if place.country in phrase.nations else -1.0
        return score + 0.6 * 0.5 ** (self.nearby.distance_km(place) / _HALVING_KM)


class Nearby:
    """Tells how far the nearest of some places is; what it takes hardly grows with their number."""

    def __init__(self, places: Sequence[Place]) -> None:
        """Keep those that have coordinates."""
        self.places = [place for place in places if place.latitude is not None and place.longitude is not None]
        self._known: dict[Place, float] = {}
        self._directions: NDArray[np.float64] | None = None
        if len(self.places) > _FEW:
            self._directions = np.array([_direction(place) for place in self.places])

    def distance_km(self, place: Place) -> float:
        """Return the distance of the nearest one; 0 for one of them, infinite without any or without coordinates."""
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = min(map(place.distance_km, self._candidates(place)), default=math.inf)
        return known

    def _candidates(self, place: Place) -> Sequence[Place]:
        """Return the places that may be the nearest: those in nearly the same direction from the Earth's centre."""
        if self._directions is None or place.latitude is None or place.longitude is None:
            return self.places
        cosines = self._directions @ np.array(_direction(place))
        return [self.places[i] for i in np.flatnonzero(cosines >= cosines.max() - _SAME_COSINE)]


def _direction(place: Place) -> tuple[float, float, float]:
    """Return the unit vector from the Earth's centre to a place that has coordinates."""
    latitude = math.radians(cast("float", place.latitude))
    longitude = math.radians(cast("float", place.longitude))
    east = math.cos(latitude)
    return east * math.cos(longitude), east * math.sin(longitude), math.sin(latitude)
