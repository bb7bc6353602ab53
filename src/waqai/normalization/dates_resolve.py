"""Turns the parts of a date and an anchor into days of the calendar.

The rules where Arabic leaves a choice: a weekday without a direction is the last one up to the anchor's day; a day or
month without a year is the one nearest to the anchor; `الماضي` and `المقبل` point strictly before and after the
anchor's own day, month or season; weeks are ISO weeks; `مطلع`, `منتصف`, `أواخر` are thirds; `قبل شهرين` is the calendar
month that holds the day two months earlier, `منذ شهرين` reaches from that day to the anchor.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from waqai.normalization import dates_calendar as cal
from waqai.normalization.dates_calendar import CalendarError, Interval
from waqai.normalization.dates_parts import Duration, Parts

if TYPE_CHECKING:
    from collections.abc import Callable

NO_ANCHOR = "relative to the article's date, which is not given"
COUNTED_ELSEWHERE = "counted from another date of the text"
NO_PLACE = "a length of time; the text does not say when"
EITHER_CALENDAR = "a year of the Hijri or the Gregorian calendar; the text does not say of which"
_EITHER = range(1343, 1500)
_PLANNED = 5
"""Years in `_EITHER` without an era are Hijri up to so many years after the anchor's (`عام 1436`), else Gregorian."""
_STEPS = {"last": -1, "before_last": -2, "next": 1, "after_next": 2, "this": 0, "near": 0}
_HOURS = {"hour": 1.0, "minute": 1 / 60, "second": 1 / 3600}


class NoAnchorError(ValueError):
    """The anchor is needed, but is not given; never leaves this package."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Inclusive days, of which None is open, at a granularity; `anchored` says that the anchor was used."""

    start: date | None
    end: date | None
    granularity: str
    anchored: bool


def resolve_parts(parts: Parts, anchor: date | None) -> Resolved:
    """Return the days that the parts mean.

    Raises:
        CalendarError: No calendar can tell; the message is the reason.
        NoAnchorError: The parts are relative, and there is no anchor.
    """
    if parts.unresolvable:
        raise CalendarError(parts.unresolvable)
    vague = parts.vague or ({"before": "past", "after": "future"}.get(parts.stage or "") if _is_stage(parts) else None)
    if vague:
        day = _need(anchor)
        return Resolved(None if vague == "past" else day, None if vague == "future" else day, "vague", anchored=True)
    if parts.duration:
        return _duration(parts.duration, parts.bound, anchor)
    base, granularity, anchored = _base(parts, anchor)
    if parts.part:
        base, granularity = narrow(base, parts.part), "part"
    if parts.bound == "since":
        end = anchor if anchor is not None and anchor >= base.start else None
        return Resolved(base.start, end, granularity, anchored or end is not None)
    if parts.bound == "until":
        return Resolved(None, base.end, granularity, anchored)
    if parts.bound == "ago":
        return Resolved(None, cal.shift(base.start, -1, "day"), granularity, anchored)
    if parts.bound == "later":
        return Resolved(cal.shift(base.end, 1, "day"), None, granularity, anchored)
    return Resolved(base.start, base.end, granularity, anchored)


def _is_stage(parts: Parts) -> bool:
    return parts.level == "time" and parts.daypart is None and parts.clock is None


def resolve_range(first: Parts, second: Parts, anchor: date | None) -> Resolved:
    """Return the days from a first to a second date; a year that only the second says holds for both.

    Raises:
        CalendarError: The second date lies before the first, or one of them cannot be told.
        NoAnchorError: A part is relative, and there is no anchor.
    """
    if second.day is not None and second.month is None and first.month is not None:
        second = replace(second, month=first.month, year=first.year, calendar=first.calendar, direction=first.direction)
    end = resolve_parts(second, anchor)
    near = end.end or anchor
    if first.year is None and first.month is None and first.day is not None and second.month is not None:
        first = replace(first, month=second.month, calendar=second.calendar)
    if near is not None and first.year is None and first.direction is None:
        start = _latest_before(first, near, anchor, anchored=end.anchored)
    else:
        start = resolve_parts(first, anchor)
    if start.start is None or end.end is None or start.start > end.end:
        raise CalendarError("a range that ends before it begins")
    granularity = start.granularity if end.granularity == "vague" else end.granularity
    return Resolved(start.start, end.end, granularity, start.anchored or end.anchored)


def _latest_before(first: Parts, near: date, anchor: date | None, *, anchored: bool) -> Resolved:
    """Return the first date of a range, at the latest before the second."""
    if first.level in {"date", "month"} and first.year is None and first.unit is None:
        base = cal.nearest(_each_year(first, near), near, lambda i: i.start <= near)
        return Resolved(base.start, base.end, "day" if first.day else "month", anchored=anchored)
    if first.weekday is not None and first.offset is None and first.level == "day":
        day = cal.shift(near, -((near.weekday() - first.weekday) % 7), "day")
        return Resolved(day, day, "day", anchored=anchored)
    return resolve_parts(first, anchor)


def _need(anchor: date | None) -> date:
    if anchor is None:
        raise NoAnchorError(NO_ANCHOR)
    return anchor


def _base(parts: Parts, anchor: date | None) -> tuple[Interval, str, bool]:
    """Return the interval of the finest part, its granularity, and whether the anchor was used."""
    if parts.holiday:
        interval, anchored = _yearly(parts, anchor)
        if parts.holiday.eve:
            eve = cal.shift(interval.start, -1, "day")
            interval = Interval(eve, eve)
        return interval, "day", anchored
    if parts.month is not None:
        interval, anchored = _yearly(parts, anchor)
        return interval, "day" if parts.day else "month", anchored
    if parts.day is not None:
        if parts.unit is None:
            raise CalendarError(COUNTED_ELSEWHERE)
        month = cal.unit_at(cal.shift(_need(anchor), _STEPS[parts.unit_direction or "this"], "month"), "month").start
        return cal.day_of(month.year, month.month, parts.day), "day", True
    if parts.offset is not None or parts.weekday is not None:
        return _day(parts, _need(anchor)), "day", True
    if parts.season:
        interval, anchored = _yearly(parts, anchor)
        return interval, "season", anchored
    if parts.decade is not None or parts.century is not None:
        return _long(parts, anchor)
    if parts.year is not None:
        interval, anchored = _year(parts, anchor)
        return interval, "year", anchored
    if parts.unit:
        return _unit(parts, _need(anchor)), parts.unit, True
    return Interval(_need(anchor), _need(anchor)), "day", True


def _year(parts: Parts, anchor: date | None) -> tuple[Interval, bool]:
    """Return a year, and whether the anchor was used to tell its calendar."""
    if parts.before_christ:
        raise CalendarError("a year before the year 1")
    year = parts.year or 0
    unsaid, hijri = _calendar_of(parts, anchor)
    return cal.hijri_year(year) if hijri else cal.years_of(year, parts.year_end or year), unsaid


def _calendar_of(parts: Parts, anchor: date | None) -> tuple[bool, bool]:
    """Return whether the anchor tells the calendar of the year, and whether it is the Hijri one."""
    year = parts.year or 0
    if parts.calendar is not None or year not in _EITHER:
        return False, parts.calendar == "hijri"
    if anchor is None:
        raise CalendarError(EITHER_CALENDAR)
    return True, year <= cal.hijri_year_at(anchor) + _PLANNED


def _yearly(parts: Parts, anchor: date | None) -> tuple[Interval, bool]:
    """Return a day, month, season or holiday that every year has, in the year said or nearest to the anchor."""
    if parts.year is not None and parts.holiday:
        middle = date(min(parts.year, 9999), 7, 1)
        year = parts.year
        return cal.nearest(_each_year(parts, middle), middle, lambda i: i.start.year == year), False
    if parts.year is not None:
        unsaid, hijri = _calendar_of(parts, anchor) if parts.season else (False, False)
        if unsaid and hijri:
            raise CalendarError(EITHER_CALENDAR)  # no season has its place in a Hijri year
        return _in_year(parts, parts.year), unsaid
    day = _need(anchor)
    if parts.unit == "year":
        hijri = parts.calendar == "hijri"
        year = (cal.hijri_year_at(day) if hijri else day.year) + _STEPS[parts.unit_direction or "this"]
        return _in_year(parts, year), True
    found = _each_year(parts, day)
    if parts.weekday is not None and parts.day and not parts.day_end:
        found = [i for i in found if i.start.weekday() == parts.weekday] or found
    allowed: dict[str | None, Callable[[Interval], bool]] = {
        "last": lambda i: i.end < day,
        "before_last": lambda i: i.end < day,
        "next": lambda i: i.start > day,
        "after_next": lambda i: i.start > day,
    }
    chosen = cal.nearest(found, day, allowed.get(parts.direction, lambda _: True))
    if parts.direction in {"before_last", "after_next"}:
        rest = [i for i in found if i != chosen]
        chosen = cal.nearest(rest, day, allowed[parts.direction])
    return chosen, True


def _each_year(parts: Parts, day: date) -> list[Interval]:
    """Return the intervals of the years around a day; a year that lacks the day (29 February) is left out."""
    hijri = parts.calendar == "hijri" or (parts.holiday is not None and parts.holiday.calendar == "hijri")
    middle = cal.hijri_year_at(day) if hijri else day.year
    found = []
    for year in range(middle - 4, middle + 5):
        try:
            found.append(_in_year(parts, year))
        except CalendarError:
            continue
    return found


def _in_year(parts: Parts, year: int) -> Interval:
    hijri = parts.calendar == "hijri"
    if parts.holiday:
        day_of = cal.hijri_day if parts.holiday.calendar == "hijri" else cal.day_of
        month = parts.holiday.month
        return Interval(day_of(year, month, parts.holiday.first).start, day_of(year, month, parts.holiday.last).end)
    if parts.season:
        return cal.season_of(year, parts.season)
    month = parts.month or 1
    if not parts.day:
        return cal.hijri_month(year, month) if hijri else cal.month_of(year, month)
    first = cal.hijri_day(year, month, parts.day) if hijri else cal.day_of(year, month, parts.day)
    if not parts.day_end:
        return first
    last = cal.hijri_day(year, month, parts.day_end) if hijri else cal.day_of(year, month, parts.day_end)
    return Interval(first.start, last.end)


def _day(parts: Parts, anchor: date) -> Interval:
    """Return a weekday or a relative day; where `اليوم الاثنين` contradicts the anchor, the weekday is believed."""
    if parts.weekday is None:
        day = cal.shift(anchor, parts.offset or 0, "day")
        return Interval(day, day)
    if parts.unit == "week":
        week = cal.week_of(cal.shift(anchor, _STEPS[parts.unit_direction or "this"], "week"))
        day = cal.shift(week.start, parts.weekday, "day")
        return Interval(day, day)
    if parts.offset is not None:
        day = _nearest_weekday(cal.shift(anchor, parts.offset, "day"), parts.weekday)
        return Interval(day, day)
    width = 0 if parts.weekday_end is None else (parts.weekday_end - parts.weekday) % 7
    direction = parts.direction
    if direction in {"next", "after_next"}:
        ahead = (parts.weekday - anchor.weekday()) % 7 or 7
        day = cal.shift(anchor, ahead + (7 if direction == "after_next" else 0), "day")
    elif direction in {"near", "this"}:
        day = _nearest_weekday(anchor, parts.weekday)
    else:
        back = (anchor.weekday() - (parts.weekday + width)) % 7
        back = back or (7 if direction in {"last", "before_last"} else 0)
        day = cal.shift(anchor, -back - width - (7 if direction == "before_last" else 0), "day")
    return Interval(day, cal.shift(day, width, "day"))


def _nearest_weekday(day: date, weekday: int) -> date:
    ahead = (weekday - day.weekday()) % 7
    return cal.shift(day, ahead if ahead <= 3 else ahead - 7, "day")


def _unit(parts: Parts, anchor: date) -> Interval:
    step = _STEPS[parts.unit_direction or "this"]
    if parts.unit == "weekend":
        week = cal.week_of(cal.shift(anchor, step, "week"))
        return Interval(cal.shift(week.start, 4, "day"), week.end)
    unit = parts.unit or "day"
    return cal.unit_at(cal.shift(anchor, step, unit), unit)


def _long(parts: Parts, anchor: date | None) -> tuple[Interval, str, bool]:
    """Return a decade, of the century said or the last one begun by the anchor, or a century."""
    number, anchored = parts.century, False
    if number is None and (parts.decade is not None or parts.unit_direction):
        day, anchored = _need(anchor), True
        number = (day.year - 1) // 100 + 1
        if parts.unit_direction:
            number += _STEPS[parts.unit_direction]
        elif (number - 1) * 100 + (parts.decade or 0) > day.year:
            number -= 1
    if parts.before_christ:
        raise CalendarError("a year before the year 1")
    first = ((number or 1) - 1) * 100
    if parts.decade is not None:
        return cal.years_of(first + parts.decade, first + parts.decade + 9), "decade", anchored
    if parts.calendar == "hijri":
        return Interval(cal.hijri_year(first + 1).start, cal.hijri_year(first + 100).end), "century", anchored
    return cal.years_of(first + 1, first + 100), "century", anchored


def _duration(duration: Duration, bound: str | None, anchor: date | None) -> Resolved:
    """Return the days that an amount of time reaches or points to from the anchor."""
    unit = duration.unit
    if bound in {None, "within"}:
        raise CalendarError(NO_PLACE)
    day = _need(anchor)
    forward = bound in {"later", "coming"}
    near, far = _moved(day, duration.low, unit, forward=forward), _moved(day, duration.high, unit, forward=forward)
    granularity = "day" if unit == "night" else unit
    if bound in {"ago", "later"} and near is not None and far is not None:
        low, high = _unit_around(min(near, far), unit), _unit_around(max(near, far), unit)
        return Resolved(low.start, high.end, granularity, anchored=True)
    if unit in _HOURS and far is None:
        return Resolved(day, day, granularity, anchored=True)
    if bound in {"ago", "later"}:
        edge = near or day
        return Resolved(edge if forward else None, None if forward else edge, granularity, anchored=True)
    return Resolved(day if forward else far, far if forward else day, granularity, anchored=True)


def _moved(day: date, amount: float | None, unit: str, *, forward: bool) -> date | None:
    """Return the day an amount away; hours count as whole days passed, halves of a unit in the next smaller one."""
    if amount is None:
        return None
    if amount > 1e6:
        raise CalendarError("a year outside 1 to 9999")
    sign = 1 if forward else -1
    if unit in _HOURS:
        return cal.shift(day, sign * int(amount * _HOURS[unit] / 24), "day")
    if unit == "night":
        unit = "day"
    smaller = {"year": ("month", 12), "decade": ("year", 10), "century": ("year", 100), "month": ("day", 30)}
    if amount != int(amount):
        name, count = smaller.get(unit, ("day", 7 if unit == "week" else 1))
        return cal.shift(day, sign * round(amount * count), name)
    return cal.shift(day, sign * int(amount), unit)


def _unit_around(day: date, unit: str) -> Interval:
    return Interval(day, day) if unit in _HOURS or unit in {"day", "night"} else cal.unit_at(day, unit)


def narrow(interval: Interval, part: str) -> Interval:
    """Return a third, half, quarter or week of an interval: whole months of a year, whole years of more, else days."""
    if part.startswith("week"):
        start = cal.shift(interval.start, 7 * (int(part[4:]) - 1), "day")
        return Interval(start, cal.shift(start, 6, "day"))
    name = part.rstrip("0123456789")
    thirds = {"start": 1, "middle": 2, "end": 3}
    count = {"half": 2, "quarter": 4}.get(name, 3)
    number = thirds.get(name) or int(part[len(name) :])
    start, end = interval.start, interval.end
    years = end.year - start.year + 1
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        unit, total = ("month", 12) if years == 1 else ("year", years)
    else:
        unit, total = "day", (end - start).days + 1
    first = cal.shift(start, round(total * (number - 1) / count), unit)
    after = cal.shift(start, round(total * number / count), unit)
    return Interval(first, cal.shift(after, -1, "day") if after > first else first)
