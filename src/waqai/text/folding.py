"""Folds spelling variants for look-ups, and maps every folded character back to the raw text.

`fold` serves rules and tables: numbers, dates, gazetteers, near-duplicates. The encoder does not see folded text; its
tokenizer has a normaliser of its own. Folding can delete characters (diacritics) and grow them (ligatures), so a
folded offset is not a raw offset: use `Folded.span`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_TATWEEL = "\u0640"
_DELETED = re.compile(f"[{MARKS}{INVISIBLE}{_TATWEEL}]")
_TRAILING = re.compile(f"[{MARKS}{_TATWEEL}]*")
# Presentation forms A and B; the two ornate parentheses at FD3E are not letters and stay.
_PRESENTATION = re.compile("[\ufb50-\ufd3d\ufd50-\ufdff\ufe70-\ufefc]")
# Runs of what is deleted, and single presentation forms; all between is translated a slice at a time.
_CHANGED = re.compile(f"[{MARKS}{INVISIBLE}{_TATWEEL}]+|{_PRESENTATION.pattern}")

_DIGITS = {ord(digit): str(i) for zero in ("٠", "۰") for i, digit in enumerate(chr(ord(zero) + k) for k in range(10))}
_SEPARATORS = {ord("٫"): ".", ord("٬"): ",", ord("\u00a0"): " ", ord("\u202f"): " ", ord("٪"): "%"}
_LETTERS = str.maketrans("أإآٱىةؤئیک", "ااااي" + "هوييك")
_PLAIN = str.maketrans(_DIGITS | _SEPARATORS)
_FULL = str.maketrans(_DIGITS | _SEPARATORS | _LETTERS)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back to the raw one.

    `starts[i]` and `ends[i]` are the half-open raw characters that folded character i was made from.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    raw: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty half-open folded span to raw characters, with the marks that follow its last letter."""
        raw_end = self.ends[end - 1]
        trailing = _TRAILING.match(self.raw, raw_end)
        return self.starts[start], trailing.end() if trailing else raw_end


def fold(text: str, *, letters: bool = True) -> Folded:
    """Return `text` without diacritics, tatweel and invisible marks, with ASCII digits and plain letters.

    With `letters`, hamza carriers, alef maqsura and ta marbuta are folded as well, as Arabic writers interchange them.

    >>> folded = fold("إلى ٣٤ قتيلاً")
    >>> folded.text, folded.span(4, 6)
    ('الي 34 قتيلا', (4, 6))
    """
    table = _FULL if letters else _PLAIN
    if not _CHANGED.search(text):
        return Folded(text.translate(table), range(len(text)), range(1, len(text) + 1), text)
    out: list[str] = []
    starts: list[int] = []
    kept = 0
    for match in _CHANGED.finditer(text):
        out.append(text[kept : match.start()].translate(table))
        starts.extend(range(kept, match.start()))
        kept = match.end()
        if _PRESENTATION.match(match[0]):
            # A mark in presentation form is compatible with a space that bears it, which is not in the text.
            grown = unicodedata.normalize("NFKC", match[0]).lstrip(" ")
            pieces = _DELETED.sub("", grown).translate(table)
            out.append(pieces)
            starts.extend([match.start()] * len(pieces))
    out.append(text[kept:].translate(table))
    starts.extend(range(kept, len(text)))
    return Folded("".join(out), starts, [start + 1 for start in starts], text)
