"""Reads a text once into items that the grammars of numbers and dates share.

An item is a word of the lexicon, a particle cut off before one, a number, numeric date or clock time in digits, a line
break, or anything else. The items of a text, one class character each, are a string that regular expressions over
classes run on; the same index leads to the item's characters and readings. Offsets are of the folded text until
`Scan.raw_span` maps them back.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from waqai.normalization.dates_tables import date_entries
from waqai.normalization.lexicon import TOKEN, Form, Lexeme, Lexicon, build_lexicon
from waqai.normalization.numbers_literals import number_of, numeric_date
from waqai.normalization.numbers_tables import number_entries
from waqai.text import Folded, fold

_ATTACHED: dict[str, tuple[tuple[str, bool], ...]] = {
    conjunction + preposition + article: tuple(
        part for part in ((conjunction, False), (preposition, False), (article, True)) if part[0]
    )
    for conjunction in ("", "و", "ف")
    for preposition, article in (
        ("", "ال"),
        ("ب", "ال"),
        ("ك", "ال"),
        ("ل", "ل"),
        *((p, "") for p in ("", "ب", "ل", "ك")),
    )
    if conjunction + preposition + article
}
"""What can be written together with digits (`و30`, `الـ15`, `بالـ15`): its parts, and whether each is the article."""


@dataclass(frozen=True, slots=True)
class Special:
    """The lexemes that come from no table."""

    word: Lexeme
    line: Lexeme
    mark: Lexeme
    conjunction: Lexeme
    preposition: Lexeme
    article: Lexeme
    opaque: Lexeme
    number: Lexeme
    day_number: Lexeme
    day_code: Lexeme
    year_number: Lexeme
    date: Lexeme
    time: Lexeme


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of all tables; it is built once, at the first call."""
    built = build_lexicon((*number_entries(), *date_entries()))
    for kinds in (
        "num",
        "num daynum",
        "opaque daynum",
        "num yearnum",
        "datelit",
        "timelit",
        "article",
        "opaque",
        "prep",
        "line",
    ):
        built.lexeme(dict.fromkeys(kinds.split()))
    for kinds in ("joined", "joined yearnum", "joined_ordinal"):
        built.lexeme(dict.fromkeys(kinds.split()))
        built.lexeme(dict.fromkeys(kinds.split()), definite=True)
    return built


@cache
def special() -> Special:
    """Return the lexemes of everything that is in no table."""
    lex = lexicon()
    return Special(
        word=Lexeme({}, char="."),
        line=lex.lexeme({"line": None}),
        mark=Lexeme({}, char="!"),
        conjunction=lex.lexeme({"and": "1"}),
        preposition=lex.lexeme({"prep": None}),
        article=lex.lexeme({"article": None}),
        opaque=lex.lexeme({"opaque": None}),
        number=lex.lexeme({"num": None}),
        day_code=lex.lexeme({"opaque": None, "daynum": None}),
        day_number=lex.lexeme({"num": None, "daynum": None}),
        year_number=lex.lexeme({"num": None, "yearnum": None}),
        date=lex.lexeme({"datelit": None}),
        time=lex.lexeme({"timelit": None}),
    )


@dataclass(frozen=True, slots=True)
class Scan:
    """The items of a text in order: class characters, half-open folded offsets, and lexemes, all of one length."""

    folded: Folded
    classes: str
    starts: list[int]
    ends: list[int]
    lexemes: list[Lexeme]

    def text(self, index: int) -> str:
        """Return the folded characters of an item, or nothing where there is no item."""
        return self.folded.text[self.starts[index] : self.ends[index]] if 0 <= index < len(self.starts) else ""

    def has(self, index: int, kind: str) -> bool:
        """Return whether there is an item with a reading of this kind."""
        return 0 <= index < len(self.lexemes) and kind in self.lexemes[index].readings

    def definite(self, index: int) -> bool:
        """Return whether the item is a word with the article, known to the lexicon or not."""
        if not 0 <= index < len(self.lexemes):
            return False
        return self.lexemes[index].definite or (
            self.lexemes[index].char == "." and self.text(index).startswith(("ال", "وال", "بال", "لل", "كال", "فال"))
        )

    def touching(self, index: int) -> bool:
        """Return whether an item begins where the one before it ends."""
        return 0 < index < len(self.starts) and self.starts[index] == self.ends[index - 1]

    def raw_span(self, first: int, last: int) -> tuple[int, int]:
        """Return the half-open raw characters from item `first` to item `last`, both included."""
        return self.folded.span(self.starts[first], self.ends[last])


@lru_cache(maxsize=2)
def scan(text: str) -> Scan:
    """Return the items of `text`; kept for the last texts, so that numbers and dates of one article share it."""
    folded = fold(text)
    forms, own = lexicon().forms, special()
    starts: list[int] = []
    ends: list[int] = []
    lexemes: list[Lexeme] = []

    def put(start: int, end: int, lexeme: Lexeme) -> None:
        starts.append(start)
        ends.append(end)
        lexemes.append(lexeme)

    matches = list(TOKEN.finditer(folded.text))
    index, count = 0, len(matches)
    while index < count:
        match = matches[index]
        start, end = match.span()
        kind, word = match.lastgroup, match[0]
        index += 1
        if word == "واحد" and _is_and_one(matches, index, lexemes):  # وأحد عشر
            put(start, start := start + 1, own.conjunction)
            put(start, end, forms["احد"][0].lexeme)
        elif word in forms and (form := _form(forms[word], matches, index)):
            index += len(form.rest)
            for _ in range(form.conjunction):
                put(start, start := start + 1, own.conjunction)
            for _ in range(form.preposition):
                put(start, start := start + 1, own.preposition)
            put(start, matches[index - 1].end(), form.lexeme)
        elif kind == "word":
            if word in _ATTACHED and index < count and _attached(word, end, matches[index]):
                for letter, is_article in _ATTACHED[word]:
                    lexeme = own.article if is_article else own.conjunction if letter in "وف" else own.preposition
                    put(start, start := start + len(letter), lexeme)
            else:
                put(start, end, own.word)
        elif kind == "number":
            put(start, end, _number(own, word))
        elif kind == "date":
            put(start, end, _literal(own.date, numeric_date(word), own.opaque))
        else:
            put(start, end, own.line if kind == "line" else own.mark if kind == "mark" else _literal(own.time, word))
    return Scan(folded, "".join([lexeme.char for lexeme in lexemes]), starts, ends, lexemes)


def _form(forms: tuple[Form, ...], matches: list[re.Match[str]], index: int) -> Form | None:
    """Return the form of most words whose further words stand at `index`."""
    for form in forms:
        if not form.rest:
            return form
        following = matches[index : index + len(form.rest)]
        if len(following) == len(form.rest) and all(m[0] == w for m, w in zip(following, form.rest, strict=True)):
            return form
    return None


def _is_and_one(matches: list[re.Match[str]], index: int, lexemes: list[Lexeme]) -> bool:
    """Return whether `واحد` is و and أحد: before عشر, or between a hundred or a magnitude and tens."""
    following = matches[index][0] if index < len(matches) else ""
    if following in {"عشر", "عشره"}:
        return True
    larger = {"mag", "mags", "magacc", "magdual", "hundred", "hundreds"}
    if not lexemes or larger.isdisjoint(lexemes[-1].readings):
        return False
    return any(form.conjunction and "tens" in form.lexeme.readings for form in lexicon().forms.get(following, ()))


def _attached(word: str, end: int, following: re.Match[str]) -> bool:
    """Return whether particles belong to the digits after them: the article even with a space (`الـ 48`)."""
    gap = following.start() - end
    return following.lastgroup == "number" and (gap == 0 or (gap == 1 and _ATTACHED[word][-1][1]))


def _number(own: Special, digits: str) -> Lexeme:
    """Return the lexeme of a number in digits, also `daynum` up to 31 (`09` too), and `yearnum` from 1000 to 2999."""
    value = number_of(digits)
    if isinstance(value, int) and digits.isdecimal():
        if 1 <= value <= 31:
            return _literal(own.day_number, value)
        if 1000 <= value <= 2999:
            return _literal(own.year_number, value)
    if value is None and len(digits) == 2 and digits[1] != "0":
        return _literal(own.day_code, int(digits))
    return _literal(own.number, value, own.opaque)


def _literal(model: Lexeme, value: object, fallback: Lexeme | None = None) -> Lexeme:
    """Return a lexeme of the model's only kind with this value, or the fallback where there is no value."""
    if value is None and fallback is not None:
        return fallback
    return Lexeme(dict.fromkeys(model.readings, value), char=model.char)
