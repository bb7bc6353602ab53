"""Counts of hits and misses, and the figures that follow from them.

Only arithmetic on counts stands here; what counts as a hit is `waqai.scoring.tally`'s. A ratio whose denominator is
zero is None (a single figure) or NaN (an array of figures): nothing was there to be right or wrong about.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives (predicted only) and false negatives (gold only).

    >>> Counts(tp=3, fp=1, fn=2).f1
    0.6666666666666666
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def support(self) -> int:
        """How many gold items there are."""
        return self.tp + self.fn

    @property
    def predicted(self) -> int:
        """How many predicted items there are."""
        return self.tp + self.fp

    @property
    def precision(self) -> float | None:
        """The share of predicted items that are right; None when nothing was predicted."""
        return self.tp / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """The share of gold items that were found; None when there are none."""
        return self.tp / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both, 2tp / (2tp + fp + fn); None when there is nothing on either side."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "support": self.support,
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
        }


def precision(totals: FloatArray) -> FloatArray:
    """Return precision for counts `(..., 3)` ordered tp, fp, fn; NaN when nothing was predicted."""
    return ratio(totals[..., 0], totals[..., 0] + totals[..., 1])


def recall(totals: FloatArray) -> FloatArray:
    """Return recall for counts `(..., 3)` ordered tp, fp, fn; NaN when there is no gold."""
    return ratio(totals[..., 0], totals[..., 0] + totals[..., 2])


def f1(totals: FloatArray) -> FloatArray:
    """Return F1 for counts `(..., 3)` ordered tp, fp, fn; NaN when there is nothing on either side."""
    return ratio(2 * totals[..., 0], 2 * totals[..., 0] + totals[..., 1] + totals[..., 2])


def macro(values: FloatArray) -> FloatArray:
    """Return the mean over the last axis of the values that are not NaN; NaN when all are."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1).astype(np.float64))


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide, with NaN where the denominator is zero."""
    quotient: FloatArray = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


def known(value: float) -> float | None:
    """Return a Python float, or None for NaN."""
    return None if np.isnan(value) else float(value)
