"""Reads the tables of number words, units and counted duals into entries of the lexicon."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from waqai.normalization.lexicon import Entry, form_words, read_table

_INTEGERS = frozenset(
    [
        "zero",
        "unit",
        "one",
        "two",
        "hadi",
        "ten",
        "teen",
        "tens",
        "hundred",
        "hundreds",
        "mag",
        "magacc",
        "magdual",
        "mags",
        "open",
        "few",
        "nayf",
        "several",
        "ordinal",
    ]
)
_FRACTIONS = frozenset({"fraction", "fractions"})


@dataclass(frozen=True, slots=True)
class UnitWord:
    """A unit of measure or a currency by its CLDR code; the form itself says one, two, or in the plural None."""

    code: str
    count: int | None


def number_entries() -> Iterator[Entry]:
    """Yield the entries of numbers.tsv, units.tsv and duals.tsv."""
    for kind, value, prefixes, forms in read_table("numbers.tsv"):
        for form in forms.split():
            typed = int(value) if kind in _INTEGERS else Fraction(value) if kind in _FRACTIONS else value
            yield Entry(form_words(form), kind, typed, prefixes)
    yield from _units()
    yield from _duals()


def _units() -> Iterator[Entry]:
    """Yield units as `measure` or `symbol`; those of time also as `tunit`, and by number `tone`, `ttwo`, `tmany`."""
    for kind, code, prefixes, *columns in read_table("units.tsv"):
        for count, time_kind, forms in zip((1, 2, None), ("tone", "ttwo", "tmany"), columns, strict=True):
            for form in forms.replace("-", "").split():
                words, word = form_words(form), UnitWord(code, count)
                yield Entry(words, "symbol" if kind == "symbol" else "measure", word, prefixes)
                if code.startswith("duration-"):
                    yield Entry(words, "tunit", word, prefixes)
                    yield Entry(words, time_kind, word, prefixes)


@cache
def counted_nouns() -> frozenset[str]:
    """Return the folded singulars of duals.tsv, with the accusative ending that they may carry."""
    nouns = [form_words(form)[0] for _, forms in read_table("duals.tsv") for form in forms.split()]
    return frozenset(nouns) | {noun + "ا" for noun in nouns}


@cache
def counted_plurals() -> frozenset[str]:
    """Return the folded plurals of counted nouns: those of plurals.tsv, and the sound ones of duals.tsv."""
    plurals = {form_words(form)[0] for _, forms in read_table("plurals.tsv") for form in forms.split()}
    for ending, forms in read_table("duals.tsv"):
        for form in forms.split():
            (noun,) = form_words(form)
            if ending == "nominative":
                plurals |= {noun + "ون", noun + "ين"}
            elif ending == "feminine":
                plurals.add(noun.removesuffix("ه") + "ات")
    return frozenset(plurals)


def _duals() -> Iterator[Entry]:
    """Yield the indefinite duals of counted nouns as `pair`; a final ه is ة, which opens to ت before the ending."""
    for ending, forms in read_table("duals.tsv"):
        for form in forms.split():
            (noun,) = form_words(form)
            stem = noun.removesuffix("ه") + "ت" if noun.endswith("ه") else noun
            for suffix in {"nominative": ("ان",), "oblique": ("ين",)}.get(ending, ("ان", "ين")):
                yield Entry((stem + suffix,), "pair", 2, "wp")
