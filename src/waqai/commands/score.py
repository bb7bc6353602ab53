"""`waqai score GOLD PREDICTED`: prints the figures of `waqai.scoring` as tables, and writes them as JSON.

Only arguments, reading and display stand here. What the figures mean is in docs/scoring.md.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from waqai.audit import Audit
from waqai.data.standoff import read_annotated
from waqai.errors import OutputError
from waqai.scoring import Comparison, MetricScore, Report, compare, score_articles, score_by_source

BY_LABEL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Entities by type", "entity type", ("entities", "entities_overlap")),
    ("Events by type", "event type", ("triggers", "triggers_overlap", "tuples", "tuples_exact")),
    ("Arguments by role", "role", ("arguments", "arguments_overlap", "arguments_given_triggers")),
    ("Relations by type", "relation", ("relations",)),
)
"""The tables of labels: title, first heading, and the metrics whose F1 are shown side by side."""

BY_SOURCE = ("entities", "triggers", "arguments", "tuples")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `waqai score`."""
    parser.description = "Score predictions against gold annotation, or the agreement of two annotators."
    parser.add_argument("gold", metavar="GOLD", type=Path, help="annotated articles (JSON lines)")
    parser.add_argument("predicted", metavar="PREDICTED", type=Path, help="the same articles, as predicted")
    parser.add_argument(
        "--other",
        metavar="PREDICTED2",
        type=Path,
        help="a second prediction, compared with the first by paired bootstrap",
    )
    parser.add_argument("--by", choices=["source"], help="also score the articles of each source")
    parser.add_argument("--json", metavar="OUT", type=Path, help="write all figures as JSON")
    parser.add_argument(
        "--resamples", metavar="N", type=_count, default=1000, help="bootstrap resamples of articles (default: 1000)"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the resampling (default: 0)")
    parser.add_argument(
        "--allow-missing", action="store_true", help="score an article without prediction as one with nothing found"
    )


def run(args: argparse.Namespace) -> int:
    """Score, print, and write JSON if asked; return the exit status."""
    audit = Audit()
    gold, predicted = read_annotated(args.gold), read_annotated(args.predicted, audit=audit)
    other = read_annotated(args.other, audit=audit) if args.other else None
    console = Console()
    settings = {"resamples": args.resamples, "seed": args.seed, "allow_missing": args.allow_missing}
    report = score_articles(gold, predicted, **settings)
    row: dict[str, Any] = {"gold": str(args.gold), "predicted": str(args.predicted)} | report.to_dict()
    console.print(_summary(report))
    for title, heading, metrics in BY_LABEL:
        table = _labels(title, heading, {name: report.metrics[name] for name in metrics})
        if table.row_count:
            console.print(table)
    if notes := _notes(report, audit):
        console.print(f"\n{notes}", highlight=False, markup=False)
    if args.by:
        reports = score_by_source(gold, predicted, **settings)
        row["by_source"] = {source: part.to_dict() for source, part in reports.items()}
        console.print(_sources(reports))
    if other is not None:
        comparison = compare(gold, predicted, other, **settings)
        row |= {"other": str(args.other), "comparison": comparison.to_dict()}
        console.print(_comparison(comparison))
    if args.json:
        _write(row, args.json)
    return 0


def _summary(report: Report) -> Table:
    """Return one row a metric; figures in percent, with their 95 % interval where there is one."""
    table = _table(f"{report.articles} articles", "metric", ("P", "R", "F1", "95 %", "macro F1", "gold"))
    for name, metric in report.metrics.items():
        table.add_row(
            name,
            _percent(metric.micro.precision),
            _percent(metric.micro.recall),
            _percent(metric.micro.f1),
            _interval(metric.intervals.get("f1")),
            _percent(metric.macro_f1),
            str(metric.micro.support),
        )
    if "micro" in report.seqeval:
        score, macro = report.seqeval["micro"], report.seqeval["macro"]
        figures = (score.precision, score.recall, score.f1)
        table.add_row("seqeval strict", *map(_percent, figures), "", _percent(macro.f1), str(score.support))
    factuality = report.factuality
    table.add_row(
        "factuality accuracy",
        "",
        "",
        _percent(factuality.accuracy),
        _interval(factuality.intervals.get("accuracy")),
        _percent(factuality.macro_f1),
        str(factuality.support),
    )
    kappa = "-" if factuality.kappa is None else f"{factuality.kappa:.3f}"
    table.add_row("factuality κ", "", "", kappa, _interval(factuality.intervals.get("kappa"), scale=1), "", "")
    return table


def _labels(title: str, heading: str, metrics: Mapping[str, MetricScore]) -> Table:
    """Return one row a label: the F1 of each metric, with the interval of the first, and how many gold items it has."""
    name, first = next(iter(metrics.items()))
    others = {other.removeprefix(f"{name}_").replace("_", " "): m for other, m in metrics.items() if other != name}
    table = _table(title, heading, (name, "95 %", *others, "gold"))
    for label, counts in sorted(first.labels.items(), key=lambda item: (-item[1].support, item[0])):
        figures = [metric.labels[label].f1 if label in metric.labels else None for metric in others.values()]
        interval = _interval(first.label_intervals.get(label))
        table.add_row(escape(label), _percent(counts.f1), interval, *map(_percent, figures), str(counts.support))
    return table


def _sources(reports: Mapping[str, Report]) -> Table:
    table = _table("F1 by source", "source", ("articles", *BY_SOURCE))
    for source, report in reports.items():
        figures = (report.metrics[name].micro.f1 for name in BY_SOURCE)
        table.add_row(escape(source), str(report.articles), *map(_percent, figures))
    return table


def _comparison(comparison: Comparison) -> Table:
    table = _table("Paired comparison", "figure", ("first", "second", "difference", "95 %", "p"))
    for name, figure in comparison.figures.items():
        scale = 1 if name.endswith("kappa") else 100
        table.add_row(
            name,
            _percent(figure.first, scale=scale),
            _percent(figure.second, scale=scale),
            _percent(figure.difference, sign="+", scale=scale),
            _interval(figure.interval, sign="+", scale=scale),
            "-" if figure.p_value is None else f"{figure.p_value:.3f}",
        )
    return table


def _notes(report: Report, audit: Audit) -> str:
    """Return what was left out of the figures, one line each."""
    losses = {**report.losses, **audit.to_dict()}
    lines = [f"{reason}: {amount}" for reason, amount in losses.items()]
    if report.missing:
        lines.insert(0, f"articles without prediction, scored as if nothing had been found: {report.missing}")
    return "\n".join(lines)


def _write(row: Mapping[str, Any], path: Path) -> None:
    try:
        path.write_text(json.dumps(row, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"the figures cannot be written to {path}: {error.strerror or error}. Name another file by --json."
        ) from error


def _table(title: str, heading: str, columns: Sequence[str]) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column(heading, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _percent(value: float | None, *, sign: str = "", scale: int = 100) -> str:
    return "-" if value is None else f"{scale * value:{sign}.{1 if scale == 100 else 3}f}"


def _interval(ends: tuple[float, float] | None, *, sign: str = "", scale: int = 100) -> str:
    return "" if ends is None else " … ".join(_percent(end, sign=sign, scale=scale) for end in ends)


def _count(value: str) -> int:
    number = int(value)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number
