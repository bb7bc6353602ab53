"""Reads and writes the JSON lines of doccano's sequence labelling projects with relations.

    {"article_id": "a1", "text": "…", "entities": [{"id": 1, "label": "GPE", "start_offset": 19, "end_offset": 23}],
     "relations": [{"id": 1, "from_id": 7, "to_id": 1, "type": "LOCATION"}], "Comments": []}

Make the project with "allow overlapping spans" and "use relations", without "count grapheme clusters as one
character". doccano then counts offsets in UTF-16 units, and so does this module; it stores no text with a span, so
that offsets in other units cannot be recognised. A factuality other than the ontology's first is a second span with
the factuality's name on the trigger's characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from waqai.audit import Audit
from waqai.data.json_lines import load_json_lines, write_json_lines
from waqai.data.marks import Drawing, Link, Mark, count_losses, draw, from_utf16, to_utf16, undraw
from waqai.errors import InputError
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle

_FORM = "doccano"


def read_doccano(path: Path | str, *, ontology: Ontology | None = None, audit: Audit) -> tuple[AnnotatedArticle, ...]:
    """Return the articles of an export, relations or not; `label` lists of `[start, end, type]` are read too.

    Counted: spans whose offsets lie outside the text or split a character (`doccano.mark_lost`), factualities on no
    trigger (`doccano.factuality_dangling`), comments.

    Raises:
        InputError: The file cannot be read, or a line is not of doccano's form.
    """
    ontology = ontology or load_ontology()
    articles = []
    for where, row in load_json_lines(Path(path)):
        if isinstance(row, str):
            raise InputError(row)
        try:
            drawing = _read_row(row, ontology, where, audit)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            remedy = "Export the project as JSONL or JSONL(relation)."
            raise InputError(f"the line must be of doccano's form, but: {error!r} ({where}). {remedy}") from error
        articles.append(undraw(drawing, ontology, form=_FORM, where=where, audit=audit))
    return tuple(articles)


def write_doccano(
    articles: Sequence[AnnotatedArticle], path: Path | str, *, ontology: Ontology | None = None, audit: Audit
) -> None:
    """Write lines that doccano imports as JSONL(relation); scores, values, tuples and model are lost and counted.

    Raises:
        OutputError: The file cannot be written.
    """
    ontology = ontology or load_ontology()
    for article in articles:
        count_losses(article, form=_FORM, keeps=frozenset({"date", "source", "meta"}), audit=audit)
        factualities = {(event.start, event.end, event.factuality) for event in article.events}
        shared = len(factualities) - len({(start, end) for start, end, _ in factualities})
        if shared:  # two triggers on the same characters that differ in it
            audit.add(f"{_FORM}.factuality_dropped", article.id, shared)
    write_json_lines(_rows(articles, ontology), Path(path))


def _rows(articles: Sequence[AnnotatedArticle], ontology: Ontology) -> Iterator[dict[str, Any]]:
    spans = relations = 0  # ids are unique in the file, not only in the article
    for article in articles:
        drawing = draw(article)
        marked = [(mark, mark.type) for mark in drawing.marks]
        marked += [(m, m.factuality) for m in drawing.marks if m.factuality not in (None, ontology.factualities[0])]
        entities: list[dict[str, Any]] = []
        ids: dict[str, int] = {}
        for mark, label in marked:
            spans += 1
            ids.setdefault(mark.id, spans)
            place = {"start_offset": to_utf16(article.text, mark.start), "end_offset": to_utf16(article.text, mark.end)}
            entities.append({"id": spans, "label": label, **place})
        links = []
        for link in drawing.links:
            relations += 1
            links.append({"id": relations, "from_id": ids[link.head], "to_id": ids[link.tail], "type": link.type})
        yield {
            "article_id": article.id,
            "text": article.text,
            **drawing.about,
            "entities": entities,
            "relations": links,
            "Comments": [],
        }


def _read_row(row: Mapping[str, Any], ontology: Ontology, where: str, audit: Audit) -> Drawing:
    text = row["text"] if "text" in row else row["data"]
    if not isinstance(text, str):
        raise TypeError("the text is no string")
    listed = row.get("entities")
    if listed is None:
        triples = row.get("label", row.get("labels")) or []
        listed = [
            {"id": i, "start_offset": s, "end_offset": e, "label": label} for i, (s, e, label) in enumerate(triples)
        ]
    marks: list[Mark] = []
    factualities: dict[tuple[int, int], str] = {}
    for item in listed:
        span = from_utf16(text, item["start_offset"], item["end_offset"])
        if span is None:
            audit.add(f"{_FORM}.mark_lost", where)
        elif item["label"] in ontology.factualities:
            factualities[span] = item["label"]
        else:
            marks.append(Mark(id=str(item["id"]), type=item["label"], start=span[0], end=span[1]))
    triggers = {(mark.start, mark.end) for mark in marks if mark.type in ontology.event_names}
    if factualities.keys() - triggers:
        audit.add(f"{_FORM}.factuality_dangling", where, len(factualities.keys() - triggers))
    if row.get("Comments"):
        audit.add(f"{_FORM}.comment_dropped", where, len(row["Comments"]))
    about = {key: row[key] for key in ("date", "source") if isinstance(row.get(key), str)}
    if isinstance(row.get("meta"), dict):
        about["meta"] = row["meta"]
    first = ontology.factualities[0] if ontology.factualities else None
    return Drawing(
        id=str(row.get("article_id") or row.get("id") or where),
        text=text,
        marks=[replace(mark, factuality=factualities.get((mark.start, mark.end), first)) for mark in marks],
        links=[
            Link(type=item["type"], head=str(item["from_id"]), tail=str(item["to_id"]))
            for item in row.get("relations") or ()
        ],
        about=about,
    )
