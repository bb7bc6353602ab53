"""Chooses spans among scored candidates, and the characters at which they start."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waqai.text import Word, proclitic_lengths, stem_start


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """Words `first` to `last`, both inside, as a mention of type index `kind`, with its probability."""

    first: int
    last: int
    kind: int
    score: float


def select_spans(candidates: Iterable[ScoredSpan], *, nested: bool) -> list[ScoredSpan]:
    """Keep the best candidates that do not contradict each other, in reading order, outer before inner.

    A span has one type. Entities may lie inside one another but not cross; triggers (`nested=False`) share no word.
    Better scores win; of equal ones the earlier, then the longer, so that the result depends on nothing else.

    >>> select_spans([ScoredSpan(0, 1, 0, 0.9), ScoredSpan(1, 2, 0, 0.8), ScoredSpan(1, 1, 1, 0.7)], nested=True)
    [ScoredSpan(first=0, last=1, kind=0, score=0.9), ScoredSpan(first=1, last=1, kind=1, score=0.7)]
    """
    kept: list[ScoredSpan] = []
    by_word: dict[int, list[ScoredSpan]] = {}
    for span in sorted(candidates, key=lambda s: (-s.score, s.first, -s.last, s.kind)):
        near = {id(k): k for word in range(span.first, span.last + 1) for k in by_word.get(word, ())}
        if any(_excludes(other, span, nested=nested) for other in near.values()):
            continue
        kept.append(span)
        for word in range(span.first, span.last + 1):
            by_word.setdefault(word, []).append(span)
    return sorted(kept, key=lambda s: (s.first, -s.last))


def _excludes(kept: ScoredSpan, span: ScoredSpan, *, nested: bool) -> bool:
    """Return whether two spans that share a word cannot both stand."""
    if not nested:
        return True
    inside = kept.first <= span.first and span.last <= kept.last
    around = span.first <= kept.first and kept.last <= span.last
    return (inside and around) or not (inside or around)


def decode_starts(text: str, words: Sequence[Word], scores: Sequence[Sequence[float]]) -> list[int]:
    """Return for each word the character at which its stem begins.

    `scores[i][k]` speaks for k proclitic letters before the stem of word i; only what its letters allow is chosen.
    """
    starts = []
    for word, row in zip(words, scores, strict=True):
        surface = text[word.start : word.end]
        allowed = proclitic_lengths(surface)
        best = max(allowed, key=lambda k: row[k]) if len(allowed) > 1 else 0
        starts.append(word.start + (stem_start(surface, best) if best else 0))
    return starts
