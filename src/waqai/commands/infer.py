"""`waqai infer`: extracts events from articles into JSON lines, CSV, Parquet or a page to look at."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from waqai.data.articles import Columns
from waqai.errors import OutputError, WaqaiError
from waqai.inference.runner import RunSettings, RunSummary
from waqai.inference.runner import run as run_files
from waqai.records import AnnotatedArticle, EventTuple, Filler, Toll


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--model", required=True, help="a checkpoint's folder, or its id on the Hugging Face Hub")
    parser.add_argument("--revision", help="branch, tag or commit on the Hub")
    parser.add_argument(
        "--input",
        nargs="+",
        required=True,
        metavar="PATH",
        help="files (.jsonl .txt .csv .parquet, also .gz .xz), folders, globs, or - for JSON lines on standard input",
    )
    parser.add_argument(
        "--output",
        nargs="+",
        required=True,
        metavar="PATH",
        help="one or several of .jsonl, .csv, .parquet, .html; or - for JSON lines on standard output",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument(
        "--dtype",
        choices=("auto", "fp32", "bf16", "int8"),
        default="auto",
        help="the encoder's number format; int8 is the fastest on a CPU",
    )
    parser.add_argument("--resume", action="store_true", help="go on with the JSON lines of a run that was cut")
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that exist")
    parser.add_argument("--strict", action="store_true", help="stop at the first article that cannot be read")
    parser.add_argument("--table", action="store_true", help="print a table of the tuples")
    parser.add_argument("--csv-bom", action="store_true", help="begin CSV with a byte order mark, for Excel")
    parser.add_argument(
        "--gazetteer", type=Path, nargs="+", default=[], metavar="TSV", help="files with further places"
    )
    parser.add_argument("--actors", type=Path, nargs="+", default=[], metavar="TSV", help="files with further actors")
    for name in ("text", "id", "date", "source"):
        parser.add_argument(f"--{name}-column", default=name, metavar="NAME", help=f"field of the {name} in the input")


def run(args: argparse.Namespace) -> int:
    """Extract; exit status 1 when not a single article could be done, or with --strict at the first bad one."""
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415 - imports torch

    from waqai.inference.extractor import EventExtractor  # noqa: PLC0415

    transformers_logging.disable_progress_bar()
    settings = RunSettings(
        inputs=tuple(args.input),
        outputs=tuple(args.output),
        columns=Columns(text=args.text_column, id=args.id_column, date=args.date_column, source=args.source_column),
        resume=args.resume,
        overwrite=args.overwrite,
        strict=args.strict,
        csv_bom=args.csv_bom,
    )
    console = Console(stderr="-" in args.output)
    bar = tqdm(unit=" articles", disable=not sys.stderr.isatty())

    def progress(summary: RunSummary) -> None:
        bar.update(summary.articles - bar.n)
        bar.set_postfix_str(f"{summary.words / max(summary.seconds, 1e-9):,.0f} words/s", refresh=False)

    def load() -> EventExtractor:
        return EventExtractor.from_pretrained(
            args.model,
            revision=args.revision,
            device=args.device,
            dtype=args.dtype,
            gazetteers=tuple(args.gazetteer),
            actors=tuple(args.actors),
        )

    summary = RunSummary()
    each = (lambda article: print_tuples(console, article)) if args.table else None
    try:
        run_files(load, settings, summary=summary, progress=progress, each=each)
    except BaseException:  # what was lost until then is told too, if the disk still takes it
        with suppress(OutputError):
            _tell(summary, settings)
        raise
    finally:
        bar.close()
    _tell(summary, settings)
    speed = summary.words / max(summary.seconds, 1e-9)
    print(
        f"{summary.articles} articles, {summary.events} events, {summary.errors} unreadable, "
        f"{summary.skipped} done before; {summary.words:,} words in {summary.seconds:.1f} s ({speed:,.0f} words/s)",
        file=sys.stderr,
    )
    if summary.articles + summary.skipped == 0:
        raise WaqaiError(
            f"no article could be extracted; the output says why for each. The first: {summary.first_error}"
        )
    if summary.first_error is not None:
        print(f"the output says why an article is unreadable. The first: {summary.first_error}", file=sys.stderr)
    return 0


def _tell(summary: RunSummary, settings: RunSettings) -> None:
    """Print what was odd, by reason, and write it beside each output."""
    for reason, count in summary.audit.to_dict().items():
        print(f"{reason}: {count}", file=sys.stderr)
    if summary.articles + summary.errors + summary.skipped:
        for output in settings.outputs:
            if output != "-" and Path(output).is_file():
                summary.audit.save(Path(f"{output}.audit.json"))


def print_tuples(console: Console, article: AnnotatedArticle) -> None:
    """Print one article's tuples as a table that fits 80 columns; what is not ACTUAL says so beside the type."""
    table = Table(title=f"{article.id} · {article.date or 'undated'}", title_justify="left", expand=True)
    table.add_column("event", no_wrap=True)
    for heading in ("actor → target", "place · time", "count", "source"):
        table.add_column(heading, overflow="fold", ratio=1)
    for row in article.tuples or ():
        table.add_row(
            _event(row),
            _lines(row.actor) + "".join(f"\n→ {text}" for text in _texts(row.target)),
            _lines(row.location) + "".join(f"\n· {_dated(filler)}" for filler in row.time),
            "\n".join(_counted(filler) for filler in row.count),
            _lines(row.source),
        )
    console.print(table)
    for incident in article.incidents or ():
        tolls = ", ".join(f"{toll.kind} {_people(toll)}" for toll in incident.tolls)
        if tolls:
            actions = {event.id: event.text for event in article.events}
            console.print(f"  {incident.id} ({', '.join(actions[e] for e in incident.events)}): {tolls}")


def _event(row: EventTuple) -> str:
    certainty = "" if row.factuality == "ACTUAL" else f"\n{row.factuality.lower()}"
    score = "" if row.score is None else f"\n{row.score:.2f}"
    return f"{row.type}\n{row.action}{certainty}{score}"


def _texts(fillers: tuple[Filler, ...]) -> list[str]:
    """Return the fillers' characters, the same ones once."""
    return list(dict.fromkeys(filler.text for filler in fillers))


def _lines(fillers: tuple[Filler, ...]) -> str:
    return "\n".join(_texts(fillers))


def _dated(filler: Filler) -> str:
    start = (filler.value or {}).get("start")
    return f"{filler.text} = {start}" if start else filler.text


def _counted(filler: Filler) -> str:
    value = filler.value or {}
    number = value.get("value", "")
    shown = f"{value.get('comparator', '=')} {number}" if number != "" else _bounds(value.get("low"), value.get("high"))
    return f"{filler.text} {shown} ({value['of']})" if value.get("of") else f"{filler.text} {shown}"


def _people(toll: Toll) -> str:
    return _bounds(toll.low, toll.high) if toll.about is None else f"about {toll.about}"


def _bounds(low: float | None, high: float | None) -> str:
    """Return a range as people write it.

    >>> _bounds(5, 5), _bounds(20, None), _bounds(3, 10), _bounds(None, None)
    ('5', '20+', '3-10', '?')
    """
    if low is None and high is None:
        return "?"
    if low == high:
        return f"{low}"
    if high is None:
        return f"{low}+"
    return f"up to {high}" if low is None else f"{low}-{high}"
