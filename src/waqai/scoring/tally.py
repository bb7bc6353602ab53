"""What counts as a hit: the comparison of one gold article with one predicted article, metric by metric.

Every metric is a multiset of items on each side. In an exact metric an item is a hit when the other side holds an equal
one; in an overlapping metric hits are a maximum one-to-one matching of items that share characters. A mention given
twice is two items, so a duplicate is a false positive. Sums over articles are `waqai.scoring.bootstrap`'s.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.scoring.counts import Counts
from waqai.scoring.matching import maximum_matching, maximum_weight, overlapping_pairs

METRICS: Mapping[str, str] = {
    "entities": "span and type",
    "entities_overlap": "type, and at least one character shared",
    "entities_untyped": "span alone",
    "entities_outermost": "span and type, of entities that lie in no longer entity",
    "triggers": "span and event type",
    "triggers_overlap": "event type, and at least one character shared",
    "triggers_untyped": "span alone",
    "arguments": "trigger span and event type, role, entity span",
    "arguments_typed": "as arguments, and the entity type",
    "arguments_overlap": "event type and role, trigger and entity each share at least one character",
    "arguments_given_triggers": "as arguments, of events whose trigger and type are on both sides",
    "relations": "OF or CAUSE, the spans of both ends, and the type of an end that is an event",
    "tuples": "facts of events (see docs/scoring.md): the headline, tuple F1",
    "tuples_exact": "trigger span, event type, factuality and the whole set of roles with their entity spans",
}
"""Each metric of spans, arguments and tuples, and what two items must have in common."""

HEADLINE = "tuples"
"""The metric whose micro F1 is called tuple F1; early stopping follows it."""

Item = tuple[str, Hashable]
"""A label (type or role) under which an item is counted, and the key that must be equal."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one article: by metric and label, and of factuality, gold against predicted."""

    counts: Mapping[str, Mapping[str, Counts]]
    factuality: Mapping[tuple[str, str], int]


def tally_article(gold: AnnotatedArticle, predicted: AnnotatedArticle) -> Tally:
    """Compare two annotations of one text."""
    shared = {_trigger(v) for v in gold.events} & {_trigger(v) for v in predicted.events}

    def exact(items: Callable[[AnnotatedArticle], Iterable[Item]]) -> dict[str, Counts]:
        return _exact(items(gold), items(predicted))

    counts = {
        "entities": exact(lambda a: [(e.type, (e.start, e.end)) for e in a.entities]),
        "entities_overlap": _overlapping(gold.entities, predicted.entities),
        "entities_untyped": exact(lambda a: [("ENTITY", (e.start, e.end)) for e in a.entities]),
        "entities_outermost": exact(lambda a: [(e.type, (e.start, e.end)) for e in outermost(a.entities)]),
        "triggers": exact(lambda a: [(v.type, (v.start, v.end)) for v in a.events]),
        "triggers_overlap": _overlapping(gold.events, predicted.events),
        "triggers_untyped": exact(lambda a: [("TRIGGER", (v.start, v.end)) for v in a.events]),
        "arguments": exact(_arguments),
        "arguments_typed": exact(lambda a: _arguments(a, typed=True)),
        "arguments_overlap": _overlapping_arguments(gold, predicted),
        "arguments_given_triggers": exact(lambda a: _arguments(a, only=shared)),
        "relations": exact(_relations),
        "tuples": _facts(gold, predicted),
        "tuples_exact": exact(_tuples),
    }
    return Tally(counts=counts, factuality=_factuality(gold.events, predicted.events))


def outermost(entities: Sequence[EntityMention]) -> list[EntityMention]:
    """Return the entities that lie in no longer entity, by offsets; equal spans are both kept."""
    kept: list[EntityMention] = []
    for entity in sorted(entities, key=lambda e: (e.start, -e.end, e.type)):
        # The last kept entity reaches furthest of all before, since those that it contains are not kept.
        if not kept or entity.end > kept[-1].end or entity.span == kept[-1].span:
            kept.append(entity)
    return kept


def _trigger(event: EventMention) -> tuple[int, int, str]:
    return event.start, event.end, event.type


def _exact(gold: Iterable[Item], predicted: Iterable[Item]) -> dict[str, Counts]:
    """Count equal items of two multisets, by label."""
    left, right = Counter(gold), Counter(predicted)
    hits: Counter[str] = Counter()
    for item in left.keys() & right.keys():
        hits[item[0]] += min(left[item], right[item])
    return _by_label(hits, (label for label, _ in left.elements()), (label for label, _ in right.elements()))


def _by_label(hits: Mapping[str, int], gold: Iterable[str], predicted: Iterable[str]) -> dict[str, Counts]:
    """Return the counts of each label from the hits and the labels of all items."""
    left, right = Counter(gold), Counter(predicted)
    return {
        label: Counts(tp=hits.get(label, 0), fp=right[label] - hits.get(label, 0), fn=left[label] - hits.get(label, 0))
        for label in left.keys() | right.keys()
    }


def _overlapping(
    gold: Sequence[EntityMention | EventMention], predicted: Sequence[EntityMention | EventMention]
) -> dict[str, Counts]:
    """Count mentions of one type that share characters, one to one."""
    hits = {}
    for label in {m.type for m in gold} & {m.type for m in predicted}:
        left, right = ([(m.start, m.end) for m in side if m.type == label] for side in (gold, predicted))
        hits[label] = maximum_matching(overlapping_pairs(left, right))
    return _by_label(hits, (m.type for m in gold), (m.type for m in predicted))


def _arguments(
    article: AnnotatedArticle, *, typed: bool = False, only: set[tuple[int, int, str]] | None = None
) -> list[Item]:
    """Return each argument under its role, of all events or of those whose trigger is in `only`."""
    entities = {e.id: e for e in article.entities}
    return [
        (argument.role, (*_trigger(event), filler.start, filler.end, filler.type if typed else ""))
        for event in article.events
        if only is None or _trigger(event) in only
        for argument in event.arguments
        for filler in (entities[argument.entity],)
    ]


def _overlapping_arguments(gold: AnnotatedArticle, predicted: AnnotatedArticle) -> dict[str, Counts]:
    """Count arguments of one event type and role whose triggers and whose entities share characters, one to one."""
    groups: list[dict[tuple[str, str], list[tuple[EventMention, EntityMention]]]] = []
    for article in (gold, predicted):
        entities = {e.id: e for e in article.entities}
        group = defaultdict(list)
        for event in article.events:
            for argument in event.arguments:
                group[argument.role, event.type].append((event, entities[argument.entity]))
        groups.append(group)
    hits: Counter[str] = Counter()
    for role, event_type in groups[0].keys() & groups[1].keys():
        left, right = (group[role, event_type] for group in groups)
        pairs = overlapping_pairs([(v.start, v.end) for v, _ in left], [(v.start, v.end) for v, _ in right])
        hits[role] += maximum_matching(
            [(i, j) for i, j in pairs if left[i][1].start < right[j][1].end and right[j][1].start < left[i][1].end]
        )
    sides = ([role for (role, _), items in group.items() for _ in items] for group in groups)
    return _by_label(hits, *sides)


def _relations(article: AnnotatedArticle) -> list[Item]:
    """Return each OF and CAUSE link by its ends; an entity is known by its span, an event by its span and type too."""
    ends: dict[str, Hashable] = {e.id: (e.start, e.end) for e in article.entities}
    ends |= {v.id: _trigger(v) for v in article.events}
    return [(relation.type, (ends[relation.head], ends[relation.tail])) for relation in article.relations]


def _roles(article: AnnotatedArticle) -> list[frozenset[tuple[str, int, int]]]:
    """Return for each event the set of its roles with their fillers' characters."""
    spans = {e.id: (e.start, e.end) for e in article.entities}
    return [frozenset((a.role, *spans[a.entity]) for a in event.arguments) for event in article.events]


def _tuples(article: AnnotatedArticle) -> list[Item]:
    """Return each event as a whole, under its type."""
    return [
        (event.type, (event.start, event.end, event.factuality, roles))
        for event, roles in zip(article.events, _roles(article), strict=True)
    ]


def _facts(gold: AnnotatedArticle, predicted: AnnotatedArticle) -> dict[str, Counts]:
    """Count the facts shared by events that are matched one to one, under the event type.

    An event's facts are its type with its factuality, and each (role, entity span). Two events may be matched when
    their types are equal and their triggers share a character; the matching has the largest number of shared facts.
    """
    roles = (_roles(gold), _roles(predicted))
    hits = {}
    for label in {v.type for v in gold.events} & {v.type for v in predicted.events}:
        left, right = ([i for i, v in enumerate(a.events) if v.type == label] for a in (gold, predicted))
        spans = [[(a.events[i].start, a.events[i].end) for i in side] for a, side in ((gold, left), (predicted, right))]
        hits[label] = maximum_weight(
            {
                (i, j): len(roles[0][left[i]] & roles[1][right[j]])
                + (gold.events[left[i]].factuality == predicted.events[right[j]].factuality)
                for i, j in overlapping_pairs(*spans)
            }
        )
    sides = (
        [v.type for v, fillers in zip(a.events, side, strict=True) for _ in range(1 + len(fillers))]
        for a, side in zip((gold, predicted), roles, strict=True)
    )
    return _by_label(hits, *sides)


def _factuality(gold: Sequence[EventMention], predicted: Sequence[EventMention]) -> dict[tuple[str, str], int]:
    """Count pairs of (gold, predicted) factuality over events whose trigger span and type are equal.

    Where several events of one type have one trigger, those of equal factuality are paired first.
    """
    sides: list[dict[tuple[int, int, str], Counter[str]]] = []
    for events in (gold, predicted):
        side: defaultdict[tuple[int, int, str], Counter[str]] = defaultdict(Counter)
        for event in events:
            side[_trigger(event)][event.factuality] += 1
        sides.append(side)
    confusion: Counter[tuple[str, str]] = Counter()
    for trigger in sides[0].keys() & sides[1].keys():
        left, right = sides[0][trigger], sides[1][trigger]
        equal = left & right
        for value, amount in equal.items():
            confusion[value, value] += amount
        confusion.update(zip(sorted((left - equal).elements()), sorted((right - equal).elements()), strict=False))
    return dict(confusion)
