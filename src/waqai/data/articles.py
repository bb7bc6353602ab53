"""Reads articles, one at a time, from JSON lines, text files, CSV, Parquet, folders of them, or standard input.

Memory does not grow with the input, but for the set of ids seen (about 100 bytes an article). The text is never
touched: line ends, marks and stray surrogates stay; only a byte order mark at a file's start is the file's and not
the text's. What cannot be read becomes a `BadArticle` in the stream, so that nothing is lost silently and the run
goes on. Rows of each kind of file are made by `rows`; this module says what a row must hold.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from waqai.audit import Audit
from waqai.data.files import InputFile, find_files
from waqai.data.rows import Columns, Fault, Row, check_columns, check_fields, read_rows
from waqai.errors import must
from waqai.records import Article

__all__ = ["BadArticle", "Columns", "read_articles", "read_day", "read_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadArticle:
    """An article that cannot be read: its id (or `FILENAME:LINE`), its place and one message with the remedy."""

    id: str
    where: str
    error: str


def read_articles(
    inputs: Sequence[str | Path], *, columns: Columns | None = None, audit: Audit
) -> Iterator[Article | BadArticle]:
    """Yield the articles of files, folders and globs, or of `-`, in order.

    Ids are strings and unique in the stream: a missing id becomes `FILENAME:LINE` (a `.txt` file: its name), and the
    second use of `a1` becomes `a1#2`, counted as `input.duplicate_id`. Ids are remembered as 8-byte hashes. A date
    that is not ISO 8601 is left out and counted as `input.bad_date`; a source that is not text as `input.bad_source`. A
    line of JSON without a field that `columns` name is counted as `input.missing_date` and the like.

    Args:
        inputs: Paths of `.jsonl`, `.txt`, `.csv` and `.parquet` files (`.gz` and `.xz` may follow, but not
            `.parquet`), folders, globs, or `-`.
        columns: The names of the fields in JSON lines, CSV and Parquet.
        audit: Counts what was changed or passed over.

    Raises:
        InputError: Before anything is read: a path is missing or unreadable, nothing was found, a suffix is unknown,
            a CSV or Parquet file lacks a named column, or no line of the JSON lines has it.
    """
    columns = columns or Columns()
    files = find_files(inputs, audit=audit)
    for file in files:
        check_columns(file, columns)
    check_fields(files, columns)
    return _read_files(files, columns, audit)


def read_id(value: object) -> str | None:
    """Return an article's id as a string, None for an absent or empty one.

    Raises:
        ValueError: It is neither a string nor an integer.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(value)  # noqa: TRY004 - one error for all that is no id
    return str(value)


def read_day(value: object) -> str | None:
    """Return an article's date, or that of its time, as `YYYY-MM-DD`; None for an absent or empty one.

    Raises:
        ValueError: It is neither a date nor ISO 8601.

    >>> read_day(" 2019-07-16T10:00:00Z ")
    '2019-07-16'
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value.strip())
    if isinstance(value, dt.datetime):
        value = value.date()
    if not isinstance(value, dt.date):
        raise ValueError(value)  # noqa: TRY004 - one error for all that is no date
    return value.isoformat()


def _read_files(files: Sequence[InputFile], columns: Columns, audit: Audit) -> Iterator[Article | BadArticle]:
    ids = _UniqueIds(audit)
    for file in files:
        for row in read_rows(file, columns):
            article = _read_row(row, audit)
            unique = ids.claim(article.id, row.where)
            if unique == article.id:
                yield article
            elif isinstance(article, Article):
                yield Article(id=unique, text=article.text, date=article.date, source=article.source)
            else:
                yield BadArticle(id=unique, where=article.where, error=article.error)


def _read_row(row: Row | Fault, audit: Audit) -> Article | BadArticle:
    if isinstance(row, Fault):
        return BadArticle(id=row.default_id, where=row.where, error=row.error)

    def bad(article_id: str, field: str, expected: str, actual: object, remedy: str) -> BadArticle:
        return BadArticle(id=article_id, where=row.where, error=must(field, expected, actual, row.where, remedy))

    text = row.text
    try:
        article_id = read_id(row.id) or row.default_id
    except ValueError:
        return bad(row.default_id, row.names.id, "a string or an integer", row.id, "Quote the id, or leave it out.")
    if text is None:
        remedy = f"Give each article its text as {row.names.text!r}, or name the field that holds it."
        return bad(article_id, row.names.text, "the article's text", None, remedy)
    if not isinstance(text, str):
        return bad(article_id, row.names.text, "a string", text, "Quote the text.")
    if not text or text.isspace():
        return bad(article_id, row.names.text, "a text with words", text[:20], "Leave the article out, or mend it.")
    for field in row.missing:
        audit.add(f"input.missing_{field}", row.where)
    source = row.source
    if source is not None and not isinstance(source, str):
        audit.add("input.bad_source", row.where)
        source = None
    try:
        date = read_day(row.date)
    except ValueError:
        audit.add("input.bad_date", row.where)
        date = None
    return Article(id=article_id, text=text, date=date, source=source or None)


class _UniqueIds:
    """Hands out each id once; a later use gets the first of `#2`, `#3` and so on that is free.

    Two different ids have the same 8-byte hash once in about 370,000 runs of ten million articles; the second would
    then be called `#2` without need, and nothing lost.
    """

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._seen: set[int] = set()
        self._uses: Counter[int] = Counter()

    def claim(self, article_id: str, where: str) -> str:
        """Return the id, or its next free variant."""
        key = _hash(article_id)
        if key not in self._seen:
            self._seen.add(key)
            return article_id
        self._audit.add("input.duplicate_id", where)
        while True:
            self._uses[key] += 1
            variant = f"{article_id}#{self._uses[key] + 1}"
            variant_key = _hash(variant)
            if variant_key not in self._seen:
                self._seen.add(variant_key)
                return variant


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
