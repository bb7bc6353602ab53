"""Makes an annotated article of decoded spans, links and factualities, section by section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from waqai.decoding.spans import ScoredSpan
from waqai.records import AnnotatedArticle, ArgumentMention, Article, EntityMention, EventMention, RelationMention
from waqai.text import Word


@dataclass(frozen=True, slots=True)
class ScoredLink:
    """A link of index `kind` from one mention to another, by their positions in the section's mentions."""

    head: int
    tail: int
    kind: int
    score: float


@dataclass(frozen=True, slots=True)
class ScoredFactuality:
    """The factuality chosen for a trigger."""

    kind: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedSection:
    """What was decoded in one section; `starts[i]` is the character at which word i's stem begins."""

    words: Sequence[Word]
    starts: Sequence[int]
    mentions: Sequence[ScoredSpan]
    links: Sequence[ScoredLink] = ()
    factuality: Mapping[int, ScoredFactuality] = field(default_factory=dict)


def assemble(
    article: Article,
    sections: Sequence[DecodedSection],
    *,
    types: Sequence[str],
    num_entity_types: int,
    links: Sequence[str],
    num_roles: int,
    factualities: Sequence[str],
) -> AnnotatedArticle:
    """Return the article with its mentions named e1, e2, … and v1, v2, … in reading order; scores have four digits."""
    entities: list[EntityMention] = []
    events: list[EventMention] = []
    relations: list[RelationMention] = []
    for section in sections:
        names: list[str] = []
        arguments: dict[int, list[ArgumentMention]] = {}
        num_events = len(events)
        for mention in section.mentions:
            if mention.kind < num_entity_types:
                names.append(f"e{len(entities) + 1}")
                start, end = section.starts[mention.first], section.words[mention.last].end
                entities.append(
                    EntityMention(
                        id=names[-1],
                        type=types[mention.kind],
                        start=start,
                        end=end,
                        text=article.text[start:end],
                        score=round(mention.score, 4),
                    )
                )
            else:
                num_events += 1
                names.append(f"v{num_events}")
        for link in section.links:
            score = round(link.score, 4)
            if link.kind < num_roles:
                argument = ArgumentMention(role=links[link.kind], entity=names[link.tail], score=score)
                arguments.setdefault(link.head, []).append(argument)
            else:
                relations.append(
                    RelationMention(type=links[link.kind], head=names[link.head], tail=names[link.tail], score=score)
                )
        for index, mention in enumerate(section.mentions):
            if mention.kind < num_entity_types:
                continue
            chosen = section.factuality[index]
            start, end = section.starts[mention.first], section.words[mention.last].end
            events.append(
                EventMention(
                    id=names[index],
                    type=types[mention.kind],
                    factuality=factualities[chosen.kind],
                    factuality_score=round(chosen.score, 4),
                    start=start,
                    end=end,
                    text=article.text[start:end],
                    score=round(mention.score, 4),
                    arguments=tuple(arguments.get(index, ())),
                )
            )
    return AnnotatedArticle(
        id=article.id,
        text=article.text,
        date=article.date,
        source=article.source,
        entities=tuple(entities),
        events=tuple(events),
        relations=tuple(relations),
    )
