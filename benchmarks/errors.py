"""Which errors would pay most: what each F1 would be if all errors of one class were mended and the others stayed.

    python benchmarks/errors.py GOLD.jsonl PREDICTED.jsonl [--least 0.3]

An error belongs to the first class that fits it. A mended error that has two sides (a mention of the wrong type is both
missed and spurious) counts on both. Gains do not add up.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from waqai.data.standoff import iter_annotated, read_annotated
from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.scoring import Counts

Mention = EntityMention | EventMention


@dataclass
class Errors:
    """Counts of a metric, and what mending each class of errors would take from misses and from false alarms."""

    counts: Counts = field(default_factory=Counts)
    missed: Counter[str] = field(default_factory=Counter)
    spurious: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[tuple[float, str, int]]:
        """Return gain in points of F1, class and number of errors, the greatest gain first."""
        now = self.counts.f1 or 0.0
        rows = []
        for name in self.missed.keys() | self.spurious.keys():
            missed, spurious = self.missed[name], self.spurious[name]
            c = self.counts
            mended = Counts(tp=c.tp + missed, fp=c.fp - spurious, fn=c.fn - missed).f1 or 0.0
            rows.append((100 * (mended - now), name, missed + spurious))
        return sorted(rows, reverse=True)


def mentions(gold: Sequence[Mention], predicted: Sequence[Mention], errors: Errors) -> None:
    """Count mentions by span and type."""
    left, right = ({(m.start, m.end): m.type for m in side} for side in (gold, predicted))
    hits = sum(right.get(span) == kind for span, kind in left.items())
    errors.counts += Counts(tp=hits, fp=len(right) - hits, fn=len(left) - hits)
    for span, kind in left.items():
        if right.get(span) != kind:
            errors.missed[_class(span, kind, right, "missed")] += 1
    for span, kind in right.items():
        if left.get(span) != kind:
            errors.spurious[_class(span, kind, left, "spurious", swap=True)] += 1


def _class(
    span: tuple[int, int], kind: str, others: Mapping[tuple[int, int], str], alone: str, *, swap: bool = False
) -> str:
    if span in others:
        gold, predicted = (others[span], kind) if swap else (kind, others[span])
        return f"type: {gold} taken for {predicted}"
    if any(other == kind and start < span[1] and span[0] < end for (start, end), other in others.items()):
        return f"boundary of {kind}"
    return f"{alone} {kind}"


def arguments(gold: AnnotatedArticle, predicted: AnnotatedArticle, errors: Errors) -> None:
    """Count arguments end to end, as the metric of that name does."""
    (left, left_triggers, left_spans), (right, right_triggers, right_spans) = _roles(gold), _roles(predicted)
    hits = len(left & right)
    errors.counts += Counts(tp=hits, fp=len(right) - hits, fn=len(left) - hits)
    for item in left - right:
        errors.missed[_argument_class(item, right, right_triggers, right_spans, "missed")] += 1
    for item in right - left:
        errors.spurious[_argument_class(item, left, left_triggers, left_spans, "spurious")] += 1


Span = tuple[int, int]
Role = tuple[tuple[int, int, str], str, Span]


def _roles(article: AnnotatedArticle) -> tuple[set[Role], set[tuple[int, int, str]], set[Span]]:
    spans = {entity.id: (entity.start, entity.end) for entity in article.entities}
    triggers = {event.id: (event.start, event.end, event.type) for event in article.events}
    roles = {(triggers[e.id], a.role, spans[a.entity]) for e in article.events for a in e.arguments}
    return roles, set(triggers.values()), set(spans.values())


def _argument_class(
    item: Role, others: set[Role], triggers: set[tuple[int, int, str]], spans: set[Span], alone: str
) -> str:
    trigger, role, span = item
    if trigger not in triggers:
        same = any(other[:2] == trigger[:2] for other in triggers)
        return "event of another type" if same else f"{alone} with its event"
    if span not in spans:
        overlapping = any(start < span[1] and span[0] < end for start, end in spans)
        return "boundary of its entity" if overlapping else f"{alone} with its entity"
    if any(other[0] == trigger and other[2] == span for other in others):
        return "another role"
    return f"{alone} {role}, event and entity right"


def pairs(gold: Path, predicted: Path) -> Iterable[tuple[AnnotatedArticle, AnnotatedArticle]]:
    """Yield gold articles with their predictions, by id."""
    found = {article.id: article for _, article in iter_annotated(predicted)}
    for article in read_annotated(gold):
        yield article, found[article.id]


def main() -> None:
    """Print a table for entities, triggers and arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("predicted", type=Path)
    parser.add_argument("--least", type=float, default=0.3, help="points of F1 that a class must be worth to be shown")
    args = parser.parse_args()
    found = {name: Errors() for name in ("entities", "triggers", "arguments")}
    for gold, predicted in pairs(args.gold, args.predicted):
        mentions(gold.entities, predicted.entities, found["entities"])
        mentions(gold.events, predicted.events, found["triggers"])
        arguments(gold, predicted, found["arguments"])
    for name, errors in found.items():
        print(
            f"\n{name}: F1 {100 * (errors.counts.f1 or 0):.1f}\n\n| class | errors | gain in F1 |\n| --- | --- | --- |"
        )
        for gain, what, count in errors.rows():
            if gain >= args.least:
                print(f"| {what} | {count} | {gain:+.1f} |")


if __name__ == "__main__":
    main()
