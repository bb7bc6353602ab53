"""Joins the parts of one date to a mention, with its preposition, its part of the period, and ranges of two dates.

A mention begins and ends with its first and last atom, as the annotation guidelines draw it: `منذ`, `قبل`, `بعد`,
`حتى`, `بين` belong to it, `في` and `خلال` do not, and no punctuation stands at its ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from waqai.normalization.dates_atoms import ATOMS, Atom, Reader
from waqai.normalization.dates_items import DateItems, date_items
from waqai.normalization.dates_parts import Parts, merge
from waqai.normalization.dates_spans import SPANS
from waqai.normalization.scanning import lexicon, scan

_GLUE = r"(?:<lparen|rparen|comma|from|in|prep|onthe|dash|within>{1,2})"
_EQUALS = r"<lparen|rparen|comma>?<equals>(?:<prep|in>)?"
_OTHER_ZONE = r"<rparen>?<lparen><num|opaque|timelit><zone>"
_PRESENT = r"<comma>?<and>?<exact>"
_RANGE = r"<comma>?<and>?<to|until|dash>|<and>"
_SEEDS = (
    "<num|daynum|about|article|unit|one|two|hadi|ten|teen|tens|hundred|hundreds|joined|joined_ordinal|ordinal|firstday|month|monthword"
    "|datelit|timelit|yearword|seasonyear|weekday|dayword|this|that|recur|today|yesterday|tomorrow|tonight|lastnight|tunit"
    "|season|decade|holiday|exact|onthe|clock|adverb|daypart|stage|part|half|quarter|third|weekend|since|ago|later|until|starting"
    "|within|between|from|lastof>"
)


@dataclass(frozen=True, slots=True)
class DateChain:
    """The first and last item of a mention, both included, and its parts; `until` is the second date of a range.

    `named` says that the date is part of a name (`ثورة 25 يناير`): no number, but no mention either.
    """

    first: int
    last: int
    parts: Parts
    until: Parts | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class _Grammar:
    atoms: dict[str, tuple[tuple[re.Pattern[str], Reader], ...]]
    """The atoms that can begin with a class character, in the order of the tables."""
    glue: re.Pattern[str]
    equals: re.Pattern[str]
    other_zone: re.Pattern[str]
    range: re.Pattern[str]
    present: re.Pattern[str]
    seeds: re.Pattern[str]


@cache
def _grammar() -> _Grammar:
    pattern = lexicon().pattern
    atoms: dict[str, tuple[tuple[re.Pattern[str], Reader], ...]] = {}
    for source, reader in (*ATOMS, *SPANS):
        compiled = pattern(source)
        for char in lexicon().heads(source):
            atoms[char] = (*atoms.get(char, ()), (compiled, reader))
    return _Grammar(atoms, *(pattern(source) for source in (_GLUE, _EQUALS, _OTHER_ZONE, _RANGE, _PRESENT, _SEEDS)))


def read_chains(items: DateItems, *, lenient: bool = False) -> Iterator[DateChain]:
    """Yield the mentions of dates in order, without overlap; `lenient` where the text is a mention already."""
    end = 0
    for seed in _grammar().seeds.finditer(items.classes):
        if seed.start() < end:
            continue
        chain = _ranged(items, seed.start(), lenient=lenient)
        if chain is not None and (lenient or _is_date(items, chain)):
            last = chain.last - (items.reading(chain.last, "rparen") is not None)
            yield replace(chain, last=last, named=not lenient and _in_name(items, chain))
            end = chain.last + 1


@lru_cache(maxsize=2)
def dates_of(text: str) -> tuple[DateItems, tuple[DateChain, ...]]:
    """Return the date items of a text and all dates in it; kept for the last texts, as numbers ask for them too."""
    items = date_items(scan(text))
    return items, tuple(read_chains(items))


def claimed_items(text: str) -> frozenset[int]:
    """Return the items of a text's scan that dates consist of, in which no number is reported."""
    items, chains = dates_of(text)
    claimed: set[int] = set()
    for chain in chains:
        claimed.update(range(items.origins[chain.first][0], items.origins[chain.last][1] + 1))
    return frozenset(claimed)


def _ranged(items: DateItems, index: int, *, lenient: bool) -> DateChain | None:
    """Return the mention at an item, joined with a second date where the words say a range."""
    between = items.reading(index, "between") is not None
    opening = between or items.reading(index, "from") is not None
    start = index + 1 if opening else index
    first = _bounded(items, start, lenient=lenient)
    if first is None:
        return None
    closed = first.parts.day_end is not None or first.parts.year_end is not None
    alone = replace(first, first=index) if closed and opening else None if opening and not lenient else first
    present = _grammar().present.match(items.classes, first.last + 1)
    if present and first.parts.bound == "since" and items.reading(present.end() - 1, "exact") == "present":
        now = Parts(vague="present", rule="vague")
        return DateChain(first.first, present.end() - 1, replace(first.parts, bound=None), now)
    joint = _grammar().range.match(items.classes, first.last + 1)
    if joint is None:
        return alone
    is_and = items.reading(joint.end() - 1, "and") is not None
    dash = items.reading(joint.end() - 1, "dash") is not None
    second = None if is_and and not between else _bounded(items, joint.end(), lenient=lenient)
    if second is None or second.parts.bound or not _spans(first.parts, second.parts, loose=not dash):
        return alone
    begins = index if opening else first.first
    return DateChain(begins, second.last, replace(first.parts, bound=None), second.parts)


def _spans(first: Parts, second: Parts, *, loose: bool) -> bool:
    """Return whether two dates can be the ends of a range: not a duration, and with a dash of one kind."""
    if "other" in {first.level, second.level} and not (first.vague or second.vague):
        return False
    return loose or (first.level == second.level and first.level in {"date", "month", "time"})


def _bounded(items: DateItems, index: int, *, lenient: bool) -> DateChain | None:
    """Return the mention at an item with the preposition before it."""
    chain = _parted(items, index, lenient=lenient)
    if chain is not None:
        return chain
    bound = next(
        (k for k in ("since", "starting", "until", "ago", "later", "within") if items.reading(index, k) is not None),
        None,
    )
    if bound is None:
        return None
    if bound == "within" and items.reading(index + 1, "prep", "from", "in") is not None:
        index += 1
    chain = _parted(items, index + 1, lenient=lenient)
    if chain is None or chain.parts.bound in {"since", "ago", "later"}:
        return None
    if bound == "within":
        return chain
    if bound == "starting":
        return replace(chain, parts=replace(chain.parts, bound="since", rule=f"since+{chain.parts.rule}"))
    if chain.parts.unresolvable or chain.parts.duration:
        return replace(chain, first=index)
    return replace(chain, first=index, parts=replace(chain.parts, bound=bound, rule=f"{bound}+{chain.parts.rule}"))


def _parted(items: DateItems, index: int, *, lenient: bool) -> DateChain | None:
    """Return the mention at an item with the part of a period before it: `مطلع أيار`, `النصف الأول من 2014`."""
    part = _part(items, index)
    if part is None:
        return _joined(items, index, lenient=lenient)
    following = index + 1
    if items.reading(following, "from") is not None:
        following += 1
    chain = _joined(items, following, lenient=lenient)
    if chain is None or chain.parts.part or chain.parts.level not in {"month", "year", "other"} or chain.parts.duration:
        return _joined(items, index, lenient=lenient)
    return replace(chain, first=index, parts=replace(chain.parts, part=part, rule=f"part+{chain.parts.rule}"))


def _part(items: DateItems, index: int) -> str | None:
    for kind in ("half", "quarter", "third"):
        if (number := items.reading(index, kind)) is not None:
            return f"{kind}{number}"
    part: str | None = items.reading(index, "part")
    return part


def _joined(items: DateItems, index: int, *, lenient: bool) -> DateChain | None:
    """Return the chain of atoms at an item, as long as each adds to the date and none contradicts it."""
    grammar = _grammar()
    atom = _read(items, index, lenient=lenient)
    if atom is None:
        return None
    parts, end = atom
    while True:
        glue = grammar.equals.match(items.classes, end)
        if glue and (other := _joined(items, glue.end(), lenient=True)):
            return DateChain(index, other.last, _same_day(parts, other.parts))
        if parts.clock and (zone := grammar.other_zone.match(items.classes, end)):
            return DateChain(index, zone.end() - 1, parts)
        following = _following(items, parts, end, lenient=lenient)
        if following is None:
            return DateChain(index, end - 1, parts)
        parts, end = following


def _following(items: DateItems, parts: Parts, end: int, *, lenient: bool) -> tuple[Parts, int] | None:
    """Return the parts with those of the next atom, which may stand behind a bracket, a comma or a preposition."""
    starts = [end]
    glue = _grammar().glue.match(items.classes, end)
    if glue:
        starts.append(glue.end())
        if glue.end() - glue.start() == 2:
            starts.append(glue.end() - 1)
    for start in starts:
        atom = _read(items, start, lenient=lenient)
        if atom is None:
            continue
        if parts.calendar == "hijri" and atom[0].calendar != "hijri" and parts.day and atom[0].day and start > end:
            return _same_day(parts, atom[0]), atom[1]
        merged = merge(parts, atom[0])
        if merged is not None:
            return merged, atom[1]
    return None


def _same_day(first: Parts, second: Parts) -> Parts:
    """Return the Gregorian one of two dates that are said to be one day, with the weekday of the other."""
    chosen, other = (second, first) if first.calendar == "hijri" else (first, second)
    if chosen.level not in {"date", "month"}:
        chosen, other = other, chosen
    weekday = chosen.weekday if chosen.weekday is not None else other.weekday
    return replace(chosen, weekday=weekday, offset=None, direction=None, rule=f"{chosen.rule}, said in two ways")


def _read(items: DateItems, index: int, *, lenient: bool) -> tuple[Parts, int] | None:
    """Return the parts of the longest atom at an item and the item after it, or None."""
    best: tuple[Parts, int] | None = None
    if index >= len(items.classes):
        return None
    for pattern, reader in _grammar().atoms.get(items.classes[index], ()):
        match = pattern.match(items.classes, index)
        if match and (best is None or match.end() > best[1]):
            parts = reader(Atom(items, match, lenient))
            if parts is not None:
                best = parts, match.end()
    return best


def _is_date(items: DateItems, chain: DateChain) -> bool:
    """Return whether a chain is a date in a text of which nothing else is known."""
    parts = chain.parts
    if parts.level == "time" and chain.until is None:
        alone = parts.rule in {"part of day", "zone"} or (parts.rule == "stage" and parts.stage in {"early", "late"})
        if alone and parts.daypart and items.reading(chain.first - 1, "within") is not None:
            return items.items.definite(chain.first)
        return not alone or items.reading(chain.first, "adverb") is not None
    return parts.rule != "day of the same month"


def _in_name(items: DateItems, chain: DateChain) -> bool:
    named = items.reading(chain.first - 1, "namehead") is not None
    return named and chain.parts.level in {"date", "month"} and chain.parts.year is None
