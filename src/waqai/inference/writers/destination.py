"""Where the bytes of an output go, and what every writer does: whole pieces, no file replaced, clear errors.

Bytes are not held back: when `write` returns, the piece is with the operating system, and a killed run leaves whole
pieces. The form of the pieces is each writer's.
"""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from waqai.errors import OutputError
from waqai.records import AnnotatedArticle

STDOUT = "-"


def refuse_existing(path: Path | str, *, append: bool, overwrite: bool) -> None:
    """Raise an OutputError when a file is there that may be neither continued nor replaced; a device may be written."""
    if str(path) != STDOUT and not append and not overwrite and Path(path).is_file():
        raise OutputError(
            f"the output exists already ({path}). Name another, or add --resume to go on with it, "
            "or --overwrite to replace it."
        )


class Destination:
    """A file or standard output, open for writing bytes.

    A staged file is written beside its place as `NAME.part`, and moved there by `finish`: a reader never meets half of
    it. A device such as /dev/null is written to directly.

    Raises:
        OutputError: The file exists and neither `append` nor `overwrite` is set, or it cannot be made.
    """

    def __init__(
        self, path: Path | str, *, append: bool = False, overwrite: bool = False, staged: bool = False
    ) -> None:
        self.name = "standard output" if str(path) == STDOUT else str(path)
        self._path = None if str(path) == STDOUT else Path(path)
        self._part: Path | None = None
        if self._path is None:
            self.stream = cast("BinaryIO", sys.stdout.buffer)
            return
        with self.errors():
            regular = not self._path.exists() or self._path.is_file()
            refuse_existing(self._path, append=append, overwrite=overwrite)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if staged and regular:
                self._part = self._path.with_name(self._path.name + ".part")
            # Unbuffered: nothing is left to write when the run is killed, or when the disk is full at the end.
            mode = "ab" if append and regular else "wb"
            self.stream = cast("BinaryIO", (self._part or self._path).open(mode, buffering=0))

    def write(self, data: bytes) -> None:
        """Write all of `data`; if that fails, a file is cut back to where it stood before.

        Raises:
            OutputError: The disk is full, or the like.
        """
        with self.errors():
            before = self.stream.tell() if self._path is not None and self.stream.seekable() else None
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[self.stream.write(rest) :]
                self.stream.flush()
            except OSError:
                if before is not None:
                    with suppress(OSError):
                        self.stream.truncate(before)
                raise

    def finish(self) -> None:
        """Close, and put a staged file in its place.

        Raises:
            OutputError: That is not possible.
        """
        with self.errors():
            self.abandon()
            if self._part is not None and self._path is not None:
                self._part.replace(self._path)

    def abandon(self) -> None:
        """Close; what was written of a staged file stays beside its place."""
        if self._path is not None:
            self.stream.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the operating system's errors into ours."""
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"the output cannot be written: {error.strerror or error} ({self.name}). "
                "Free space or name another; JSON lines can be resumed, what was written is whole."
            ) from error


class Writer(ABC):
    """Writes annotated articles, and reports of articles that could not be read, in the order given.

    A context manager: leaving it normally finishes the output; leaving it by an error closes it as it stands.
    """

    def __init__(self, destination: Destination) -> None:
        self.destination = destination

    @abstractmethod
    def write(self, article: AnnotatedArticle) -> None:
        """Write one article.

        Raises:
            OutputError: The output cannot be written.
        """

    @abstractmethod
    def write_error(self, article_id: str, where: str, message: str) -> None:
        """Report an article that has no annotation: where it stands in the input, and why.

        Raises:
            OutputError: The output cannot be written.
        """

    def end(self) -> None:  # noqa: B027  (most kinds have no end of their own)
        """Write what the kind of file has at its end."""

    def abort(self) -> None:
        """Close the output as it stands."""
        self.destination.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error_type is not None:
            self.abort()
            return
        try:
            self.end()
        except BaseException:
            self.abort()
            raise
        self.destination.finish()
