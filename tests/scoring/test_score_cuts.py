import pytest

from waqai.scoring import Counts, score_cuts


def test_each_cut_is_right_or_wrong_by_itself():
    assert score_cuts([{1, 2}, set(), {7}], [{1}, {3, 4}, {7}]) == Counts(tp=2, fp=2, fn=1)


def test_nothing_to_cut():
    assert score_cuts([set()], [set()]).f1 is None


def test_cuts_of_one_text_do_not_count_in_another():
    assert score_cuts([{1}, {2}], [{2}, {1}]) == Counts(tp=0, fp=2, fn=2)


def test_sides_of_different_length():
    with pytest.raises(ValueError, match="zip"):
        score_cuts([{1}], [])
