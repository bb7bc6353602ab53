"""Turns annotations into targets for the heads, where a data set says something, and into silence where it does not.

Public corpora annotate other types than ours. A `LabelScheme` says which of our types a source type may mean (LOC of
ANERcorp: GPE, LOC or FAC), and for which of our types the corpus is complete, so that silence means "none". Everywhere
else no loss is taken. What cannot be expressed is counted in an audit by reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from waqai.audit import Audit
from waqai.data.windows import EncodedText
from waqai.errors import ConfigError
from waqai.ontology import Ontology
from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.text import proclitic_lengths, stem_start

MAX_PAIR_WORDS = 128
"""A trigger and its argument, or the two ends of a relation, stand at most this many words apart."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """The index spaces that labels and logits share, as an ontology and a span width fix them.

    `types` are the entity types followed by the event types; `links` the roles followed by the relations.
    `legal[head type][tail type]` are the indices of the links allowed between the two.
    """

    span_width: int
    types: tuple[str, ...]
    num_entity_types: int
    links: tuple[str, ...]
    num_roles: int
    factualities: tuple[str, ...]
    legal: tuple[tuple[tuple[int, ...], ...], ...]

    @classmethod
    def of(cls, ontology: Ontology, span_width: int) -> "Task":
        """Lay out the index spaces of an ontology."""
        types = (*ontology.entity_names, *ontology.event_names)
        roles, relations = ontology.role_names, ontology.relation_names

        def allowed(head: str, tail: str) -> tuple[int, ...]:
            fills = head in ontology.event_names and tail in ontology.entity_names
            return (
                *(i for i, role in enumerate(roles) if fills and ontology.allows(role, head, tail)),
                *(i for i, name in enumerate(relations, len(roles)) if ontology.allows_relation(name, head, tail)),
            )

        return cls(
            span_width=span_width,
            types=types,
            num_entity_types=len(ontology.entity_names),
            links=(*roles, *relations),
            num_roles=len(roles),
            factualities=ontology.factualities,
            legal=tuple(tuple(allowed(head, tail) for tail in types) for head in types),
        )

    @property
    def num_types(self) -> int:
        """Number of entity and event types."""
        return len(self.types)

    @property
    def num_links(self) -> int:
        """Number of roles and relations."""
        return len(self.links)

    @cached_property
    def linkable(self) -> list[list[bool]]:
        """Whether anything is allowed between two types, `[head][tail]`."""
        return [[bool(links) for links in row] for row in self.legal]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScheme:
    """What a data set annotates.

    Attributes:
        types: Our types for each source type; several when the source does not tell them apart, none when it has no
            counterpart here. None: the source uses our types.
        complete: Our entity types of which the source marks every mention. None: all.
        nested: Whether mentions inside other mentions are marked too.
        events: Whether every event with its arguments, relations and factuality is marked.
        proclitics: Whether spans leave off attached particles; where they do not, a span tells nothing about them.
    """

    types: Mapping[str, tuple[str, ...]] | None = None
    complete: tuple[str, ...] | None = None
    nested: bool = True
    events: bool = True
    proclitics: bool = True

    def check(self, ontology: Ontology, name: str) -> None:
        """Raise a `ConfigError` that lists every type of ours that the ontology does not know."""
        named = {ours for group in (self.types or {}).values() for ours in group} | set(self.complete or ())
        unknown = sorted(named - set(ontology.entity_names))
        if unknown:
            raise ConfigError(
                f"data set {name!r}: {', '.join(unknown)} must be entity types of the ontology, but are not. "
                f"Known: {', '.join(ontology.entity_names)}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Targets over the words of one text; types are indices into entity types followed by event types.

    Attributes:
        spans: (first word, last word, types that it may be), ends inside.
        silent: (first word, last word) of spans inside which a flat corpus says nothing.
        complete: Types for which silence is a negative.
        proclitics: (word, letters before its stem).
        mentions: (first word, last word, type) of events' triggers and of entities, for the pairs.
        links: (head mention, tail mention, relation label).
        factuality: (mention, factuality) of each trigger.
    """

    spans: tuple[tuple[int, int, tuple[int, ...]], ...] = ()
    silent: tuple[tuple[int, int], ...] = ()
    complete: tuple[int, ...] = ()
    proclitics: tuple[tuple[int, int], ...] = ()
    mentions: tuple[tuple[int, int, int], ...] = ()
    links: tuple[tuple[int, int, int], ...] = ()
    factuality: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a mention stands: its section, its first and last word there, the proclitic letters before it."""

    section: int
    first: int
    last: int
    letters: int


def label(
    article: AnnotatedArticle,
    sections: Sequence[EncodedText],
    task: Task,
    scheme: LabelScheme,
    *,
    audit: Audit,
    name: str,
) -> tuple[Labels, ...]:
    """Return the targets of each section; every annotation that they cannot hold is counted under `name`.

    Raises:
        ConfigError: A source type that `scheme.types` does not name, or a type or a factuality that the ontology does
            not know.
    """
    type_index = {kind: i for i, kind in enumerate(task.types)}
    drafts = [_Draft() for _ in sections]
    places: dict[str, tuple[int, int]] = {}
    find = _finder(sections)
    chosen: tuple[EntityMention | EventMention, ...] = (*article.entities, *(article.events if scheme.events else ()))
    for mention in chosen:
        where = f"{article.id}, {mention.text!r}"
        place = find(mention.start, mention.end)
        if place is None:
            audit.add(f"{name}.span.not_on_words", where)
            continue
        if place.last - place.first >= task.span_width:
            audit.add(f"{name}.span.too_long", where)
            continue
        draft = drafts[place.section]
        types = _our_types(mention, scheme, type_index, name)
        if scheme.proclitics and draft.proclitics.setdefault(place.first, place.letters) != place.letters:
            audit.add(f"{name}.proclitic.two_in_one_word", where)
        if not scheme.nested or not types:
            draft.silent.append((place.first, place.last))
        if not types:
            audit.add(f"{name}.span.type_without_counterpart.{mention.type}", where)
            continue
        draft.spans.append((place.first, place.last, types))
        if scheme.events:
            places[mention.id] = (place.section, len(draft.mentions))
            draft.mentions.append((place.first, place.last, types[0]))
            if isinstance(mention, EventMention):
                if mention.factuality not in task.factualities:
                    raise ConfigError(
                        f"data set {name!r}: `factuality` must be one of {', '.join(task.factualities)}, "
                        f"but is {mention.factuality!r} instead ({where}). Correct the data set."
                    )
                draft.factuality.append((len(draft.mentions) - 1, task.factualities.index(mention.factuality)))
    if scheme.events:
        _add_links(article, task, places, drafts, audit, name)
    entity_types, event_types = task.types[: task.num_entity_types], task.types[task.num_entity_types :]
    complete = (
        *(entity_types if scheme.complete is None else scheme.complete),
        *(event_types if scheme.events else ()),
    )
    return tuple(draft.finish(tuple(type_index[kind] for kind in complete)) for draft in drafts)


@dataclass(slots=True)
class _Draft:
    """The growing labels of one section."""

    spans: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    silent: list[tuple[int, int]] = field(default_factory=list)
    proclitics: dict[int, int] = field(default_factory=dict)
    mentions: list[tuple[int, int, int]] = field(default_factory=list)
    links: list[tuple[int, int, int]] = field(default_factory=list)
    factuality: list[tuple[int, int]] = field(default_factory=list)

    def finish(self, complete: tuple[int, ...]) -> Labels:
        return Labels(
            spans=tuple(self.spans),
            silent=tuple(self.silent),
            complete=complete,
            proclitics=tuple(self.proclitics.items()),
            mentions=tuple(self.mentions),
            links=tuple(self.links),
            factuality=tuple(self.factuality),
        )


def _finder(sections: Sequence[EncodedText]) -> Callable[[int, int], _Place | None]:
    """Return a function from characters to words; a span starts with a word or after its proclitics."""
    starts: dict[int, tuple[int, int, int]] = {}
    ends: dict[int, tuple[int, int]] = {}
    for number, section in enumerate(sections):
        for index, word in enumerate(section.words):
            surface = section.text[word.start : word.end]
            ends[word.end] = (number, index)
            for letters in proclitic_lengths(surface):
                starts[word.start + stem_start(surface, letters)] = (number, index, letters)

    def find(start: int, end: int) -> _Place | None:
        if start not in starts or end not in ends:
            return None
        section, first, letters = starts[start]
        last_section, last = ends[end]
        return _Place(section, first, last, letters) if section == last_section and first <= last else None

    return find


def _our_types(
    mention: EntityMention | EventMention, scheme: LabelScheme, type_index: Mapping[str, int], name: str
) -> tuple[int, ...]:
    if scheme.types is None or isinstance(mention, EventMention):
        ours: tuple[str, ...] = (mention.type,)
    elif mention.type in scheme.types:
        ours = tuple(scheme.types[mention.type])
    else:
        raise ConfigError(
            f"data set {name!r}: `types` must name every source type, but misses {mention.type!r} ({mention.text!r}). "
            "Map it to our types, or to [] when it has no counterpart."
        )
    unknown = [kind for kind in ours if kind not in type_index]
    if unknown:
        raise ConfigError(
            f"data set {name!r}: {unknown[0]!r} must be a type of the ontology, but is not ({mention.text!r}). "
            "Give the data set `types` that map its own to ours."
        )
    return tuple(type_index[kind] for kind in ours)


def _add_links(
    article: AnnotatedArticle,
    task: Task,
    places: Mapping[str, tuple[int, int]],
    drafts: Sequence[_Draft],
    audit: Audit,
    name: str,
) -> None:
    """Add roles and relations as (head, tail, link) to the drafts."""
    wanted = [(e.id, a.entity, a.role) for e in article.events for a in e.arguments]
    wanted += [(r.head, r.tail, r.type) for r in article.relations]
    for head_id, tail_id, kind in wanted:
        where = f"{article.id}, {kind} {head_id} → {tail_id}"
        if head_id not in places or tail_id not in places:
            audit.add(f"{name}.link.mention_lost", where)
            continue
        (section, head), (tail_section, tail) = places[head_id], places[tail_id]
        mentions = drafts[section].mentions
        if section != tail_section or abs(mentions[head][0] - mentions[tail][0]) > MAX_PAIR_WORDS:
            audit.add(f"{name}.link.too_far", where)
        elif kind not in [task.links[i] for i in task.legal[mentions[head][2]][mentions[tail][2]]]:
            audit.add(f"{name}.link.not_in_ontology", where)
        else:
            drafts[section].links.append((head, tail, task.links.index(kind)))
