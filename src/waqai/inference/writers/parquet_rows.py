"""Parquet: one row a tuple, with lists for slots and their values, in row groups that bound the memory."""

import io
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from waqai.errors import OutputError
from waqai.inference.writers.destination import Destination, Writer
from waqai.inference.writers.rows import COLUMNS, Cell, Row, error_row, tuple_rows
from waqai.records import AnnotatedArticle

ROW_GROUP = 10_000
"""Rows that are held before they are written."""

_TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}
SCHEMA = pa.schema(
    [(c.name, pa.list_(_TYPES[c.type]) if c.many else _TYPES[c.type]) for c in COLUMNS]  # lists may hold nulls
)
_NUMBERS = tuple(c.name for c in COLUMNS if c.type == "number")


class ParquetWriter(Writer):
    """Writes row groups compressed by zstd; the file is readable only once it is finished, and then in its place."""

    def __init__(self, destination: Destination) -> None:
        super().__init__(destination)
        self._rows: list[Row] = []
        with destination.errors():
            self._writer = pq.ParquetWriter(_Sink(destination), SCHEMA, compression="zstd")

    def write(self, article: AnnotatedArticle) -> None:
        """Add one row a tuple; an article without events has none."""
        self._add(*tuple_rows(article))

    def write_error(self, article_id: str, where: str, message: str) -> None:
        """Add one row with the columns `error` and `error_where`."""
        self._add(error_row(article_id, where, message))

    def end(self) -> None:
        """Write the last rows and the footer."""
        self._flush()
        self._close()

    def abort(self) -> None:
        """Close as it stands, with a footer where that can still be written."""
        for step in (self._flush, self._close):
            with suppress(OutputError, pa.ArrowException):
                step()
        self._writer.is_open = False  # else its finaliser would write to the closed file
        super().abort()

    def _add(self, *rows: Row) -> None:
        self._rows += [row | {name: _as_floats(row[name]) for name in _NUMBERS} for row in rows]
        if len(self._rows) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            with self.destination.errors():
                self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
            self._rows = []

    def _close(self) -> None:
        with self.destination.errors():
            self._writer.close()


def _as_floats(cell: Cell | list[Cell]) -> Cell | list[Cell]:
    """Return integers as floats, rounded where need be: pyarrow refuses those above 2**53."""
    if isinstance(cell, list):
        return [None if item is None else float(item) for item in cell]
    return None if cell is None else float(cell)


class _Sink(io.RawIOBase):
    """A destination as the file object that pyarrow writes to."""

    def __init__(self, destination: Destination) -> None:
        super().__init__()
        self._destination = destination

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._destination.write(bytes(data))
        return len(data)
