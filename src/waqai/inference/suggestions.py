"""Chooses which articles to annotate first: those of whose annotation the model is least certain."""

import heapq
from collections.abc import Iterable

from waqai.records import AnnotatedArticle


def uncertainty(article: AnnotatedArticle) -> float:
    """Return the expected share of wrong decisions: the mean of 1 - p over mentions, arguments and relations.

    The scores are calibrated probabilities of being right. An article in which nothing was found has 0: nothing is
    known about what was missed.
    """
    scores = [entity.score for entity in article.entities]
    scores += [event.score for event in article.events]
    scores += [argument.score for event in article.events for argument in event.arguments]
    scores += [relation.score for relation in article.relations]
    known = [score for score in scores if score is not None]
    return sum(1 - score for score in known) / len(known) if known else 0.0


def least_certain(articles: Iterable[AnnotatedArticle], limit: int) -> list[AnnotatedArticle]:
    """Return the `limit` articles of greatest uncertainty, greatest first, holding no more than these in memory."""
    ranked = ((uncertainty(article), -number, article) for number, article in enumerate(articles))
    return [article for _, _, article in heapq.nlargest(limit, ranked, key=lambda item: item[:2])]
