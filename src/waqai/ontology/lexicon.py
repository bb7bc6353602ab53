"""Words that tell the class of an instrument, or a feature that the code rules ask for.

The table is `lexicon.yaml` beside this file, in folded letters. The caller folds (`waqai.text.fold(text).text`): the
ontology stands below the text package. Words are compared whole, with and without article and proclitics.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from waqai.config import read_yaml

_PATH = Path(__file__).parent / "lexicon.yaml"
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("", "ا", "ين", "ان", "ون", "ات", "ي", "ه", "ها", "هم", "نا", "ت", "تا", "وا", "ن")
_ENDINGS_AFTER_TA = ("ه", "ات", "تين", "تان", "تي", "ته", "تها", "تهم", "تنا", "اته", "اتها", "اتهم")

Entry = tuple[frozenset[str], ...]
"""An entry of the table: for each of its words all forms."""


@lru_cache(maxsize=8192)  # news repeats its words
def classify_instrument(text: str) -> str | None:
    """Return the class of the weapon that a folded text names, or None when the table has none of its words.

    The longest entry wins, then the class that stands first in the table.

    >>> classify_instrument("سيارتين مفخختين"), classify_instrument("الطايرات الحربيه"), classify_instrument("سلاح")
    ('car_bomb', 'aircraft', None)
    """
    return next(_found(text, _instruments()), None)


@lru_cache(maxsize=8192)
def features_of_trigger(event_type: str, text: str) -> frozenset[str]:
    """Return the features of an event of `event_type` that the folded words of its trigger tell.

    >>> sorted(features_of_trigger("KILL", "اغتيال")), sorted(features_of_trigger("KILL", "مقتل"))
    (['targeted'], [])
    """
    return frozenset(_found(text, _triggers().get(event_type, ())))


def _found(text: str, table: Sequence[tuple[str, Entry]]) -> Iterator[str]:
    """Yield the name of each entry that stands in the text, in the order of the table."""
    words = [_readings(word) for word in _WORD.findall(text)]
    for name, entry in table:
        for start in range(len(words) - len(entry) + 1):
            if all(forms & readings for forms, readings in zip(entry, words[start:], strict=False)):
                yield name
                break


def _readings(word: str) -> frozenset[str]:
    """Return a word as it stands, without article, and without one or two proclitics before either."""
    readings = {word}
    for _ in range(2):
        readings |= {r[1:] for r in readings if r[0] in "وفبكل" and len(r) > 3}
    readings |= {"ال" + r[1:] for r in readings if r.startswith("لل")} | {r[1:] for r in readings if r.startswith("لل")}
    return frozenset(readings | {r[2:] for r in readings if r.startswith("ال") and len(r) > 3})


def _forms(word: str) -> frozenset[str]:
    """Return a word of the table with all its endings, without the لل that stands inside some entries (مسيل للدموع)."""
    word = word.removeprefix("لل")
    forms = {word + ending for ending in _ENDINGS}
    if word.endswith("ه"):
        forms |= {word[:-1] + ending for ending in _ENDINGS_AFTER_TA}
    return frozenset(forms)


def _table(rows: Sequence[dict[str, list[str]]]) -> tuple[tuple[str, Entry], ...]:
    pairs = [(name, entry.split()) for row in rows for name, entries in row.items() for entry in entries]
    pairs.sort(key=lambda pair: -len(pair[1]))  # stable: entries of one length keep the order of the file
    return tuple((name, tuple(_forms(word) for word in words)) for name, words in pairs)


@lru_cache(maxsize=1)
def _instruments() -> tuple[tuple[str, Entry], ...]:
    return _table(read_yaml(_PATH)["instruments"])


@lru_cache(maxsize=1)
def _triggers() -> dict[str, tuple[tuple[str, Entry], ...]]:
    return {event_type: _table(rows) for event_type, rows in read_yaml(_PATH)["triggers"].items()}
