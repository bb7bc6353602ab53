"""Reads tables with a header line, the project's and the user's own, and says in which line what is wrong.

A table is UTF-8 text, one row a line, cells divided by tabs; lines that begin with `#` are comments; the first other
line names the columns, in any order. What a column means is the business of whoever asks for it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from waqai.errors import InputError, must

TABLES = Path(__file__).parent / "tables"
"""Where the project's own tables are; each says source and licence in its first lines."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, with where it stands."""

    cells: dict[str, str]
    path: Path
    line: int

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.path}, line {self.line}"

    def __getitem__(self, column: str) -> str:
        """Return a cell; an absent column's is empty."""
        return self.cells.get(column, "")

    def variants(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that are divided by `|`, without the empty ones."""
        return tuple(part for raw in self[column].split("|") if (part := raw.strip()))

    def number(self, column: str, low: float, high: float) -> float | None:
        """Return a cell as a number, None where it is empty.

        Raises:
            InputError: The cell is no number, or lies outside `[low, high]`.
        """
        cell = self[column]
        if not cell:
            return None
        try:
            value = float(cell)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise InputError(must(column, f"a number from {low:g} to {high:g}", cell, self.where))
        return value

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        """Return a cell that must be one of a closed list.

        Raises:
            InputError: It is another.
        """
        if self[column] not in allowed:
            raise InputError(must(column, "one of " + ", ".join(sorted(allowed)), self[column], self.where))
        return self[column]


def read_rows(path: Path, *, columns: Collection[str], required: Collection[str]) -> Iterator[Row]:
    """Yield the rows of a table; all columns but the required ones may be absent or empty.

    Raises:
        InputError: The file cannot be read as UTF-8, has no header, names an unknown column or lacks a required one,
            or a row has too many cells or an empty required cell.
    """
    header: list[str] | None = None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(must("table", "a readable UTF-8 file", str(path), str(error))) from error
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        where = f"{path}, line {number}"
        if header is None:
            header = cells
            _check_header(header, columns, required, where)
            continue
        if len(cells) > len(header):
            raise InputError(
                must("row", f"at most {len(header)} cells divided by tabs, as the header", len(cells), where)
            )
        row = Row(dict(zip(header, cells, strict=False)), path, number)
        for column in required:
            if not row[column]:
                raise InputError(must(column, "filled in", "", where))
        yield row
    if header is None:
        raise InputError(must("table", "a header line with " + ", ".join(required), "empty", str(path)))


def _check_header(header: list[str], columns: Collection[str], required: Collection[str], where: str) -> None:
    unknown = [name for name in header if name not in columns]
    missing = [name for name in required if name not in header]
    if unknown or missing or len(set(header)) < len(header):
        problem = f"unknown: {unknown}, missing: {missing}" if unknown or missing else "a column twice"
        raise InputError(
            must("header", "column names among " + ", ".join(columns), problem, where, "Cells are divided by tabs.")
        )
