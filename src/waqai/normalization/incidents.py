"""Groups an article's events into incidents, and says how many people each killed, injured, arrested or displaced.

Events belong together when CAUSE links them, or when they report the same thing twice (headline and body). Numbers of
one incident are never added where they may count the same people: two reports that differ give a range. A number is
None where the text leaves it open, and what is not ACTUAL counts nobody. Tuples are assembled elsewhere; so are the
values of numbers, places and actors, which are read here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Self

from waqai.normalization.lexicon import read_table
from waqai.normalization.numbers import find_numbers
from waqai.normalization.numbers_phrases import MAX_COUNTED
from waqai.records import AnnotatedArticle, EntityMention, EventMention, Incident, Toll, Value
from waqai.text import fold

TOLLS = {"KILL": "killed", "INJURE": "injured", "ARREST": "arrested", "ABDUCT": "abducted", "DISPLACE": "displaced"}
"""The event types that count people, and what they count them as."""

_COMPARED = ("LOCATION", "TIME", "ACTOR", "TARGET", "COUNT")
_SHARED = ("LOCATION", "TARGET", "COUNT")
"""A shared time, or a shared actor alone, is too little: a day has many events, and so has an army."""

_AMONG_WORD = re.compile(r"\bو?(?:من)?(?:(?P<people>بينهم|بينهن|منهم|منهن|ضمنهم)|بينها|منها)\b")
_OF_THEM = frozenset({"منهم", "منهن", "منها"})
_MARK = re.compile(r"[،,؛;.؟?!\n](?!\d)")
_NEXT = 12
"""Characters in which the word beside a number is looked for."""


@dataclass(frozen=True, slots=True)
class _Count:
    """Bounds of a number of people, with the evidence."""

    low: int | None
    high: int | None
    evidence: tuple[str, ...]
    rule: str
    about: int | None = None

    @property
    def amount(self) -> int | None:
        """Return the one number that is said, exactly or approximately."""
        if self.about is not None:
            return self.about
        return self.low if self.low == self.high else None

    @property
    def told(self) -> tuple[int | None, int | None]:
        """Return what two reports of one number have in common: `نحو 20` and `20 على الأقل` may be 20 elsewhere."""
        if self.about is not None:
            return self.about, self.about
        return self.low, self.low if self.high is None else self.high

    @property
    def openness(self) -> int:
        """Return how little is asserted, for a choice among reports that agree."""
        return 2 if self.about is not None else int(self.high is None)


def roll_up(article: AnnotatedArticle) -> tuple[Incident, ...]:
    """Return the article's incidents, in reading order of their first event; every event is in exactly one.

    Args:
        article: Its NUM entities need their values; places and actors are told apart by their values where they have
            some, else by their folded text.
    """
    entities = {entity.id: entity for entity in article.entities}
    counters: dict[str, list[str]] = {}
    for relation in article.relations:
        if relation.type == "OF" and relation.head in entities:
            counters.setdefault(relation.tail, []).append(relation.head)
    counts = {
        event.id: _count_people(article, event, entities, counters) for event in article.events if event.type in TOLLS
    }
    groups = {event.id: {event.id} for event in article.events}

    def join(first: str, second: str) -> None:
        small, large = sorted((groups[first], groups[second]), key=len)
        if small is not large:
            large |= small
            for member in small:
                groups[member] = large

    for relation in article.relations:
        if relation.type == "CAUSE" and relation.head in groups and relation.tail in groups:
            join(relation.head, relation.tail)
    for first, second in _same_reports(article.events, entities, counts):
        join(first, second)
    order = {event.id: (event.start, event.end) for event in article.events}
    distinct = {id(group): group for group in groups.values()}.values()
    members = sorted((sorted(group, key=order.__getitem__) for group in distinct), key=lambda g: order[g[0]])
    by_id = {event.id: event for event in article.events}
    return tuple(
        Incident(id=f"i{number}", events=tuple(group), tolls=_tolls([by_id[i] for i in group], counts))
        for number, group in enumerate(members, 1)
    )


def _same_reports(
    events: Sequence[EventMention], entities: Mapping[str, EntityMention], counts: Mapping[str, _Count | None]
) -> Iterator[tuple[str, str]]:
    """Yield pairs of events that tell the same, enough of them that joining these joins all.

    What two events tell alike is compared once, however many events tell it, and only where they have something in
    common: a long article has too many pairs to look at each.
    """
    alike: dict[_Report, list[str]] = {}
    for event in events:
        alike.setdefault(_Report.of(event, entities, counts.get(event.id)), []).append(event.id)
    sharing: dict[tuple[str, str, str, str], list[_Report]] = {}
    for report, ids in alike.items():
        if report.same_as(report):
            yield from pairwise(ids)
        for role in _SHARED:
            for key in report.keys[role]:
                sharing.setdefault((report.type, report.factuality, role, key), []).append(report)
    for reports in sharing.values():
        for first, second in combinations(reports, 2):
            if first.same_as(second):
                yield alike[first][0], alike[second][0]


@dataclass(frozen=True, slots=True)
class _Report:
    """All that decides whether two events tell the same."""

    type: str
    factuality: str
    fillers: tuple[frozenset[str], ...]
    told: tuple[int | None, int | None] | None

    @classmethod
    def of(cls, event: EventMention, entities: Mapping[str, EntityMention], count: _Count | None) -> Self:
        """Read it off an event."""
        fillers = tuple(frozenset(_keys(event, role, entities)) for role in _COMPARED)
        return cls(event.type, event.factuality, fillers, None if count is None else count.told)

    @property
    def keys(self) -> Mapping[str, frozenset[str]]:
        """What the fillers of each compared role stand for."""
        return dict(zip(_COMPARED, self.fillers, strict=True))

    def same_as(self, other: "_Report") -> bool:
        """Return whether both tell the same: one type and factuality, something shared, nothing against it."""
        if (self.type, self.factuality) != (other.type, other.factuality):
            return False
        shared = False
        for role, ours, theirs in zip(_COMPARED, self.fillers, other.fillers, strict=True):
            if ours and theirs and not ours & theirs:
                return False
            shared = shared or (role in _SHARED and bool(ours & theirs))
        return shared and (self.told is None or other.told is None or self.told == other.told)


def _keys(event: EventMention, role: str, entities: Mapping[str, EntityMention]) -> set[str]:
    """Return what the fillers of a role stand for."""
    keys = set()
    for argument in event.arguments:
        if argument.role == role:
            entity = entities[argument.entity]
            value = entity.value or {}
            known = value.get("geonames_id") or value.get("id") or value.get("start") or value.get("value")
            keys.add(str(known) if known is not None else fold(entity.text).text)
    return keys


def _tolls(events: Sequence[EventMention], counts: Mapping[str, _Count | None]) -> tuple[Toll, ...]:
    """Put the numbers of one incident together, kind by kind."""
    tolls = []
    for event_type, kind in TOLLS.items():
        told = [
            (event, counts[event.id]) for event in events if event.type == event_type and event.factuality == "ACTUAL"
        ]
        known = [count for _, count in told if count is not None]
        if not told:
            continue
        if not known:
            tolls.append(Toll(kind=kind, low=1, high=None, evidence=tuple(e.id for e, _ in told), rule="uncounted"))
            continue
        evidence = tuple(dict.fromkeys(i for count in known for i in count.evidence))
        if len({count.told for count in known}) == 1:
            said = max(known, key=lambda count: count.openness)
            rule = said.rule if len(known) == 1 else "reports agree"
            toll = Toll(kind=kind, low=said.low, high=said.high, about=said.about, evidence=evidence, rule=rule)
            tolls.append(toll)
            continue
        # Whether the reports count the same people is not said: at least the greatest, at most all of them together.
        low = max(_said(count.low for count in known), default=None)
        highs = _said(count.high for count in known)
        high = sum(highs) if len(highs) == len(known) else None
        about = max(_said(count.about for count in known), default=None)
        about = about if about is not None and (low is None or low < about) else None
        tolls.append(Toll(kind=kind, low=low, high=high, about=about, evidence=evidence, rule="reports differ"))
    return tuple(tolls)


def _count_people(
    article: AnnotatedArticle,
    event: EventMention,
    entities: Mapping[str, EntityMention],
    counters: Mapping[str, Sequence[str]],
) -> _Count | None:
    """Return how many people one event is about, or None where nothing says it; `counters` are OF's heads by tail."""
    numbers = [entities[a.entity] for a in event.arguments if a.role == "COUNT"]
    numbers = sorted((n for n in numbers if _counts_people(n.value)), key=lambda n: n.start)
    if numbers:
        return _total(article.text, numbers)
    told = _noun_count(event.text, event.id)
    if told is not None:
        return told
    targets = [entities[a.entity] for a in event.arguments if a.role == "TARGET"]
    people = [
        _target_count(target, entities, counters) for target in targets if target.type in ("PER", "GROUP", "ROLE")
    ]
    if not people or any(count is None for count in people):
        return None
    known = [count for count in people if count is not None]
    return known[0] if len(known) == 1 else _sum(known, "sum of targets")


def _counts_people(value: Value | None) -> bool:
    """Return whether a number counts people as they are: not `نصف` of them, and not 12 in `ارتفع من 12 إلى 15`."""
    if value is None or value.get("unit") is not None or value.get("former"):
        return False
    said = (value.get(key) for key in ("value", "low", "high"))
    return all(number is None or number == int(number) for number in said)


def _total(text: str, numbers: Sequence[EntityMention]) -> _Count:
    """Add the numbers of one event, in reading order, without those that are parts of another.

    Where the text leaves open whether a number is a part, the total is open from without it to with it.
    """
    totals, doubtful, whole = [_bounds(numbers[0])], [], numbers[0]
    for number in numbers[1:]:
        if _is_other_end(text, whole, number):
            totals[-1] = _span(totals[-1], _bounds(number))
            continue
        count, part = _bounds(number), _is_part(text, whole, number)
        most = totals[-1].high if totals[-1].about is None else totals[-1].about
        larger = count.low is not None and most is not None and count.low > most
        if part is False or larger:
            totals.append(count)
            whole = number
        elif part is None:
            doubtful.append(count)
    total = _sum(totals, "sum of counts") if len(totals) > 1 else totals[0]
    if not doubtful:
        return total
    low = max(_said(count.low for count in (total, *doubtful)), default=None)
    return replace(_sum([*totals, *doubtful], "perhaps parts"), low=low, about=total.about)


def _is_other_end(text: str, first: EntityMention, second: EntityMention) -> bool:
    """Return whether two numbers are the ends of `من 12 إلى 15`, where no verb said which of them is the later."""
    before = fold(text[max(0, first.start - _NEXT) : first.start]).text.split()
    between = fold(text[first.end : second.start]).text.split()
    return before[-1:] == ["من"] and between[-1:] == ["الي"] and len(between) <= 1 + MAX_COUNTED


def _span(first: _Count, second: _Count) -> _Count:
    """Return the range of two counts, whichever is the larger; an open end stays open."""
    lows, highs = _said((first.low, second.low)), _said((first.high, second.high))
    low = min(lows) if len(lows) == 2 else None
    return _Count(low, max(highs) if len(highs) == 2 else None, first.evidence + second.evidence, "range")


def _is_part(text: str, whole: EntityMention, number: EntityMention) -> bool | None:
    """Return whether a number counts some of those whom an earlier one counts, or None where the text does not say.

    So does what follows بينهم or stands before منهم, and what و joins to it (`بينهم 38 طفلاً و29 سيدة`), but not
    certainly behind a mark (`بينهم طفلان، و3 جنود`), nor after منها, which may be said of towns or raids.
    """
    after = fold(text[number.end : number.end + _NEXT]).text.split()
    if after and after[0] in _OF_THEM:
        return True
    between = fold(text[whole.end : number.start]).text
    among = list(_AMONG_WORD.finditer(between))
    if not among:
        return False
    certain = among[-1]["people"] and not _MARK.search(between, among[-1].end())
    return True if certain else None


def _bounds(number: EntityMention) -> _Count:
    value = number.value or {}
    exact, low, high = value.get("value"), value.get("low"), value.get("high")
    evidence, comparator = (number.id,), value.get("comparator", "=")
    if comparator == "~" and exact is not None:  # what is about 20 may be less or more
        return _Count(None, None, evidence, "about", about=_whole(exact))
    if exact is None:
        return _Count(_whole(low), _whole(high), evidence, "about" if comparator == "~" else "range")
    if comparator == ">":
        return _Count(_whole(exact + 1), None, evidence, "more than")
    if comparator == ">=":
        return _Count(_whole(exact), None, evidence, "at least")
    if comparator == "<":
        return _Count(None, _whole(exact - 1), evidence, "fewer than")
    if comparator == "<=":
        return _Count(None, _whole(exact), evidence, "at most")
    return _Count(_whole(exact), _whole(exact), evidence, "count")


def _said(numbers: Iterable[int | None]) -> list[int]:
    return [number for number in numbers if number is not None]


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _sum(counts: Sequence[_Count], rule: str) -> _Count:
    """Add counts; the sum is about what it is where all are one number and one of them is only about that."""
    lows, highs = _said(c.low for c in counts), _said(c.high for c in counts)
    amounts = _said(c.amount for c in counts)
    approximate = len(amounts) == len(counts) and any(c.about is not None for c in counts)
    return _Count(
        sum(lows) if lows else None,
        sum(highs) if len(highs) == len(counts) else None,
        tuple(i for c in counts for i in c.evidence),
        rule,
        sum(amounts) if approximate else None,
    )


def _target_count(
    target: EntityMention, entities: Mapping[str, EntityMention], counters: Mapping[str, Sequence[str]]
) -> _Count | None:
    """Return how many people a target is: a name is one, a noun as its number says."""
    if target.type == "PER":
        return _Count(1, 1, (target.id,), "named person")
    linked = counters.get(target.id, ())
    counts = [_bounds(entities[i]) for i in linked if _counts_people(entities[i].value)]
    return counts[0] if counts else _noun_count(target.text, target.id)


def _noun_count(text: str, evidence: str) -> _Count | None:
    """Return the number that a noun's own form says: `قتيلان` two, `طفل` one."""
    duals = [m.value for m in find_numbers(text) if m.value.value == 2 and m.value.comparator == "="]
    if duals:
        return _Count(2, 2, (evidence,), "dual")
    head = fold(text).text.split(" ")[0].removeprefix("ال")
    # The accusative's alif is no letter of the noun.
    if head in _persons() or (head.endswith("ا") and head[:-1] in _persons()):
        return _Count(1, 1, (evidence,), "singular")
    return None


@lru_cache(maxsize=1)
def _persons() -> frozenset[str]:
    """Return the folded nouns for one person."""
    return frozenset(fold(row[0]).text for row in read_table("persons.tsv"))
