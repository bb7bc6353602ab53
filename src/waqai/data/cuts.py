"""Reads texts of which nothing is known but where attached particles end inside their words: `text` and `cuts`."""

from dataclasses import dataclass
from pathlib import Path

from waqai.data.json_lines import load_json_lines
from waqai.errors import InputError, must
from waqai.text import PROCLITICS, segment


@dataclass(frozen=True, slots=True)
class CutText:
    """A text and the characters at which a proclitic ends inside a word.

    `silent` are the words, as character spans, about which the corpus says nothing; `where` is its file and line.
    """

    text: str
    cuts: frozenset[int]
    silent: tuple[tuple[int, int], ...]
    where: str

    def is_silent(self, char: int) -> bool:
        """Return whether a character lies in a word about which the corpus says nothing."""
        return any(start <= char < end for start, end in self.silent)


def read_cuts(path: Path, letters: str = PROCLITICS) -> tuple[CutText, ...]:
    """Read JSON lines with `text` and `cuts`, offsets into the text.

    Args:
        path: A file of JSON lines.
        letters: Those that the corpus cuts off wherever they are proclitics. A word without a cut says nothing where it
            begins with another proclitic letter.

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
        silent = tuple(
            (word.start, word.end)
            for word in segment(text)
            if text[word.start] in PROCLITICS
            and text[word.start] not in letters
            and not any(word.start < cut < word.end for cut in cuts)
        )
        texts.append(CutText(text, frozenset(cuts), silent, where))
    return tuple(texts)
