"""The scorer's front: pairs gold with predicted articles, scores them, compares two predictions.

One scorer for all uses: training stops on it, `waqai score` prints it, agreement of two annotators is the same
comparison. What counts as a hit is in `waqai.scoring.tally`, intervals in `waqai.scoring.bootstrap`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from waqai.audit import Audit
from waqai.errors import InputError
from waqai.records import AnnotatedArticle
from waqai.scoring.bootstrap import CountTable, interval, point_figures, resample, resampled_figures
from waqai.scoring.counts import known
from waqai.scoring.iob2 import score_seqeval
from waqai.scoring.report import Interval, Report, factuality_score, metric_scores
from waqai.scoring.tally import METRICS, tally_article

COMPARED = (
    *(f"{metric}.f1" for metric in METRICS),
    "factuality.accuracy",
    "factuality.macro_f1",
    "factuality.kappa",
)
"""The figures of which `compare` gives differences."""

NO_SOURCE = "(no source)"
_SHOWN_IDS = 5


def score_articles(
    gold: Sequence[AnnotatedArticle],
    predicted: Sequence[AnnotatedArticle],
    *,
    resamples: int = 1000,
    seed: int = 0,
    allow_missing: bool = False,
) -> Report:
    """Score predicted articles against gold ones of the same ids and texts; the order of neither matters.

    Args:
        gold: At least one article.
        predicted: The same articles, as predicted.
        resamples: How many bootstrap resamples of articles the 95 % intervals rest on; 0 gives none.
        seed: Of the resampling.
        allow_missing: Score a gold article that has no prediction as if nothing had been found in it.

    Raises:
        InputError: An id is missing, unknown or given twice, or has another text; the message names the ids.
    """
    left, right, missing = _paired(gold, predicted, allow_missing=allow_missing)
    table = _table(left, right)
    resampled = resampled_figures(table, resamples, seed)
    audit = Audit()
    seqeval = score_seqeval(left, right, audit)
    return Report(
        articles=len(left),
        missing=missing,
        resamples=resamples,
        seed=seed,
        metrics=metric_scores(table, resampled),
        factuality=factuality_score(table, resampled),
        seqeval=seqeval,
        losses=audit.to_dict(),
    )


def score_by_source(
    gold: Sequence[AnnotatedArticle],
    predicted: Sequence[AnnotatedArticle],
    *,
    resamples: int = 1000,
    seed: int = 0,
    allow_missing: bool = False,
) -> dict[str, Report]:
    """Return one report for each `source` of the gold articles, by name; see `score_articles`."""
    left, right, _ = _paired(gold, predicted, allow_missing=allow_missing)
    given = {article.id for article in predicted}
    return {
        source: score_articles(
            [a for a in left if (a.source or NO_SOURCE) == source],
            [b for a, b in zip(left, right, strict=True) if (a.source or NO_SOURCE) == source and b.id in given],
            resamples=resamples,
            seed=seed,
            allow_missing=allow_missing,
        )
        for source in sorted({a.source or NO_SOURCE for a in left})
    }


def agreement(
    first: Sequence[AnnotatedArticle], second: Sequence[AnnotatedArticle], *, resamples: int = 1000, seed: int = 0
) -> Report:
    """Compare two annotators: F1 of spans, triggers, arguments and tuples, and kappa of factuality.

    F1 is the same whichever annotator is called gold; for spans, whose true negatives cannot be counted, it is what
    kappa tends to (Hripcsak and Rothschild 2005).
    """
    return score_articles(first, second, resamples=resamples, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure of two predictions; `interval` and `p_value` are of `second - first`.

    `p_value` is two-sided: twice the smaller share of resamples in which the difference is not positive, or not
    negative, each share counted with one more resample so that it is never 0. None where a figure is undefined.
    """

    first: float | None
    second: float | None
    difference: float | None
    interval: Interval | None
    p_value: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "first": self.first,
            "second": self.second,
            "difference": self.difference,
            "interval": None if self.interval is None else list(self.interval),
            "p_value": self.p_value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A paired bootstrap comparison of two predictions of the same articles, figure by figure."""

    articles: int
    resamples: int
    seed: int
    figures: Mapping[str, Difference]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "articles": self.articles,
            "resamples": self.resamples,
            "seed": self.seed,
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
        }


def compare(
    gold: Sequence[AnnotatedArticle],
    first: Sequence[AnnotatedArticle],
    second: Sequence[AnnotatedArticle],
    *,
    resamples: int = 1000,
    seed: int = 0,
    allow_missing: bool = False,
) -> Comparison:
    """Compare two predictions on the same resamples of articles (paired bootstrap; Koehn 2004).

    Raises:
        InputError: As `score_articles`.
    """
    tables = [_table(*_paired(gold, side, allow_missing=allow_missing)[:2]) for side in (first, second)]
    points = [point_figures(table) for table in tables]
    differences: dict[str, list[np.ndarray[Any, np.dtype[np.float64]]]] = {name: [] for name in COMPARED}
    for weights in resample(len(gold), resamples, seed):
        drawn = [table.figures(weights) for table in tables]
        for name, blocks in differences.items():
            blocks.append(drawn[1][name] - drawn[0][name])
    figures = {}
    for name, blocks in differences.items():
        values = np.concatenate(blocks) if blocks else np.empty(0)
        figures[name] = Difference(
            first=known(points[0][name]),
            second=known(points[1][name]),
            difference=known(points[1][name] - points[0][name]),
            interval=interval(values),
            p_value=_p_value(values),
        )
    return Comparison(articles=len(gold), resamples=resamples, seed=seed, figures=figures)


def _p_value(differences: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    defined = differences[~np.isnan(differences)]
    if not len(defined):
        return None
    smaller = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(defined) + 1))


def _table(gold: Sequence[AnnotatedArticle], predicted: Sequence[AnnotatedArticle]) -> CountTable:
    return CountTable.from_tallies([tally_article(a, b) for a, b in zip(gold, predicted, strict=True)])


def _paired(
    gold: Sequence[AnnotatedArticle], predicted: Sequence[AnnotatedArticle], *, allow_missing: bool
) -> tuple[list[AnnotatedArticle], list[AnnotatedArticle], int]:
    """Return both sides in the order of ids, with an empty prediction for each missing article, and their number."""
    if not gold:
        raise InputError("`gold` must hold at least one article, but is empty instead.")
    sides = [{article.id: article for article in side} for side in (gold, predicted)]
    for name, side in (("gold", gold), ("predicted", predicted)):
        twice = sorted(article_id for article_id, times in Counter(a.id for a in side).items() if times > 1)
        _refuse(twice, f"every id of `{name}` must be given once, but {{}} given more than once.")
    missing = sorted(sides[0].keys() - sides[1].keys())
    _refuse(sorted(sides[1].keys() - sides[0].keys()), "every id of `predicted` must be in `gold`, but {} not there.")
    if not allow_missing:
        _refuse(
            missing,
            "every id of `gold` must be in `predicted`, but {} missing. "
            "Predict them too, or allow missing articles: they then count as articles in which nothing was found.",
        )
    differing = sorted(i for i in sides[1] if sides[1][i].text != sides[0][i].text)
    _refuse(differing, "`text` must be the same in `gold` and `predicted`, but {} given with another text.")
    left = [sides[0][article_id] for article_id in sorted(sides[0])]
    right = [sides[1].get(a.id) or AnnotatedArticle(id=a.id, text=a.text) for a in left]
    return left, right, len(missing)


def _refuse(ids: Sequence[str], message: str) -> None:
    if ids:
        shown = ", ".join(map(repr, ids[:_SHOWN_IDS]))
        more = f" and {len(ids) - _SHOWN_IDS} more" if len(ids) > _SHOWN_IDS else ""
        raise InputError(message.format(f"{shown}{more} {'is' if len(ids) == 1 else 'are'}"))
