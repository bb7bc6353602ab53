"""Names for building the gazetteer: which of a place's names to show, and the forms of an adjective of nationality."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from waqai.normalization.gazetteer_keys import bare, key_of, name_tokens
from waqai.normalization.places_words import place_words
from waqai.text import fold

_ARABIC: Final = re.compile(r"^[\u0621-\u063a\u0641-\u064a\u064b-\u0652ـ ()\-]+$")
_SCRIPT: Final = re.compile(r"[\u0621-\u064a]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_MARKS: Final = ("ة", "ال", "أ", "إ", "ى", "ئ", "ؤ")
_SOUNDS: Final = dict(zip("بتثجحخدذرزسشصضطظغفقكلمنه", "bttjhhdzrzsxsdtzgfqklmnh", strict=True))
_NISBA: Final = ("ي", "يه", "يون", "يين", "يان", "يات", "يتين", "يتان", "يا", "يي", "يو")


def is_arabic_script(name: str) -> bool:
    """Return whether a name is written in Arabic script, in whatever language."""
    return bool(_SCRIPT.search(name)) and not _LATIN.search(name)


def display_name(names: Sequence[str], english: str) -> str:
    """Return the name that sounds most like GeoNames' main name and, of several such, looks most Arabic.

    GeoNames' list says of no name in which language it is; Persian, Urdu, Kurdish and former names are among them.
    """
    arabic = [name for name in names if _ARABIC.match(name)] or names
    sound = _consonants(re.sub(r"^a[a-z]{1,2}[ -]", "", unicodedata.normalize("NFKD", english).lower()))
    heads = place_words().heads

    def rank(name: str) -> tuple[int, int, int]:
        tokens = name_tokens(name)
        heard = _consonants("".join(_SOUNDS.get(letter, "") for letter in " ".join(map(bare, tokens))))
        alike = difflib.SequenceMatcher(None, sound, heard, autojunk=False).ratio()
        headed = len(tokens) > 1 and key_of(tokens[:1]) in heads
        return round(4 * alike) - 4 * headed, sum(mark in name for mark in _MARKS), -len(name)

    return fold(max(arabic, key=rank), letters=False).text.strip()


def _consonants(text: str) -> str:
    text = re.sub(r"[^bcdfghjklmnpqrstvxz]", "", text.replace("sh", "x").replace("kh", "h"))
    return re.sub(r"(.)\1+", r"\1", text)


def adjective_forms(adjective: str, *, regular: bool) -> Iterator[str]:
    """Yield the keys of an adjective of nationality in gender, number and case; of `كوري شمالي` both parts agree.

    >>> "يمنيون" in set(adjective_forms("يمني", regular=True))
    True
    """
    tokens = list(name_tokens(adjective))
    if not regular or not all(token.endswith("ي") for token in tokens):
        yield key_of(tokens)
        yield key_of([f"ال{tokens[0]}", *tokens[1:]])
        return
    stems = [token[:-1] for token in tokens]
    for ending in _NISBA:
        yield key_of([stem + ending for stem in stems])
        yield key_of([f"ال{tokens[0][:-1]}{ending}", *(f"ال{stem}{ending}" for stem in stems[1:])])
        yield key_of([stems[0] + ending, *(stem + "يه" for stem in stems[1:])])
        yield key_of([stems[0] + ending, *(stem + "ي" for stem in stems[1:])])
