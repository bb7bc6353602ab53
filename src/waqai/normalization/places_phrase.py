"""Reads a place mention into the names it may hold: `وسط مدينة كركوك` → the centre of something called كركوك.

A mention is a row of parts, directions, head nouns and adjectives around a name, or a definite noun that points back.
The phrase lists its possible names, the longest first; the words cut off before each say what kind of place is meant
and how the mention relates to it. The gazetteer is asked by `waqai.normalization.places`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from waqai.normalization.gazetteer_keys import bare, key_of, name_tokens
from waqai.normalization.places_words import PlaceWords, place_words

MAX_TOKENS: Final = 12
"""A longer mention names no place in a way that rules can read; only its first words are looked at."""

_CAPITAL: Final = key_of(["عاصمه"])
_COMPASS: Final = ("north", "south", "east", "west")
_MAX_INNER: Final = 3
_SHORT: Final = 3


@dataclass(frozen=True, slots=True)
class NameAttempt:
    """One name that the mention may hold, with what was cut off before it.

    `heads` are the features that the nearest head noun allows, likeliest first; empty without one. `relation` and
    `direction` are those of the words cut off, `soft_relation` that of words which are head nouns as well, and which
    counts only when the place found is not of their kind. `directed` says that the name begins with a direction
    (`جنوب السودان`), `common` that it is nothing but a head noun or the like, `shortened` that adjectives after it
    were cut off, `inner` that it stands somewhere inside a longer phrase, `capital` that the capital of it is meant.
    """

    key: str
    heads: tuple[str, ...] = ()
    relation: str | None = None
    soft_relation: str | None = None
    direction: str | None = None
    directed: bool = False
    common: bool = False
    shortened: bool = False
    inner: bool = False
    capital: bool = False


@dataclass(frozen=True, slots=True)
class PlacePhrase:
    """A mention, read.

    `nations` are the countries of the adjectives in it. `pointer` is what a definite noun without a name stands for
    (a feature, `capital`, `kingdom`, `strip` or `own`), with the relation and direction of the words around it.
    `capital` says that a head noun was `العاصمة`.
    """

    attempts: tuple[NameAttempt, ...]
    nations: tuple[str, ...] = ()
    pointer: str | None = None
    capital: bool = False
    relation: str | None = None
    direction: str | None = None


def read_phrase(text: str, nationality: Callable[[str], str | None]) -> PlacePhrase:
    """Return the phrase of a mention; `nationality` maps a key to a country or None."""
    words = place_words()
    tokens = _assimilated(list(name_tokens(text)[:MAX_TOKENS]), words)
    keys = [key_of([token]) for token in tokens]
    nations = [nationality(key) for key in keys]
    reader = _Reader(words, tokens, nations)
    attempts: list[NameAttempt] = []
    before = NameAttempt("")
    directions: list[str] = []
    start = 0
    while start < len(tokens):
        before = replace(before, direction=_compass(directions))
        attempts.extend(reader.names(start, before))
        key, token = keys[start], tokens[start]
        pointer = reader.pointer(start, key, possessed="ة" not in text)
        if pointer is not None and not (pointer == "capital" and any(nations)):
            found = tuple(nation for nation in nations if nation)
            relation = before.relation or before.soft_relation
            return PlacePhrase(tuple(attempts), found, pointer, relation=relation, direction=before.direction)
        turn = words.directions.get(key) or (words.directions.get(key[1:]) if start and key.startswith("و") else None)
        if turn is not None:
            directions.append(turn)
            before = replace(before, heads=())
        elif key in words.relations or key in words.heads:
            relation = before.relation or before.soft_relation
            soft = words.relations[key] if key in words.soft else None
            if soft is None:
                relation = relation or words.relations.get(key)
            before = replace(before, heads=words.heads.get(key, ()), relation=relation, soft_relation=soft)
        elif not (key in words.links or (start and nations[start] and token.startswith("ال"))):
            break
        before = replace(before, capital=before.capital or key == _CAPITAL)
        start += 1
    if tokens and tokens[0].startswith("ل") and len(tokens[0]) > _SHORT:
        attempts.append(NameAttempt(key_of([tokens[0][1:], *tokens[1:]])))
    relation = before.relation or before.soft_relation
    if start and start < len(tokens):
        attempts.extend(reader.inner_names(start, relation, _compass(directions)))
    if relation:
        directions += [words.directions[bare(token)] for token in tokens[start:] if bare(token) in words.directions]
    return PlacePhrase(
        tuple(attempts),
        tuple(nation for token, nation in zip(tokens, nations, strict=True) if nation and _adjectival(token)),
        capital=before.capital,
        relation=relation or ("part" if directions else None),
        direction=_compass(directions),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """The folded words of a mention, with the country of each that is an adjective of one."""

    words: PlaceWords
    tokens: Sequence[str]
    nations: Sequence[str | None]

    def names(self, start: int, before: NameAttempt) -> Iterator[NameAttempt]:
        """Yield the names from `start`, the longest first; from the end only adjectives are cut off.

        `before` holds what the words cut off before `start` say. A second name after و is cut off as well.
        """
        common, directions = self.words.common, self.words.directions
        rest = self.tokens[start:]
        joined = next((i for i in range(1, len(rest)) if rest[i].startswith("و") and len(rest[i]) > 3), None)
        if joined is not None and start:
            yield replace(before, key=key_of(list(rest)))
            rest = rest[:joined]
        for end in range(len(rest), 0, -1):
            cut = rest[end:]
            if not all(self.is_adjective(token) for token in cut):
                break
            key = key_of(list(rest[:end]))
            if key in common and (end > 1 or not rest[0].startswith("ال") or (start and not before.heads)):
                continue
            unit = self.words.heads.get(key_of([rest[0]]), ())[:1] in {("region",), ("governorate",)}
            vague = unit and all(key_of([token]) in common for token in rest[:end])
            turned = [directions[bare(token)] for token in cut if bare(token) in directions]
            related = before.relation or before.soft_relation
            yield replace(
                before,
                key=key,
                relation=before.relation or ("part" if before.direction else None),
                direction=_turned(before.direction, turned) if related else before.direction,
                directed=end > 1 and bare(rest[0]) in directions,
                common=vague or key in common,
                shortened=bool(cut),
            )
        plain = [
            token
            for token, nation in zip(rest, self.nations[start:], strict=False)
            if not (nation and token.startswith("ال")) and token not in self.words.links
        ]
        if start and 0 < len(plain) < len(rest):
            key = key_of(plain)
            yield replace(before, key=key, common=key in common, shortened=True)

    def inner_names(self, start: int, relation: str | None, direction: str | None) -> Iterator[NameAttempt]:
        """Yield the names inside the rest of a phrase that is about a part of something, the longest first."""
        rest = [token for token in self.tokens[start:] if token not in self.words.links]
        for length in range(min(_MAX_INNER, len(rest) - 1), 0, -1):
            for first in range(1, len(rest) - length + 1):
                key = key_of(rest[first : first + length])
                if key not in self.words.common and not (length == 1 and self.is_adjective(rest[first])):
                    yield NameAttempt(key, relation=relation or "part", direction=direction, inner=True)

    def pointer(self, start: int, key: str, *, possessed: bool) -> str | None:
        """Return what a word stands for when it points back: definite or possessed, and no name after it."""
        token, rest = self.tokens[start], self.tokens[start + 1 :]
        if key in self.words.own and possessed and not rest:
            return "own"
        pointer = self.words.pointers.get(key)
        if pointer is None or not token.startswith("ال") or (rest and pointer == "strip"):
            return None
        for other, nation in zip(rest, self.nations[start + 1 :], strict=True):
            definite = other.startswith("ال")
            if not (definite or nation) or (definite and not other.endswith(("ي", "يه", "ه"))):
                return None
        return pointer

    def is_adjective(self, token: str) -> bool:
        """Return whether a word may be cut off after a name: `الساحلية`, `المحتلة`, `الشرقي`, but not `الله`."""
        ending = token.endswith(("ي", "يه"))
        return token.startswith("ال") and (ending or key_of([token]) in self.words.adjectives)


def _assimilated(tokens: list[str], words: PlaceWords) -> list[str]:
    """Give back the article to a first word whose mention begins inside `لل` (`لمدينة` from `للمدينة`)."""
    if tokens and tokens[0].startswith("ل") and key_of([tokens[0][1:]]) in words.common:
        return [f"ال{tokens[0][1:]}", *tokens[1:]]
    return tokens


def _adjectival(token: str) -> bool:
    return token.endswith(("ي", "يه", "يين", "يون", "يان", "يتين")) or token.startswith("ال")


def _turned(direction: str | None, more: Sequence[str]) -> str | None:
    return _compass([*(direction.split("-") if direction else ()), *more])


def _compass(directions: Sequence[str]) -> str | None:
    """Return `north`, `north-east`, …; None without a direction, and the first alone where two contradict."""
    found = [name for name in _COMPASS if name in directions]
    if len(found) > 1 and {found[0], found[1]} not in ({"north", "south"}, {"east", "west"}):
        return f"{found[0]}-{found[1]}"
    return directions[0] if directions else None
