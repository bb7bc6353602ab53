"""seqeval's strict score of the outermost entities, for comparison with what others report.

IOB2 holds one tag a word: no nesting, and no span that begins inside a word. An entity after a proclitic is put on its
whole word, so this score is blind to proclitic cuts; everything that the tags cannot say is counted by reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from waqai.audit import Audit
from waqai.records import AnnotatedArticle
from waqai.scoring.tally import outermost
from waqai.text import proclitic_lengths, segment, stem_start

AVERAGES = {"micro avg": "micro", "macro avg": "macro"}


@dataclass(frozen=True, slots=True)
class SeqevalScore:
    """One line of seqeval's report; 0.0 where seqeval divides by zero."""

    precision: float
    recall: float
    f1: float
    support: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "support": self.support}


def score_seqeval(
    gold: Sequence[AnnotatedArticle], predicted: Sequence[AnnotatedArticle], audit: Audit
) -> Mapping[str, SeqevalScore]:
    """Return seqeval's strict IOB2 scores: `micro`, `macro` and one for each type; empty when there is no entity.

    The two sequences hold the same articles in the same order. Losses are counted under `seqeval.gold.…` and
    `seqeval.predicted.…`.
    """
    y_true = [iob2_tags(article, audit, "seqeval.gold") for article in gold]
    y_pred = [iob2_tags(article, audit, "seqeval.predicted") for article in predicted]
    if not any(tag != "O" for tags in (*y_true, *y_pred) for tag in tags):
        return {}
    report: dict[str, dict[str, Any]] = classification_report(
        y_true, y_pred, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    return {
        AVERAGES.get(name, name): SeqevalScore(
            float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"])
        )
        for name, row in report.items()
        if name != "weighted avg"
    }


def iob2_tags(article: AnnotatedArticle, audit: Audit, reason: str) -> list[str]:
    """Return one tag a word of `segment(article.text)`, of the outermost entities.

    Counted under `reason`: `after_proclitic` (put on its whole word), `starts_inside_word` and `ends_inside_word`
    (widened to the word), `no_word` and `word_taken` (left out; of two entities on one word the longer stays).
    """
    words = segment(article.text)
    word_at = [-1] * len(article.text)
    for index, word in enumerate(words):
        word_at[word.start : word.end] = [index] * (word.end - word.start)
    tags = ["O"] * len(words)
    for entity in sorted(outermost(article.entities), key=lambda e: (e.start - e.end, e.start, e.type)):
        where = f"article {article.id!r}, entity {entity.id!r}"
        touched = [index for index in word_at[entity.start : entity.end] if index >= 0]
        if not touched:
            audit.add(f"{reason}.no_word", where)
            continue
        first, last = touched[0], touched[-1]
        if any(tag != "O" for tag in tags[first : last + 1]):
            audit.add(f"{reason}.word_taken", where)
            continue
        if entity.start > words[first].start:
            text = article.text[words[first].start : words[first].end]
            cuts = {words[first].start + stem_start(text, letters) for letters in proclitic_lengths(text)}
            audit.add(f"{reason}.{'after_proclitic' if entity.start in cuts else 'starts_inside_word'}", where)
        if entity.end < words[last].end:
            audit.add(f"{reason}.ends_inside_word", where)
        tags[first : last + 1] = [f"B-{entity.type}", *[f"I-{entity.type}"] * (last - first)]
    return tags
