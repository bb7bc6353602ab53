"""Finds the numbers of a text and gives them values: `find_numbers`, and `resolve_numbers` for mentions of a model.

Reported are number phrases as the annotation guidelines mark them, ordinals apart, and duals of counted nouns. Not
reported is what names rather than counts (`القرار 2254`, `إف-16`, telephone numbers, scores), what is another word in
its place (`ست`, `ألّف`), and numbers inside dates, which `waqai.normalization.dates` reports.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from waqai.normalization.dates_chains import claimed_items
from waqai.normalization.numbers_phrases import Phrase, read_phrases
from waqai.normalization.numbers_tables import counted_nouns
from waqai.normalization.numbers_words import Amount
from waqai.normalization.scanning import Scan, scan
from waqai.records import EntityMention

Comparator = Literal["=", ">", ">=", "<", "<=", "~"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberValue:
    """What a number phrase says: `value`, or the bounds `low` and `high`, of which None is open.

    `unit` is a CLDR unit identifier (`length-kilometer`, `concentr-percent`) or a currency code (`USD`); None means
    that something is counted. `kind` tells ordinals from cardinals. `rule` names the readings that made the value.
    `context` are the half-open raw characters of the words beyond the mention that it was read from too (`على الأقل`
    after the counted noun), in order. `former` says that the text has it change to another: 20 in `من 20 إلى 30`.
    """

    value: int | float | None = None
    low: int | float | None = None
    high: int | float | None = None
    comparator: Comparator = "="
    unit: str | None = None
    kind: Literal["cardinal", "ordinal"] = "cardinal"
    rule: str
    context: tuple[tuple[int, int], ...] = ()
    former: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON: `value`, or `low` and `high`, always comparator, unit, kind and rule; the rest if any."""
        said: dict[str, Any] = {"value": self.value} if self.value is not None else {"low": self.low, "high": self.high}
        said |= {"comparator": self.comparator, "unit": self.unit, "kind": self.kind, "rule": self.rule}
        said |= {"context": [list(span) for span in self.context]} if self.context else {}
        return said | ({"former": True} if self.former else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMention:
    """A number phrase at half-open characters of the raw text, `text[start:end]`, with its value."""

    start: int
    end: int
    text: str
    value: NumberValue

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"start": self.start, "end": self.end, "text": self.text, "value": self.value.to_dict()}


def find_numbers(text: str) -> tuple[NumberMention, ...]:
    """Return the number phrases of `text` in order, without overlap; text that cannot be read yields nothing.

    >>> [(m.text, m.value.value, m.value.comparator) for m in find_numbers("مقتل أكثر من ٥٠ شخصاً وإصابة عشرين")]
    [('أكثر من ٥٠', 50, '>'), ('عشرين', 20, '=')]
    """
    read = scan(text)
    found = []
    for phrase in read_phrases(read, claimed_items(text)):
        if _is_reported(read, phrase):
            start, end = read.raw_span(phrase.first, phrase.last)
            found.append(
                NumberMention(start=start, end=end, text=text[start:end], value=_value(read, phrase, start, end))
            )
    return tuple(found)


def normalize_number(text: str) -> NumberValue | None:
    """Return the value of a mention that is a number phrase as a whole, or None; of several numbers the longest.

    Doubtful readings that `find_numbers` leaves out are taken here: whoever found the mention knew more. Where the text
    around the mention is at hand, `resolve_numbers` reads that too.

    >>> normalize_number("نحو 3 ملايين دولار").to_dict()["value"]
    3000000
    """
    read = scan(text)
    best = _longest(read, list(read_phrases(read)), 0, len(text))
    return None if best is None else _value(read, best, 0, len(text))


def resolve_numbers(text: str, mentions: Sequence[EntityMention]) -> tuple[NumberValue | None, ...]:
    """Return the value of each NUM mention of one text; None for other types and where there is no number.

    A mention is read where it stands, as its comparator and the noun that decides between `ألفا` 1000 and 2000 may be
    outside; where the text around it makes another number of its words, by `normalize_number`.

    >>> text = "قتل ألفا شخص على الأقل"
    >>> [value] = resolve_numbers(text, [EntityMention(id="e1", type="NUM", start=4, end=8, text="ألفا")])
    >>> value.value, value.comparator, [text[start:end] for start, end in value.context]
    (2000, '>=', ['شخص', 'على الأقل'])
    """
    read = scan(text)
    numbered = any(mention.type == "NUM" for mention in mentions)
    phrases = list(read_phrases(read, claimed_items(text))) if numbered else []
    extents = [_raw(read, p.quantity.first, (p.upper or p.quantity).last) for p in phrases]

    def value_of(mention: EntityMention) -> NumberValue | None:
        if mention.type != "NUM":
            return None
        inside = []
        for index in range(bisect_left(extents, (mention.start, 0)), len(phrases)):
            if extents[index][1] > mention.end:
                break
            inside.append(phrases[index])
        best = _longest(read, inside, mention.start, mention.end)
        if best is None:
            return normalize_number(mention.text)
        return _value(read, best, mention.start, mention.end)

    return tuple(value_of(mention) for mention in mentions)


def _longest(read: Scan, phrases: Sequence[Phrase], start: int, end: int) -> Phrase | None:
    """Return the phrase that fills most of a mention, the first of equals.

    Ordinals, and numbers that have changed to another, are taken only where nothing else stands.
    """

    def filled(phrase: Phrase) -> int:
        first, last = _raw(read, phrase.first, phrase.last)
        return min(last, end) - max(first, start)

    cardinals = [phrase for phrase in phrases if not phrase.quantity.ordinal] or phrases
    current = [phrase for phrase in cardinals if not phrase.former] or cardinals
    return max(current, key=filled, default=None)


def _raw(read: Scan, first: int, last: int) -> tuple[int, int]:
    """Return the raw characters of items, without marks after the last letter, which a mention may leave out."""
    return read.folded.starts[read.starts[first]], read.folded.ends[read.ends[last] - 1]


def _value(read: Scan, phrase: Phrase, start: int, end: int) -> NumberValue:
    """Return the value of a phrase for a mention at the raw characters `start` to `end`."""
    used = [(_raw(read, i, i), i) for i in sorted({*range(phrase.first, phrase.last + 1), *phrase.outside})]
    context = tuple(read.raw_span(i, i) for (first, last), i in used if first < start or last > end)
    comparator: Any = phrase.comparator
    kind: Literal["cardinal", "ordinal"] = "ordinal" if phrase.quantity.ordinal else "cardinal"
    if phrase.exact:
        said: dict[str, Any] = {"value": _plain(phrase.low)}
    else:
        said = {"low": _plain(phrase.low), "high": None if phrase.high is None else _plain(phrase.high)}
    rule, former = phrase.rule, phrase.former
    return NumberValue(
        **said, comparator=comparator, unit=phrase.unit, kind=kind, rule=rule, context=context, former=former
    )


def _plain(amount: Amount) -> int | float:
    """Return a whole amount as int, any other as float."""
    whole = Fraction(amount)
    return int(whole) if whole.denominator == 1 else float(whole)


_CODE_MARKS = frozenset("/@#_+=*×")
_BROKEN_DECIMAL = re.compile(r" ?\.\d")


def _is_reported(read: Scan, phrase: Phrase) -> bool:
    """Return whether a phrase counts something, in a text of which nothing else is known."""
    first, quantity = phrase.quantity.first, phrase.quantity
    readings = read.lexemes[first].readings
    following = quantity.last + 1
    if quantity.ordinal:
        return _is_ordinal(read, quantity.first, quantity.last)
    if "num" in readings or "article" in readings:
        return _counts(read, first, phrase)
    if quantity.rule == "several" or ("weekday" in readings and read.definite(first)):
        return False
    if quantity.rule == "dual unit" and read.has(first - 1, "office"):
        return False
    if quantity.rule == "dual noun" and read.has(first - 1, "pair"):  # an adjective of a dual: جنديان روسيان
        return False
    if quantity.first != quantity.last or phrase.last > quantity.last + (phrase.unit is not None):
        return True
    if "zero" in readings:
        free = first == 0 or not (read.classes[first - 1] == "." or read.has(first - 1, "dash"))
        return phrase.unit is not None or (not read.definite(first) and free)
    if readings.get("unit") == 1:
        return not read.definite(first) and (phrase.comparator != "=" or _counts_one(read, first))
    if "mag" in readings and not read.definite(first):
        return not read.definite(following) and phrase.unit != "duration-night"  # `ألّف الكتاب`, `ألف ليلة وليلة`
    if "short" in readings:
        if read.definite(first):
            return read.definite(first - 1)
        return read.classes[following : following + 1] == "." or read.has(following, "measure")
    if "fraction" in readings and read.definite(first):
        return phrase.first < first or read.has(first - 1, "prep")
    return True


def _is_ordinal(read: Scan, first: int, last: int) -> bool:
    """Return whether an ordinal says a rank: with the article, compound, or before its noun (`ثالث أكبر`)."""
    if read.definite(first) or last > first:
        return True
    value = read.lexemes[first].readings.get("ordinal", 0)
    following = read.classes[last + 1 : last + 2] == "." and not read.definite(last + 1)
    return value >= 2 and following and read.text(first) not in {"ثانيه", "ثان"}


def _counts(read: Scan, first: int, phrase: Phrase) -> bool:
    """Return whether digits count: they are no part of a name, a code, an address, a score or a list's numbering."""
    text, start, end = read.folded.text, read.starts[first], read.ends[phrase.quantity.last]
    before, after = text[start - 1 : start], text[end : end + 1]
    if phrase.unit is None and after.isascii() and after.isalpha():
        return False
    if (before.isascii() and before.isalpha()) or before in _CODE_MARKS or before == ".":
        return False
    if after in _CODE_MARKS or _BROKEN_DECIMAL.match(text, end) or (after == ":" and text[end + 1 : end + 2].isdigit()):
        return False
    if before == ":" and (text[start - 2 : start - 1].isdigit() or after == ")"):
        return False
    if read.touching(first) and read.classes[first - 1] == "." and len(read.text(first - 1)) == 1:
        return False
    if _is_bracketed(read, phrase):
        return False
    dash_before = read.has(first - 1, "dash") and read.touching(first)
    if dash_before and phrase.first == first and read.touching(first - 1):
        return False
    if phrase.first == first and read.has(phrase.last + 1, "dash") and read.touching(phrase.last + 1):
        return not read.has(phrase.last + 2, "num") and not read.touching(phrase.last + 2)
    numbering = phrase.last == phrase.quantity.last and (first == 0 or read.has(first - 1, "line"))
    if numbering and phrase.first == first and after in {"-", ".", ")"}:
        return False
    return phrase.unit is not None or not _is_named(read, phrase)


def _is_bracketed(read: Scan, phrase: Phrase) -> bool:
    """Return whether digits stand alone in brackets, as ages, minutes and verses do, and not before their noun."""
    if not (read.has(phrase.first - 1, "lparen") and read.has(phrase.last + 1, "rparen") and phrase.unit is None):
        return False
    return read.classes[phrase.last + 2 : phrase.last + 3] != "." or read.definite(phrase.last + 2)


def _is_named(read: Scan, phrase: Phrase) -> bool:
    """Return whether digits are the number of a thing: `القرار 2254`, `ميغ - 29`, `قرار مجلس الأمن الدولي 2216`."""
    index = phrase.first - 1
    if read.has(index, "naming") or (read.has(index, "dash") and read.has(index - 1, "naming")):
        return True
    following = phrase.last + 1
    if phrase.first != phrase.quantity.first or (
        read.classes[following : following + 1] == "." and not read.definite(following)
    ):
        return False
    if read.has(index, "counted_once") and read.definite(index):
        return True
    for back in range(index, max(index - 5, -1), -1):
        if read.has(back, "naming"):
            return True
        if read.classes[back] == "!" or read.has(back, "line") or read.has(back, "num"):
            return False
    return False


def _counts_one(read: Scan, index: int) -> bool:
    """Return whether `واحد` counts the noun before it (`جندي واحد`), and is no `من طرف واحد`, `في وقت واحد`."""
    noun = read.text(index - 1)
    return noun in counted_nouns() and not read.has(index - 2, "from") and not read.has(index + 1, "from")
