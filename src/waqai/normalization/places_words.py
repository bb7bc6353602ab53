"""The words around a place's name, from `tables/place_words.tsv`, and the lists of features and of Arab countries.

All words are keys of `gazetteer_keys.key_of`, so without article. How a mention is read with them is
`waqai.normalization.places_phrase`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from waqai.normalization.gazetteer_keys import key_of, name_key, name_tokens
from waqai.normalization.table_files import TABLES, read_rows

FEATURES: Final = frozenset(
    {
        *("continent", "country", "governorate", "district", "city", "town", "village", "populated_place"),
        *("settlement", "camp", "quarter", "region", "desert", "valley", "mountain", "river", "lake", "sea", "ocean"),
        *("gulf", "strait", "canal", "island", "border", "front", "crossing", "port", "airport", "base", "prison"),
        *("dam", "field", "road", "square", "landmark"),
    }
)
"""The types of places; `populated_place` is GeoNames' own, which tells no town from a village."""

ARAB: Final = frozenset(
    {
        *("AE", "BH", "DJ", "DZ", "EG", "EH", "IQ", "JO", "KM", "KW", "LB", "LY"),
        *("MA", "MR", "OM", "PS", "QA", "SA", "SD", "SO", "SY", "TN", "YE"),
    }
)
"""Countries whose names are Arabic: there, another vowel letter is another name, not another spelling."""

_COLUMNS: Final = ("kind", "means", "words")
_POSSESSIVES: Final = ("ه", "ها", "هم", "نا", "ي", "هما")


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """The table by kind.

    `heads`: head noun → the features it goes with, the likeliest first. `relations`: word → how the mention relates to
    the place after it; those of `soft` only when the place is not of their kind as head nouns. `directions`: word →
    direction. `pointers`: noun → what its definite form stands for. `own`: `بلاده`, `بلدهم`. `adjectives`: what may be
    cut off after a name. `common`: all of them with and without article, which alone name no place.
    """

    heads: Mapping[str, tuple[str, ...]]
    relations: Mapping[str, str]
    soft: frozenset[str]
    directions: Mapping[str, str]
    pointers: Mapping[str, str]
    own: frozenset[str]
    adjectives: frozenset[str]
    links: frozenset[str]
    common: frozenset[str]


@cache
def place_words() -> PlaceWords:
    """Return the words of the table, read at the first call."""
    kinds: dict[str, dict[str, str]] = {}
    for row in read_rows(TABLES / "place_words.tsv", columns=_COLUMNS, required=("kind", "words")):
        kinds.setdefault(row["kind"], {}).update((word, row["means"]) for word in row.variants("words"))
    heads = {name_key(word): tuple(features.split()) for word, features in kinds["head"].items()}
    relations, pointers = _keyed(kinds["relation"]), _keyed(kinds["pointer"])
    directions = {
        form: direction
        for key, direction in _keyed(kinds["direction"]).items()
        for form in (key, f"{key}ي", f"{key}يه")
    }
    own = frozenset(name_key(stem + ending) for stem in kinds["own"] for ending in _POSSESSIVES)
    links = frozenset(map(name_key, kinds["link"]))
    words = (*heads, *relations, *directions, *pointers, *links, *own)
    return PlaceWords(
        heads=heads,
        relations=relations,
        soft=frozenset(map(name_key, kinds["soft"])),
        directions=directions,
        pointers=pointers,
        own=own,
        adjectives=frozenset(
            key_of(name_tokens(f"ال{stem}{ending}")) for stem in kinds["adjective"] for ending in ("", "ة", "ى")
        ),
        links=links,
        common=frozenset((*words, *(f"ال{key}" for key in words))),
    )


def _keyed(words: Mapping[str, str]) -> dict[str, str]:
    return {name_key(word): means for word, means in words.items()}
