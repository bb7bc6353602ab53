import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waqai.scoring.matching import maximum_matching, maximum_weight, overlapping_pairs

SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda s: (s[0], s[0] + s[1])), max_size=6)
WEIGHTS = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(0, 5), max_size=12)


def brute_force(weights: dict[tuple[int, int], int]) -> int:
    """Return the best total over all ways to match four with four."""
    return max(sum(weights.get((i, j), 0) for i, j in enumerate(order)) for order in itertools.permutations(range(4)))


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert overlapping_pairs([(0, 5)], [(5, 7), (4, 5)]) == [(0, 1)]


@settings(deadline=None)
@given(SPANS, SPANS)
def test_overlapping_pairs_are_those_of_the_definition(
    gold: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    expected = [(i, j) for i, g in enumerate(gold) for j, p in enumerate(other) if max(g[0], p[0]) < min(g[1], p[1])]
    assert overlapping_pairs(gold, other) == expected


@pytest.mark.parametrize(
    ("pairs", "size"),
    [
        ([], 0),
        ([(0, 0), (0, 1)], 1),
        ([(0, 0), (0, 1), (1, 0)], 2),  # a greedy choice of (0, 0) would stop at one
        ([(0, 0), (0, 1), (1, 0), (1, 2), (2, 2)], 3),  # two augmenting steps
    ],
)
def test_a_matching_is_maximum(pairs: list[tuple[int, int]], size: int) -> None:
    assert maximum_matching(pairs) == size


@settings(deadline=None)
@given(WEIGHTS)
def test_the_matching_is_as_large_as_any(weights: dict[tuple[int, int], int]) -> None:
    assert maximum_matching(sorted(weights)) == brute_force(dict.fromkeys(weights, 1))


def test_the_heaviest_matching_may_leave_the_heaviest_pair() -> None:
    assert maximum_weight({(0, 0): 3, (0, 1): 2, (1, 0): 2}) == 4
    assert maximum_weight({(0, 0): 5, (0, 1): 2, (1, 0): 2}) == 5


@settings(deadline=None)
@given(WEIGHTS)
def test_the_matching_is_as_heavy_as_any(weights: dict[tuple[int, int], int]) -> None:
    assert maximum_weight(weights) == brute_force(weights)
    assert maximum_weight({(j, i): weight for (i, j), weight in weights.items()}) == brute_force(weights)
