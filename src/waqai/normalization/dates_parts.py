"""What the words of one date say, part by part, and which parts go together.

`dates_atoms` reads parts off the text, `dates_chains` merges those of one mention, and `dates_resolve` turns them into
days of the calendar.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal

from waqai.normalization.dates_tables import Calendar, Holiday

Direction = Literal["last", "before_last", "next", "after_next", "this"]


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of a unit of time; `low` None is an unsaid amount, `high` None has no upper bound."""

    unit: str
    low: float | None
    high: float | None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one date; None is not said.

    `direction` points from the anchor (`الماضي`), for the weekday, month, season or `unit` that it stands with.
    `bound` is the preposition: since, ago, later, until, within. `unresolvable` is the reason why no calendar can help.
    """

    clock: tuple[int, int] | None = None
    clock_of_24: bool | None = None
    daypart: str | None = None
    zone: str | None = None
    stage: str | None = None
    offset: int | None = None
    weekday: int | None = None
    weekday_end: int | None = None
    day: int | None = None
    day_end: int | None = None
    month: int | None = None
    year: int | None = None
    year_end: int | None = None
    calendar: Calendar | None = None
    before_christ: bool | None = None
    direction: str | None = None
    unit: str | None = None
    unit_direction: str | None = None
    part: str | None = None
    season: str | None = None
    decade: int | None = None
    century: int | None = None
    holiday: Holiday | None = None
    duration: Duration | None = None
    bound: str | None = None
    vague: str | None = None
    unresolvable: str | None = None
    rule: str = ""

    @property
    def level(self) -> str:
        """Return the finest level said: `time`, `day`, `date`, `month`, `year`, or `other`."""
        if self.duration or self.vague or self.unresolvable or self.decade is not None or self.century is not None:
            return "other"
        if self.day is not None or self.holiday:
            return "date"
        if self.weekday is not None or self.offset is not None:
            return "day"
        if self.month is not None:
            return "month"
        if self.season or self.unit or self.year is not None:
            return "year"
        return "time"


_MERGED = {
    ("time", "time"), ("time", "day"), ("day", "time"), ("time", "date"), ("date", "time"), ("day", "day"),
    ("day", "date"), ("date", "day"), ("date", "year"), ("month", "year"), ("year", "year"), ("day", "year"),
    ("time", "year"),
}  # fmt: skip


def merge(first: Parts, second: Parts) -> Parts | None:
    """Return the parts of two neighbours as one, or None where they are two dates.

    An explicit year settles a relative one (`العام الحالي 2015`), a day of the week confirms a day (`أمس الثلاثاء`).
    """
    if (first.level, second.level) not in _MERGED or second.bound:
        return None
    if second.level == "year" and first.level in {"day", "time"}:
        stays = first.level == "day" and second.unit == "week" and second.unit_direction
        if not stays and not (first.stage and first.level == "time" and not first.clock):
            return None
    if first.level == "year" and ((first.season is None and first.unit is None) or second.season is not None):
        return None
    if first.level == "day" and second.level == "day" and (first.offset is None) == (second.offset is None):
        return None
    changes = {}
    for name in (field.name for field in fields(Parts) if field.name != "rule"):
        old, new = getattr(first, name), getattr(second, name)
        if new is None:
            continue
        if old is not None and old != new:
            return None
        changes[name] = new
    return replace(first, **changes, rule=f"{first.rule}+{second.rule}")
