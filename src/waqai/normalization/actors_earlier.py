"""Remembers what was read earlier in an article, so that looking back takes no longer in a long one.

`waqai.normalization.actors` reads the mentions in reading order, adds each here, and decides what to make of the one
that is found.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from waqai.normalization.actors_bodies import STATE, Reading
from waqai.normalization.places import PlaceMention

ARMED: Final = frozenset({"rebels", "political_militia", "pro_government_militia", "identity_militia"})
"""Classes of armed groups, which have forces of their own."""

_OTHERS_REACH: Final = 250


class Earlier:
    """The readings of the mentions so far; `full_forms` maps the first words of a body's name to the last such body."""

    def __init__(self, mentions: Sequence[PlaceMention]) -> None:
        """Begin with nothing read; `mentions` are all of the article, in any order."""
        self.full_forms: dict[tuple[str, ...], Reading] = {}
        self._mentions = mentions
        self._first_end: int | None = None
        self._groups: list[tuple[int, Reading]] = []
        self._owners: list[tuple[int, Reading]] = []
        self._longest = max((m.end - m.start for m in mentions if m.type == "GROUP"), default=0)

    def add(self, index: int, reading: Reading, tokens: Sequence[str]) -> None:
        """Remember the reading of the mention of an index, which is none before those added; `tokens` are its words."""
        mention = self._mentions[index]
        self._first_end = mention.end if self._first_end is None else min(self._first_end, mention.end)
        if mention.type == "ORG" and not reading.open_country and reading.relation is None:
            self.full_forms.update((tuple(tokens[:length]), reading) for length in range(1, len(tokens)))
        if mention.type == "GROUP" and reading.actor_class != "unknown" and not reading.other:
            self._groups.append((index, reading))
        armed = reading.actor_class in ARMED and reading.actor is not None
        if armed or (reading.actor_class in STATE | {"officials"} and reading.country is not None):
            self._owners.append((index, reading))

    def group_near(self, start: int) -> Reading | None:
        """Return the last people of a known class that end at most two sentences' length before an offset."""
        for index, reading in reversed(self._groups):
            mention = self._mentions[index]
            if start - mention.end <= _OTHERS_REACH:
                return reading
            if start - mention.start > _OTHERS_REACH + self._longest:
                return None
        return None

    def any_before(self, start: int) -> bool:
        """Return whether any mention that says something ends before an offset."""
        return self._first_end is not None and self._first_end <= start

    def owner_before(self, start: int) -> Reading | None:
        """Return the last state's body or armed group that ends before an offset; few overlap one another."""
        owners: Iterator[tuple[int, Reading]] = reversed(self._owners)
        return next((reading for index, reading in owners if self._mentions[index].end <= start), None)
