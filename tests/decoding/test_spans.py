import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waqai.decoding import ScoredSpan, decode_starts, select_spans
from waqai.text import segment


def span(first, last, kind=0, score=0.9):
    return ScoredSpan(first, last, kind, score)


@pytest.mark.parametrize(
    ("candidates", "kept"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([span(3, 4), span(0, 1)], [span(0, 1), span(3, 4)], id="apart, in reading order"),
        pytest.param([span(0, 1, 0, 0.8), span(1, 2, 0, 0.9)], [span(1, 2, 0, 0.9)], id="crossing: the better"),
        pytest.param([span(0, 2, 1, 0.6), span(1, 1, 2, 0.9)], [span(0, 2, 1, 0.6), span(1, 1, 2, 0.9)], id="nested"),
        pytest.param([span(0, 2, 1), span(1, 2, 1)], [span(0, 2, 1), span(1, 2, 1)], id="nested of one type"),
        pytest.param([span(0, 2), span(0, 0)], [span(0, 2), span(0, 0)], id="nested from the same word: outer first"),
        pytest.param([span(1, 2, 1, 0.7), span(1, 2, 4, 0.8)], [span(1, 2, 4, 0.8)], id="one span, one type"),
        pytest.param([span(1, 2, 4), span(1, 2, 1)], [span(1, 2, 1)], id="equal scores: the earlier type"),
        pytest.param([span(2, 3), span(1, 2)], [span(1, 2)], id="equal scores: the earlier span"),
        pytest.param(
            [span(0, 1, 0, 0.8), span(1, 2, 0, 0.9), span(2, 3, 0, 0.95)],
            [span(0, 1, 0, 0.8), span(2, 3, 0, 0.95)],
            id="what a refused span excluded stays",
        ),
        pytest.param(
            [span(0, 5, 0, 0.9), span(1, 4, 1, 0.8), span(2, 3, 2, 0.7), span(4, 5, 3, 0.6)],
            [span(0, 5, 0, 0.9), span(1, 4, 1, 0.8), span(2, 3, 2, 0.7)],
            id="three layers, and one that crosses the middle",
        ),
    ],
)
def test_entities_may_nest_but_not_cross(candidates, kept):
    assert select_spans(candidates, nested=True) == kept


@pytest.mark.parametrize(
    ("candidates", "kept"),
    [
        pytest.param([span(0, 2, 1, 0.6), span(1, 1, 2, 0.9)], [span(1, 1, 2, 0.9)], id="nested: the better"),
        pytest.param([span(0, 1, 1), span(0, 0, 1)], [span(0, 1, 1)], id="equal scores: the longer"),
        pytest.param([span(0, 0), span(1, 1)], [span(0, 0), span(1, 1)], id="side by side"),
        pytest.param(
            [span(0, 1, 0, 0.7), span(1, 2, 0, 0.8), span(3, 3)], [span(1, 2, 0, 0.8), span(3, 3)], id="cross"
        ),
    ],
)
def test_triggers_share_no_word(candidates, kept):
    assert select_spans(candidates, nested=False) == kept


candidate = st.builds(
    lambda first, width, kind, score: ScoredSpan(first, first + width, kind, score / 4),
    st.integers(0, 8), st.integers(0, 4), st.integers(0, 2), st.integers(1, 4),
)  # fmt: skip


@given(st.lists(candidate, unique_by=lambda s: (s.first, s.last, s.kind)), st.booleans(), st.integers())
def test_the_selection_is_consistent_maximal_and_does_not_depend_on_order(candidates, nested, seed):
    kept = select_spans(candidates, nested=nested)
    shuffled = candidates.copy()
    random.Random(seed).shuffle(shuffled)
    assert select_spans(shuffled, nested=nested) == kept

    def excludes(one, two):
        if one.last < two.first or two.last < one.first:
            return False
        same = (one.first, one.last) == (two.first, two.last)
        inside = (one.first <= two.first and two.last <= one.last) or (two.first <= one.first and one.last <= two.last)
        return not nested or same or not inside

    assert not any(excludes(a, b) for i, a in enumerate(kept) for b in kept[i + 1 :])
    for refused in set(candidates) - set(kept):
        assert any(excludes(refused, better) and better.score >= refused.score for better in kept)


def starts(text, scores):
    words = segment(text)
    return [text[start : word.end] for start, word in zip(decode_starts(text, words, scores), words, strict=True)]


TWO_LETTERS = [0.0, 0.1, 0.9, 0.2]


@pytest.mark.parametrize(
    ("text", "scores", "stems"),
    [
        pytest.param("وبدمشق", [TWO_LETTERS], ["دمشق"], id="two letters"),
        pytest.param("وبدمشق", [[0.0, 0.9, 0.1, 0.2]], ["بدمشق"], id="one letter"),
        pytest.param("وبدمشق", [[0.9, 0.1, 0.1, 5.0]], ["وبدمشق"], id="three are not possible, so none"),
        pytest.param("للقوات", [[0.0, 0.9, 0.1, 0.0]], ["لقوات"], id="the second lam stays"),
        pytest.param("وللقوات", [TWO_LETTERS], ["لقوات"], id="and-to"),
        pytest.param("وَبِدِمَشقَ", [TWO_LETTERS], ["دِمَشقَ"], id="with marks"),
        pytest.param("لِلْقوات", [[0.0, 0.9, 0.1, 0.0]], ["لْقوات"], id="the stem's own marks stay"),
        pytest.param("وـبـدمشق", [TWO_LETTERS], ["دمشق"], id="with tatweel"),
        pytest.param("دمشق", [TWO_LETTERS], ["دمشق"], id="no letter of them"),
        pytest.param("في", [[0.0, 0.9, 0.0, 0.0]], ["في"], id="too short"),
        pytest.param("بدمشق ٣، ولبنان", [TWO_LETTERS] * 4, ["دمشق", "٣", "،", "بنان"], id="as letters allow"),
        pytest.param("وبدمشق", [[0.5, 0.5, 0.5, 0.5]], ["وبدمشق"], id="a tie goes to fewer"),
        pytest.param("", [], [], id="nothing"),
    ],
)
def test_where_stems_begin(text, scores, stems):
    assert starts(text, scores) == stems
