"""The frozen record of one scoring, and its JSON form; a table for a terminal is made by `waqai score`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waqai.scoring.bootstrap import CountTable, Figures, interval, point_figures
from waqai.scoring.counts import Counts, known
from waqai.scoring.iob2 import SeqevalScore
from waqai.scoring.tally import HEADLINE

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScore:
    """One metric: counts over all labels (`micro`) and of each label (a type or a role).

    `macro_f1` is the mean F1 of the labels that occur in gold or prediction. `intervals` holds 95 % intervals of
    `precision`, `recall`, `f1` and `macro_f1`, `label_intervals` those of each label's F1; both are empty without
    resampling.
    """

    micro: Counts
    macro_f1: float | None
    labels: Mapping[str, Counts]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    label_intervals: Mapping[str, Interval] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data; an undefined figure is null."""
        return {
            **self.micro.to_dict(),
            "macro_f1": self.macro_f1,
            "intervals": {name: list(ends) for name, ends in self.intervals.items()},
            "labels": {
                label: counts.to_dict()
                | ({"f1_interval": list(self.label_intervals[label])} if label in self.label_intervals else {})
                for label, counts in self.labels.items()
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FactualityScore:
    """Factuality over the events whose trigger span and type are on both sides.

    `confusion` counts pairs (gold, predicted). `kappa` is Cohen's; None when chance agreement is perfect, as when all
    events are ACTUAL on both sides. `intervals` holds those of `accuracy`, `macro_f1` and `kappa`.
    """

    support: int
    accuracy: float | None
    macro_f1: float | None
    kappa: float | None
    confusion: Mapping[tuple[str, str], int]
    labels: Mapping[str, Counts]
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data; the confusion is nested, gold before predicted."""
        return {
            "support": self.support,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "kappa": self.kappa,
            "intervals": {name: list(ends) for name, ends in self.intervals.items()},
            "labels": {label: counts.to_dict() for label, counts in self.labels.items()},
            "confusion": {
                gold: {p: n for (g, p), n in self.confusion.items() if g == gold}
                for gold in dict.fromkeys(g for g, _ in self.confusion)
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that one scoring says; `missing` articles were scored as if nothing had been predicted for them."""

    articles: int
    missing: int
    resamples: int
    seed: int
    metrics: Mapping[str, MetricScore]
    factuality: FactualityScore
    seqeval: Mapping[str, SeqevalScore]
    losses: Mapping[str, int]

    @property
    def tuple_f1(self) -> float:
        """The headline, for early stopping: micro F1 over the facts of events; 0.0 when there is no event at all."""
        return self.metrics[HEADLINE].micro.f1 or 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "articles": self.articles,
            "missing": self.missing,
            "resamples": self.resamples,
            "seed": self.seed,
            "tuple_f1": self.metrics[HEADLINE].micro.f1,
            "metrics": {name: metric.to_dict() for name, metric in self.metrics.items()},
            "factuality": self.factuality.to_dict(),
            "seqeval": {name: score.to_dict() for name, score in self.seqeval.items()},
            "losses": dict(self.losses),
        }


def metric_scores(table: CountTable, resampled: Figures) -> dict[str, MetricScore]:
    """Return the score of every metric of a table, with intervals from the resampled figures."""
    points = point_figures(table)
    return {
        metric: MetricScore(
            micro=sum(labels.values(), Counts()),
            macro_f1=known(points[f"{metric}.macro_f1"]),
            labels=labels,
            intervals=_intervals(resampled, metric, ("precision", "recall", "f1", "macro_f1")),
            label_intervals={
                label: ends[f"{label}.f1"]
                for label in labels
                if (ends := _intervals(resampled, metric, (f"{label}.f1",)))
            },
        )
        for metric, labels in table.totals().items()
    }


def factuality_score(table: CountTable, resampled: Figures) -> FactualityScore:
    """Return the factuality of a table, with intervals from the resampled figures."""
    points = point_figures(table)
    sums = table.confusion.sum(axis=0).tolist()
    names = table.factuality
    return FactualityScore(
        support=sum(map(sum, sums)),
        accuracy=known(points["factuality.accuracy"]),
        macro_f1=known(points["factuality.macro_f1"]),
        kappa=known(points["factuality.kappa"]),
        confusion={(g, p): sums[i][j] for i, g in enumerate(names) for j, p in enumerate(names) if sums[i][j]},
        labels={
            name: Counts(tp=sums[i][i], fp=sum(row[i] for row in sums) - sums[i][i], fn=sum(sums[i]) - sums[i][i])
            for i, name in enumerate(names)
        },
        intervals=_intervals(resampled, "factuality", ("accuracy", "macro_f1", "kappa")),
    )


def _intervals(resampled: Figures, metric: str, names: tuple[str, ...]) -> dict[str, Interval]:
    """Return the intervals that can be had, by the figure's own name."""
    found = {name: interval(resampled[f"{metric}.{name}"]) for name in names if f"{metric}.{name}" in resampled}
    return {name: ends for name, ends in found.items() if ends is not None}
