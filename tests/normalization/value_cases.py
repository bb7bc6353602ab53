"""Reads the case tables of places and actors, and makes mentions of one invented article of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).with_name("cases")


@dataclass(frozen=True)
class Mention:
    text: str
    start: int
    end: int
    type: str


def mentions(*pairs: tuple[str, str]) -> list[Mention]:
    """Return mentions of (type, text) that stand one after another in an article, two characters apart."""
    made, at = [], 0
    for entity_type, text in pairs:
        made.append(Mention(text, at, at + len(text), entity_type))
        at += len(text) + 2
    return made


def read_value_cases(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table by column; missing last cells are empty."""
    header = None
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
            continue
        yield dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))


def article_of(case: dict[str, str]) -> list[Mention]:
    """Return the mentions of a case, the one in question last."""
    context = [tuple(part.split(":", 1)) for part in case["context"].split(" ; ") if part]
    return mentions(*context, (case["type"], case["text"]))
