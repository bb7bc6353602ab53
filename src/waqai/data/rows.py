"""Turns each kind of input file into rows of raw fields, and what cannot become a row into a `Fault`.

Files are read by line or in small batches. What the fields must be is left to `articles`.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TextIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from waqai.data.files import MAX_BYTES, READ_ERRORS, STDIN, InputFile, open_bytes
from waqai.data.json_lines import UTF8_REMEDY, first_line, not_utf8, read_json_lines
from waqai.errors import InputError, must

GIVE_UP_AFTER = 100
"""A file whose first hundred lines are all unreadable is not JSON lines; the rest is not tried."""

PARQUET_BATCH = 64

_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The names of an article's fields in JSON lines, CSV and Parquet.

    `text` must be there; so must any other that is not the default, since the user asked for it. A line of JSON may
    leave out what is not known of its article, but not all lines may.
    """

    text: str = "text"
    id: str = "id"
    date: str = "date"
    source: str = "source"

    def asked(self) -> dict[str, str]:
        """Return the names that are not the default, by field.

        >>> Columns(text="body", date="published").asked()
        {'text': 'body', 'date': 'published'}
        """
        return {f.name: name for f in fields(self) if (name := getattr(self, f.name)) != f.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The raw fields of one article, None where absent, and where they stand.

    `missing` are the fields that the user named and the row has not.
    """

    where: str
    default_id: str
    names: Columns
    text: object
    id: object = None
    date: object = None
    source: object = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A place where no row could be read, with its message."""

    where: str
    default_id: str
    error: str


def read_rows(file: InputFile, columns: Columns) -> Iterator[Row | Fault]:
    """Yield the rows of one file; a file without any yields one fault, and so does the rest of a damaged one."""
    readers = {".jsonl": _read_jsonl, ".txt": _read_txt, ".csv": _read_csv, ".parquet": _read_parquet}
    where, count = _shown(file), 0
    try:
        for row in readers[file.suffix](file, columns):
            count += 1
            yield row
    except (*READ_ERRORS, pa.ArrowException) as fault:
        remedy = "Copy or compress it anew." if count else "Check that it is what its suffix says."
        error = f"the file must be readable to its end, but: {first_line(fault)} ({where}). {remedy}"
        yield Fault(where=where, default_id=f"{file.name}:{count + 1}", error=error)
    else:
        if not count:
            error = f"the file must hold an article, but is empty instead ({where}). Leave it out, or fill it."
            yield Fault(where=where, default_id=f"{file.name}:1", error=error)


def check_columns(file: InputFile, columns: Columns) -> None:
    """Check that a CSV or Parquet file has the named columns.

    Damage is not reported here, but when the file is read.

    Raises:
        InputError: `text`, or another column whose name is not the default, is missing; the message lists the columns.
    """
    try:
        match file.suffix:
            case ".csv":
                with _open_csv(file.path) as stream:
                    found: list[str] = next(csv.reader(stream, strict=True), [])
            case ".parquet":
                found = pq.read_schema(file.path).names
            case _:
                return
    except (*READ_ERRORS, csv.Error, pa.ArrowException):
        return
    for field, name in {"text": columns.text, **columns.asked()}.items():
        if found and name not in found:
            remedy = f"Name the column of the {field}; a CSV is separated by commas and has a header line."
            raise InputError(must("columns", f"such that {name!r} is among them", found, str(file.path), remedy))


def check_fields(files: Sequence[InputFile], columns: Columns) -> None:
    """Check that each field that the user named is in at least one line of the JSON lines among the files.

    Nearly always that is the first line. Standard input can be read only once, and is not checked.

    Raises:
        InputError: A field is in no line; the message lists the fields of a line.
    """
    unseen = columns.asked()
    first: dict[str, Any] | None = None
    for file in files:
        if not unseen or file.suffix != ".jsonl" or str(file.path) == STDIN:
            continue
        with suppress(*READ_ERRORS):  # reported when the file is read
            for _, row in read_json_lines(file.path):
                if not unseen:
                    return
                if not isinstance(row, str):
                    first = first or row
                    unseen = {field: name for field, name in unseen.items() if name not in row}
    if first and unseen:
        field, name = next(iter(unseen.items()))
        remedy = f"Name the field of the {field}."
        raise InputError(must("columns", f"such that {name!r} is in a line", list(first), "JSON lines", remedy))


def _read_jsonl(file: InputFile, columns: Columns) -> Iterator[Row | Fault]:
    asked = columns.asked()
    unreadable, readable = 0, False
    for number, row in read_json_lines(file.path):
        where, default_id = f"{_shown(file)}, line {number}", f"{file.name}:{number}"
        if not isinstance(row, str):
            readable = True
            missing = tuple(field for field, name in asked.items() if name not in row)
            yield Row(where=where, default_id=default_id, names=columns, missing=missing, **_pick(row, columns))
            continue
        yield Fault(where=where, default_id=default_id, error=row)
        unreadable += 1
        if unreadable == GIVE_UP_AFTER and not readable:
            error = f"the file must hold JSON lines, but none of its first {unreadable} is one ({_shown(file)})."
            yield Fault(where=where, default_id=f"{file.name}:rest", error=f"{error} No more are tried.")
            return


def _read_txt(file: InputFile, columns: Columns) -> Iterator[Row | Fault]:
    where = str(file.path)
    with open_bytes(file.path) as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        if len(data) > MAX_BYTES:
            error = f"the file must have at most {MAX_BYTES} bytes, but has more ({where}). Write one article a file."
        elif "\x00" in text:
            error = f"the file must be text, but holds binary bytes ({where}). {UTF8_REMEDY}"
        else:
            yield Row(where=where, default_id=file.name, names=columns, text=text)
            return
    except UnicodeDecodeError as fault:
        error = not_utf8(fault, where)
    yield Fault(where=where, default_id=file.name, error=error)


def _open_csv(path: Path) -> TextIO:
    # Bytes that are not UTF-8 become lone surrogates, which UTF-8 itself cannot give, and are found in the row.
    csv.field_size_limit(MAX_BYTES)
    return io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", errors="surrogateescape", newline="")


def _read_csv(file: InputFile, columns: Columns) -> Iterator[Row | Fault]:
    with _open_csv(file.path) as stream:
        reader = csv.reader(stream, strict=True)
        header: list[str] | None = None
        while True:
            number = reader.line_num + 1
            where, default_id = f"{file.path}, line {number}", f"{file.name}:{number}"
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                remedy = 'Quote the text, and write " in it as "".'
                message = f"the row must be comma-separated values, but: {error} ({where}). {remedy}"
                yield Fault(where=where, default_id=default_id, error=message)
                continue
            if header is None:
                header = values
            elif values:
                error_text = _csv_fault(values, header, where)
                if error_text:
                    yield Fault(where=where, default_id=default_id, error=error_text)
                else:
                    row = dict(zip(header, values, strict=True))
                    yield Row(where=where, default_id=default_id, names=columns, **_pick(row, columns))


def _csv_fault(values: list[str], header: list[str], where: str) -> str | None:
    if len(values) != len(header):
        remedy = "Quote a text that holds commas or line breaks."
        return f"the row must have {len(header)} values, but has {len(values)} ({where}). {remedy}"
    if any("\x00" in value for value in values):
        return f"the row must be text, but holds binary bytes ({where}). {UTF8_REMEDY}"
    if any(_UNDECODED.search(value) for value in values):
        return f"the row must be UTF-8, but holds other bytes ({where}). {UTF8_REMEDY}"
    return None


def _read_parquet(file: InputFile, columns: Columns) -> Iterator[Row | Fault]:
    # Without pre-buffering and with a buffer, pages are read as they are needed, not whole column chunks.
    with pq.ParquetFile(file.path, pre_buffer=False, buffer_size=2**20) as parquet:
        wanted = [getattr(columns, f.name) for f in fields(Columns)]
        present = [name for name in wanted if name in parquet.schema_arrow.names]
        number = 0
        for batch in parquet.iter_batches(batch_size=PARQUET_BATCH, columns=present):
            for row in zip(*(_values(batch.column(name)) for name in present), strict=True):
                number += 1
                where, default_id = f"{file.path}, row {number}", f"{file.name}:{number}"
                try:
                    named = {
                        k: v.decode("utf-8") if isinstance(v, bytes) else v for k, v in zip(present, row, strict=True)
                    }
                except UnicodeDecodeError as error:
                    message = not_utf8(error, where)
                    yield Fault(where=where, default_id=default_id, error=message)
                    continue
                yield Row(where=where, default_id=default_id, names=columns, **_pick(named, columns))


def _values(column: Any) -> list[Any]:
    """Return a column's values, strings as bytes, so that one bad string does not spoil its batch."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    return cast("list[Any]", column.to_pylist())


def _pick(row: dict[str, Any], columns: Columns) -> dict[str, Any]:
    return {field.name: row.get(getattr(columns, field.name)) for field in fields(Columns)}


def _shown(file: InputFile) -> str:
    return "standard input" if str(file.path) == STDIN else str(file.path)
