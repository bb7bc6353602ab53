"""Checks annotated articles against an ontology and the guidelines' rules of spans, one by one and as a corpus.

That offsets fit and references lead somewhere is checked when a record is made; here stands what a record cannot
know: words, punctuation, legal types, and what other articles of the corpus mark. Near-duplicates are `duplicates`'s.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from waqai.ontology import Ontology
from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.text import Word, fold, proclitic_lengths, segment, stem_start

Level = Literal["error", "warning", "note"]
Mention = EntityMention | EventMention

MAX_TRIGGER_WORDS = 2
PARTICLES = "وفبلك"
"""The particles that the guidelines leave outside a span; س stands before verbs alone and is not looked for."""

# Particle and article (بالقاهرة, والقوات, للقوات), but for common words whose first letters only look like them.
_KEPT_PARTICLE = re.compile(
    "(?!والد|والي(?:ة|$| )|والت[رو]|بالون|بالست|بالي$|كاليف|كالد|فالنس|فالير|فالك|بالغ)(?:[وفبك]ال|لل)"
)

_PUNCTUATION = frozenset("«»\"'“”()[]{}،؛:.,!؟?…-–—*/\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of an annotation; `where` is the file and line, as far as known, `code` a dotted reason to count."""

    level: Level
    code: str
    article: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        place = f"{self.where} " if self.where else ""
        return f"{place}[{self.article}] {self.level}: {self.message}"


def check_article(article: AnnotatedArticle, ontology: Ontology, where: str = "") -> Iterator[Finding]:
    """Yield what is wrong in one article: types, legal pairs, the edges of spans, and spans that cross.

    Sources of the rules: the guidelines' sections "Spans", "Events" and "Decided cases".
    """

    def finding(level: Level, code: str, message: str) -> Finding:
        return Finding(level=level, code=code, article=article.id, message=message, where=where)

    for level, code, message in (
        *_check_types(article, ontology),
        *_check_edges(article),
        *_check_overlaps(article),
        *_check_links(article, ontology),
    ):
        yield finding(level, code, message)


def check_corpus(articles: Sequence[AnnotatedArticle]) -> Iterator[Finding]:
    """Yield mentions whose particle looks wrongly kept or cut, judged by what the corpus marks elsewhere.

    `بدمشق` is suspicious where `دمشق` is marked at least as often with the same type, and `يروت`, marked only inside a
    word, where `بيروت` is.
    """
    whole: dict[str, Counter[str]] = defaultdict(Counter)
    places: list[tuple[AnnotatedArticle, EntityMention, str, str]] = []
    for article in articles:
        words = segment(article.text)
        for entity in article.entities:
            before = _letters_before(article.text, words, entity)
            surface = fold(entity.text).text
            places.append((article, entity, fold(before).text, surface))
            if not before:
                whole[entity.type][surface] += 1
    for article, entity, before, surface in places:
        counts = whole[entity.type]
        if not before and surface[0] in PARTICLES and counts[surface[1:]] >= counts[surface]:
            code, message = "span.particle_kept", f"seems to keep a particle: {surface[1:]!r} is marked elsewhere"
        elif before and not counts[surface] and counts[before + surface]:
            code, message = (
                "span.letter_cut",
                f"seems to lack its first letter: {before + surface!r} is marked elsewhere",
            )
        else:
            continue
        yield Finding(level="warning", code=code, article=article.id, message=f"{_name(entity)} {message}.")


def _check_types(article: AnnotatedArticle, ontology: Ontology) -> Iterator[tuple[Level, str, str]]:
    for entity in article.entities:
        if entity.type not in ontology.entity_names:
            yield "error", "type.unknown", f"{_name(entity)} must have an entity type of the ontology."
    for event in article.events:
        if event.type not in ontology.event_names:
            yield "error", "type.unknown", f"{_name(event)} must have an event type of the ontology."
        if event.factuality not in ontology.factualities:
            yield (
                "error",
                "factuality.unknown",
                f"{_name(event)} must be one of {', '.join(ontology.factualities)}, but is {event.factuality!r}.",
            )


def _check_edges(article: AnnotatedArticle) -> Iterator[tuple[Level, str, str]]:
    text, words = article.text, segment(article.text)
    for mention in _mentions(article):
        if not _is_edge(mention.text[0]) or not _is_edge(mention.text[-1]):
            yield "error", "span.punctuation", f"{_name(mention)} must not begin or end with punctuation or a space."
            continue
        last = _word_at(words, mention.end - 1)
        if last is not None and mention.end < last.end:
            word = text[last.start : last.end]
            yield "error", "span.ends_in_word", f"{_name(mention)} ends inside the word {word!r}: wrong occurrence?"
        before = _letters_before(text, words, mention)
        if before:
            word = text[mention.start - len(before) : mention.end]
            cuts = {stem_start(word, length) for length in proclitic_lengths(word)}
            if len(before) not in cuts:
                yield (
                    "error",
                    "span.begins_in_word",
                    f"{_name(mention)} begins inside the word {word!r}, not after a particle: wrong occurrence?",
                )
        elif _KEPT_PARTICLE.match(mention.text):
            yield "warning", "span.particle_kept", f"{_name(mention)} seems to keep a particle."
    for event in article.events:
        inside = [w for w in words if w.start < event.end and event.start < w.end and text[w.start].isalnum()]
        if len(inside) > MAX_TRIGGER_WORDS:
            yield "warning", "trigger.long", f"{_name(event)} is a trigger of {len(inside)} words; two are the most."


def _check_overlaps(article: AnnotatedArticle) -> Iterator[tuple[Level, str, str]]:
    mentions = sorted(_mentions(article), key=lambda m: (m.start, -m.end))
    for index, outer in enumerate(mentions):
        for inner in mentions[index + 1 :]:
            if inner.start >= outer.end:
                break
            both_entities = isinstance(outer, EntityMention) and isinstance(inner, EntityMention)
            pair = f"{_name(outer)} and {_name(inner)}"
            if outer.span.crosses(inner.span):
                yield "error", "span.crosses", f"{pair} cross; one must contain the other, or none of it."
            elif outer.type == inner.type and outer.span == inner.span:
                yield "error", "span.twice", f"{pair} mark the same characters: wrong occurrence?"
            elif outer.span == inner.span and both_entities:
                yield "warning", "span.two_types", f"{pair} mark the same characters: wrong occurrence?"
            elif outer.type == inner.type and both_entities:
                yield "warning", "span.nested_same_type", f"{pair} are nested and of the same type."


def _check_links(article: AnnotatedArticle, ontology: Ontology) -> Iterator[tuple[Level, str, str]]:
    mentions = {mention.id: mention for mention in _mentions(article)}
    linked: set[str] = set()
    for event in article.events:
        pairs = Counter((argument.role, argument.entity) for argument in event.arguments)
        for (role, entity_id), times in pairs.items():
            linked.add(entity_id)
            entity = mentions[entity_id]
            if role not in ontology.role_names:
                yield "error", "role.unknown", f"{_name(event)} has the role {role!r}, which the ontology has not."
            elif not ontology.allows(role, event.type, entity.type):
                yield "error", "role.illegal", f"{_name(entity)} must not be {role} of {_name(event)}."
            if times > 1:
                yield "warning", "role.twice", f"{_name(entity)} is {role} of {_name(event)} {times} times."
    for relation in article.relations:
        head, tail = mentions[relation.head], mentions[relation.tail]
        linked.add(relation.head)
        if relation.type not in ontology.relation_names:
            yield "error", "relation.unknown", f"the relation {relation.type!r} is not in the ontology."
        elif head is tail or not ontology.allows_relation(relation.type, head.type, tail.type):
            yield "error", "relation.illegal", f"{relation.type} must not lead from {_name(head)} to {_name(tail)}."
    heads = {name for relation in ontology.relations for name in relation.head}
    for entity in article.entities:
        if entity.type in heads and entity.id not in linked:
            yield "note", "entity.unlinked", f"{_name(entity)} fills no role and counts nothing."


def _mentions(article: AnnotatedArticle) -> tuple[Mention, ...]:
    return (*article.entities, *article.events)


def _name(mention: Mention) -> str:
    return f"{mention.id} {mention.type} {mention.text!r}"


def _is_edge(char: str) -> bool:
    """Return whether a span may begin or end with the character; invisible marks are in no word and so may not."""
    return char not in _PUNCTUATION and bool(segment(char))


def _word_at(words: Sequence[Word], position: int) -> Word | None:
    index = bisect_right(words, position, key=lambda word: word.start) - 1
    return words[index] if index >= 0 and position < words[index].end else None


def _letters_before(text: str, words: Sequence[Word], mention: Mention) -> str:
    """Return what stands before the mention in the word in which it begins."""
    word = _word_at(words, mention.start)
    return "" if word is None else text[word.start : mention.start]
