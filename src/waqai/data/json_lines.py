"""Reads and writes JSON lines, one object a line, compressed or not; what the objects hold is left to others."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from waqai.data.files import COMPRESSIONS, MAX_BYTES, READ_ERRORS, STDIN, open_bytes, read_lines, stdin_bytes
from waqai.errors import InputError, OutputError, must

UTF8_REMEDY = "Save it as UTF-8, for example by `iconv -f WINDOWS-1256 -t UTF-8` (or `-f UTF-16`)."
ROW_REMEDY = 'Write each article as one line like {"id": "a1", "text": "…"}.'


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the number of each line that is not blank with its object, or with the message that says why it has none.

    The path `-` is standard input. A byte order mark before a line is passed over.

    Raises:
        OSError, EOFError, lzma.LZMAError, zlib.error: The file cannot be opened or is damaged (`files.READ_ERRORS`).
    """
    opened = nullcontext(stdin_bytes()) if str(path) == STDIN else open_bytes(path)
    with cast("BinaryIO", opened) as stream:
        for number, line in read_lines(stream):
            where = f"{'standard input' if str(path) == STDIN else path}, line {number}"
            yield number, parse_line(line, where)


def load_json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield as `read_json_lines` does, with `PATH, line N` for the number, and with our own error for a bad file.

    Raises:
        InputError: The file cannot be opened or read to its end.
    """
    try:
        for number, row in read_json_lines(path):
            yield f"{path}, line {number}", row
    except READ_ERRORS as error:
        raise InputError(f"the file must be readable to its end, but: {first_line(error)} ({path}).") from error


def parse_line(line: bytes | None, where: str) -> dict[str, Any] | str:
    """Return the line's JSON object, or the message that says why there is none; None is a line too long to read."""
    if line is None:
        return f"the line must have at most {MAX_BYTES} bytes, but has more ({where}). Write one article a line."
    if b"\x00" in line:
        return f"the line must be text, but holds binary bytes ({where}). {UTF8_REMEDY}"
    try:
        text = line.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return not_utf8(error, where)
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        return must("line", "a JSON object", text[:60], f"{where}: {first_line(error)}", ROW_REMEDY)
    return row if isinstance(row, dict) else must("line", "a JSON object", row, where, ROW_REMEDY)


def dump_line(row: Mapping[str, Any]) -> bytes:
    r"""Return one object as a line of UTF-8; only a row with lone surrogates is escaped, since UTF-8 has none.

    >>> dump_line({"id": "a", "text": "نص \ud800"})
    b'{"id": "a", "text": "\\u0646\\u0635 \\ud800"}\n'
    """
    try:
        return (json.dumps(row, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(row) + "\n").encode()


def write_json_lines(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write objects as JSON lines, compressed by the suffix; a file of that name is replaced when all is written.

    Raises:
        OutputError: The file cannot be written.
    """
    write_bytes((dump_line(row) for row in rows), path)


def write_bytes(chunks: Iterable[bytes], path: Path) -> None:
    """Write bytes beside `path`, compressed by its suffix, and put them in its place when all are written.

    Raises:
        OutputError: The file cannot be written.
    """
    compressed = path.suffix.lower() in COMPRESSIONS
    part = path.with_name(f".{path.name}.part{path.suffix if compressed else ''}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open_bytes(part, "wb") as stream:
                for chunk in chunks:
                    stream.write(chunk)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Free space, or name another."
        ) from error


def not_utf8(error: UnicodeDecodeError, where: str) -> str:
    """Return the message for bytes that are not UTF-8."""
    bad = error.object[error.start : error.start + 4].hex(" ")
    return f"the text must be UTF-8, but holds the bytes {bad} at byte {error.start} instead ({where}). {UTF8_REMEDY}"


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its class."""
    return (str(error) or type(error).__name__).splitlines()[0]
