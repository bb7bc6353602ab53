"""Which errors would pay most: what each F1 would be if all errors of one class were mended and the others stayed.

    python benchmarks/errors.py GOLD.jsonl PREDICTED.jsonl [--least 0.5]

An error belongs to the first class that fits it; one that has two sides, such as a mention of the wrong type, is both
missed and spurious. The gains do not add up.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from waqai.data.standoff import iter_annotated, read_annotated
from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.scoring import Counts

Span = tuple[int, int]
Trigger = tuple[int, int, str]
Role = tuple[Trigger, str, Span]


@dataclass
class Errors:
    """The counts of a metric, and how many of its misses and false alarms are of which class."""

    counts: Counts = field(default_factory=Counts)
    missed: Counter[str] = field(default_factory=Counter)
    spurious: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[tuple[float, str, int, int]]:
        """Return gain in points of F1, class, misses and false alarms, the greatest gain first."""
        now, c = self.counts.f1 or 0.0, self.counts
        rows = []
        for name in self.missed.keys() | self.spurious.keys():
            missed, spurious = self.missed[name], self.spurious[name]
            mended = Counts(tp=c.tp + missed, fp=c.fp - spurious, fn=c.fn - missed).f1 or 0.0
            rows.append((100 * (mended - now), name, missed, spurious))
        return sorted(rows, reverse=True)


def mentions(
    gold: Sequence[EntityMention | EventMention], predicted: Sequence[EntityMention | EventMention], errors: Errors
) -> None:
    """Count mentions by span and type."""
    left, right = ({(m.start, m.end, m.type) for m in side} for side in (gold, predicted))
    errors.counts += Counts(tp=len(left & right), fp=len(right - left), fn=len(left - right))
    errors.missed.update(_mention_class(item, right - left, "missed") for item in left - right)
    errors.spurious.update(_mention_class(item, left - right, "spurious") for item in right - left)


def _mention_class(item: Trigger, unmatched: Collection[Trigger], alone: str) -> str:
    start, end, kind = item
    same_span = sorted(other for first, last, other in unmatched if (first, last) == (start, end))
    if same_span:
        gold, guess = (kind, same_span[0]) if alone == "missed" else (same_span[0], kind)
        return f"{gold} taken for {guess}"
    if any(other == kind and first < end and start < last for first, last, other in unmatched):
        return f"boundary of {kind}"
    return f"{kind} missed or invented"


def arguments(gold: AnnotatedArticle, predicted: AnnotatedArticle, errors: Errors) -> None:
    """Count arguments end to end, as the metric of that name does."""
    (left, left_triggers, left_spans), (right, right_triggers, right_spans) = _roles(gold), _roles(predicted)
    errors.counts += Counts(tp=len(left & right), fp=len(right - left), fn=len(left - right))
    errors.missed.update(_role_class(item, right - left, right_triggers, right_spans) for item in left - right)
    errors.spurious.update(_role_class(item, left - right, left_triggers, left_spans) for item in right - left)


def _roles(article: AnnotatedArticle) -> tuple[set[Role], set[Trigger], set[Span]]:
    spans = {entity.id: (entity.start, entity.end) for entity in article.entities}
    triggers = {event.id: (event.start, event.end, event.type) for event in article.events}
    roles = {(triggers[e.id], a.role, spans[a.entity]) for e in article.events for a in e.arguments}
    return roles, set(triggers.values()), set(spans.values())


def _role_class(item: Role, unmatched: Collection[Role], triggers: Collection[Trigger], spans: Collection[Span]) -> str:
    trigger, role, span = item
    if trigger not in triggers:
        retyped = any(other[:2] == trigger[:2] for other in triggers)
        return "its event has another type" if retyped else "its event is missed or invented"
    if span not in spans:
        overlapping = any(first < span[1] and span[0] < last for first, last in spans)
        return "boundary of its entity" if overlapping else "its entity is missed or invented"
    if any(other[0] == trigger and other[2] == span for other in unmatched):
        return "another role"
    return f"{role} missed or invented, event and entity right"


def pairs(gold: Path, predicted: Path) -> Iterable[tuple[AnnotatedArticle, AnnotatedArticle]]:
    """Yield gold articles with their predictions, by id."""
    found = {article.id: article for _, article in iter_annotated(predicted)}
    for article in read_annotated(gold):
        if article.id not in found:
            sys.exit(f"{predicted} has no article {article.id}.")
        yield article, found[article.id]


def main() -> None:
    """Print a table for entities, triggers and arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("predicted", type=Path)
    parser.add_argument("--least", type=float, default=0.5, help="points of F1 that a class must be worth to be shown")
    args = parser.parse_args()
    found = {name: Errors() for name in ("entities", "triggers", "arguments")}
    for gold, predicted in pairs(args.gold, args.predicted):
        mentions(gold.entities, predicted.entities, found["entities"])
        mentions(gold.events, predicted.events, found["triggers"])
        arguments(gold, predicted, found["arguments"])
    for name, errors in found.items():
        print(f"\n{name}: F1 {100 * (errors.counts.f1 or 0):.1f}\n")
        print("| class | missed | spurious | gain in F1 |\n| --- | --- | --- | --- |")
        for gain, what, missed, spurious in errors.rows():
            if gain >= args.least:
                print(f"| {what} | {missed} | {spurious} | {gain:+.1f} |")


if __name__ == "__main__":
    main()
