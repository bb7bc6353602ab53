"""Finds the input files that a user names and reads their bytes, compressed or not, in bounded memory.

What the bytes mean is left to `articles`, `standoff` and the other readers; this module knows names, suffixes,
compression and lines.
"""

import glob
import gzip
import io
import lzma
import os
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from waqai.audit import Audit
from waqai.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN = "-"
"""The input that means "JSON lines from standard input"."""

SUFFIXES = (".jsonl", ".txt", ".csv", ".parquet")
COMPRESSIONS = (".gz", ".xz")

MAX_BYTES = 256 * 2**20
"""The longest line or article that is read, in bytes: about 25 million Arabic words. It bounds the memory."""

_CHUNK = 1 << 16

_UNSAFE = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file to read.

    `name` is its path below the folder that was given, or below a glob's folders that have no wildcard; `suffix` is its
    kind without compression.
    """

    path: Path
    name: str
    suffix: str


def find_files(inputs: Sequence[str | Path], *, audit: Audit) -> tuple[InputFile, ...]:
    """Return the files that paths, folders and globs name, in the order given and sorted within each.

    In a folder, files of other kinds and hidden files are passed over; the former are counted as
    `input.unknown_suffix`. The input `-` becomes a file of that path.

    Raises:
        InputError: A path does not exist or cannot be read, a named file has a suffix that no reader knows, or
            nothing was found.
    """
    if not inputs:
        raise InputError("the input must be at least one file, folder, glob or `-`, but nothing was named.")
    if sum(str(given) == STDIN for given in inputs) > 1:
        raise InputError("the input `-` must be named once, since standard input can be read only once.")
    return tuple(file for given in inputs for file in _expand(str(given), audit))


def suffix_of(path: Path) -> str:
    """Return a path's suffix in lower case, without that of a compression.

    >>> suffix_of(Path("news-00.jsonl.xz"))
    '.jsonl'
    """
    plain = path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path
    return plain.suffix.lower()


def open_bytes(path: Path, mode: Literal["rb", "wb"] = "rb") -> BinaryIO:
    """Open a file to read or write its bytes, compressed by its suffix.

    Raises:
        OSError: The file cannot be opened; damage inside it is raised by reading, see `READ_ERRORS`.
    """
    match path.suffix.lower():
        case ".gz":
            return cast("BinaryIO", gzip.open(path, mode))
        case ".xz" if mode == "rb":
            return io.BufferedReader(_XzStreams(path), _CHUNK)
        case ".xz":
            return cast("BinaryIO", lzma.open(path, mode))
        case _:
            return path.open(mode)


class _XzStreams(io.RawIOBase):
    """Reads an .xz file of one or more streams; `lzma.open` ends silently where a later one's header is damaged."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._decompressor = lzma.LZMADecompressor()

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        data = b""
        while not data:
            if self._decompressor.eof:
                compressed = self._decompressor.unused_data
                while not (compressed := compressed.lstrip(b"\0")):  # padding
                    if not (compressed := self._file.read(_CHUNK)):
                        return 0
                self._decompressor = lzma.LZMADecompressor()
            elif not self._decompressor.needs_input:
                compressed = b""
            elif not (compressed := self._file.read(_CHUNK)):
                raise EOFError("it ends within a stream")
            data = self._decompressor.decompress(compressed, len(view))
        view[: len(data)] = data
        return len(data)


def stdin_bytes() -> BinaryIO:
    """Return standard input's bytes."""
    return sys.stdin.buffer


READ_ERRORS = (OSError, EOFError, lzma.LZMAError, zlib.error)
"""What reading a damaged or vanished file raises, compressed or not."""


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    r"""Yield the numbers (from 1) and bytes of the lines that are not blank; only `\n` ends a line.

    A line longer than `MAX_BYTES` is skipped unread and yielded as None.
    """
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        if len(line) > MAX_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(2**20)
            yield number, None
        elif stripped := line.strip():
            yield number, stripped


def file_name(article_id: str, used: set[str]) -> str:
    """Return a name for an article's file, its id where that is one, and add it to those `used`, in lower case.

    >>> file_name("a/1", set()), file_name("A-1", {"a-1"})
    ('a_1', 'A-1_')
    """
    name = _UNSAFE.sub("_", article_id)[:100].lstrip(".-") or "article"
    while name.lower() in used:
        name += "_"
    used.add(name.lower())
    return name


def _expand(given: str, audit: Audit) -> Iterator[InputFile]:
    if given == STDIN:
        yield InputFile(path=Path(STDIN), name="stdin", suffix=".jsonl")
        return
    path = Path(given)
    if path.is_dir():
        yield from _expand_folder(path, audit)
    elif path.exists():
        yield _named(path, path.name)
    elif glob.has_magic(given):
        matches = [Path(match) for match in sorted(glob.glob(given, recursive=True))]  # noqa: PTH207 (Path.glob takes no absolute pattern)
        files = [match for match in matches if not match.is_dir()]
        if not files:
            raise InputError(f"the glob {given!r} must match at least one file, but matches none.")
        fixed = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
        yield from (_named(match, match.relative_to(fixed).as_posix()) for match in files)
    else:
        raise InputError(f"the input {given!r} must be a file, a folder, a glob or `-`, but does not exist.")


def _expand_folder(folder: Path, audit: Audit) -> Iterator[InputFile]:
    found = False
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if name.startswith("."):
                continue
            if suffix_of(path) not in SUFFIXES:
                audit.add("input.unknown_suffix", str(path))
                continue
            found = True
            yield _readable(path, path.relative_to(folder).as_posix())
    if not found:
        raise InputError(f"the folder {str(folder)!r} must hold {', '.join(SUFFIXES)} files, but holds none.")


def _named(path: Path, name: str) -> InputFile:
    if suffix_of(path) not in SUFFIXES:
        raise InputError(
            f"the input must be one of {', '.join(SUFFIXES)} ({' or '.join(COMPRESSIONS)} may follow), "
            f"but is {str(path)!r} instead. Rename it, or pipe JSON lines into `-`."
        )
    return _readable(path, name)


def _readable(path: Path, name: str) -> InputFile:
    if not os.access(path, os.R_OK):
        raise InputError(f"the input {str(path)!r} must be readable, but this user may not read it.")
    return InputFile(path=path, name=name, suffix=suffix_of(path))
