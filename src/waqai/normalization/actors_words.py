"""The words of `tables/actor_words.tsv` in all their forms: institutions, groups, offices, members, things.

`ActorWords.longest` finds the longest entry at the start of a mention's words. What follows from it is
`waqai.normalization.actors_rules`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from waqai.normalization.gazetteer_keys import key_of, name_tokens
from waqai.normalization.table_files import TABLES, read_rows

WORD_COLUMNS: Final = ("kind", "id", "name", "english", "class", "sector", "words")
_ENDINGS: Final = ("", "ا", "ان", "ين", "ون", "ه", "ات", "ي", "و", "تان", "تين")
_POSSESSIVES: Final = ("ه", "ها", "هم", "نا", "هما", "ي")
_MAX_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class ActorWord:
    """One row of the table."""

    kind: str
    id: str
    name: str
    english: str
    actor_class: str
    sector: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry at the start of some words: how many it takes, and whether the last has a possessive pronoun."""

    word: ActorWord
    length: int
    possessed: bool = False


@dataclass(frozen=True, slots=True)
class ActorWords:
    """Entries by kind and key; `possessed` holds those with a pronoun (`قواته`) apart."""

    plain: Mapping[str, Mapping[str, ActorWord]]
    possessed: Mapping[str, Mapping[str, ActorWord]]

    def longest(self, kind: str, tokens: Sequence[str]) -> Match | None:
        """Return the longest entry of a kind with which the folded words begin."""
        plain, possessed = self.plain.get(kind, {}), self.possessed.get(kind, {})
        for length in range(min(_MAX_WORDS, len(tokens)), 0, -1):
            key = key_of(list(tokens[:length]))
            word = plain.get(key)
            if word is not None:
                return Match(word, length)
            word = possessed.get(key)
            if word is not None:
                return Match(word, length, possessed=True)
        return None

    def is_word(self, kind: str, token: str) -> bool:
        """Return whether one folded word alone is an entry of a kind."""
        return key_of([token]) in self.plain.get(kind, {})


@cache
def actor_words() -> ActorWords:
    """Return the words of the table, read at the first call."""
    plain: dict[str, dict[str, ActorWord]] = {}
    possessed: dict[str, dict[str, ActorWord]] = {}
    for row in read_rows(TABLES / "actor_words.tsv", columns=WORD_COLUMNS, required=("kind", "id", "class", "words")):
        word = ActorWord(row["kind"], row["id"], row["name"], row["english"], row["class"], row["sector"] or None)
        for variant in row.variants("words"):
            for key, owned in _forms(variant):
                (possessed if owned else plain).setdefault(word.kind, {}).setdefault(key, word)
    return ActorWords(plain, possessed)


def _forms(variant: str) -> Iterator[tuple[str, bool]]:
    """Yield the keys of an entry and whether a possessive pronoun is in it; `+` in the entry adds endings."""
    first, *rest = variant.split()
    inflected = first.endswith("+")
    stem = name_tokens(first.rstrip("+"))[0]
    others = [name_tokens(word)[0] for word in rest]
    endings = _ENDINGS if inflected else ("",)
    for ending in endings:
        yield key_of([stem + ending, *others]), False
    if others:
        return
    base = f"{stem[:-1]}ت" if stem.endswith("ه") else stem
    for ending in ("", "ي", "و") if inflected else ("",):
        for pronoun in _POSSESSIVES:
            yield key_of([base + ending + pronoun]), True
