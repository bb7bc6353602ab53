"""Counts of everything that was dropped, changed or not understood, by reason.

Nothing is lost silently: whoever drops something adds one to a named reason. The first case of each reason is logged
with its place, and the counts are saved beside the result as `audit.json`. This module counts; it does not decide.
"""

import json
import logging
from collections import Counter
from pathlib import Path

from waqai.errors import OutputError

logger = logging.getLogger(__name__)


class Audit:
    """A counter of losses by dotted reason, such as `news-train.span.crosses_word`."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str, where: str = "", amount: int = 1) -> None:
        """Count `amount` cases of `reason`; the first case is logged with its place."""
        if not amount:
            return
        if not self._counts[reason]:
            logger.info("%s%s", reason, f" (first in {where})" if where else "")
        self._counts[reason] += amount

    def merge(self, other: "Audit") -> None:
        """Add the counts of another audit, such as that of a worker."""
        self._counts.update(other.to_dict())

    def __getitem__(self, reason: str) -> int:
        return self._counts[reason]

    def to_dict(self) -> dict[str, int]:
        """Return the counts, most frequent first."""
        return dict(self._counts.most_common())

    def save(self, path: Path) -> None:
        """Write the counts as JSON.

        Raises:
            OutputError: The file cannot be written.
        """
        try:
            temporary = path.with_name(f"{path.name}.tmp")
            temporary.write_text(json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise OutputError(
                f"the counts cannot be written to {path}: {error.strerror}. Make room, or give another output."
            ) from error
