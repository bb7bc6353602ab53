"""JSON lines: one whole line an article, the form that keeps everything and that an interrupted run continues."""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

from waqai.data.json_lines import dump_line
from waqai.errors import InputError, OutputError
from waqai.inference.writers.destination import Writer
from waqai.records import AnnotatedArticle

_ID_FIRST = '{"id": "'  # how every line of our own begins, so that the id can be read without the rest
_MODEL = re.compile(rb'"model":\s*("(?:[^"\\]|\\.)*")')  # a key: inside a text, its quotation marks are escaped
_BLOCK = 1 << 16
_REMEDY = "Repair or remove the line, or write to another output."


class JsonLinesWriter(Writer):
    """Writes `AnnotatedArticle.to_dict` as a line, and errors as `{"id": …, "error": …, "where": …}`.

    A line with lone surrogates, which UTF-8 cannot hold, is written with JSON's ASCII escapes.
    """

    def write(self, article: AnnotatedArticle) -> None:
        """Write one article as one line."""
        self.destination.write(dump_line(article.to_dict()))

    def write_error(self, article_id: str, where: str, message: str) -> None:
        """Write one line with `error` instead of `text`."""
        self.destination.write(dump_line({"id": article_id, "error": message, "where": where}))


def repair_tail(path: Path) -> int:
    """Cut off a last line that a killed run left torn; return how many bytes were cut. An absent file is whole.

    Raises:
        OutputError: The file cannot be changed.
    """
    if not path.is_file():
        return 0
    try:
        with path.open("r+b") as stream:
            size = end = stream.seek(0, os.SEEK_END)
            while end > 0:
                start = max(0, end - _BLOCK)
                stream.seek(start)
                newline = stream.read(end - start).rfind(b"\n")
                end = start + newline + 1
                if newline >= 0:
                    break
            if end < size:
                stream.truncate(end)
            return size - end
    except OSError as error:
        raise OutputError(
            f"the output cannot be resumed: {error.strerror or error} ({path}). Make it writable, or name another."
        ) from error


class Finished(NamedTuple):
    """The ids of all articles in an output, unreadable ones too, and the models that its lines name."""

    ids: set[str]
    models: set[str]


def read_finished(path: Path) -> Finished:
    """Read, line by line, what an output holds; a torn last line does not count, and an absent file holds nothing.

    Raises:
        InputError: The file cannot be read, or a line is not one that this writer wrote.
    """
    finished = Finished(set(), set())
    if not path.exists():
        return finished
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.endswith(b"\n") and line.strip():
                    finished.ids.add(_id_of(line, f"{path}, line {number}"))
                    finished.models.update(json.loads(found) for found in _MODEL.findall(line))
    except OSError as error:
        raise InputError(f"the output to resume cannot be read: {error.strerror or error} ({path}).") from error
    return finished


def _id_of(line: bytes, where: str) -> str:
    """Return a line's id; the rest of a line that begins and ends as ours do is not parsed."""
    try:
        text = line.decode("utf-8")
        if text.startswith(_ID_FIRST) and text.endswith("}\n"):
            return str(json.JSONDecoder().raw_decode(text, len(_ID_FIRST) - 1)[0])
        row = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"the output to resume must hold JSON lines, but does not ({where}: {error}). {_REMEDY}"
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise InputError(f"each line of the output to resume must have an `id`, but one has none ({where}). {_REMEDY}")
    return str(row["id"])
