"""Encodes raw text for a Hub encoder: words, their subwords, and overlapping windows of bounded length.

Nothing is truncated. A text is cut into sections at sentence ends (only articles of thousands of words have more than
one), a section into windows with overlap, and every word is read in the window in which it stands farthest from an
edge. Which subwords a text has does not depend on its windows, so the same word table serves training and inference.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast

from waqai.text import Word, segment, split_sentences

SECTION_WORDS = 2048
"""Spans and arguments are sought within a section; memory is bounded by it however long an article is."""

MIN_WINDOW = 80
"""The smallest window, in subwords; no word has more, so that each fits into any window."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSize:
    """Bounds of a window, in subwords without the special ones."""

    subwords: int
    overlap: int

    def __post_init__(self) -> None:
        if self.subwords < MIN_WINDOW or not 0 <= self.overlap <= self.subwords // 2:
            raise ValueError(
                f"a window must hold at least {MIN_WINDOW} subwords and overlap by at most half, "
                f"but has {self.subwords} with overlap {self.overlap} instead"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedText:
    """One section of a text: its words and where the encoder's states of each are found.

    `windows[k]` are input ids with the special ones. Word i is read in window `word_window[i]` at the subwords
    `[word_first[i], word_last[i]]`, both inside. Word offsets are those of the whole raw `text`. `unread` counts the
    characters that no window holds, at the ends of words of too many subwords.
    """

    text: str
    words: tuple[Word, ...]
    word_sentence: tuple[int, ...]
    windows: tuple[tuple[int, ...], ...]
    word_window: tuple[int, ...]
    word_first: tuple[int, ...]
    word_last: tuple[int, ...]
    unread: int = 0

    @property
    def num_subwords(self) -> int:
        """Length of the longest window."""
        return max(map(len, self.windows))


class TextEncoder:
    """Turns raw texts into `EncodedText`s with a fast tokenizer, whose offsets place each subword on its word."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, size: WindowSize) -> None:
        self.tokenizer = tokenizer
        self.size = size
        probe = tokenizer("ا")["input_ids"]
        bare = tokenizer("ا", add_special_tokens=False)["input_ids"]
        at = next((i for i in range(len(probe)) if probe[i : i + len(bare)] == bare), 0)
        self._prefix: tuple[int, ...] = tuple(probe[:at])
        self._suffix: tuple[int, ...] = tuple(probe[at + len(bare) :])

    def encode(self, text: str) -> Iterator[EncodedText]:
        """Yield the sections of `text` in order; a text without visible characters has none."""
        words = segment(text)
        sentences = split_sentences(text, words)
        sentence_of = [index for index, sentence in enumerate(sentences) for _ in sentence]
        sentence_starts = {sentence.start for sentence in sentences}
        for section in _split_sections(sentences):
            ids, spans, unread = self._subwords(text, words, section)
            starts = {start - section.start for start in section if start in sentence_starts}
            bounds = _place_windows(spans, starts, self.size)
            owners = _owners(bounds, len(section))
            shifts = [len(self._prefix) - spans[begin][0] for begin, _ in bounds]
            yield EncodedText(
                text=text,
                words=words[section.start : section.stop],
                word_sentence=tuple(sentence_of[section.start : section.stop]),
                windows=tuple(
                    (*self._prefix, *ids[spans[begin][0] : spans[end - 1][1] + 1], *self._suffix)
                    for begin, end in bounds
                ),
                word_window=tuple(owners),
                word_first=tuple(spans[i][0] + shifts[owner] for i, owner in enumerate(owners)),
                word_last=tuple(spans[i][1] + shifts[owner] for i, owner in enumerate(owners)),
                unread=unread,
            )

    def _subwords(
        self, text: str, words: Sequence[Word], section: range
    ) -> tuple[list[int], list[tuple[int, int]], int]:
        """Return the section's subword ids, each word's first and last of them, and how many characters are unread.

        Word spans never go backwards. A word whose characters the tokenizer drops gets an unknown subword of its own,
        so that it has a state like any other.
        """
        base = words[section.start].start
        # A lone surrogate is not a character that a tokenizer can read; its replacement has the same length.
        raw = _SURROGATE.sub("\ufffd", text[base : words[section.stop - 1].end])
        encoding = self.tokenizer(
            raw, add_special_tokens=False, return_offsets_mapping=True, return_attention_mask=False, verbose=False
        )
        pieces, offsets = encoding["input_ids"], encoding["offset_mapping"]
        unknown = self.tokenizer.unk_token_id if self.tokenizer.unk_token_id is not None else 0
        unread = 0
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        piece = 0
        for index in section:
            end = words[index].end - base
            begin = len(ids)
            while piece < len(pieces) and offsets[piece][0] < end:
                ids.append(pieces[piece])
                piece += 1
            if len(ids) == begin:
                # Either the previous subword reaches into this word, or no subword has a character of it.
                if piece and offsets[piece - 1][1] > words[index].start - base and spans:
                    spans.append(spans[-1])
                    continue
                ids.append(unknown)
            # Only a long run of letters that a byte-level vocabulary lacks has more; the first stand for all of it.
            if (surplus := len(ids) - begin - MIN_WINDOW) > 0:
                unread += end - offsets[piece - surplus][0]
                del ids[begin + MIN_WINDOW :]
            spans.append((begin, len(ids) - 1))
        return ids, spans, unread


def _split_sections(sentences: Sequence[range]) -> list[range]:
    """Return ranges of words that end with a sentence and hold at most SECTION_WORDS, longer sentences being cut."""
    sections: list[range] = []
    start = 0
    for sentence in sentences:
        if sentence.stop - start > SECTION_WORDS and sentence.start > start:
            sections.append(range(start, sentence.start))
            start = sentence.start
        while sentence.stop - start > SECTION_WORDS:
            sections.append(range(start, start + SECTION_WORDS))
            start += SECTION_WORDS
    if sentences and sentences[-1].stop > start:
        sections.append(range(start, sentences[-1].stop))
    return sections


def _place_windows(
    spans: Sequence[tuple[int, int]], sentence_starts: set[int], size: WindowSize
) -> list[tuple[int, int]]:
    """Return windows as half-open word ranges that cover all words, cut at sentence ends where that costs little."""
    bounds: list[tuple[int, int]] = []
    begin = 0
    while True:
        end = begin
        while end < len(spans) and spans[end][1] - spans[begin][0] < size.subwords:
            end += 1
        if end < len(spans):
            full = end
            while end > begin and end not in sentence_starts:
                end -= 1
            if end == begin or spans[end - 1][1] - spans[begin][0] < size.subwords // 2:
                end = full
        bounds.append((begin, end))
        if end == len(spans):
            return bounds
        following = end
        while following - 1 > begin and spans[end - 1][1] - spans[following - 1][0] < size.overlap:
            following -= 1
        aligned = next((w for w in range(following, end) if w in sentence_starts), None)
        begin = aligned if aligned is not None else following


def _owners(bounds: Sequence[tuple[int, int]], num_words: int) -> list[int]:
    """Return for each word the window in which it is farthest from an edge; a text's own ends are no edges."""
    owners: list[int] = []
    low = 0
    for word in range(num_words):
        while bounds[low][1] <= word:
            low += 1
        best, best_distance = low, -1
        window = low
        while window < len(bounds) and bounds[window][0] <= word:
            begin, end = bounds[window]
            left = num_words if begin == 0 else word - begin
            right = num_words if end == num_words else end - 1 - word
            if end > word and min(left, right) > best_distance:
                best, best_distance = window, min(left, right)
            window += 1
        owners.append(best)
    return owners
