import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waqai.errors import InputError
from waqai.scoring import best_threshold, expected_calibration_error, fit_platt, reliability


def sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def test_two_logits_are_fitted_to_their_smoothed_targets() -> None:
    """Two free parameters reach two targets exactly.

    Four logits at 1, three of them right, and four at -1, one right: N+ = N- = 4, so the targets are 5/6 and 1/6, and
    their means 4/6 and 2/6.
    """
    scale, shift = fit_platt([1, 1, 1, 1, -1, -1, -1, -1], [1, 1, 1, 0, 1, 0, 0, 0])
    assert sigmoid(scale + shift) == pytest.approx(2 / 3)
    assert sigmoid(-scale + shift) == pytest.approx(1 / 3)
    assert (scale, shift) == (pytest.approx(np.log(2)), pytest.approx(0, abs=1e-9))


def test_separable_logits_have_a_finite_fit() -> None:
    scale, shift = fit_platt([10, 20, -10, -20], [1, 1, 0, 0])
    assert 0 < scale < 1
    assert sigmoid(10 * scale + shift) == pytest.approx(0.75, abs=0.1)


@pytest.mark.parametrize(("labels", "prob"), [([1, 1, 1], 4 / 5), ([0, 0, 0], 1 / 5)])
def test_one_class_alone(labels: list[int], prob: float) -> None:
    scale, shift = fit_platt([3.0, -1.0, 2.0], labels)
    assert scale == pytest.approx(0, abs=1e-6)
    assert sigmoid(shift) == pytest.approx(prob)


def test_equal_logits() -> None:
    scale, shift = fit_platt([2.0, 2.0], [1, 0])
    assert sigmoid(2 * scale + shift) == pytest.approx(0.5)


@settings(deadline=None)
@given(st.floats(0.2, 4), st.floats(-2, 2), st.integers(0, 1000))
def test_the_scale_that_made_the_labels_is_found(scale: float, shift: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=20_000)
    labels = generator.random(20_000) < 1 / (1 + np.exp(-(scale * logits + shift)))
    assert fit_platt(logits, labels) == (pytest.approx(scale, abs=0.3), pytest.approx(shift, abs=0.3))


def test_the_gradient_vanishes_at_extreme_logits() -> None:
    logits = np.array([-1e4, -30.0, 0.0, 1.0, 40.0, 1e4])
    labels = np.array([0, 0, 1, 0, 1, 1])
    scale, shift = fit_platt(logits, labels)
    target = np.where(labels == 1, 4 / 5, 1 / 5)
    probs = 1 / (1 + np.exp(-(scale * logits + shift)))
    assert abs((probs - target).sum()) < 1e-6
    assert abs(((probs - target) * logits / 1e4).sum()) < 1e-6


def test_reliability_table() -> None:
    table = reliability([0.0, 0.1, 0.3, 0.5, 0.9, 1.0], [0, 1, 0, 1, 1, 0], bins=2)
    assert [(row.low, row.high, row.count) for row in table] == [(0.0, 0.5, 3), (0.5, 1.0, 3)]
    assert [row.confidence for row in table] == [pytest.approx(0.4 / 3), pytest.approx(0.8)]
    assert [row.accuracy for row in table] == [pytest.approx(1 / 3), pytest.approx(2 / 3)]


def test_a_probability_on_an_edge_belongs_to_the_upper_bin() -> None:
    counts = [row.count for row in reliability([0.3, 0.6, 0.7, 1.0], [1, 1, 1, 1], bins=10)]
    assert counts == [0, 0, 0, 1, 0, 0, 1, 1, 0, 1]


def test_expected_calibration_error() -> None:
    # Bins [0, 0.5) and [0.5, 1]: |1/3 - 0.4/3| and |2/3 - 0.8|, each with half of the weight.
    ece = expected_calibration_error([0.0, 0.1, 0.3, 0.5, 0.9, 1.0], [0, 1, 0, 1, 1, 0], bins=2)
    assert ece == pytest.approx((0.2 + 2 / 15) / 2)
    assert expected_calibration_error([0.0, 1.0, 1.0], [0, 1, 1]) == 0.0


@pytest.mark.parametrize(
    ("probs", "labels", "missed", "expected"),
    [
        ([0.9, 0.8, 0.3], [1, 1, 0], 0, 0.55),
        ([0.9, 0.8, 0.3], [1, 0, 1], 0, 0.3),  # all three: 2*2/(3+2) = 0.8; the first alone 2*1/(1+2)
        ([0.9, 0.8, 0.7, 0.3], [1, 0, 0, 1], 0, 0.85),  # one: 2/3 = four: 4/6; the fewest are kept
        ([0.9, 0.8, 0.7, 0.3], [1, 0, 0, 1], 4, 0.3),  # one: 2/(1+6) < four: 4/(4+6)
        ([0.6, 0.6, 0.6], [1, 0, 0], 0, 0.6),
        ([0.9, 0.2], [0, 0], 3, 1.0),
        ([np.nextafter(0.5, 0), 0.5], [0, 1], 0, 0.5),
    ],
)
def test_best_threshold(probs: list[float], labels: list[int], missed: int, expected: float) -> None:
    assert best_threshold(probs, labels, missed) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.7]), st.booleans()), min_size=1), st.integers(0, 3))
def test_no_other_threshold_is_better(items: list[tuple[float, bool]], missed: int) -> None:
    probs, labels = zip(*items, strict=True)

    def f1(threshold: float) -> float:
        kept = [label for p, label in items if p >= threshold]
        return 2 * sum(kept) / max(len(kept) + sum(labels) + missed, 1)

    best = f1(best_threshold(probs, labels, missed))
    assert best == max(f1(threshold) for threshold in (0.0, 0.15, 0.3, 0.6, 0.9))


@pytest.mark.parametrize(
    ("values", "labels", "message"),
    [
        ([], [], "not empty"),
        ([0.5], [1, 0], r"shapes \(1,\) and \(2,\)"),
        ([np.nan, 0.5], [1, 0], "must be finite, but 1 of them"),
    ],
)
def test_ill_formed_input_is_refused(values: list[float], labels: list[int], message: str) -> None:
    for function in (fit_platt, reliability, best_threshold):
        with pytest.raises(InputError, match=message):
            function(values, labels)


def test_probabilities_beyond_one_are_refused() -> None:
    with pytest.raises(InputError, match=r"between 0 and 1, but reach from 0\.5 to 1\.5"):
        expected_calibration_error([0.5, 1.5], [0, 1])
