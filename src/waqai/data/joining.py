"""Makes longer texts of a corpus of sentences, so that a model reads them as it reads news: among their neighbours."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from waqai.records import AnnotatedArticle, EntityMention, EventMention, RelationMention
from waqai.text import segment


def join_articles(articles: Iterable[AnnotatedArticle], words: int) -> Iterator[AnnotatedArticle]:
    """Yield texts of up to `words` words, each of articles that stand one after the other, a line for each.

    No annotation is lost; dates, sources and what was made from the annotation (tuples, incidents) are, since they are
    of one article. A joined text has the ids of its first and last article, `s1..s4`, and a mention's id is preceded by
    the number of its article there. An article that is longer, or fits beside no neighbour, is yielded as it is.
    """
    group: list[AnnotatedArticle] = []
    held = 0
    for article in articles:
        length = len(segment(article.text))
        if group and held + length > words:
            yield _joined(group)
            group, held = [], 0
        group.append(article)
        held += length
    if group:
        yield _joined(group)


def _joined(group: list[AnnotatedArticle]) -> AnnotatedArticle:
    if len(group) == 1:
        return group[0]
    entities: list[EntityMention] = []
    events: list[EventMention] = []
    relations: list[RelationMention] = []
    shift = 0
    for number, article in enumerate(group):
        prefix = f"{number}."
        entities += (
            replace(entity, id=prefix + entity.id, start=entity.start + shift, end=entity.end + shift)
            for entity in article.entities
        )
        for event in article.events:
            arguments = tuple(replace(a, entity=prefix + a.entity) for a in event.arguments)
            events.append(
                replace(
                    event, id=prefix + event.id, start=event.start + shift, end=event.end + shift, arguments=arguments
                )
            )
        relations += (replace(r, head=prefix + r.head, tail=prefix + r.tail) for r in article.relations)
        shift += len(article.text) + 1
    return AnnotatedArticle(
        id=f"{group[0].id}..{group[-1].id}",
        text="\n".join(article.text for article in group),
        entities=tuple(entities),
        events=tuple(events),
        relations=tuple(relations),
    )
