"""Waqai turns Arabic news into event tuples: who did what to whom, where, when, how many, and who says so.

The modules, in the order in which an article passes through them: `waqai.data` reads it, `waqai.text` segments it,
`waqai.models` encodes it once, `waqai.decoding` makes mentions of the scores, `waqai.normalization` gives them
values, and `waqai.inference` assembles, streams and writes. `waqai.training` and `waqai.scoring` use the same parts.
"""

from typing import TYPE_CHECKING, Any

from waqai.version import __version__

if TYPE_CHECKING:
    from waqai.inference.extractor import EventExtractor

__all__ = ["EventExtractor", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the extractor, and torch with it, only when it is asked for."""
    if name == "EventExtractor":
        from waqai.inference.extractor import EventExtractor  # noqa: PLC0415

        return EventExtractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
