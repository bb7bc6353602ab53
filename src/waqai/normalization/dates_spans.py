"""Reads times of day and durations at a place of the date items; `dates_atoms` reads everything else.

A clock time without a part of the day is kept as it is said, and marked as one of twelve hours: `الساعة الثالثة` alone
does not tell which half of the day is meant.
"""

import re
from dataclasses import replace
from fractions import Fraction

from waqai.normalization.dates_atoms import COUNTED_ELSEWHERE, Atom, Reader
from waqai.normalization.dates_items import CARDINAL
from waqai.normalization.dates_parts import Duration, Parts

_HOUR = f"<num|opaque|timelit|joined|ordinal|joined_ordinal|{CARDINAL}>"
_MINUTES = (
    r"(?:(?:(?P<plus><and>)|(?P<minus><minus>))"
    rf"(?:(?P<fraction><fraction>)|(?P<minutes><{CARDINAL}>)(?P<unit><tunit>)))?"
)
_AMOUNT = (
    rf"(?P<about><about>)?(?:(?P<count><{CARDINAL}>)(?P<unit><tunit>)|(?P<some><some>)(?P<units><tmany>)|(?P<alone><-tunit>))"
    r"(?P<half><and><fraction>)?"
)


def _clock(atom: Atom) -> Parts | None:
    """Read an hour in digits or words with its minutes: `الثالثة والنصف`, `الخامسة إلا ربعاً`, `04,00`."""
    hour, minute = _digits(atom)
    if hour is None or atom.before("plus"):
        return None
    if atom.at("fraction") >= 0:
        minute += int(60 * atom.reading("fraction", "fraction"))
    elif atom.at("minutes") >= 0:
        count = atom.number("minutes")
        if count is None or atom.unit != "minute":
            return None
        minute += count
    if atom.at("minus") >= 0:
        hour, minute = hour - 1, 60 - minute
    if hour == 24 and minute == 0:
        hour = 0
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    sure = hour > 12 or atom.items.items.text(atom.at("hour")).startswith("0")
    return Parts(clock=(hour, minute), clock_of_24=sure or None, rule="clock")


def _digits(atom: Atom) -> tuple[int | None, int]:
    index = atom.at("hour")
    text = atom.items.items.text(index)
    if atom.items.reading(index, "weekday") is not None:
        return None, 0
    if written := re.fullmatch(r"(\d{1,2})[:,.،](\d{2})(?::\d{2})?", text):
        return int(written[1]), int(written[2])
    number = atom.items.number(index)
    return (number if number is not None and 0 <= number <= 24 else None), 0


def _clock_of_day(atom: Atom) -> Parts | None:
    """Read an hour that only its part of the day shows to be one: `التاسعة والنصف صباحاً`, `9 مساءً`."""
    read = _clock(atom)
    return None if read is None else replace(read, daypart=_daypart(atom))


def _daypart(atom: Atom) -> str | None:
    half = atom.reading("half", "meridiem")
    if half is not None:
        return "am" if half == "am" else "pm"
    daypart: str | None = atom.reading("half", "adverb", "daypart")
    return daypart


def _adverb(atom: Atom) -> Parts | None:
    return Parts(daypart=atom.reading("adverb", "adverb"), rule="part of day")


def _daypart_before(atom: Atom) -> Parts | None:
    """Read `فجر`, `مساء` before a day; whether a day follows is for the chain to see."""
    return Parts(daypart=atom.reading("daypart", "daypart"), rule="part of day")


def _night_between(atom: Atom) -> Parts | None:
    """Read `ليل الجمعة السبت`: the night from one day to the next."""
    first, last = atom.reading("weekday", "weekday"), atom.reading("weekday_end", "weekday")
    if (first + 1) % 7 != last:
        return None
    return Parts(
        daypart=atom.reading("night", "daypart"), weekday=first, weekday_end=last, direction=atom.reading("rel", "rel"),
        rule="night between",
    )  # fmt: skip


def _night(atom: Atom) -> Parts | None:
    return Parts(daypart="night", offset=int(atom.reading("night", "tonight", "lastnight")), rule="relative night")


def _stage(atom: Atom) -> Parts | None:
    return Parts(stage=atom.reading("stage", "stage"), rule="stage")


def _zone(atom: Atom) -> Parts | None:
    return Parts(zone=atom.reading("zone", "zone") if atom.at("zone") >= 0 else "other", rule="zone")


def _counted(atom: Atom) -> Parts | None:
    """Read an amount of time with or without a preposition: `منذ أسبوع`, `قبل يومين`, `خلال ثلاثة أيام`."""
    duration = _duration(atom)
    bound = _bound(atom)
    if duration is None or (bound is None and not atom.lenient):
        return None
    if atom.at("alone") >= 0 and atom.at("half") < 0 and atom.after("month", "yearnum", "num"):
        return None
    if bound == "later" and (atom.after("from") or atom.items.items.text(atom.match.end()) == "علي"):
        return Parts(duration=duration, unresolvable=COUNTED_ELSEWHERE, rule="later than an event")
    if bound == "ago" and atom.after("from"):
        return Parts(duration=duration, unresolvable=COUNTED_ELSEWHERE, rule="earlier than an event")
    if atom.at("lapse") >= 0 or atom.at("that") >= 0:
        return Parts(duration=duration, unresolvable=COUNTED_ELSEWHERE, rule="later than an event")
    return Parts(duration=duration, bound=bound, rule=f"duration {bound}" if bound else "duration")


def _bound(atom: Atom) -> str | None:
    if atom.at("bound") < 0:
        within = atom.items.reading(atom.match.start() - 1, "within")
        lasting = within == "lasting" and atom.unit == "year"  # a term of sentence, not a date
        return "within" if within and not lasting else None
    return next((kind for kind in ("since", "ago", "later") if atom.reading("bound", kind) is not None), None)


def _duration(atom: Atom) -> Duration | None:
    word = next(
        (found for group in ("unit", "units", "alone") if (found := atom.reading(group, "tunit")) is not None), None
    )
    if word is None:
        return None
    unit = word.code.removeprefix("duration-")
    low: float | None
    high: float | None
    if atom.at("count") >= 0:
        count = atom.number("count")
        if count is None or count > 100_000 or (atom.lenient is False and atom.unit == "day" and count > 3000):
            return None
        low = high = count
    elif atom.at("some") >= 0:
        few = atom.reading("some", "few") is not None
        low, high = 3, 10 if few else None
    else:
        low = high = word.count
        if word.count is None:
            high = None
    if atom.at("half") >= 0 and low is not None:
        low = high = low + float(Fraction(atom.items.reading(atom.at("half") + 1, "fraction")))
    return Duration(unit, low, high, approximate=atom.at("about") >= 0)


def _period(atom: Atom) -> Parts | None:
    """Read a stretch before or after the anchor: `الأيام الثلاثة الماضية`, `الـ48 ساعة المقبلة`, `آخر 24 ساعة`."""
    duration = _duration(atom)
    if duration is None:
        return None
    direction = atom.reading("rel", "rel") if atom.at("rel") >= 0 else "last"
    plural = atom.at("count") >= 0 or duration.low != 1 or duration.unit in {"hour", "minute"}
    if direction not in {"last", "next"} or not plural:
        return None
    return Parts(duration=duration, bound="past" if direction == "last" else "coming", rule=f"{direction} period")


SPANS: tuple[tuple[str, Reader], ...] = (
    (rf"<about>?<clock><lparen>?(?P<hour>{_HOUR})<rparen>?{_MINUTES}", _clock),
    (r"(?P<hour><timelit>)(?P<fraction><fraction>)?", _clock),
    (
        rf"(?:<about>?<clock>)?<lparen>?(?P<hour>{_HOUR})<rparen>?{_MINUTES}<from>?(?P<half><adverb|daypart>)",
        _clock_of_day,
    ),
    (rf"<clock>(?P<hour>{_HOUR})(?P<half><meridiem>)", _clock_of_day),
    (r"(?P<hour><timelit>)(?P<half><meridiem>)", _clock_of_day),
    (r"(?P<adverb><adverb>)", _adverb),
    (r"(?P<daypart><daypart>)", _daypart_before),
    (
        r"(?P<night><daypart>)(?P<weekday><weekday>)<dash|slash|and|to|lparen>?(?P<weekday_end><weekday>)(?P<rel><rel>)?",
        _night_between,
    ),
    (r"(?P<night><tonight|lastnight>)", _night),
    (r"(?P<stage><stage>)<early>?", _stage),
    (r"(?:(?P<zone><zone>)|<zonehead>\.)", _zone),
    (rf"(?P<bound><since|ago|later>)(?P<that><that>)?(?P<lapse><lapse>)?{_AMOUNT}", _counted),
    (_AMOUNT, _counted),
    (rf"(?P<unit><+tmany|ttwo|tone>)(?P<count><{CARDINAL}>)?<fewadj>?(?P<rel><rel>)", _period),
    (rf"<article>?(?P<count><{CARDINAL}>)(?P<unit><tunit>)<fewadj>?(?P<rel><rel>)", _period),
    (rf"<lastof|stage>(?P<count><{CARDINAL}>)?(?P<unit><tunit>)(?P<rel><rel>)?", _period),
)
