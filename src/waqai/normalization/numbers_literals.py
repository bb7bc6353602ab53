"""Reads what is written in digits: numbers with grouping and decimal marks, and dates of three numbers.

Arabic text uses both conventions for both marks (`1,500`, `1.500`, `1،500`, `3.5`, `3,5`), so a mark before exactly
three digits groups and one before fewer is decimal. A point before three digits can be either: it is kept open as
`DotGrouped` until the grammar sees whether a magnitude, a percent sign or a unit follows. Words are `numbers_words`'s.
"""

import re
from dataclasses import dataclass

MAX_DIGITS = 15
"""Longer runs of digits are names (telephone, passport, account numbers), never counts."""

_GROUP_MARKS = re.compile("[,،\u2009 ]")


@dataclass(frozen=True, slots=True)
class DotGrouped:
    """`1.500`: 1500 before a counted noun, 1.5 before a magnitude, a percent sign or a unit."""

    grouped: int
    decimal: float


@dataclass(frozen=True, slots=True)
class NumericDate:
    """Year, month and day of a date in digits, in the order in which they make sense; the calendar is not known yet."""

    year: int
    month: int
    day: int


def number_of(digits: str) -> int | float | DotGrouped | None:
    """Return the value of one number in ASCII digits with its marks, or None where it is a name rather than a number.

    >>> number_of("26,350"), number_of("3,5"), number_of("1.500"), number_of("007")
    (26350, 3.5, DotGrouped(grouped=1500, decimal=1.5), None)
    """
    if digits.isdecimal():
        padded = len(digits) > 1 and digits[0] == "0"
        return None if padded or len(digits) > MAX_DIGITS else int(digits)
    if len(digits) > MAX_DIGITS + 8 or re.match(r"0\d", digits):
        return None
    if re.fullmatch(r"\d{1,3}\.\d{3}", digits):
        return DotGrouped(int(digits.replace(".", "")), float(digits)) if digits[0] != "0" else float(digits)
    if re.fullmatch(r"\d{1,3}([,،.\u2009 ])\d{3}(\1\d{3})*", digits) and digits[0] != "0":
        return int(re.sub(r"\D", "", digits))
    if grouped := re.fullmatch(r"(\d{1,3}(?:[,،\u2009 ]\d{3})+)\.(\d+)", digits):
        return float(f"{_GROUP_MARKS.sub('', grouped[1])}.{grouped[2]}")
    if grouped := re.fullmatch(r"(\d{1,3}(?:\.\d{3})+),(\d+)", digits):
        return float(f"{grouped[1].replace('.', '')}.{grouped[2]}")
    if re.fullmatch(r"\d+[.,،]\d+", digits):
        value = float(re.sub("[,،]", ".", digits))
        return int(value) if value.is_integer() else value
    return None


def numeric_date(digits: str) -> NumericDate | None:
    """Return the date in `22-8-2017`, `2017/8/22` or `22.8.17`, or None where it cannot be one.

    The day stands before the month unless only the other order is a date. Two digits of a year mean 1969 to 2068, as
    POSIX has it.

    >>> numeric_date("22-8-2017"), numeric_date("02/05/09"), numeric_date("192.16.1")
    (NumericDate(year=2017, month=8, day=22), NumericDate(year=2009, month=5, day=2), None)
    """
    first, second, third = re.findall(r"\d+", digits)
    if len(first) == 4 and len(third) <= 2:
        year, month, day = int(first), int(second), int(third)
    elif len(first) <= 2 and len(third) in {2, 4}:
        day, month, year = int(first), int(second), int(third)
        if len(third) == 2:
            year += 2000 if year <= 68 else 1900
    else:
        return None
    if month > 12 and day <= 12:
        day, month = month, day
    return NumericDate(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 and year >= 1000 else None
