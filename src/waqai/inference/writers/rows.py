"""Tuples as rows of a table: which columns there are, and what stands in them. CSV and Parquet differ only in form.

A row is one event. Each slot has a column of its fillers' texts and one for each main field of their values; these
are lists of equal length, in which None stands for what is not known. Scores of single arguments, entities in no
slot, and relations are in JSON lines alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from waqai.inference.tuples import assemble_tuples
from waqai.records import SLOTS, AnnotatedArticle, EventTuple, Filler

Cell = str | int | float | None
Row = dict[str, Cell | list[Cell]]
CellType = Literal["text", "integer", "number"]

_ACTOR_FIELDS: tuple[tuple[str, CellType], ...] = (
    ("id", "text"),
    ("name", "text"),
    ("class", "text"),
    ("country", "text"),
)
SLOT_FIELDS: Mapping[str, tuple[tuple[str, CellType], ...]] = {
    "actor": _ACTOR_FIELDS,
    "target": _ACTOR_FIELDS,
    "location": (
        ("name", "text"),
        ("latitude", "number"),
        ("longitude", "number"),
        ("country", "text"),
        ("admin", "text"),
        ("precision", "text"),
        ("geonames_id", "integer"),
    ),
    "time": (("start", "text"), ("end", "text"), ("granularity", "text")),
    "instrument": (),
    "count": (
        ("value", "number"),
        ("low", "number"),
        ("high", "number"),
        ("comparator", "text"),
        ("unit", "text"),
        ("of", "text"),
    ),
    "source": _ACTOR_FIELDS,
}
"""The fields of each slot's values (docs/format.md) that have a column of their own, `SLOT_FIELD`."""

CODES = ("plover_event", "plover_mode", "plover_auxiliary", "acled_event", "acled_sub_event")

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `many` when its cells are lists, one item a filler."""

    name: str
    type: CellType
    many: bool = False


def _columns() -> Iterator[Column]:
    for name in ("article_id", "article_date", "article_source", "event_id", "type", "action"):
        yield Column(name, "text")
    yield Column("start", "integer")
    yield Column("end", "integer")
    yield Column("factuality", "text")
    yield Column("score", "number")
    for slot in SLOTS:
        yield Column(slot, "text", many=True)
        for name, kind in SLOT_FIELDS[slot]:
            yield Column(f"{slot}_{name}", kind, many=True)
    for name in (*CODES, "incident", "model", "error", "error_where"):
        yield Column(name, "text")


COLUMNS = tuple(_columns())
"""All columns in their order; `article_source` is the outlet, `source` the one who says so."""


def tuple_rows(article: AnnotatedArticle) -> Iterator[Row]:
    """Yield one row for each tuple, with a value for every column."""
    mentions = {event.id: event for event in article.events}
    for event_tuple in tuples_of(article):
        mention = mentions.get(event_tuple.event)
        row: Row = {
            "article_id": article.id,
            "article_date": article.date,
            "article_source": article.source,
            "event_id": event_tuple.event,
            "type": event_tuple.type,
            "action": event_tuple.action,
            "start": mention.start if mention else None,
            "end": mention.end if mention else None,
            "factuality": event_tuple.factuality,
            "score": event_tuple.score,
            "incident": event_tuple.incident,
            "model": article.model,
        }
        row |= {name: (event_tuple.codes or {}).get(name) for name in CODES}
        for slot in SLOTS:
            fillers: tuple[Filler, ...] = getattr(event_tuple, slot)
            row[slot] = [filler.text for filler in fillers]
            for name, _ in SLOT_FIELDS[slot]:
                row[f"{slot}_{name}"] = [(filler.value or {}).get(name) for filler in fillers]
        yield _complete(row)


def error_row(article_id: str, where: str, message: str) -> Row:
    """Return the row of an article that could not be read: its id, and the last two columns."""
    return _complete({"article_id": article_id, "error": message, "error_where": where})


def tuples_of(article: AnnotatedArticle) -> tuple[EventTuple, ...]:
    """Return the article's tuples; of an article that has none yet, such as gold, they are assembled."""
    return assemble_tuples(article) if article.tuples is None else article.tuples


def clean(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate, which no file but JSON lines can hold."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def _complete(row: Row) -> Row:
    """Return the row with every column, each cell of its column's type or None."""
    complete: Row = {}
    for column in COLUMNS:
        found = row.get(column.name, [] if column.many else None)
        if isinstance(found, list):
            complete[column.name] = [_cell(item, column.type) for item in found]
        else:
            complete[column.name] = _cell(found, column.type)
    return complete


def _cell(value: Any, kind: CellType) -> Cell:
    """Return the value if it is of the kind; a text column takes numbers too."""
    if value is None or isinstance(value, bool):
        return None
    if kind == "text":
        return clean(value if isinstance(value, str) else str(value))
    if not isinstance(value, int | float):
        return None
    return value if kind == "number" or isinstance(value, int) else None
