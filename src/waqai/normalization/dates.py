"""Finds the dates of a text and gives them values: `find_dates`, and `normalize_date` for a mention of a model.

A value is an ISO 8601 interval with its granularity and the rule that made it. Relative dates need an anchor, the day
of the article; without one they are reported unresolved, with the reason. The choices that Arabic leaves open are
listed in `dates_resolve`.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from waqai.normalization.dates_calendar import CalendarError
from waqai.normalization.dates_chains import DateChain, dates_of, read_chains
from waqai.normalization.dates_items import date_items
from waqai.normalization.dates_parts import Duration, Parts
from waqai.normalization.dates_resolve import NoAnchorError, resolve_parts, resolve_range
from waqai.normalization.scanning import scan

_AFTERNOON = frozenset({"noon", "afternoon", "evening", "pm"})
_ISO = {"year": "Y", "month": "M", "week": "W", "day": "D", "night": "D", "hour": "H", "minute": "M", "second": "S"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateValue:
    """What a date says.

    `start` and `end` are ISO 8601 days, both included; None is open. `granularity` is the finest unit said: century,
    decade, year, season, month, part (of one of these), week, weekend, day, part_of_day, time, hour, or vague.
    `time` is HH:MM, or two of them with a slash; `twelve_hour` says that the half of the day is not said. A night is
    dated by the day on which it begins. `duration` is ISO 8601. `anchored` says that the article's date was used;
    `resolved` is false where `start` and `end` could not be told, for the `reason`.
    """

    start: str | None = None
    end: str | None = None
    granularity: str
    rule: str
    anchored: bool = False
    resolved: bool = True
    reason: str | None = None
    time: str | None = None
    twelve_hour: bool = False
    part_of_day: str | None = None
    zone: str | None = None
    duration: str | None = None
    approximate: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON: always start, end, granularity, rule, anchored and resolved; the rest where it is said."""
        row: dict[str, Any] = {
            "start": self.start,
            "end": self.end,
            "granularity": self.granularity,
            "rule": self.rule,
            "anchored": self.anchored,
            "resolved": self.resolved,
        }
        said = {
            "reason": self.reason,
            "time": self.time,
            "twelve_hour": self.twelve_hour or None,
            "part_of_day": self.part_of_day,
            "zone": self.zone,
            "duration": self.duration,
            "approximate": self.approximate or None,
        }
        return row | {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A date at half-open characters of the raw text, `text[start:end]`, with its value."""

    start: int
    end: int
    text: str
    value: DateValue

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"start": self.start, "end": self.end, "text": self.text, "value": self.value.to_dict()}


def find_dates(text: str, anchor: date | None) -> tuple[DateMention, ...]:
    """Return the dates of `text` in order, without overlap; text that cannot be read yields nothing.

    Args:
        text: Raw text; offsets refer to it.
        anchor: The day of the article (its dateline or publication), or None where it is not known.

    >>> [(m.text, m.value.start) for m in find_dates("قصف فجر الثلاثاء الماضي", date(2017, 8, 22))]
    [('فجر الثلاثاء الماضي', '2017-08-15')]
    """
    items, chains = dates_of(text)
    found = []
    for chain in chains:
        if chain.named:
            continue
        start, end = items.items.raw_span(chain.first, chain.last)
        found.append(DateMention(start=start, end=end, text=text[start:end], value=_value(chain, anchor)))
    return tuple(found)


def normalize_date(text: str, anchor: date | None) -> DateValue | None:
    """Return the value of a mention that is a date as a whole, or None; of several dates the longest.

    Doubtful readings that `find_dates` leaves out (`أسبوع`, `مارس` alone) are taken: whoever found the mention knew
    more.

    >>> normalize_date("أواخر حزيران (يونيو) 2015", None).start
    '2015-06-21'
    """
    items = date_items(scan(text))
    read = items.items
    chains = list(read_chains(items, lenient=True))
    best = max(chains, key=lambda c: read.ends[c.last] - read.starts[c.first], default=None)
    return None if best is None else _value(best, anchor)


def _value(chain: DateChain, anchor: date | None) -> DateValue:
    parts, second = chain.parts, chain.until
    time, twelve, daypart = _time(parts)
    if second is not None and second.clock:
        time, twelve = _times(parts, second)
    granularity = "time" if time else "part_of_day" if daypart else None
    rule = parts.rule if second is None else f"from {parts.rule} to {second.rule}"
    common: dict[str, Any] = {
        "rule": rule,
        "time": time,
        "twelve_hour": twelve,
        "part_of_day": daypart,
        "zone": parts.zone if parts.zone in {"UTC", "local"} else None,
        "duration": _iso(parts.duration) if parts.duration else None,
        "approximate": bool(parts.duration and parts.duration.approximate),
    }
    try:
        found = resolve_parts(parts, anchor) if second is None else resolve_range(parts, second, anchor)
    except (CalendarError, NoAnchorError) as error:
        level = granularity or _unresolved_granularity(parts)
        return DateValue(granularity=level, resolved=False, reason=str(error), **common)
    return DateValue(
        start=_day(found.start),
        end=_day(found.end),
        granularity=granularity or found.granularity,
        anchored=found.anchored,
        **common,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _time(parts: Parts) -> tuple[str | None, bool, str | None]:
    """Return the clock time, whether its half of the day is unsaid, and the part of the day."""
    daypart = parts.daypart
    if parts.clock is None:
        return None, False, daypart
    hour, minute = parts.clock
    shown = None if daypart in {"am", "pm"} else daypart
    if (daypart in _AFTERNOON and (hour < 11 or (hour == 11 and daypart != "noon"))) or (
        daypart in {"night", "midnight"} and hour != 12 and 6 <= hour < 12
    ):
        hour += 12
    elif hour == 12 and daypart in {"night", "midnight", "dawn", "am", "evening", "morning"}:
        hour = 0
    unsaid = daypart is None and not parts.clock_of_24 and 1 <= hour <= 12
    return f"{hour:02}:{minute:02}", unsaid, shown


def _times(first: Parts, second: Parts) -> tuple[str | None, bool]:
    """Return both times of a range; a part of the day said once holds for both where that keeps their order."""
    (start, start_unsaid, _), (end, end_unsaid, _) = _time(first), _time(second)
    if end_unsaid and first.daypart:
        shared = _time(replace(second, daypart=first.daypart))[0]
        if shared and start and shared > start:
            end, end_unsaid = shared, False
    elif start_unsaid and second.daypart:
        shared = _time(replace(first, daypart=second.daypart))[0]
        if shared and end and shared < end:
            start, start_unsaid = shared, False
    return f"{start}/{end}" if start else end, start_unsaid or end_unsaid


def _unresolved_granularity(parts: Parts) -> str:
    if parts.duration:
        return "day" if parts.duration.unit == "night" else parts.duration.unit
    if parts.part:
        return "part"
    level = {"date": "day", "day": "day", "month": "month"}.get(parts.level)
    if level:
        return level
    if parts.decade is not None:
        return "decade"
    if parts.century is not None:
        return "century"
    return "season" if parts.season else parts.unit or ("year" if parts.year is not None else "vague")


def _iso(duration: Duration) -> str | None:
    """Return the ISO 8601 duration where one amount is said: `P3D`, `PT48H`, `P1.5Y`."""
    if duration.low is None or duration.low != duration.high:
        return None
    amount = f"{duration.low:g}" if duration.low < 1e6 else str(int(duration.low))
    scale = {"decade": 10, "century": 100}.get(duration.unit)
    if scale:
        return f"P{duration.low * scale:g}Y"
    letter = _ISO[duration.unit]
    return f"PT{amount}{letter}" if duration.unit in {"hour", "minute", "second"} else f"P{amount}{letter}"
