"""CSV: one row a tuple, for spreadsheets.

A slot's fillers are joined by ` | `, and so are their values, with nothing between the bars for what is not known.
Spreadsheets run a cell that begins like a formula; such a cell of text gets a leading apostrophe (OWASP, CSV
Injection). Who needs the exact text reads JSON lines or Parquet.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable

from waqai.inference.writers.destination import Destination, Writer
from waqai.inference.writers.rows import COLUMNS, Cell, Column, Row, error_row, tuple_rows
from waqai.records import AnnotatedArticle

SEPARATOR = " | "
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
_COMPARATORS = re.compile(r"[<>=~]{1,2}( \| ([<>=~]{1,2})?)*")


class CsvWriter(Writer):
    """Writes UTF-8 with a header, CRLF line ends (RFC 4180), and the rows of an article in one piece."""

    def __init__(self, destination: Destination, *, bom: bool = False) -> None:
        super().__init__(destination)
        header = _lines([[column.name for column in COLUMNS]])
        self.destination.write((codecs.BOM_UTF8 if bom else b"") + header)

    def write(self, article: AnnotatedArticle) -> None:
        """Write one row a tuple; an article without events has none."""
        self._write_rows(tuple_rows(article))

    def write_error(self, article_id: str, where: str, message: str) -> None:
        """Write one row with the columns `error` and `error_where`."""
        self._write_rows([error_row(article_id, where, message)])

    def _write_rows(self, rows: Iterable[Row]) -> None:
        self.destination.write(_lines([_field(row[column.name], column) for column in COLUMNS] for row in rows))


def _lines(rows: Iterable[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8")


def _field(cell: Cell | list[Cell], column: Column) -> str:
    """Return a cell as text that a spreadsheet does not run."""
    if isinstance(cell, list):
        known = any(item is not None for item in cell)
        joined = SEPARATOR.join("" if item is None else str(item) for item in cell) if known else ""
    else:
        joined = "" if cell is None else str(cell)
    risky = column.type == "text" and _FORMULA.match(joined) and not _COMPARATORS.fullmatch(joined)
    return f"'{joined}" if risky else joined
