"""Writers of predictions, one kind of file each, behind one call: `open_writer`.

Every writer takes articles one at a time and keeps none, so memory does not grow with the output. What a run found is
whole in JSON lines alone, and only JSON lines can be continued; the other kinds are views of it.
"""

from pathlib import Path
from typing import Literal, get_args

from waqai.errors import OutputError, must
from waqai.inference.writers.csv_rows import CsvWriter
from waqai.inference.writers.destination import STDOUT, Destination, Writer, refuse_existing
from waqai.inference.writers.html_page import HtmlWriter
from waqai.inference.writers.json_lines import Finished, JsonLinesWriter, read_finished, repair_tail
from waqai.inference.writers.parquet_rows import ParquetWriter

Kind = Literal["jsonl", "csv", "parquet", "html"]

__all__ = [
    "STDOUT",
    "Finished",
    "Kind",
    "Writer",
    "kind_of",
    "open_writer",
    "read_finished",
    "refuse_existing",
    "repair_tail",
]


def kind_of(path: Path | str) -> Kind:
    """Return the kind of file that a path's suffix names; standard output (`-`) is JSON lines.

    Raises:
        OutputError: The suffix names none.
    """
    suffix = "jsonl" if str(path) == STDOUT else Path(path).suffix.removeprefix(".").lower()
    for kind in get_args(Kind):
        if suffix == kind:
            return kind
    raise OutputError(must("output", "a path that ends in .jsonl, .csv, .parquet or .html, or -", str(path)))


def open_writer(
    path: Path | str,
    kind: Kind | None = None,
    *,
    append: bool = False,
    overwrite: bool = False,
    csv_bom: bool = False,
) -> Writer:
    """Open an output; use it as a context manager.

    Args:
        path: A file, whose folder is made, or `-` for standard output.
        kind: By the path's suffix when None.
        append: Continue JSON lines, after cutting off a last line that was torn.
        overwrite: Replace a file that exists.
        csv_bom: Begin CSV with a byte order mark, without which Excel takes Arabic for another encoding.

    Raises:
        OutputError: The file exists, cannot be made, or is of a kind that cannot be continued.
    """
    kind = kind or kind_of(path)
    if append and kind != "jsonl":
        raise OutputError(
            f"only JSON lines can be continued, but the output is {kind} instead ({path}). "
            "Write .jsonl, or start anew without resuming."
        )
    if append and str(path) != STDOUT:
        repair_tail(Path(path))
    destination = Destination(path, append=append, overwrite=overwrite, staged=kind in ("parquet", "html"))
    try:
        match kind:
            case "jsonl":
                return JsonLinesWriter(destination)
            case "csv":
                return CsvWriter(destination, bom=csv_bom)
            case "parquet":
                return ParquetWriter(destination)
            case "html":
                return HtmlWriter(destination)
    except OutputError:
        destination.abandon()
        raise
