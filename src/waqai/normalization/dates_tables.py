"""Reads the tables of months, calendar words and fixed days into entries of the lexicon."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from waqai.normalization.lexicon import Entry, form_words, read_table

Calendar = Literal["gregorian", "hijri"]

_INTEGERS = frozenset(
    [
        "weekday",
        "bareday",
        "today",
        "yesterday",
        "tomorrow",
        "tonight",
        "lastnight",
        "half",
        "quarter",
        "third",
        "decade",
        "yearword",
    ]
)


@dataclass(frozen=True, slots=True)
class MonthName:
    """A month (1 to 12) of a calendar, and whether its name is a date wherever it stands."""

    calendar: Calendar
    month: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Holiday:
    """A named day or days of every year of a calendar, both inclusive, or with `eve` the day before them."""

    calendar: Calendar
    month: int
    first: int
    last: int
    eve: bool = False


def date_entries() -> Iterator[Entry]:
    """Yield the entries of calendar.tsv, months.tsv and holidays.tsv; months that are sure are `suremonth` too."""
    for kind, value, prefixes, forms in read_table("calendar.tsv"):
        for form in forms.split():
            yield Entry(form_words(form), kind, int(value) if kind in _INTEGERS else value, prefixes)
    for calendar, month, certainty, prefixes, names in read_table("months.tsv"):
        for name in names.split():
            value_ = MonthName(_calendar(calendar), int(month), certainty == "sure")
            yield Entry(form_words(name), "month", value_, prefixes)
            if value_.sure:
                yield Entry(form_words(name), "suremonth", value_, prefixes)
    for calendar, month, first, last, prefixes, names in read_table("holidays.tsv"):
        for name in names.split():
            yield Entry(
                form_words(name), "holiday", Holiday(_calendar(calendar), int(month), int(first), int(last)), prefixes
            )


def _calendar(name: str) -> Calendar:
    return "hijri" if name == "hijri" else "gregorian"
