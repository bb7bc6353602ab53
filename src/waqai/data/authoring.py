"""Reads and writes the form in which annotators write: mentions named by their characters instead of by offsets.

One JSON object a line, as the guidelines define it (docs/format.md):

    {"id": "x1", "text": "…", "date": "2020-01-02", "style": "agency",
     "entities": [["e1", "ORG", "القوات النظامية"], ["e2", "GPE", "دير الزور", 2]],
     "events": [["v1", "CAPTURE", "التوغل", {"ACTOR": ["e1"], "LOCATION": ["e2"]}, "ACTUAL"]],
     "of": [["e7", "e8"]], "cause": [["v1", "v2"]]}

The optional last number says which occurrence of the characters is meant (first = 1; they may overlap). The rules of
spans and legal pairs are those of `checks`; this module resolves what is named.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from waqai.data.checks import Finding, check_article
from waqai.data.json_lines import load_json_lines, write_json_lines
from waqai.errors import InputError
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

RELATION_FIELDS = {"of": "OF", "cause": "CAUSE"}
"""The fields of a row that hold relations, and the type of each; other types are written under `relations`."""

Say = Callable[[str, str], None]

_FIELDS = frozenset({"id", "text", "date", "source", "entities", "events", "relations", *RELATION_FIELDS})


def read_authoring(
    path: Path | str, ontology: Ontology | None = None
) -> tuple[tuple[AnnotatedArticle, ...], tuple[Finding, ...]]:
    """Return the articles of a file in the authoring form, and everything that is wrong with them.

    A row that is malformed gives no article; a mention that is not found, and what refers to it, is left out of its
    article. Either is an error among the findings. Fields of a row that the form does not know, such as `style`, are
    kept in `meta`.

    Raises:
        InputError: The file cannot be opened or read to its end.
    """
    ontology = ontology or load_ontology()
    articles: list[AnnotatedArticle] = []
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for where, row in load_json_lines(Path(path)):
        if isinstance(row, str):
            findings.append(Finding(level="error", code="row.malformed", article="?", message=row, where=where))
            continue
        article, faults = parse_authoring(row, where)
        findings += faults
        if article is None:
            continue
        first = seen.setdefault(article.id, where)
        if first != where:
            message = f"the id must be used once, but is also that of {first}."
            findings.append(Finding(level="error", code="id.twice", article=article.id, message=message, where=where))
            continue
        articles.append(article)
        findings += check_article(article, ontology, where)
    return tuple(articles), tuple(findings)


def parse_authoring(row: Mapping[str, Any], where: str = "") -> tuple[AnnotatedArticle | None, list[Finding]]:
    """Return the article of one row, None if the row is malformed, and the errors of its names."""
    article_id = str(row.get("id", "?"))
    findings: list[Finding] = []

    def say(code: str, message: str) -> None:
        findings.append(Finding(level="error", code=code, article=article_id, message=message, where=where))

    try:
        entities = tuple(_entities(row, say))
        events = tuple(_events(row, {entity.id for entity in entities}, say))
        named = {entity.id for entity in entities} | {event.id for event in events}
        article = AnnotatedArticle(
            id=article_id,
            text=_string(row, "text"),
            date=row.get("date"),
            source=row.get("source"),
            entities=entities,
            events=events,
            relations=tuple(_relations(row, named, say)),
            meta={key: value for key, value in row.items() if key not in _FIELDS},
        )
    except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
        say(
            "row.malformed",
            f"the row must have the authoring form of docs/format.md, but: {str(error).removesuffix('.')}.",
        )
        return None, findings
    return article, findings


def write_authoring(articles: Iterable[AnnotatedArticle], path: Path | str) -> None:
    """Write annotated articles in the authoring form; scores, values and tuples, which it cannot hold, are left out.

    Raises:
        OutputError: The file cannot be written.
    """
    write_json_lines((authoring_row(article) for article in articles), Path(path))


def authoring_row(article: AnnotatedArticle) -> dict[str, Any]:
    """Return one article in the authoring form; `parse_authoring` reads it back."""
    row: dict[str, Any] = {"id": article.id, **article.meta}
    row |= {key: value for key, value in (("date", article.date), ("source", article.source)) if value is not None}
    row["text"] = article.text
    row["entities"] = [
        [entity.id, entity.type, entity.text, *_nth(article.text, entity.text, entity.start)]
        for entity in article.entities
    ]
    row["events"] = []
    for event in article.events:
        arguments: dict[str, list[str]] = {}
        for argument in event.arguments:
            arguments.setdefault(argument.role, []).append(argument.entity)
        nth = _nth(article.text, event.text, event.start)
        row["events"].append([event.id, event.type, event.text, arguments, event.factuality, *nth])
    for key, relation_type in RELATION_FIELDS.items():
        row[key] = [[r.head, r.tail] for r in article.relations if r.type == relation_type]
    others = [[r.type, r.head, r.tail] for r in article.relations if r.type not in RELATION_FIELDS.values()]
    return row | ({"relations": others} if others else {})


def _entities(row: Mapping[str, Any], say: Say) -> Iterator[EntityMention]:
    used: set[str] = set()
    for item in row.get("entities", []):
        name, kind, surface = item[:3]
        if name in used:
            say("id.twice", f"{name} is named twice.")
            continue
        used.add(name)
        found = _locate(row, name, surface, item[3] if len(item) > 3 else 1, say)
        if found is not None:
            yield EntityMention(id=name, type=kind, start=found, end=found + len(surface), text=surface)


def _events(row: Mapping[str, Any], entity_ids: set[str], say: Say) -> Iterator[EventMention]:
    used = {item[0] for item in row.get("entities", [])}
    for item in row.get("events", []):
        name, kind, surface, arguments, factuality = item[:5]
        if name in used:
            say("id.twice", f"{name} is named twice.")
            continue
        used.add(name)
        found = _locate(row, name, surface, item[5] if len(item) > 5 else 1, say)
        kept: list[ArgumentMention] = []
        for role, fillers in arguments.items():
            for filler in [fillers] if isinstance(fillers, str) else fillers:
                if filler in entity_ids:
                    kept.append(ArgumentMention(role=role, entity=filler))
                else:
                    say("reference.dangling", f"{role} of {name} names {filler!r}, which is no entity.")
        if found is not None:
            yield EventMention(
                id=name,
                type=kind,
                factuality=factuality,
                start=found,
                end=found + len(surface),
                text=surface,
                arguments=tuple(kept),
            )


def _relations(row: Mapping[str, Any], named: set[str], say: Say) -> Iterator[RelationMention]:
    listed = [(kind, *pair) for key, kind in RELATION_FIELDS.items() for pair in row.get(key, [])]
    for kind, head, tail in [*listed, *row.get("relations", [])]:
        missing = [end for end in (head, tail) if end not in named]
        if missing:
            say("reference.dangling", f"{kind} {head} → {tail} names {missing[0]!r}, which is not marked.")
        else:
            yield RelationMention(type=kind, head=head, tail=tail)


def _locate(row: Mapping[str, Any], name: str, surface: str, nth: int, say: Say) -> int | None:
    """Return where the nth occurrence of the characters begins; occurrences may overlap."""
    text, at = _string(row, "text"), -1
    if not surface:
        say("span.empty", f"{name} must name characters of the text, but names none.")
        return None
    for _ in range(nth):
        at = text.find(surface, at + 1)
        if at < 0:
            count = len(_starts(text, surface))
            say("span.not_found", f"{name}: occurrence {nth} of {surface!r} is not in the text; there are {count}.")
            return None
    return at


def _starts(text: str, surface: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(surface, at)]


def _nth(text: str, surface: str, start: int) -> list[int]:
    nth = _starts(text[: start + len(surface)], surface).index(start) + 1
    return [] if nth == 1 else [nth]


def _string(row: Mapping[str, Any], field: str) -> str:
    value = row[field]
    if not isinstance(value, str):
        raise TypeError(f"`{field}` must be a string, but is {value!r} instead")
    return value
