"""From a model's logits to probabilities that mean what they say, and thresholds that use them.

Everything is fitted on validation data by the caller; nothing here knows what is being predicted. One logit a
decision: `labels` says whether the candidate was right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waqai.errors import InputError
from waqai.scoring.counts import FloatArray

_MAX_STEPS = 100
_TOLERANCE = 1e-10
_RIDGE = 1e-12


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The candidates whose probability lies in `[low, high)`, the last bin closed.

    `confidence` is their mean probability, `accuracy` the share that is right; both None in an empty bin.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


def fit_platt(logits: ArrayLike, labels: ArrayLike) -> tuple[float, float]:
    """Return `(scale, shift)` such that `sigmoid(scale * logit + shift)` is the probability of being right.

    Maximum likelihood with Platt's smoothed targets, (N₊ + 1) / (N₊ + 2) for right and 1 / (N₋ + 2) for wrong (Platt
    1999), so that the fit is finite even where right and wrong are separable or one is absent; Newton's method with
    backtracking (Lin, Lin and Weng 2007, A note on Platt's probabilistic outputs for support vector machines).

    Raises:
        InputError: The two are not one-dimensional and of one length, are empty, or a logit is not finite.
    """
    x, right = _checked(logits, labels, "logits")
    positives = int(right.sum())
    negatives = len(right) - positives
    target = np.where(right, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    # Fitted on centred logits of unit deviation, where the Hessian is well conditioned; undone at the end.
    centre, spread = float(x.mean()), float(x.std()) or 1.0
    z = (x - centre) / spread
    scale, shift = 0.0, float(np.log((positives + 1) / (negatives + 1)))
    loss = _cross_entropy(scale * z + shift, target)
    for _ in range(_MAX_STEPS):
        probs = _sigmoid(scale * z + shift)
        slope = np.array([((probs - target) * z).sum(), (probs - target).sum()])
        if np.abs(slope).max() < _TOLERANCE * len(z):
            break
        weight = probs * (1 - probs)
        cross = (weight * z).sum()
        hessian = np.array([[(weight * z * z).sum() + _RIDGE, cross], [cross, weight.sum() + _RIDGE]])
        step = np.linalg.solve(hessian, slope)
        length = 1.0
        while length > _TOLERANCE:
            candidate = _cross_entropy((scale - length * step[0]) * z + shift - length * step[1], target)
            if candidate < loss - 1e-4 * length * float(slope @ step):
                break
            length /= 2
        else:
            break
        scale, shift, loss = scale - length * float(step[0]), shift - length * float(step[1]), candidate
    return scale / spread, shift - scale * centre / spread


def reliability(probs: ArrayLike, labels: ArrayLike, bins: int = 15) -> tuple[ReliabilityBin, ...]:
    """Return the reliability table over `bins` bins of equal width from 0 to 1.

    Raises:
        InputError: As `fit_platt`, or a probability lies outside [0, 1].
    """
    p, right = _checked(probs, labels, "probs")
    if p.min() < 0 or p.max() > 1:
        raise InputError(f"`probs` must lie between 0 and 1, but reach from {p.min()} to {p.max()} instead.")
    # `digitize` compares with the edges themselves; p * bins would put 0.3 of 10 bins, 2.9999…, one bin too low.
    edges = np.arange(bins + 1) / bins
    index = np.minimum(np.digitize(p, edges) - 1, bins - 1)
    counts = np.bincount(index, minlength=bins)
    confidence = np.bincount(index, weights=p, minlength=bins)
    hits = np.bincount(index, weights=right, minlength=bins)
    return tuple(
        ReliabilityBin(
            low=float(edges[at]),
            high=float(edges[at + 1]),
            count=int(counts[at]),
            confidence=float(confidence[at] / counts[at]) if counts[at] else None,
            accuracy=float(hits[at] / counts[at]) if counts[at] else None,
        )
        for at in range(bins)
    )


def expected_calibration_error(probs: ArrayLike, labels: ArrayLike, bins: int = 15) -> float:
    """Return the mean distance of confidence and accuracy over bins, weighted by their counts (Naeini et al. 2015)."""
    table = reliability(probs, labels, bins)
    total = sum(row.count for row in table)
    return sum(
        row.count / total * abs(row.accuracy - row.confidence)
        for row in table
        if row.accuracy is not None and row.confidence is not None
    )


def best_threshold(probs: ArrayLike, labels: ArrayLike, gold_missed: int = 0) -> float:
    """Return the threshold at which keeping the candidates with `prob >= threshold` has the highest F1.

    It lies halfway between the last kept and the first refused probability, or at the lowest probability when all are
    kept; of equal F1 the fewest candidates are kept. It is 1.0 when nothing is right.

    Args:
        probs: The candidates' probabilities.
        labels: Whether each is right.
        gold_missed: Gold items that no candidate stands for, missed at any threshold.

    Raises:
        InputError: As `fit_platt`.
    """
    p, right = _checked(probs, labels, "probs")
    order = np.argsort(-p, kind="stable")
    p, right = p[order], right[order]
    if not right.any():
        return 1.0
    tp = np.cumsum(right)
    kept = np.arange(1, len(p) + 1)
    scores = 2 * tp / (kept + right.sum() + gold_missed)
    scores[:-1][p[:-1] == p[1:]] = -1.0  # equal probabilities stand and fall together
    best = int(np.argmax(scores))
    if best == len(p) - 1:
        return float(p[best])
    middle = float(p[best] + p[best + 1]) / 2
    return middle if middle > p[best + 1] else float(p[best])


def _checked(values: ArrayLike, labels: ArrayLike, name: str) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return both as arrays after checking their shapes."""
    x, right = np.asarray(values, dtype=np.float64), np.asarray(labels).astype(np.bool_)
    if x.ndim != 1 or x.shape != right.shape or not len(x):
        raise InputError(
            f"`{name}` and `labels` must be one-dimensional, of one length and not empty, "
            f"but have shapes {x.shape} and {right.shape} instead."
        )
    if not np.isfinite(x).all():
        raise InputError(f"`{name}` must be finite, but {int((~np.isfinite(x)).sum())} of them are not.")
    return x, right


def _sigmoid(x: FloatArray) -> FloatArray:
    return np.exp(-np.logaddexp(0.0, -x))


def _cross_entropy(x: FloatArray, target: FloatArray) -> float:
    """Return the summed loss for logits `x`, in a form that does not overflow."""
    return float((np.logaddexp(0.0, x) - target * x).sum())
