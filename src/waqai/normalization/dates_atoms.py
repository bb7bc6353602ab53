"""Reads one part of a date at a place: a calendar day, a month, a year, a weekday, a unit of time with a direction.

Each atom is a regular expression over the classes of items and a function from its match to `Parts`; where several
match, the longest holds. Times of day and durations are in `dates_spans`; `dates_chains` joins atoms to mentions.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from waqai.normalization.dates_items import CARDINAL, ORDINAL, DateItems
from waqai.normalization.dates_parts import Parts
from waqai.text import fold

if TYPE_CHECKING:
    from waqai.normalization.dates_tables import Calendar, Holiday, MonthName
    from waqai.normalization.numbers_literals import NumericDate

COUNTED_ELSEWHERE = "counted from another date of the text"
RECURRING = "recurring"


@dataclass(frozen=True, slots=True)
class Atom:
    """A pattern's match on date items; `lenient` says that a mention is given, so doubtful readings may be taken."""

    items: DateItems
    match: re.Match[str]
    lenient: bool

    def at(self, group: str) -> int:
        """Return the item at which a group of the pattern begins, or -1 where it took no part or is in no pattern."""
        return self.match.start(group) if group in self.match.re.groupindex else -1

    def number(self, group: str) -> int | None:
        """Return the whole number of a group, None where the group took no part."""
        return self.items.number(self.at(group)) if self.at(group) >= 0 else None

    def reading(self, group: str, *kinds: str) -> Any:
        """Return the reading of a group's item, None where the group took no part."""
        return self.items.reading(self.at(group), *kinds) if self.at(group) >= 0 else None

    def before(self, *kinds: str) -> bool:
        """Return whether the item before the match has one of the kinds."""
        return self.items.reading(self.match.start() - 1, *kinds) is not None

    def after(self, *kinds: str) -> bool:
        """Return whether the item after the match has one of the kinds."""
        return self.items.reading(self.match.end(), *kinds) is not None

    @property
    def unit(self) -> str:
        """Return the unit of time of the group `unit`, without its CLDR prefix."""
        word = self.reading("unit", "tunit")
        return "" if word is None else str(word.code).removeprefix("duration-")


Reader = Callable[[Atom], Parts | None]

_DAY = f"<daynum|unit|ten|teen|tens|joined|{ORDINAL}|firstday>"
_NUMBER = f"<{CARDINAL}|{ORDINAL}>"
_MONTH = r"(?P<month><month>)(?P<doubled><slash|dash|lparen>?<month><rparen>?)?<blessed>?"
_ERA = r"(?P<era><hijriera|commonera|bcera>)?"
_YEAR = rf"(?:<comma>?(?:<from>?<yearword>)?(?P<year><yearnum>){_ERA})?"
_OF = r"(?:<from|prep>?<monthword>|<from>)?"
_REL = r"(?P<rel><rel>)?"
_FEAST = rf"(?P<holiday><holiday>)(?:<from>?<yearword>?(?P<year><yearnum>))?{_REL}"


def _day_month(atom: Atom) -> Parts | None:
    lead = atom.reading("lead", "tunit")
    day = atom.number("day") if atom.reading("day", "firstday") is None else 1
    dated = _dated(atom)
    if lead is not None and lead.code == "duration-week" and day and day <= 4:
        return replace(dated, part=f"week{day}", rule="week of month")
    if (
        day is None
        or not 1 <= day <= 31
        or atom.reading("day", "unit") == 1
        or (lead is not None and lead.code != "duration-day")
    ):
        return None
    return replace(dated, day=day, rule="day month" + (" year" if dated.year else ""))


def _days_month(atom: Atom) -> Parts | None:
    first, last = atom.number("day"), atom.number("day_end")
    if first is None or last is None or not 1 <= first < last <= 31:
        return None
    return replace(_dated(atom), day=first, day_end=last, rule="days month")


def _dated(atom: Atom) -> Parts:
    name: MonthName = atom.reading("month", "month")
    return Parts(
        month=name.month,
        year=atom.number("year"),
        calendar="hijri" if name.calendar == "hijri" else None,
        direction=atom.reading("rel", "rel"),
    )


_TIME_BEFORE = ("in", "since", "until", "within", "part", "ago", "later", "half", "quarter", "third")


def _month(atom: Atom) -> Parts | None:
    name: MonthName = atom.reading("month", "month")
    said = any(atom.at(group) >= 0 for group in ("word", "year", "rel", "doubled"))
    if not (name.sure or said or atom.lenient):
        start, end = atom.items.items.raw_span(atom.at("month"), atom.at("month"))
        with_madda = fold(atom.items.items.folded.raw[start:end], letters=False).text == "آب"
        if not with_madda and (atom.reading("month", "zero") is not None or not _in_time(atom)):
            return None
    return replace(_dated(atom), rule="month" + (" year" if atom.at("year") >= 0 else ""))


def _in_time(atom: Atom) -> bool:
    """Return whether what stands before a month speaks of time, or another month at the other end of `إلى`."""
    if atom.before(*_TIME_BEFORE) or (atom.before("from") and _part_before(atom)):
        return True
    before, after = atom.match.start(), atom.match.end()
    ends = atom.before("to", "until") and atom.items.reading(before - 2, "month") is not None
    begins = atom.before("from") and atom.after("to", "until") and atom.items.reading(after + 1, "month") is not None
    return ends or begins


def _numeric(atom: Atom) -> Parts | None:
    date: NumericDate = atom.reading("date", "datelit")
    hijri = atom.at("era") >= 0 and atom.reading("era", "hijriera") is not None
    calendar: Calendar = "hijri" if hijri or date.year in range(1300, 1500) else "gregorian"
    return Parts(year=date.year, month=date.month, day=date.day, calendar=calendar, rule="numeric")


def _slashed(atom: Atom) -> Parts | None:
    first, second = atom.number("first"), atom.number("second")
    if first is None or second is None:
        return None
    if 1 <= first <= 12 and 1900 <= second <= 2100:
        return Parts(month=first, year=second, rule="numeric")
    if 1900 <= first <= 2100 and 1 <= second <= 12:
        return Parts(month=second, year=first, rule="numeric")
    said = (
        atom.lenient
        or atom.at("onthe") >= 0
        or atom.before("dayword", "weekday", "rel", "since", "until", "from", "in")
    )
    said = said or (12 < first <= 31 and 1 <= second <= 12 and (first, second) != (24, 7))
    if not said or not (1 <= first <= 31 and 1 <= second <= 31):
        return None
    day, month = (first, second) if second <= 12 else (second, first)
    return Parts(day=day, month=month, rule="numeric") if month <= 12 else None


def _day_of_unit(atom: Atom) -> Parts | None:
    day = atom.number("day")
    if day is None or not 1 <= day <= 31 or atom.unit != "month":
        return None
    return Parts(day=day, unit="month", unit_direction=atom.reading("rel", "rel") or "this", rule="day of month")


def _year(atom: Atom) -> Parts | None:
    year = atom.number("year")
    era = atom.at("era") >= 0
    if year is None or year < 1 or year > 2999 or (year < 1000 and not era):
        return None
    return _in_era(atom, Parts(year=year, rule="year"))


def _in_era(atom: Atom, parts: Parts) -> Parts:
    if atom.at("era") < 0:
        return parts
    if atom.reading("era", "bcera") is not None:
        return replace(parts, before_christ=True)
    return replace(parts, calendar="hijri" if atom.reading("era", "hijriera") is not None else "gregorian")


def _bare_year(atom: Atom) -> Parts | None:
    year = atom.number("year")
    if year is None or year < 1000:
        return None
    if atom.lenient or atom.at("era") >= 0:
        return _in_era(atom, Parts(year=year, rule="year"))
    if not 1900 <= year <= 2100:
        return None
    if atom.before("since", "until", "part", "half", "quarter", "third", "rel", "season"):
        return Parts(year=year, rule="year")
    if atom.before("from") and _part_before(atom):
        return Parts(year=year, rule="year")
    if atom.before("between", "from") and atom.after("and", "to", "dash", "until"):
        return Parts(year=year, rule="year")
    following = atom.items.classes[atom.match.end() : atom.match.end() + 1]
    counts = following == "." and not atom.items.items.definite(atom.match.end())
    if atom.after("measure", "percent", "pair", "mag", "mags", "symbol", "slash", "dash", "ordinal", "plus"):
        return None
    if counts:
        return Parts(year=year, rule="year") if atom.before("in", "within") and year % 100 else None
    before = atom.items.items
    index = atom.match.start() - 1
    noun = before.classes[index : index + 1] == "." or before.has(index, "in") or before.has(index, "lparen")
    time = atom.before("ago", "later", "within", "prep", "to")
    time = time or (before.has(index, "and") and before.has(index - 1, "yearnum"))
    return Parts(year=year, rule="year") if (noun or time) and not atom.before("naming") else None


def _years(atom: Atom) -> Parts | None:
    first, last = atom.number("year"), atom.number("year_end")
    if first is None or last is None or not (1900 <= first <= 2100 and 1900 <= last <= 2100) or first == last:
        return None
    return Parts(year=min(first, last), year_end=max(first, last), rule="years")


def _weekday(atom: Atom) -> Parts | None:
    if not atom.lenient and atom.before("namehead", "pair"):
        return None
    direction = "near" if atom.at("this") >= 0 else atom.reading("rel", "rel")
    return Parts(weekday=atom.reading("weekday", "weekday"), direction=direction, rule="weekday")


def _weekdays(atom: Atom) -> Parts | None:
    return Parts(
        weekday=atom.reading("weekday", "weekday"),
        weekday_end=atom.reading("weekday_end", "weekday"),
        direction=atom.reading("rel", "rel"),
        rule="weekdays",
    )


def _recurring(_: Atom) -> Parts | None:
    return Parts(unresolvable=RECURRING, rule="recurring")


def _offset(atom: Atom) -> Parts | None:
    if atom.after("dayname"):
        return None
    return Parts(offset=atom.reading("offset", "today", "yesterday", "tomorrow"), rule="relative day")


def _unit(atom: Atom) -> Parts | None:
    if atom.unit not in {"week", "month", "year", "decade", "century"}:
        return None
    direction = atom.reading("rel", "rel") or ("this" if atom.at("this") >= 0 else None)
    if direction is None and not (atom.before("part") or (atom.before("from") and _part_before(atom)) or atom.lenient):
        return None
    return Parts(unit=atom.unit, unit_direction=direction or "this", rule="relative unit")


def _weekend(atom: Atom) -> Parts | None:
    return Parts(unit="weekend", unit_direction=atom.reading("rel", "rel") or "this", rule="weekend")


def _part_before(atom: Atom) -> bool:
    index = atom.match.start() - 2
    return atom.items.reading(index, "part", "half", "quarter", "third", "season") is not None


def _season(atom: Atom) -> Parts | None:
    direction = atom.reading("rel", "rel") or ("this" if atom.at("this") >= 0 else None)
    definite = atom.items.items.definite(atom.at("season"))
    if not atom.lenient and definite and direction is None:
        return None
    if not atom.lenient and not definite and atom.at("year") < 0 and not atom.after("tone"):
        return None
    name = atom.reading("season", "season")
    return Parts(season=name, year=atom.number("year"), direction=direction, rule="season")


def _decade(atom: Atom) -> Parts | None:
    if atom.after("from") and atom.items.reading(atom.match.end() + 1, "age") is not None:
        return None
    decade = atom.reading("decade", "decade")
    if atom.at("unit") < 0:
        definite = atom.items.items.definite(atom.at("decade"))
        return Parts(decade=decade, rule="decade") if definite or atom.lenient else None
    if atom.unit != "century":
        return None
    direction = atom.reading("which", "rel")
    number = None if direction else atom.number("which") if atom.at("which") >= 0 else None
    return Parts(decade=decade, century=number, unit_direction=direction, rule="decade of century")


def _century(atom: Atom) -> Parts | None:
    number = atom.number("which")
    if atom.unit != "century" or number is None or not 1 <= number <= 30:
        return None
    return _in_era(atom, Parts(century=number, rule="century"))


def _textual(atom: Atom) -> Parts | None:
    if atom.unit in {"second", "minute"}:
        return None
    return Parts(unresolvable=COUNTED_ELSEWHERE, rule="other date")


def _counted(atom: Atom) -> Parts | None:
    in_a_row = atom.at("row") >= 0
    if atom.unit not in {"day", "week", "month", "year"} or not (
        atom.lenient or in_a_row or atom.before("prep") or atom.reading("unit", "today") is not None
    ):
        return None
    return Parts(unresolvable=COUNTED_ELSEWHERE, rule="counted unit")


_FEAST_DAYS = 7
"""A feast goes on for at most a week, some days longer than holidays.tsv has it."""


def _holiday(atom: Atom) -> Parts | None:
    holiday: Holiday = atom.reading("holiday", "holiday")
    nth = atom.number("nth")
    if atom.at("nth") >= 0 and (nth is None or nth > _FEAST_DAYS or atom.unit != "day"):
        return None
    if nth is not None:
        holiday = replace(holiday, first=holiday.first + nth - 1, last=holiday.first + nth - 1)
    if atom.at("eve") >= 0:
        holiday = replace(holiday, eve=True)
    rel = atom.reading("rel", "rel")
    rule = "eve of holiday" if holiday.eve else "day of holiday" if nth is not None else "holiday"
    return Parts(holiday=holiday, year=atom.number("year"), direction=rel, rule=rule)


def _same_month(atom: Atom) -> Parts | None:
    """Read `19 منه`, a day of the month that was named before; only a range tells which."""
    return Parts(day=atom.number("day"), rule="day of the same month")


def _vague(atom: Atom) -> Parts | None:
    return Parts(vague=atom.reading("vague", "exact"), rule="vague")


ATOMS: tuple[tuple[str, Reader], ...] = (
    (rf"(?:<dayword>|(?P<lead><+tone>))?(?P<day>{_DAY}){_OF}{_MONTH}{_YEAR}{_REL}", _day_month),
    (
        rf"<dayword>?(?P<day>{_DAY})(?:{_OF}<month>)?(?:<and>?<to|until>|<dash|slash|and>)(?P<day_end>{_DAY}){_OF}{_MONTH}{_YEAR}{_REL}",
        _days_month,
    ),
    (rf"(?P<word><monthword>)?{_MONTH}{_YEAR}{_REL}", _month),
    (rf"<onthe|dayword>?(?P<date><datelit>){_ERA}", _numeric),
    (r"(?P<onthe><onthe|dayword>)?(?P<first><num>)<slash>(?P<second><num>)", _slashed),
    (rf"(?P<day>{_DAY})<from>(?P<unit><+tone>){_REL}", _day_of_unit),
    (rf"<yearword>(?P<year><{CARDINAL}>){_ERA}", _year),
    (rf"(?P<year><yearnum>){_ERA}", _bare_year),
    (r"<yearword|seasonyear>?(?P<year><yearnum>)<dash|slash>(?P<year_end><yearnum>)", _years),
    (rf"(?P<this><this>)?<dayword>?(?P<weekday><weekday>){_REL}", _weekday),
    (rf"<dayword>(?P<weekday><weekday>)<and|to>(?P<weekday_end><weekday>){_REL}", _weekdays),
    (r"<recur><tone>(?:<bareday|weekday>)?", _recurring),
    (r"<dayword>?(?P<offset><today|yesterday|tomorrow>)", _offset),
    (rf"(?P<this><this>)?(?P<unit><+tone>){_REL}", _unit),
    (rf"<weekend>{_REL}", _weekend),
    (rf"(?P<this><this>)?(?P<season><season>)(?:<from>?<yearword>?(?P<year><yearnum>))?{_REL}", _season),
    (rf"(?P<decade><decade>)(?:<from>?(?P<unit><+tone>)(?P<which><rel|{CARDINAL}|{ORDINAL}>)?)?", _decade),
    (rf"(?P<unit><+tone>)(?P<which>{_NUMBER}){_ERA}", _century),
    (rf"(?:{_DAY}<from>)?(?:<that>(?P<unit><tone>)|(?P<units><+tone>)<textual>|<weekday><textual>)", _textual),
    (rf"(?P<unit><tone>)<{ORDINAL}|joined>(?P<row><inarow>)?", _counted),
    (rf"(?:(?P<nth><ordinal>)(?P<unit><tmany|tone>)|<tmany>|(?P<eve><eve>))?{_FEAST}", _holiday),
    (rf"(?P<eve><eve>)?(?P<unit><+tone>)(?P<nth><ordinal>)<from|prep|in>?{_FEAST}", _holiday),
    (r"(?P<vague><exact>)", _vague),
    (r"(?P<day><daynum>)<ofsame>", _same_month),
)
