"""Reads the case tables, and spells a text in other ways that must not change its values."""

from pathlib import Path

CASES = Path(__file__).with_name("cases")
_LETTERS = range(ord("ء"), ord("ي") + 1)


def read_cases(name: str) -> list[tuple[str, str]]:
    """Return the (text, expected mentions) rows of a table; the second is empty where nothing is expected."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    rows = [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
    assert all(len(row) == 2 for row in rows)
    return [(row[0], row[1]) for row in rows]


def plain_hamza(text: str) -> str:
    return text.translate(str.maketrans("أإآىة", "اااي" + "ه"))


def with_diacritics(text: str) -> str:
    return "".join(char + "\u064e" if ord(char) in _LETTERS else char for char in text)


def without_diacritics(text: str) -> str:
    return "".join(char for char in text if not 0x064B <= ord(char) <= 0x0652)


def with_tatweel(text: str) -> str:
    """Stretch each word after its first letter, if another letter follows."""
    out = []
    for index, char in enumerate(text):
        out.append(char)
        before = index and ord(text[index - 1]) in _LETTERS
        after = index + 1 < len(text) and ord(text[index + 1]) in _LETTERS
        if ord(char) in _LETTERS and not before and after:
            out.append("\u0640")
    return "".join(out)


def arabic_indic(text: str) -> str:
    return text.translate({ord(str(i)): chr(0x0660 + i) for i in range(10)})


def persian(text: str) -> str:
    return text.translate({ord(str(i)): chr(0x06F0 + i) for i in range(10)})


SPELLINGS = (plain_hamza, with_diacritics, without_diacritics, with_tatweel, arabic_indic, persian)
