"""Draws a corpus's counts as PNG files. Needs matplotlib, which `pip install waqai[plots]` brings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from waqai.data.statistics import CorpusStatistics
from waqai.errors import ConfigError, OutputError


def plot_statistics(statistics: CorpusStatistics, folder: Path) -> tuple[Path, ...]:
    """Write one picture each of the types, roles, factualities and lengths, and return their paths.

    Raises:
        ConfigError: matplotlib is not installed.
        OutputError: The folder cannot be written.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 (optional, and slow to import)
    except ImportError as error:
        raise ConfigError("plots need matplotlib, which is not installed. Run `pip install waqai[plots]`.") from error

    def bars(name: str, counts: Mapping[str, int]) -> Path:
        ordered = sorted(counts.items(), key=lambda item: item[1])
        figure = Figure(figsize=(7, 1 + 0.24 * max(4, len(ordered))), layout="constrained")
        axes = figure.add_subplot(title=f"{name} ({sum(counts.values())})", xlabel="count")
        drawn = axes.barh([key for key, _ in ordered], [value for _, value in ordered], color="#3b6ea5")
        axes.bar_label(drawn, padding=3, fontsize=8)
        axes.margins(x=0.12)
        return _save(figure, folder / f"{name}.png")

    def histogram(name: str, values: Sequence[int], label: str) -> Path:
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.add_subplot(title=f"{name} ({len(values)})", xlabel=label, ylabel="count")
        axes.hist(values, bins=min(40, max(1, len(set(values)))), color="#3b6ea5")
        return _save(figure, folder / f"{name}.png")

    return (
        bars("entities", statistics.entities),
        bars("events", statistics.events),
        bars("roles", statistics.roles),
        bars("factualities", statistics.factualities),
        histogram("article_words", statistics.article_words, "words an article"),
        histogram("span_words", statistics.span_words, "words an entity"),
    )


def _save(figure: object, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)  # type: ignore[attr-defined]
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}. Name another folder.") from error
    return path
