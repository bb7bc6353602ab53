"""Sums of tallies over articles, all figures of such sums, and their bootstrap intervals.

Articles are resampled, not mentions: mentions of one article are not independent. A resample is a vector of how often
each article is drawn, so that all resamples together are one matrix product with the counts of the articles. Reports
are assembled by `waqai.scoring.report`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waqai.scoring.counts import Counts, FloatArray, f1, macro, precision, ratio, recall
from waqai.scoring.tally import METRICS, Tally

FACTUALITY = ("ACTUAL", "NEGATED", "FUTURE", "HYPOTHETICAL")
"""The order in which the known values are shown; others follow by name."""

Figures = dict[str, FloatArray]
"""Each figure by its dotted name, such as `entities.f1` or `entities.PER.f1`, one value a resample."""

_CHUNK = 250  # resamples at once; bounds memory for many articles


@dataclass(frozen=True, slots=True)
class CountTable:
    """The counts of A articles: C columns of (metric, label), and the confusion of F factuality values.

    `counts` is (A, C, 3), ordered tp, fp, fn; `confusion` is (A, F, F), gold before predicted.
    """

    columns: tuple[tuple[str, str], ...]
    factuality: tuple[str, ...]
    counts: NDArray[np.int64]
    confusion: NDArray[np.int64]

    @classmethod
    def from_tallies(cls, tallies: Sequence[Tally]) -> "CountTable":
        """Put the tallies of articles into arrays; labels are sorted within a metric."""
        labels = {metric: sorted({name for t in tallies for name in t.counts[metric]}) for metric in METRICS}
        columns = tuple((metric, label) for metric, names in labels.items() for label in names)
        seen = {value for t in tallies for pair in t.factuality for value in pair}
        factuality = (*(v for v in FACTUALITY if v in seen), *sorted(seen - set(FACTUALITY)))
        counts = np.zeros((len(tallies), len(columns), 3), dtype=np.int64)
        confusion = np.zeros((len(tallies), len(factuality), len(factuality)), dtype=np.int64)
        for row, tally in enumerate(tallies):
            for column, (metric, label) in enumerate(columns):
                if label in tally.counts[metric]:
                    item = tally.counts[metric][label]
                    counts[row, column] = item.tp, item.fp, item.fn
            for (gold, predicted), amount in tally.factuality.items():
                confusion[row, factuality.index(gold), factuality.index(predicted)] = amount
        return cls(columns, factuality, counts, confusion)

    def totals(self) -> dict[str, dict[str, Counts]]:
        """Return the counts over all articles by metric and label."""
        sums = self.counts.sum(axis=0)
        totals: dict[str, dict[str, Counts]] = {metric: {} for metric in METRICS}
        for (metric, label), row in zip(self.columns, sums.tolist(), strict=True):
            totals[metric][label] = Counts(*row)
        return totals

    def figures(self, weights: NDArray[np.int64]) -> Figures:
        """Return every figure for `weights` (R, A), how often each article is drawn, as arrays of R values."""
        num_articles = len(self.counts)
        drawn = weights.astype(np.float64)
        totals = (drawn @ self.counts.reshape(num_articles, -1)).reshape(len(weights), len(self.columns), 3)
        figures: Figures = {}
        for metric in METRICS:
            chosen = [i for i, column in enumerate(self.columns) if column[0] == metric]
            by_label = f1(totals[:, chosen])
            micro = totals[:, chosen].sum(axis=1)
            figures[f"{metric}.precision"] = precision(micro)
            figures[f"{metric}.recall"] = recall(micro)
            figures[f"{metric}.f1"] = f1(micro)
            figures[f"{metric}.macro_f1"] = macro(by_label)
            figures |= {f"{metric}.{self.columns[i][1]}.f1": by_label[:, at] for at, i in enumerate(chosen)}
        size = len(self.factuality)
        confusion = (drawn @ self.confusion.reshape(num_articles, -1)).reshape(len(weights), size, size)
        return figures | _factuality_figures(confusion, self.factuality)


def _factuality_figures(confusion: FloatArray, names: Sequence[str]) -> Figures:
    """Return accuracy, macro F1, Cohen's kappa (Cohen 1960) and the F1 of each value, from (R, F, F) counts."""
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    gold, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
    total = confusion.sum(axis=(1, 2))
    by_value = f1(np.stack([hits, predicted - hits, gold - hits], axis=-1))
    accuracy = ratio(hits.sum(axis=1), total)
    chance = ratio((gold * predicted).sum(axis=1), total**2)
    return {
        "factuality.accuracy": accuracy,
        "factuality.macro_f1": macro(by_value),
        "factuality.kappa": ratio(accuracy - chance, 1 - chance),
    } | {f"factuality.{name}.f1": by_value[:, at] for at, name in enumerate(names)}


def resample(num_articles: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield blocks (up to 250, A) of how often each article is drawn, with replacement; the same for the same seed."""
    generator = np.random.default_rng(seed)
    shares = np.full(num_articles, 1 / num_articles)
    for first in range(0, resamples, _CHUNK):
        yield generator.multinomial(num_articles, shares, size=min(_CHUNK, resamples - first))


def resampled_figures(table: CountTable, resamples: int, seed: int) -> Figures:
    """Return every figure of every resample; empty when `resamples` is 0."""
    blocks = [table.figures(weights) for weights in resample(len(table.counts), resamples, seed)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in (blocks[0] if blocks else ())}


def point_figures(table: CountTable) -> Mapping[str, float]:
    """Return every figure of the articles themselves, each drawn once; NaN where it is undefined."""
    once = np.ones((1, len(table.counts)), dtype=np.int64)
    return {name: float(values[0]) for name, values in table.figures(once).items()}


def interval(values: NDArray[Any], level: float = 0.95) -> tuple[float, float] | None:
    """Return the percentile interval (Efron and Tibshirani 1993, chapter 13) of the resamples where it is defined."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
