"""What annotation tools draw, marks and links, made from annotated articles and turned into them again.

A tool knows no difference between entities and triggers, or roles and relations: a mark has a type and characters, a
link leads from mark to mark. The ontology says which is which. Every converter (`brat`, `label_studio`, `doccano`,
`webanno`) goes through this module, so that all of them treat foreign labels alike and count losses by one set of
reasons, `FORMAT.REASON`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from waqai.audit import Audit
from waqai.ontology import Ontology
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

SEARCH_RADIUS = 100
"""How many characters around wrong offsets the mark's text is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A typed stretch `[start, end)` of characters; `factuality` is None for what is no trigger, or not known."""

    id: str
    type: str
    start: int
    end: int
    factuality: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A typed link from one mark's id to another's: a role from trigger to filler, or a relation."""

    type: str
    head: str
    tail: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An article as a tool holds it."""

    id: str
    text: str
    marks: Sequence[Mark]
    links: Sequence[Link]
    about: Mapping[str, Any] = field(default_factory=dict)
    model: str | None = None


def draw(article: AnnotatedArticle) -> Drawing:
    """Return an article's marks and links; entities stand first, then triggers, in the article's order."""
    marks = [Mark(id=e.id, type=e.type, start=e.start, end=e.end, score=e.score) for e in article.entities]
    marks += [
        Mark(id=v.id, type=v.type, start=v.start, end=v.end, factuality=v.factuality, score=v.score)
        for v in article.events
    ]
    links = [Link(type=a.role, head=v.id, tail=a.entity, score=a.score) for v in article.events for a in v.arguments]
    links += [Link(type=r.type, head=r.head, tail=r.tail, score=r.score) for r in article.relations]
    about = {"date": article.date, "source": article.source, "meta": dict(article.meta) or None}
    return Drawing(
        id=article.id,
        text=article.text,
        marks=marks,
        links=links,
        about={key: value for key, value in about.items() if value is not None},
        model=article.model,
    )


def undraw(drawing: Drawing, ontology: Ontology, *, form: str, where: str, audit: Audit) -> AnnotatedArticle:
    """Return the article of marks and links.

    A type that the ontology has for events makes a trigger, any other an entity. A link named as a role from a
    trigger to an entity is an argument, drawn the other way round too (`FORM.link_reversed`); any other link is a
    relation. A link whose end is missing is dropped (`FORM.link_dangling`), and one drawn twice (`FORM.link_twice`). A
    trigger without a factuality of the ontology gets the first one (`FORM.factuality_assumed`).
    """
    entities: dict[str, EntityMention] = {}
    events: dict[str, EventMention] = {}
    for mark in drawing.marks:
        text = drawing.text[mark.start : mark.end]
        if mark.type not in ontology.event_names:
            entities[mark.id] = EntityMention(
                id=mark.id, type=mark.type, start=mark.start, end=mark.end, text=text, score=mark.score
            )
            continue
        factuality = mark.factuality
        if factuality not in ontology.factualities:
            audit.add(f"{form}.factuality_assumed", where)
            factuality = ontology.factualities[0]
        events[mark.id] = EventMention(
            id=mark.id,
            type=mark.type,
            factuality=factuality,
            start=mark.start,
            end=mark.end,
            text=text,
            score=mark.score,
        )
    arguments: dict[str, dict[ArgumentMention, None]] = {event_id: {} for event_id in events}
    relations: dict[RelationMention, None] = {}
    for link in drawing.links:
        head, tail = link.head, link.tail
        if not {head, tail} <= {*entities, *events}:
            audit.add(f"{form}.link_dangling", where)
            continue
        if link.type in ontology.role_names and head in entities and tail in events:
            audit.add(f"{form}.link_reversed", where)
            head, tail = tail, head
        if link.type in ontology.role_names and head in events and tail in entities:
            argument = ArgumentMention(role=link.type, entity=tail, score=link.score)
            seen = argument in arguments[head]
            arguments[head][argument] = None
        else:
            relation = RelationMention(type=link.type, head=head, tail=tail, score=link.score)
            seen = relation in relations
            relations[relation] = None
        if seen:
            audit.add(f"{form}.link_twice", where)
    return AnnotatedArticle(
        id=drawing.id,
        text=drawing.text,
        date=drawing.about.get("date"),
        source=drawing.about.get("source"),
        entities=tuple(entities.values()),
        events=tuple(replace(event, arguments=tuple(arguments[event.id])) for event in events.values()),
        relations=tuple(relations),
        model=drawing.model,
        meta=drawing.about.get("meta") or {},
    )


def count_losses(article: AnnotatedArticle, *, form: str, keeps: frozenset[str], audit: Audit) -> None:
    """Count what a format cannot hold; `keeps` names what it can: `score`, `model`, `date`, `source`, `meta`."""
    drawing = draw(article)
    scores = [*(mark.score for mark in drawing.marks), *(link.score for link in drawing.links)]
    losses = {
        "score": sum(score is not None for score in scores),
        "value": sum(entity.value is not None for entity in article.entities),
        "tuple": len(article.tuples or ()),
        "model": int(article.model is not None),
        "date": int(article.date is not None),
        "source": int(article.source is not None),
        "meta": len(article.meta),
    }
    for name, amount in losses.items():
        if amount and name not in keeps:
            audit.add(f"{form}.{name}_dropped", article.id, amount)


def fit_span(text: str, start: int, end: int, surface: str) -> tuple[int, int] | None:
    r"""Return the half-open characters that a tool's offsets mean, given the text it stored with them.

    Tools count code points or, written in JavaScript, UTF-16 units; some drop the `\r` of `\r\n`, store a line break
    as a space or as the two characters `\n`, or trim the text. Tried in turn; last, the occurrence of `surface`
    nearest to the offsets within `SEARCH_RADIUS`. None if nothing fits.

    >>> fit_span("😀 دمشق", 3, 7, "دمشق")
    (2, 6)
    """
    for span in ((start, end), from_utf16(text, start, end)):
        if span and 0 <= span[0] < span[1] <= len(text) and _alike(text[slice(*span)]) == _alike(surface):
            return span
    found = [at for at in range(max(0, start - SEARCH_RADIUS), start + SEARCH_RADIUS) if text.startswith(surface, at)]
    if not surface or not found:
        return None
    nearest = min(found, key=lambda at: abs(at - start))
    return nearest, nearest + len(surface)


def from_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the characters of a half-open range of UTF-16 units, None if it splits a character or lies outside."""
    if not 0 <= start < end:
        return None
    data = text.encode("utf-16-le", "surrogatepass")
    found = [len(data[: 2 * position].decode("utf-16-le", "surrogatepass")) for position in (start, end)]
    if [to_utf16(text, position) for position in found] != [start, end]:
        return None
    return found[0], found[1]


def to_utf16(text: str, position: int) -> int:
    """Return how many UTF-16 units stand before a character."""
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


def _alike(text: str) -> str:
    return " ".join(text.replace("\\n", " ").split())
