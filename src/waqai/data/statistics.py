"""Counts what an annotated corpus holds: sizes, types, roles, factualities and how long things are.

Counting only; tables are made by `waqai.commands.data`, pictures by `plots`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.text import fold, segment, split_sentences

MANY_COUNTS = 3
"""An article with this many COUNT arguments is one "with several counts"."""


@dataclass(slots=True, kw_only=True)
class CorpusStatistics:
    """Counts of a corpus; words are those of `waqai.text.segment` that have a letter or a digit.

    `article_words` and `span_words` hold one number an article and an entity. `distinct_words` are folded forms.
    """

    articles: int = 0
    words: int = 0
    distinct_words: int = 0
    sentences: int = 0
    without_events: int = 0
    with_many_counts: int = 0
    nested: int = 0
    inside_words: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    factualities: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    article_words: list[int] = field(default_factory=list)
    span_words: list[int] = field(default_factory=list)

    @property
    def type_token_ratio(self) -> float:
        """Distinct words over words."""
        return self.distinct_words / self.words if self.words else 0.0


def corpus_statistics(articles: Sequence[AnnotatedArticle]) -> CorpusStatistics:
    """Return the counts of a corpus."""
    result = CorpusStatistics(articles=len(articles))
    forms: set[str] = set()
    for article in articles:
        words = segment(article.text)
        plain = [word for word in words if article.text[word.start].isalnum()]
        forms.update(fold(article.text[word.start : word.end]).text for word in plain)
        result.words += len(plain)
        result.article_words.append(len(plain))
        result.sentences += len(split_sentences(article.text, words))
        result.without_events += not article.events
        arguments = [argument.role for event in article.events for argument in event.arguments]
        result.with_many_counts += arguments.count("COUNT") >= MANY_COUNTS
        mentions: list[EntityMention | EventMention] = [*article.entities, *article.events]
        starts, ends = {word.start for word in words}, {word.end for word in words}
        result.inside_words += sum(m.start not in starts or m.end not in ends for m in mentions)
        result.nested += sum(
            any(outer is not inner and outer.span.contains(inner.span) for outer in article.entities)
            for inner in article.entities
        )
        result.entities.update(entity.type for entity in article.entities)
        result.span_words += [
            sum(word.start < entity.end and entity.start < word.end for word in plain) for entity in article.entities
        ]
        result.events.update(event.type for event in article.events)
        result.factualities.update(event.factuality for event in article.events)
        result.roles.update(arguments)
        result.relations.update(relation.type for relation in article.relations)
        if isinstance(article.meta.get("style"), str):
            result.styles[article.meta["style"]] += 1
    result.distinct_words = len(forms)
    return result


def five_numbers(values: Sequence[int]) -> tuple[int, int, int, int, int]:
    """Return the least, the quartiles and the greatest of the values, 0 for none."""
    if len(values) < 2:
        only = values[0] if values else 0
        return only, only, only, only, only
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return min(values), round(low), round(middle), round(high), max(values)
