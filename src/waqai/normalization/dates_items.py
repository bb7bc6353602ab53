"""The items of a text as the date grammar reads them: every number of several words is one item.

`السابع والعشرين من آب` has the items ordinal, from, month. Single words keep all their readings (`الاثنين` is a weekday
and a number, `صفر` a month and a number); the patterns choose.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from waqai.normalization.numbers_words import read_quantity
from waqai.normalization.scanning import Scan, lexicon

if TYPE_CHECKING:
    from waqai.normalization.lexicon import Lexeme

CARDINAL = "num|unit|teen|ten|tens|hundred|hundreds|mag|magdual|joined"
ORDINAL = "ordinal|joined_ordinal"
_WORDS = "<num|article|unit|one|two|hadi|ten|teen|tens|hundred|hundreds|mag|magdual|ordinal>"


@dataclass(frozen=True, slots=True)
class DateItems:
    """The joined items, the first and last item of the scan that each stands for, and one class character each."""

    items: Scan
    origins: list[tuple[int, int]]
    classes: str

    def reading(self, index: int, *kinds: str) -> Any:
        """Return the first reading of an item that has one of the kinds, or None."""
        if 0 <= index < len(self.items.lexemes):
            readings = self.items.lexemes[index].readings
            for kind in kinds:
                if kind in readings:
                    return readings[kind]
        return None

    def number(self, index: int) -> int | None:
        """Return the whole number that an item says as a cardinal or an ordinal."""
        value = self.reading(index, *CARDINAL.split("|"), *ORDINAL.split("|"), "daynum")
        if self.reading(index, "magdual") is not None:
            value *= 2
        return value if isinstance(value, int) else None


@lru_cache(maxsize=2)
def _joining() -> Any:
    return lexicon().pattern(_WORDS)


def date_items(scan: Scan) -> DateItems:
    """Return the items of a scan with its numbers of several words joined."""
    lex = lexicon()
    starts: list[int] = []
    ends: list[int] = []
    lexemes: list[Lexeme] = []
    origins: list[tuple[int, int]] = []
    copied = 0

    def copy(until: int) -> None:
        starts.extend(scan.starts[copied:until])
        ends.extend(scan.ends[copied:until])
        lexemes.extend(scan.lexemes[copied:until])
        origins.extend([(item, item) for item in range(copied, until)])

    for match in _joining().finditer(scan.classes):
        first = match.start()
        if first < copied:
            continue
        quantity = read_quantity(scan, first)
        if quantity is None or quantity.last == first or not quantity.exact or not isinstance(quantity.low, int):
            continue
        copy(first)
        year = not quantity.ordinal and 1000 <= quantity.low <= 2999
        kinds = ("joined_ordinal",) if quantity.ordinal else ("joined", "yearnum") if year else ("joined",)
        definite = scan.has(first, "article") or scan.definite(first)
        starts.append(scan.starts[first])
        ends.append(scan.ends[quantity.last])
        lexemes.append(lex.lexeme(dict.fromkeys(kinds, quantity.low), definite=definite))
        origins.append((first, quantity.last))
        copied = quantity.last + 1
    copy(len(scan.starts))
    classes = "".join([lexeme.char for lexeme in lexemes])
    return DateItems(Scan(scan.folded, classes, starts, ends, lexemes), origins, classes)
