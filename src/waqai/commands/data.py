"""`waqai data check`, `stats`, `convert` and `suggest`: the tools of whoever makes or mends an annotated corpus.

Files may be in any format of docs/convert.md; each command finds out which, or is told by `--from`. `waqai data export`
makes tables and pages of the JSON lines that `waqai infer` wrote.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from waqai.audit import Audit
from waqai.data.articles import read_articles
from waqai.data.checks import Finding, check_corpus
from waqai.data.duplicates import THRESHOLD, find_near_duplicates
from waqai.data.formats import FORMATS, detect_format, read_corpus, write_corpus
from waqai.data.json_lines import write_bytes
from waqai.data.label_studio import label_config
from waqai.data.plots import plot_statistics
from waqai.data.statistics import CorpusStatistics, corpus_statistics, five_numbers
from waqai.errors import InputError, OutputError
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle, Article


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands."""
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="find faults; exit status 1 if there are errors")
    check.add_argument("--overlap", type=float, default=THRESHOLD, help="report texts alike by this much (0..1)")
    check.add_argument("--notes", action="store_true", help="show notes too, not only errors and warnings")
    stats = actions.add_parser("stats", help="count articles, types, roles and lengths")
    stats.add_argument("--plots", type=Path, metavar="DIR", help="also draw the counts as PNG files there")
    for action in (check, stats):
        action.add_argument("files", nargs="+", type=Path, metavar="FILE")
    convert = actions.add_parser("convert", help="write a corpus in another format; says what that cannot hold")
    convert.add_argument("input", type=Path, metavar="IN")
    convert.add_argument("output", type=Path, metavar="OUT")
    convert.add_argument("--to", choices=FORMATS, required=True)
    convert.add_argument("--overwrite", action="store_true", help="replace an output that exists")
    suggest = actions.add_parser("suggest", help="write a model's predictions to correct, least certain first")
    suggest.add_argument("input", nargs="+", metavar="PATH", help="articles, as `waqai infer` takes them")
    suggest.add_argument("--model", required=True, help="a checkpoint's folder, or its id on the Hugging Face Hub")
    suggest.add_argument("--output", type=Path, required=True, metavar="OUT")
    suggest.add_argument("--to", choices=FORMATS, required=True)
    suggest.add_argument(
        "--limit", type=int, default=200, metavar="N", help="how many articles to write (default: 200)"
    )
    suggest.add_argument("--overwrite", action="store_true", help="replace an output that exists")
    export = actions.add_parser("export", help="write JSON lines of `waqai infer` as tables or a page")
    export.add_argument("input", nargs="+", metavar="PATH", help="JSON lines that `waqai infer` wrote")
    export.add_argument(
        "--output", nargs="+", required=True, metavar="PATH", help="one or several of .csv, .parquet, .html, .jsonl"
    )
    export.add_argument("--overwrite", action="store_true", help="replace outputs that exist")
    export.add_argument("--csv-bom", action="store_true", help="begin CSV with a byte order mark, for Excel")
    for action in (check, stats, convert):
        action.add_argument("--from", dest="form", choices=FORMATS, help="format of the input (default: find out)")
        action.add_argument("--ontology", type=Path, metavar="YAML", help="default: the shipped one")


def run(args: argparse.Namespace) -> int:
    """Run the chosen sub-command and return its exit status."""
    match args.action:
        case "check":
            return _check(args)
        case "stats":
            return _stats(args)
        case "suggest":
            return _suggest(args)
        case "export":
            return _export(args)
        case _:
            return _convert(args)


def _check(args: argparse.Namespace) -> int:
    console, audit = Console(), Audit()
    articles, findings = _read(args, audit)
    findings += check_corpus(articles)
    for pair in find_near_duplicates([article.text for article in articles], threshold=args.overlap):
        first, second = articles[pair.first].id, articles[pair.second].id
        message = f"shares {pair.overlap:.0%} of its 5-grams with {first}, such as {pair.example!r}."
        findings.append(Finding(level="warning", code="text.near_duplicate", article=second, message=message))
    levels = ("error", "warning", "note") if args.notes else ("error", "warning")
    for finding in findings:
        if finding.level in levels:
            print(finding)
    _print_audit(audit, console)
    counts = Counter((finding.level, finding.code) for finding in findings)
    if counts:
        table = Table(title="Findings", title_justify="left")
        for column in ("level", "code"):
            table.add_column(column)
        table.add_column("count", justify="right")
        for (level, code), count in sorted(counts.items()):
            table.add_row(level, code, str(count))
        console.print(table)
    totals = Counter(finding.level for finding in findings)
    print(f"{len(articles)} articles: {totals['error']} errors, {totals['warning']} warnings, {totals['note']} notes")
    return 1 if totals["error"] else 0


def _stats(args: argparse.Namespace) -> int:
    console, audit = Console(), Audit()
    articles, findings = _read(args, audit)
    errors = [finding for finding in findings if finding.level == "error" and finding.code == "row.malformed"]
    if errors:
        raise InputError("\n".join(finding.message for finding in errors[:10]))
    statistics = corpus_statistics(articles)
    _print_statistics(statistics, console)
    _print_audit(audit, console)
    if args.plots is not None:
        for path in plot_statistics(statistics, args.plots):
            print(f"wrote {path}")
    return 0


def _convert(args: argparse.Namespace) -> int:
    console, audit = Console(), Audit()
    _check_output(args)
    ontology = load_ontology(args.ontology)
    articles, findings = read_corpus(args.input, args.form or detect_format(args.input), ontology, audit)
    lost = [finding for finding in findings if finding.code in _LOSING]
    for finding in lost:
        print(finding)
    _write(articles, args, ontology, audit)
    _print_audit(audit, console)
    return 1 if lost else 0


def _suggest(args: argparse.Namespace) -> int:
    from waqai.inference.extractor import EventExtractor  # noqa: PLC0415 - imports torch
    from waqai.inference.suggestions import least_certain  # noqa: PLC0415

    console, audit = Console(), Audit()
    _check_output(args)
    read = read_articles(args.input, audit=audit)
    extractor = EventExtractor.from_pretrained(args.model)

    def readable() -> Iterator[Article]:
        for article in read:
            if isinstance(article, Article):
                yield article
            else:
                audit.add("input.unreadable_article", article.where)

    chosen = least_certain(extractor.stream(readable()), args.limit)
    _write(chosen, args, extractor.checkpoint.ontology, audit)
    _print_audit(audit, console)
    return 0 if chosen else 1


def _export(args: argparse.Namespace) -> int:
    from waqai.inference.export import export  # noqa: PLC0415 - imports torch
    from waqai.inference.runner import RunSettings  # noqa: PLC0415

    console, audit = Console(stderr="-" in args.output), Audit()
    settings = RunSettings(
        inputs=tuple(args.input), outputs=tuple(args.output), overwrite=args.overwrite, csv_bom=args.csv_bom
    )
    console.print(f"wrote {export(settings, audit=audit)} articles to {', '.join(args.output)}", soft_wrap=True)
    _print_audit(audit, console)
    return 1 if audit["export.unreadable_line"] else 0


def _check_output(args: argparse.Namespace) -> None:
    if args.output.exists() and not args.overwrite:
        raise OutputError(f"the output {str(args.output)!r} must not exist, but does. Remove it, or add --overwrite.")


def _write(articles: Sequence[AnnotatedArticle], args: argparse.Namespace, ontology: Ontology, audit: Audit) -> None:
    write_corpus(articles, args.output, args.to, ontology, audit)
    print(f"wrote {len(articles)} articles to {args.output}")
    if args.to == "label-studio":
        config = args.output.with_suffix(".config.xml")
        write_bytes([label_config(ontology).encode()], config)
        print(f"wrote the project's labelling configuration to {config}")


_LOSING = frozenset({"row.malformed", "id.twice", "span.not_found", "span.empty", "reference.dangling"})
"""The codes of findings whose row, mention or link is not among what was read."""


def _read(args: argparse.Namespace, audit: Audit) -> tuple[list[AnnotatedArticle], list[Finding]]:
    ontology = load_ontology(args.ontology)
    articles: list[AnnotatedArticle] = []
    findings: list[Finding] = []
    for path in args.files:
        read, found = read_corpus(path, args.form or detect_format(path), ontology, audit)
        articles += read
        findings += found
    for article_id, times in Counter(article.id for article in articles).items():
        if times > 1:
            message = f"the id is used {times} times in all files together."
            findings.append(Finding(level="warning", code="id.twice", article=article_id, message=message))
    return articles, findings


def _print_statistics(statistics: CorpusStatistics, console: Console) -> None:
    sizes = Table(title="Size", title_justify="left", show_header=False)
    for name, value in (
        ("articles", statistics.articles),
        ("… without events", statistics.without_events),
        ("… with three counts or more", statistics.with_many_counts),
        ("sentences", statistics.sentences),
        ("words", statistics.words),
        ("distinct words, over words", f"{statistics.type_token_ratio:.3f}"),
        ("words an article (least, quartiles, most)", _five(statistics.article_words)),
        ("words an entity (least, quartiles, most)", _five(statistics.span_words)),
        ("entities", statistics.entities.total()),
        ("… nested in another", statistics.nested),
        ("events", statistics.events.total()),
        ("arguments", statistics.roles.total()),
        ("mentions that begin or end inside a word", statistics.inside_words),
    ):
        sizes.add_row(name, str(value))
    console.print(sizes)
    for title, counts in (
        ("Entities", statistics.entities),
        ("Events", statistics.events),
        ("Roles", statistics.roles),
        ("Relations", statistics.relations),
        ("Factuality", statistics.factualities),
        ("Styles", statistics.styles),
    ):
        if counts:
            table = Table(title=title, title_justify="left")
            table.add_column("name")
            table.add_column("count", justify="right")
            table.add_column("share", justify="right")
            for name, count in counts.most_common():
                table.add_row(name, str(count), f"{count / counts.total():.1%}")
            console.print(table)


def _five(values: Sequence[int]) -> str:
    return " ".join(map(str, five_numbers(values)))


def _print_audit(audit: Audit, console: Console) -> None:
    counts = audit.to_dict()
    if counts:
        table = Table(title="Changed, left out or not held by the format", title_justify="left")
        table.add_column("reason")
        table.add_column("count", justify="right")
        for reason, count in counts.items():
            table.add_row(reason, str(count))
        console.print(table)
