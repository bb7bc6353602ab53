"""The raw corpus: texts of `.jsonl.xz` shards, one at a time, and the texts that must not be learnt from.

Each line of a shard is an object with a `text`. Documents that share eight words in a row with a held-out text, exact
duplicates and empty texts are left out and counted. Tokenizing and packing are left to `packing`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from waqai.audit import Audit
from waqai.data.files import READ_ERRORS, open_bytes
from waqai.errors import InputError

SHINGLE = 8
"""Words in a row that a document may not share with a held-out text."""

_WORD = re.compile(r"[^\W_]+")
_FOLDED = str.maketrans(
    {
        **dict.fromkeys([*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, 0x0640], None),
        **dict.fromkeys([0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF], None),
        **{0x0660 + value: str(value) for value in range(10)},
        **{0x06F0 + value: str(value) for value in range(10)},
        **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
        ord("ى"): "ي",
        ord("ة"): "ه",
        ord("ؤ"): "و",
        ord("ئ"): "ي",
    }
)


def find_shards(patterns: Sequence[str], base: Path, *, required: bool = True) -> list[Path]:
    """Return the files that the globs give, sorted; a relative glob starts at `base`.

    Raises:
        InputError: A glob matches no file, and they are `required`.
    """
    shards: set[Path] = set()
    for pattern in patterns:
        root = Path(pattern).anchor or base
        relative = Path(pattern).relative_to(Path(pattern).anchor) if Path(pattern).anchor else Path(pattern)
        # Path.glob does not go up through "..", so the fixed part of the pattern is joined first.
        parts = relative.parts
        fixed = next((i for i, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
        found = sorted(Path(root, *parts[:fixed]).glob(str(Path(*parts[fixed:]))))
        if required and not found:
            raise InputError(f"no file matches the pattern {pattern!r} (from {base}). Check the path.")
        shards.update(found)
    return sorted(shards)


def read_texts(shard: Path) -> Iterator[str]:
    """Yield the texts of one shard in order.

    Raises:
        InputError: The shard is missing, truncated or corrupt, or a line is not an object with a text.
    """
    number = 0
    try:
        with open_bytes(shard) as lines:
            for line in lines:
                number += 1
                yield _text(line.decode("utf-8"))
    except (*READ_ERRORS, UnicodeDecodeError) as error:
        raise InputError(
            f"the shard {shard} is truncated or corrupt after line {number}: {error}. Fetch it again."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"each line of a shard must be an object with a `text`, but is not instead ({shard}, line {number}: "
            f"{error!r}). Mend or remove the line."
        ) from error


def _text(line: str) -> str:
    text = json.loads(line)["text"]
    if not isinstance(text, str):
        raise TypeError(f"`text` is {type(text).__name__}")
    return text


def fold_words(text: str) -> list[str]:
    """Return the words of `text` without marks and with hamza seats, ta marbuta and alef maqsura folded."""
    return _WORD.findall(text.translate(_FOLDED))


def shingles(words: Sequence[str]) -> Iterator[str]:
    """Yield every run of `SHINGLE` words; a shorter text gives itself."""
    for start in range(max(len(words) - SHINGLE + 1, 1)):
        yield " ".join(words[start : start + SHINGLE])


def read_held_out(files: Iterable[Path]) -> frozenset[str]:
    """Return the shingles of the texts in JSON-lines files; texts of fewer than `SHINGLE` words are left out.

    Raises:
        InputError: A file cannot be read, or a line is not an object with a text.
    """
    held_out: set[str] = set()
    for file in files:
        try:
            with file.open(encoding="utf-8") as lines:
                for line in lines:
                    words = fold_words(json.loads(line)["text"])
                    if len(words) >= SHINGLE:
                        held_out.update(shingles(words))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"the held-out file {file} must hold lines with a `text`, but: {error!r}.") from error
    return frozenset(held_out)


class DocumentFilter:
    """Lets a document pass or counts why not. Duplicates are found among the documents that this object has seen."""

    def __init__(self, held_out: frozenset[str], audit: Audit) -> None:
        self._held_out = held_out
        self._audit = audit
        self._seen: set[bytes] = set()

    def passes(self, text: str, where: str) -> bool:
        """Return whether `text` is to be learnt from; `where` names it in the log."""
        words = fold_words(text)
        if not words:
            self._audit.add("corpus.empty", where)
            return False
        digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
        if digest in self._seen:
            self._audit.add("corpus.duplicate", where)
            return False
        self._seen.add(digest)
        if not self._held_out.isdisjoint(shingles(words)):
            self._audit.add("corpus.held_out", where)
            return False
        return True
