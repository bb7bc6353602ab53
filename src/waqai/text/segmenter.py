"""Splits raw text into words and sentences; every offset refers to the text as given.

A word is a run of letters with their marks, a run of digits, or one other visible character. Spaces and invisible
marks are in no word. Where a proclitic ends inside a word is decided by the model; here stand only the possibilities.
"""

import re
from dataclasses import dataclass

from waqai.text.folding import INVISIBLE, MARKS

MAX_WORD = 64
"""Longer runs of letters are cut here: no Arabic word is longer, and one endless word must not fill a window."""

PROCLITICS = "وفبلكس"
MAX_PROCLITICS = 3

_JOINING = MARKS + "\u0300-\u036f\u200c\u200d"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_JOINING}]){{0,{MAX_WORD - 1}}}|\d{{1,{MAX_WORD}}}|[^\s{INVISIBLE}]")
_AFTER_LETTER = re.compile(f"[{_JOINING}\u0640]*")

_SENTENCE_END = frozenset(".!?؟…")
_CLOSING = frozenset("»\"'”’)]")


@dataclass(frozen=True, slots=True)
class Word:
    """Half-open raw characters of one word."""

    start: int
    end: int


def segment(text: str) -> tuple[Word, ...]:
    """Return the words of `text` in order.

    >>> [text[w.start : w.end] for text in ("قتل ٣٤ بدمشق.",) for w in segment(text)]
    ['قتل', '٣٤', 'بدمشق', '.']
    """
    return tuple(Word(match.start(), match.end()) for match in _WORD.finditer(text))


def split_sentences(text: str, words: tuple[Word, ...]) -> tuple[range, ...]:
    """Return the sentences as ranges of word indices; together they cover all words.

    A sentence ends at a line break, or at `.` `!` `?` `؟` `…` with its closing quotes, when a space or the end follows.
    A full stop after a single letter (`د.`, `أ. ف. ب.`) ends nothing.
    """
    sentences: list[range] = []
    first = 0
    for index, word in enumerate(words):
        last = index + 1 == len(words)
        gap = "" if last else text[word.end : words[index + 1].start]
        if last or "\n" in gap or "\r" in gap or (gap and _ends_sentence(text, words, index)):
            sentences.append(range(first, index + 1))
            first = index + 1
    return tuple(sentences)


def _ends_sentence(text: str, words: tuple[Word, ...], index: int) -> bool:
    while index > 0 and text[words[index].start] in _CLOSING:
        index -= 1
    word = words[index]
    if text[word.start] not in _SENTENCE_END:
        return False
    before = words[index - 1] if index else word
    return text[word.start] != "." or not (before.end - before.start == 1 and text[before.start].isalpha())


def proclitic_lengths(word: str) -> range:
    """Return how many leading letters of و ف ب ل ك س may be proclitics: 0 up to 3, and two letters stay for the stem.

    >>> list(proclitic_lengths("وبدمشق")), list(proclitic_lengths("في"))
    ([0, 1, 2], [0])
    """
    letters = 0
    position = 0
    while letters < MAX_PROCLITICS and position < len(word) and word[position] in PROCLITICS:
        position = stem_start(word, letters + 1)
        if sum(char.isalpha() and char != "\u0640" for char in word[position : position + 8]) < 2:
            break
        letters += 1
    return range(letters + 1)


def stem_start(word: str, letters: int) -> int:
    """Return the character at which the stem begins when `letters` proclitic letters, with their marks, precede it."""
    position = 0
    for _ in range(letters):
        position = _AFTER_LETTER.match(word, position + 1).end()  # type: ignore[union-attr]
    return position
