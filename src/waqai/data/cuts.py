"""Reads texts of which nothing is known but where attached particles end inside their words: `text` and `cuts`."""

from dataclasses import dataclass
from pathlib import Path

from waqai.data.json_lines import load_json_lines
from waqai.errors import InputError, must


@dataclass(frozen=True, slots=True)
class CutText:
    """A text and the characters at which a proclitic ends inside a word; `where` is its file and line."""

    text: str
    cuts: frozenset[int]
    where: str


def read_cuts(path: Path) -> tuple[CutText, ...]:
    """Read JSON lines with `text` and `cuts`, offsets into the text.

    Raises:
        InputError: The file is missing or damaged, or a line is not of this form.
    """
    texts = []
    for where, row in load_json_lines(path):
        if isinstance(row, str):
            raise InputError(row)
        text, cuts = row.get("text"), row.get("cuts")
        if (
            not isinstance(text, str)
            or not isinstance(cuts, list)
            or not all(type(cut) is int and 0 < cut < len(text) for cut in cuts)
        ):
            raise InputError(must("line", "an object with `text` and `cuts`, a list of offsets inside it", row, where))
        texts.append(CutText(text, frozenset(cuts), where))
    return tuple(texts)
