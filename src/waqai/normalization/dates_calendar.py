"""Intervals of the Gregorian and the Hijri calendar, and the choice of the nearest one to an anchor.

Everything here is arithmetic on `datetime.date`; both ends of an interval are inclusive days. Hijri dates go through
`hijridate` (the Umm al-Qura tables, 1343 to 1500 AH). Years outside what a calendar holds raise `CalendarError`,
whose message becomes the reason of an unresolved value.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hijridate import Gregorian, Hijri

HIJRI_YEARS = range(1343, 1501)
Unit = Literal["day", "week", "month", "season", "year", "decade", "century"]
SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
"""Meteorological seasons of three months; a winter has the year of its December."""


class CalendarError(ValueError):
    """A date that the calendars do not hold; never leaves this package."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def distance(self, day: date) -> int:
        """Return how many days lie between the interval and a day, 0 for a day inside."""
        if self.start <= day <= self.end:
            return 0
        return (self.start - day).days if day < self.start else (day - self.end).days


def day_of(year: int, month: int, day: int) -> Interval:
    """Return one Gregorian day."""
    try:
        only = date(year, month, day)
    except ValueError:
        raise CalendarError(f"no day {year}-{month}-{day} in the Gregorian calendar") from None
    return Interval(only, only)


def month_of(year: int, month: int) -> Interval:
    """Return a Gregorian month."""
    _check_year(year)
    return Interval(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def year_of(year: int) -> Interval:
    """Return a Gregorian year."""
    _check_year(year)
    return Interval(date(year, 1, 1), date(year, 12, 31))


def years_of(first: int, last: int) -> Interval:
    """Return the years from first to last, both included."""
    return Interval(year_of(first).start, year_of(last).end)


def season_of(year: int, season: str) -> Interval:
    """Return a season; the winter of a year ends in February of the next."""
    start = month_of(year, SEASON_STARTS[season]).start
    return Interval(start, shift(shift(start, 3, "month"), -1, "day"))


def week_of(day: date) -> Interval:
    """Return the ISO week of a day, Monday to Sunday."""
    start = shift(day, -day.weekday(), "day")
    return Interval(start, shift(start, 6, "day"))


def hijri_day(year: int, month: int, day: int) -> Interval:
    """Return the Gregorian day of a Hijri one."""
    _check_hijri(year)
    try:
        only = date(*Hijri(year, month, day).to_gregorian().datetuple())
    except ValueError:
        raise CalendarError(f"no day {day}/{month}/{year} in the Hijri calendar") from None
    return Interval(only, only)


def hijri_month(year: int, month: int) -> Interval:
    """Return the Gregorian days of a Hijri month."""
    _check_hijri(year)
    start = hijri_day(year, month, 1).start
    return Interval(start, shift(start, Hijri(year, month, 1).month_length() - 1, "day"))


def hijri_year(year: int) -> Interval:
    """Return the Gregorian days of a Hijri year."""
    return Interval(hijri_month(year, 1).start, hijri_month(year, 12).end)


def hijri_year_at(day: date) -> int:
    """Return the Hijri year of a Gregorian day."""
    try:
        return int(Gregorian(day.year, day.month, day.day).to_hijri().year)
    except (ValueError, OverflowError):
        raise CalendarError(f"{day} lies outside the Hijri years {HIJRI_YEARS[0]} to {HIJRI_YEARS[-1]}") from None


def shift(day: date, count: int, unit: str) -> date:
    """Return the day `count` units later, or earlier for a negative count; a month's missing day becomes its last."""
    try:
        if unit == "day":
            return day + timedelta(days=count)
        if unit == "week":
            return day + timedelta(weeks=count)
        months = count * {"month": 1, "season": 3, "year": 12, "decade": 120, "century": 1200}[unit]
        index = day.year * 12 + day.month - 1 + months
        year, month = divmod(index, 12)
        _check_year(year)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError) as error:
        raise error if isinstance(error, CalendarError) else CalendarError("a year outside 1 to 9999") from None


def unit_at(day: date, unit: str) -> Interval:
    """Return the calendar unit that holds a day; a decade begins with its 0, a century with its 01."""
    if unit == "day":
        return Interval(day, day)
    if unit == "week":
        return week_of(day)
    if unit == "month":
        return month_of(day.year, day.month)
    if unit == "year":
        return year_of(day.year)
    if unit == "decade":
        first = day.year // 10 * 10
        return years_of(max(first, 1), first + 9)
    if unit == "century":
        first = (day.year - 1) // 100 * 100 + 1
        return years_of(first, first + 99)
    raise CalendarError(f"no calendar unit {unit}")


def nearest(intervals: Iterable[Interval], anchor: date, allowed: Callable[[Interval], bool]) -> Interval:
    """Return the allowed interval nearest to the anchor; of two at one distance the earlier.

    Raises:
        CalendarError: None is allowed.
    """
    found = sorted((interval.distance(anchor), interval) for interval in intervals if allowed(interval))
    if not found:
        raise CalendarError("no such date near the anchor")
    return found[0][1]


def _check_year(year: int) -> None:
    if not 1 <= year <= 9999:
        raise CalendarError("a year outside 1 to 9999")


def _check_hijri(year: int) -> None:
    if year not in HIJRI_YEARS:
        raise CalendarError(f"a Hijri year outside {HIJRI_YEARS[0]} to {HIJRI_YEARS[-1]}")
