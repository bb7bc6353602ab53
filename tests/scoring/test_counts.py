import numpy as np
import pytest

from waqai.scoring.counts import Counts, f1, known, macro, precision, recall


def test_figures_of_counts() -> None:
    counts = Counts(tp=3, fp=1, fn=2)
    assert (counts.precision, counts.recall, counts.support, counts.predicted) == (0.75, 0.6, 5, 4)
    assert counts.f1 == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(), (None, None, None)),
        (Counts(fp=2), (0.0, None, 0.0)),
        (Counts(fn=2), (None, 0.0, 0.0)),
    ],
)
def test_what_is_undefined_is_none(counts: Counts, expected: tuple[float | None, ...]) -> None:
    assert (counts.precision, counts.recall, counts.f1) == expected


def test_counts_add_up() -> None:
    assert Counts(1, 2, 3) + Counts(10, 20, 30) == Counts(11, 22, 33)


def test_arrays_give_the_figures_of_counts() -> None:
    totals = np.array([[3.0, 1.0, 2.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(precision(totals), [0.75, np.nan])
    np.testing.assert_array_equal(recall(totals), [0.6, np.nan])
    np.testing.assert_array_equal(f1(totals), [6 / 9, np.nan])


def test_macro_leaves_out_labels_that_do_not_occur() -> None:
    values = np.array([[0.5, np.nan, 1.0], [np.nan, np.nan, np.nan]])
    np.testing.assert_array_equal(macro(values), [0.75, np.nan])
    assert [known(value) for value in macro(values)] == [0.75, None]
