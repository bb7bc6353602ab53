"""Reads and writes annotated articles, gold or predicted, as the JSON lines of docs/format.md.

Rows without `events` or `relations`, as in the corpora of named entities, are annotated articles too. Whether the
annotation obeys an ontology is checked by `checks`.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from waqai.audit import Audit
from waqai.data.json_lines import load_json_lines, write_json_lines
from waqai.errors import InputError, must
from waqai.records import AnnotatedArticle

MAX_REPORTED = 10
"""How many bad lines of one file an error lists."""

_MENTION_FIELDS = (("id", str), ("type", str), ("start", int), ("end", int), ("text", str))
_KINDS = {str: "a string", int: "an integer", list: "a list", dict: "an object"}


def read_annotated(path: Path | str, *, audit: Audit | None = None) -> tuple[AnnotatedArticle, ...]:
    """Return the annotated articles of a `.jsonl` file (`.gz` or `.xz` may follow), in file order.

    Rows that report an article which could not be read (`error` instead of `text`) hold no annotation: they are
    passed over and counted as `annotated.error_row`.

    Raises:
        InputError: The file cannot be read, or lines are not annotated articles, have offsets that do not fit their
            text, or repeat an id; the message lists up to `MAX_REPORTED` of them with their line and remedy.
    """
    articles: list[AnnotatedArticle] = []
    faults: list[str] = []
    for _, article in iter_annotated(path, audit=audit):
        if isinstance(article, str):
            faults.append(article)
        else:
            articles.append(article)
    if len(faults) > MAX_REPORTED:
        faults[MAX_REPORTED:] = [f"… and {len(faults) - MAX_REPORTED} lines more."]
    if faults:
        raise InputError("\n".join(faults))
    return tuple(articles)


def iter_annotated(path: Path | str, *, audit: Audit | None = None) -> Iterator[tuple[str, AnnotatedArticle | str]]:
    """Yield each line's place with its annotated article, or with the message that says why it is none.

    Raises:
        InputError: The file cannot be opened or read to its end.
    """
    lines_of_ids: dict[str, str] = {}
    for where, row in load_json_lines(Path(path)):
        if isinstance(row, str):
            yield where, row
        elif is_error_row(row):
            if audit is not None:
                audit.add("annotated.error_row", where)
        else:
            article = parse_annotated(row, where)
            if not isinstance(article, str):
                first = lines_of_ids.setdefault(article.id, where)
                if first != where:
                    article = f"the id {article.id!r} must be used once, but is also that of {first} ({where})."
            yield where, article


def is_error_row(row: Mapping[str, Any]) -> bool:
    """Return whether a JSON object reports an article that could not be read."""
    return "error" in row and "text" not in row


def parse_annotated(row: Mapping[str, Any], where: str) -> AnnotatedArticle | str:
    """Return the annotated article of one JSON object, or the message that says why it is none; `where` is its place.

    An integer as the article's id becomes a string.
    """
    if isinstance(row.get("id"), int) and not isinstance(row["id"], bool):
        row = {**row, "id": str(row["id"])}
    fault = next(_ill_typed(row, where), None)
    if fault:
        return fault
    try:
        return AnnotatedArticle.from_dict(row)
    except InputError as error:
        return f"{str(error).removesuffix('.')} ({where}). {_remedy(row)}".strip()


def write_annotated(articles: Iterable[AnnotatedArticle], path: Path | str) -> None:
    """Write annotated articles as JSON lines, compressed if the path ends in `.gz` or `.xz`.

    Raises:
        OutputError: The file cannot be written; one that was there is then still whole.
    """
    write_json_lines((article.to_dict() for article in articles), Path(path))


def _ill_typed(row: Mapping[str, Any], where: str) -> Iterator[str]:
    def fault(field: str, expected: str, actual: object) -> str:
        return must(field, expected, actual, where, "See docs/format.md.")

    for field in ("id", "text"):
        if not isinstance(row.get(field), str):
            yield fault(field, "a string", row.get(field))
    for field in ("date", "source", "model"):
        if not isinstance(row.get(field), str | None):
            yield fault(field, "a string or absent", row[field])
    for field in ("entities", "events", "relations"):
        found = row.get(field, [])
        if not isinstance(found, list):
            yield fault(field, "a list", found)
            return
        for index, mention in enumerate(found):
            name = f"{field}[{index}]"
            if not isinstance(mention, dict):
                yield fault(name, "an object", mention)
                continue
            wanted: tuple[tuple[str, type], ...]
            match field:
                case "entities":
                    wanted = _MENTION_FIELDS
                case "events":
                    wanted = (*_MENTION_FIELDS, ("factuality", str))
                    arguments = mention.get("arguments", [])
                    if not isinstance(arguments, list) or not all(_is_argument(a) for a in arguments):
                        yield fault(f"{name}.arguments", 'a list like [{"role": "ACTOR", "entity": "e1"}]', arguments)
                case _:
                    wanted = (("type", str), ("head", str), ("tail", str))
            for key, kind in wanted:
                value = mention.get(key)
                if not isinstance(value, kind) or isinstance(value, bool):
                    yield fault(f"{name}.{key}", _KINDS[kind], value)


def _is_argument(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and isinstance(value.get("entity"), str)


def _remedy(row: Mapping[str, Any]) -> str:
    """Return what is probably wrong with offsets that do not fit, by counting them in other ways."""
    text = row["text"]
    for mention in (*row.get("entities", ()), *row.get("events", ())):
        start, end, surface = mention["start"], mention["end"], mention["text"]
        if text[max(start, 0) : max(end, 0)] == surface:
            continue
        for name, encoding, width in (("UTF-8 bytes", "utf-8", 1), ("UTF-16 units", "utf-16-le", 2)):
            data = text.encode(encoding, "surrogatepass")[max(start, 0) * width : max(end, 0) * width]
            if data == surface.encode(encoding, "surrogatepass"):
                return f"The offsets fit when counted in {name}; count characters (code points)."
        if text.replace("\r\n", "\n")[max(start, 0) : max(end, 0)] == surface:
            return r"The offsets fit when \r\n counts as one character; count both."
        return "Offsets are half-open characters (code points) of the untouched text."
    return ""
