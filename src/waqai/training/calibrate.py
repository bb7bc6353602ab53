"""Fits probabilities and thresholds to validation data, through the very decoder that serves users.

The extractor decodes with thresholds so low that nearly nothing is left out. Each decision is right or wrong against
gold; Platt's scaling turns its score into a probability of being right, errors of what it builds on included (an
argument of a spurious trigger is wrong). Then the threshold with the best F1 is kept, spans first, then links.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from waqai.inference.extractor import EventExtractor
from waqai.inference.tuples import joint_score
from waqai.models import Calibration
from waqai.models.configuration import logit_of
from waqai.records import AnnotatedArticle, Article
from waqai.scoring.calibration import best_threshold, expected_calibration_error, fit_platt, reliability

_LOW = 0.03
"""The threshold with which candidates are gathered; a lower one gathers many and changes little."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a family in the article of index `article`: the score it got, and whether gold agrees."""

    article: int
    score: float
    right: bool


def calibrate(extractor: EventExtractor, gold: Sequence[AnnotatedArticle]) -> dict[str, object]:
    """Fit all families in place and return, for each, what was fitted, and its error in two-fold cross-fitting."""
    config = extractor.model.config
    config.calibration = {}
    report: dict[str, object] = {}
    for families in (("entity", "event"), ("role", "relation", "factuality"), ("tuple",)):
        for family in families:
            if family != "tuple":  # a tuple is made of what the others chose
                config.set_calibration(family, Calibration(threshold=_LOW))
        predicted = extractor.extract(Article(id=a.id, text=a.text) for a in gold)
        for family in families:
            decisions, missed = _decisions(family, gold, predicted)
            if len({decision.right for decision in decisions}) < 2:
                if family != "tuple":  # a tuple that was never calibrated has no score
                    config.set_calibration(family, Calibration())
                continue
            fitted = _fit(family, decisions, missed)
            config.set_calibration(family, fitted)
            report[family] = asdict(fitted) | _cross_fitted(family, decisions)
    return report


def _fit(family: str, decisions: Sequence[Decision], missed: int) -> Calibration:
    logits = [logit_of(decision.score) for decision in decisions]
    labels = [decision.right for decision in decisions]
    scale, shift = fit_platt(logits, labels)
    if scale < 0:  # the better score is not the likelier one: nothing can be made of it but a threshold
        scale, shift = 1.0, 0.0
    if family in ("factuality", "tuple"):  # whoever has an event keeps both: nothing is left out
        return Calibration(scale=scale, shift=shift, threshold=0.0)
    fitted = Calibration(scale=scale, shift=shift)
    probs = [fitted.apply(decision.score) for decision in decisions]
    return replace(fitted, threshold=best_threshold(probs, labels, missed))


def _cross_fitted(family: str, decisions: Sequence[Decision]) -> dict[str, object]:
    """Return the calibration error where each half of the articles is judged by what the other half was fitted on."""
    probs: list[float] = []
    labels: list[bool] = []
    for half in (0, 1):
        other = [d for d in decisions if d.article % 2 != half]
        mine = [d for d in decisions if d.article % 2 == half]
        if not mine or len({d.right for d in other}) < 2:
            continue
        fitted = _fit(family, other, 0)
        probs += [fitted.apply(d.score) for d in mine]
        labels += [d.right for d in mine]
    if not probs:
        return {}
    return {
        "ece": expected_calibration_error(probs, labels),
        "reliability": [asdict(row) for row in reliability(probs, labels)],
        "decisions": len(probs),
    }


def _decisions(
    family: str, gold: Sequence[AnnotatedArticle], predicted: Sequence[AnnotatedArticle]
) -> tuple[list[Decision], int]:
    """Return the decisions of a family, and how many gold items no decision speaks for."""
    decisions: list[Decision] = []
    missed = 0
    for index, (right, guess) in enumerate(zip(gold, predicted, strict=True)):
        wanted = {key for key, _ in _items(family, right)}
        found = _items(family, guess)
        decisions += [Decision(index, score, key in wanted) for key, score in found]
        missed += len(wanted - {key for key, _ in found})
    if family == "factuality":  # only triggers that are right have a factuality to be right about
        triggers = [{(v.type, v.start, v.end) for v in article.events} for article in gold]
        decisions = []
        for index, guess in enumerate(predicted):
            wanted = {key for key, _ in _items(family, gold[index])}
            decisions += [
                Decision(index, score, key in wanted)
                for key, score in _items(family, guess)
                if key[:3] in triggers[index]
            ]
    return decisions, missed


def _items(family: str, article: AnnotatedArticle) -> list[tuple[tuple[object, ...], float]]:
    """Return what a family decides in an article, as comparable keys with their scores."""
    spans: dict[str, tuple[object, ...]] = {e.id: (e.start, e.end) for e in article.entities}
    spans |= {v.id: (v.type, v.start, v.end) for v in article.events}
    match family:
        case "entity":
            return [((e.type, e.start, e.end), e.score or 0.0) for e in article.entities]
        case "event":
            return [((v.type, v.start, v.end), v.score or 0.0) for v in article.events]
        case "role":
            return [
                ((a.role, spans[v.id], spans[a.entity]), a.score or 0.0) for v in article.events for a in v.arguments
            ]
        case "tuple":
            return [
                (
                    (v.type, v.start, v.end, v.factuality, frozenset((a.role, spans[a.entity]) for a in v.arguments)),
                    joint_score(v) or 0.0,
                )
                for v in article.events
            ]
        case "relation":
            return [((r.type, spans[r.head], spans[r.tail]), r.score or 0.0) for r in article.relations]
        case _:
            return [((v.type, v.start, v.end, v.factuality), v.factuality_score or 0.0) for v in article.events]
