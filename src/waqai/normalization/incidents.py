"""Groups an article's events into incidents, and says how many people each killed, injured, arrested or displaced.

Events belong together when CAUSE links them, or when they report the same thing twice (headline and body). Numbers of
one incident are never added where they may count the same people: two reports that differ give a range. A number is
None where the text leaves it open, and what is not ACTUAL counts nobody. Tuples are assembled elsewhere; so are the
values of numbers, places and actors, which are read here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from waqai.normalization.lexicon import read_table
from waqai.normalization.numbers import find_numbers
from waqai.records import AnnotatedArticle, EntityMention, EventMention, Incident, Toll
from waqai.text import fold

TOLLS = {"KILL": "killed", "INJURE": "injured", "ARREST": "arrested", "ABDUCT": "abducted", "DISPLACE": "displaced"}
"""The event types that count people, and what they count them as."""

_AMONG = ("بينهم", "بينهن", "بينها", "منهم", "منهن", "ضمنهم")


@dataclass(frozen=True, slots=True)
class _Count:
    """Bounds of a number of people, with the evidence."""

    low: int | None
    high: int | None
    evidence: tuple[str, ...]
    rule: str


def roll_up(article: AnnotatedArticle) -> tuple[Incident, ...]:
    """Return the article's incidents, in reading order of their first event; every event is in exactly one.

    Args:
        article: Its NUM entities need their values; places and actors are told apart by their values where they have
            some, else by their folded text.
    """
    entities = {entity.id: entity for entity in article.entities}
    counts = {event.id: _count_people(article, event, entities) for event in article.events if event.type in TOLLS}
    groups = {event.id: {event.id} for event in article.events}

    def join(first: str, second: str) -> None:
        if groups[first] is not groups[second]:
            groups[first] |= groups[second]
            for member in groups[second]:
                groups[member] = groups[first]

    for relation in article.relations:
        if relation.type == "CAUSE" and relation.head in groups and relation.tail in groups:
            join(relation.head, relation.tail)
    for first, second in combinations(article.events, 2):
        if _same_report(first, second, entities, counts):
            join(first.id, second.id)
    order = {event.id: (event.start, event.end) for event in article.events}
    members = sorted(
        {id(g): sorted(g, key=order.__getitem__) for g in groups.values()}.values(), key=lambda g: order[g[0]]
    )
    by_id = {event.id: event for event in article.events}
    return tuple(
        Incident(id=f"i{number}", events=tuple(group), tolls=_tolls([by_id[i] for i in group], counts))
        for number, group in enumerate(members, 1)
    )


def _same_report(
    first: EventMention,
    second: EventMention,
    entities: Mapping[str, EntityMention],
    counts: Mapping[str, _Count | None],
) -> bool:
    """Return whether two events tell the same: one type and factuality, something in common, and nothing against it."""
    if first.type != second.type or first.factuality != second.factuality:
        return False
    shared = False
    for role in ("LOCATION", "TIME", "ACTOR", "TARGET", "COUNT"):
        ours, theirs = _keys(first, role, entities), _keys(second, role, entities)
        if ours and theirs and not ours & theirs:
            return False
        # A shared time, or a shared actor alone, is too little: a day has many events, and so has an army.
        shared = shared or (role in ("LOCATION", "TARGET", "COUNT") and bool(ours & theirs))
    one, two = counts.get(first.id), counts.get(second.id)
    differ = one is not None and two is not None and (one.low, one.high) != (two.low, two.high)
    return shared and not differ


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
        bounds = {(count.low, count.high) for count in known}
        evidence = tuple(dict.fromkeys(i for count in known for i in count.evidence))
        if len(bounds) == 1:
            rule = known[0].rule if len(known) == 1 else "reports agree"
            tolls.append(Toll(kind=kind, low=known[0].low, high=known[0].high, evidence=evidence, rule=rule))
            continue
        # Whether the reports count the same people is not said: at least the greatest, at most all of them together.
        low = max(count.low or 0 for count in known)
        highs = [count.high for count in known]
        high = None if None in highs else sum(h for h in highs if h is not None)
        tolls.append(Toll(kind=kind, low=low, high=high, evidence=evidence, rule="reports differ"))
    return tuple(tolls)


def _count_people(
    article: AnnotatedArticle, event: EventMention, entities: Mapping[str, EntityMention]
) -> _Count | None:
    """Return how many people one event is about, or None where nothing says it."""
    numbers = [entities[a.entity] for a in event.arguments if a.role == "COUNT"]
    numbers = sorted((n for n in numbers if n.value and n.value.get("unit") is None), key=lambda n: n.start)
    totals = _without_subsets(article.text, numbers)
    if totals:
        counts = [_bounds(number) for number in totals]
        return _sum(counts, "sum of counts") if len(counts) > 1 else counts[0]
    told = _noun_count(event.text, event.id)
    if told is not None:
        return told
    targets = [entities[a.entity] for a in event.arguments if a.role == "TARGET"]
    people = [_target_count(article, target, entities) for target in targets if target.type in ("PER", "GROUP", "ROLE")]
    if not people or any(count is None for count in people):
        return None
    known = [count for count in people if count is not None]
    return known[0] if len(known) == 1 else _sum(known, "sum of targets")


def _without_subsets(text: str, numbers: Sequence[EntityMention]) -> list[EntityMention]:
    """Leave out numbers that follow بينهم and the like: they are counted in the number before."""
    kept: list[EntityMention] = []
    for number in numbers:
        between = fold(text[kept[-1].end : number.start]).text.split() if kept else []
        if not any(word.removeprefix("و").removeprefix("من") in _AMONG or word in _AMONG for word in between):
            kept.append(number)
    return kept


def _bounds(number: EntityMention) -> _Count:
    value = number.value or {}
    exact, low, high = value.get("value"), value.get("low"), value.get("high")
    evidence, comparator = (number.id,), value.get("comparator", "=")
    if exact is None:
        return _Count(_whole(low), _whole(high), evidence, "range")
    if comparator == ">":
        return _Count(_whole(exact + 1), None, evidence, "more than")
    if comparator == ">=":
        return _Count(_whole(exact), None, evidence, "at least")
    if comparator == "<":
        return _Count(None, _whole(exact - 1), evidence, "fewer than")
    if comparator == "<=":
        return _Count(None, _whole(exact), evidence, "at most")
    return _Count(_whole(exact), _whole(exact), evidence, "about" if comparator == "~" else "count")


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _sum(counts: Sequence[_Count], rule: str) -> _Count:
    lows, highs = [c.low for c in counts], [c.high for c in counts]
    return _Count(
        sum(low or 0 for low in lows),
        None if None in highs else sum(high for high in highs if high is not None),
        tuple(i for c in counts for i in c.evidence),
        rule,
    )


def _target_count(
    article: AnnotatedArticle, target: EntityMention, entities: Mapping[str, EntityMention]
) -> _Count | None:
    """Return how many people a target is: a name is one, a noun as its number says."""
    if target.type == "PER":
        return _Count(1, 1, (target.id,), "named person")
    linked = [r.head for r in article.relations if r.type == "OF" and r.tail == target.id and r.head in entities]
    counts = [_bounds(entities[i]) for i in linked if (entities[i].value or {}).get("unit", "") is None]
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
