"""Scores where attached particles were cut off inside words."""

from collections.abc import Collection, Sequence

from waqai.scoring.counts import Counts


def score_cuts(gold: Sequence[Collection[int]], predicted: Sequence[Collection[int]]) -> Counts:
    """Compare the cuts of each text, characters at which a proclitic ends; a cut is right where gold has it too.

    >>> score_cuts([{1, 2}, {5}], [(1,), (5, 9)])
    Counts(tp=2, fp=1, fn=1)

    Raises:
        ValueError: The two sides are not of the same number of texts.
    """
    hits = sum(len(set(left) & set(right)) for left, right in zip(gold, predicted, strict=True))
    return Counts(tp=hits, fp=sum(map(len, predicted)) - hits, fn=sum(map(len, gold)) - hits)
