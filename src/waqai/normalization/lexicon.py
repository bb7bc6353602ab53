"""The words of numbers and dates, as the tables list them, found by their folded spelling with particles attached.

Each form of the tables is entered bare, with the article, and with و ف ب ل ك before it, as far as its row allows, so
that reading a word is one look-up. A word may have several readings (`ثانية` is an ordinal and a unit); which one
holds is the grammars' business (`numbers_words`, `dates_atoms`). This file knows tables and spelling, no grammar.

The grammars match regular expressions over one character a word: `Lexicon.pattern` turns `<unit>` into the class of
all words that can be a unit, `<+unit>` and `<-unit>` into those with and without the article.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from waqai.text import fold

TOKEN = re.compile(
    r"(?P<word>[\u0621-\u063a\u0641-\u064a]+|[^\W\d_]+)"
    r"|(?P<date>(?<![\d/.-])\d{1,4} ?(?P<sep>[/.-]) ?\d{1,2} ?(?P=sep) ?\d{1,4}(?!\d|[/.-]\d))"
    r"|(?P<time>(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:]))"
    r"|(?P<number>\d{1,3}(?:(?P<group>[,.،\u2009])\d{3})(?:(?P=group)\d{3})*(?!\d)(?:[.,]\d+(?!\d|[.,]\d))?"
    r"|\d+[.,،]\d{1,2}(?![\d]|[.,،]\d)|\d+\.\d+(?!\.\d)|\d{1,3}(?: \d{3})* \d00(?![\d.,/:-]|\s\d)|\d+)"
    r"|(?P<line>[\r\n\u2028\u2029]+)"
    r"|(?P<mark>[^\s])"
)
"""Words, numeric dates, clock times, numbers with their grouping and decimals, line breaks, and single marks."""

_ELEMENT = re.compile(r"\((?:\?P<\w+>|\?[:=!])?|\)|\||\?|<[^>]+>|\\?.")

_BARE = (("", 0, 0), ("و", 1, 0), ("ف", 1, 0), ("ب", 0, 1), ("ل", 0, 1), ("ك", 0, 1))
_DOUBLE = (("وب", 1, 1), ("ول", 1, 1), ("وك", 1, 1), ("فب", 1, 1), ("فل", 1, 1))
_WHOLE = frozenset({"وطن", "لست", "وقدم", "لامس", "باب", "وصف", "كميه", "كميات", "وسط"})
"""Words of their own that look like a particle and a word of the tables."""

_Cut = tuple[int, int, bool]
"""Letters of conjunction, letters of preposition, and whether the word has the article."""


@dataclass(frozen=True, slots=True, eq=False)
class Lexeme:
    """A word that the grammars know: its readings by kind, whether it has the article, and its class character."""

    readings: Mapping[str, Any]
    definite: bool = False
    char: str = "."


@dataclass(frozen=True, slots=True)
class Form:
    """One way to read a spelling: the letters of its particles, the words that must follow, and what it is."""

    conjunction: int
    preposition: int
    rest: tuple[str, ...]
    lexeme: Lexeme


@dataclass(slots=True)
class Lexicon:
    """The forms of each spelling, those of most words first, and the classes of all readings."""

    forms: dict[str, tuple[Form, ...]] = field(default_factory=dict)
    chars: dict[tuple[frozenset[str], bool], str] = field(default_factory=dict)

    def lexeme(self, readings: Mapping[str, Any], *, definite: bool = False) -> Lexeme:
        """Return a lexeme with the class character of its readings, which is new when no other word has the same."""
        key = (frozenset(readings), definite)
        char = self.chars.setdefault(key, chr(0xE000 + len(self.chars)))
        return Lexeme(readings, definite, char)

    def pattern(self, source: str) -> re.Pattern[str]:
        """Compile a verbose pattern in which `<kind>`, `<+kind>`, `<-kind>` and `<a|b>` are classes of words.

        A kind that no word has makes a pattern that never matches there, which is a fault of the caller.
        """
        return re.compile(re.sub(r"(?<!P)<([+-]?)([a-z0-9_|]+)>", self._class, source), re.VERBOSE)

    def heads(self, source: str) -> frozenset[str]:
        """Return the class characters with which a match of the pattern can begin, so that others need no attempt.

        Read are classes, groups with alternatives, and `?`; anything else may begin with a word of no table.
        """
        found: set[str] = set()
        self._heads(_ELEMENT.findall(re.sub(r"\s", "", source)), found)
        return frozenset(found)

    def _heads(self, elements: list[str], found: set[str]) -> bool:
        """Take one group's elements off the list, add its heads, and return whether the group can be empty."""
        empty, reached = False, True
        while elements:
            element = elements.pop(0)
            if element == ")":
                break
            if element == "|":
                empty, reached = empty or reached, True
                continue
            heads: set[str] = set()
            if element.startswith("("):
                skippable = self._heads(elements, heads)
            else:
                kinds = re.fullmatch(r"<([+-]?)([a-z0-9_|]+)>", element)
                heads.update(self._class(kinds)[1:-1] if kinds else ".")
                skippable = False
            if elements and elements[0] == "?":
                elements.pop(0)
                skippable = True
            if reached:
                found |= heads
            reached = reached and skippable
        return empty or reached

    def _class(self, match: re.Match[str]) -> str:
        article = {"": None, "+": True, "-": False}[match[1]]
        wanted = set(match[2].split("|"))
        missing = wanted - {kind for kinds, _ in self.chars for kind in kinds}
        assert not missing, f"no word has the kind {missing}"
        chars = [c for (kinds, definite), c in self.chars.items() if wanted & kinds and article in {None, definite}]
        return f"[{''.join(chars)}]"


def read_table(name: str) -> Iterator[list[str]]:
    """Yield the rows of a table of this package, split at tabs, without its comment header."""
    text = resources.files("waqai.normalization").joinpath("tables").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def form_words(form: str) -> tuple[str, ...]:
    """Return the folded words of one form of a table, whose words are joined by underscores."""
    return tuple(match[0] for match in TOKEN.finditer(fold(form.replace("_", " ")).text))


@dataclass(frozen=True, slots=True)
class Entry:
    """One form of a table before its particles are added."""

    words: tuple[str, ...]
    kind: str
    value: Any
    prefixes: str


def build_lexicon(entries: Iterable[Entry]) -> Lexicon:
    """Return the lexicon of all entries; where a spelling can be cut in two ways, the fewest particles win."""
    spellings: dict[tuple[str, ...], dict[_Cut, dict[str, Any]]] = {}
    for entry in entries:
        for words, cut in _spellings(entry):
            spellings.setdefault(words, {}).setdefault(cut, {}).setdefault(entry.kind, entry.value)
    built = Lexicon()
    forms: dict[str, list[Form]] = {}
    for words, cuts in spellings.items():
        (conjunction, preposition, definite), readings = min(cuts.items(), key=lambda item: item[0])
        if conjunction + preposition and {words[0], words[0][conjunction:]} & _WHOLE:
            continue
        lexeme = built.lexeme(readings, definite=definite)
        forms.setdefault(words[0], []).append(Form(conjunction, preposition, words[1:], lexeme))
    for word, found in forms.items():
        built.forms[word] = tuple(sorted(found, key=lambda form: -len(form.rest)))
    return built


def _spellings(entry: Entry) -> Iterator[tuple[tuple[str, ...], _Cut]]:
    """Yield the word with every particle it takes, and (letters of conjunction, of preposition, article)."""
    first, rest = entry.words[0], entry.words[1:]
    born_definite = first.startswith("ال") and len(first) > 4
    for prefix, conjunction, preposition in (*_BARE, *_DOUBLE):
        if (conjunction and "w" not in entry.prefixes) or (preposition and "p" not in entry.prefixes):
            continue
        if not born_definite:
            yield (prefix + first, *rest), (conjunction, preposition, False)
        article = first[2:] if born_definite else first if "a" in entry.prefixes else ""
        if article and prefix.endswith("ل"):
            yield (prefix + "ل" + article.removeprefix("ل"), *rest), (conjunction, preposition, True)
        elif article:
            yield (prefix + "ال" + article, *rest), (conjunction, preposition, True)
