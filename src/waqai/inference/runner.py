"""Runs the extractor over files: reads, extracts, writes, resumes; memory does not grow with the input.

A bad article becomes an error row in the output and the run goes on, unless `strict`. Printing is the command's.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from waqai.audit import Audit
from waqai.data.articles import BadArticle, Columns, read_articles
from waqai.data.files import STDIN, find_files
from waqai.errors import ConfigError, InputError, OutputError
from waqai.inference.extractor import EventExtractor
from waqai.inference.writers import STDOUT, Finished, Writer, kind_of, open_writer, read_finished, refuse_existing
from waqai.records import AnnotatedArticle, Article

_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What to read and write.

    Attributes:
        inputs: Files, folders, globs, or `-`; see `waqai.data.articles.read_articles`.
        outputs: `.jsonl`, `.csv`, `.parquet`, `.html`, or `-` for JSON lines on standard output.
        columns: Names of the fields in JSON lines, CSV and Parquet.
        resume: Go on with JSON lines that a cut run left, without doing an article twice.
        overwrite: Replace outputs that exist.
        strict: Stop at the first article that cannot be read.
        csv_bom: Begin CSV with a byte order mark, for Excel.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    columns: Columns = field(default_factory=Columns)
    resume: bool = False
    overwrite: bool = False
    strict: bool = False
    csv_bom: bool = False


@dataclass(slots=True)
class RunSummary:
    """What a run did; `seconds` leave out loading the model, `first_error` says why an article was unreadable."""

    articles: int = 0
    errors: int = 0
    first_error: str | None = None
    skipped: int = 0
    events: int = 0
    words: int = 0
    seconds: float = 0.0
    audit: Audit = field(default_factory=Audit)


def run(
    load: Callable[[], EventExtractor],
    settings: RunSettings,
    *,
    summary: RunSummary | None = None,
    progress: Callable[[RunSummary], None] | None = None,
    each: Callable[[AnnotatedArticle], None] | None = None,
) -> RunSummary:
    """Extract all articles of the inputs into all outputs.

    Args:
        load: Makes the extractor; called when the inputs are found and no output stands in the way.
        settings: What to read and write.
        summary: Where to count, for a caller who wants to know what was done before an error; a new one by default.
        progress: Called after every article with the summary so far.
        each: Called with every annotated article, after it was written.

    Raises:
        InputError: An input is unusable, or an article is bad and the run is strict.
        OutputError: An output exists, is named twice, is one of the inputs, or cannot be written.
        ConfigError: Resuming is asked for with outputs that cannot be continued.
    """
    summary = summary or RunSummary()
    # A wrong path must not cost the loading of a model, nor a wrong model an existing output: outputs are opened last.
    articles = read_articles(settings.inputs, columns=settings.columns, audit=summary.audit)
    check_outputs(settings)
    done = _finished(settings)
    extractor = load()
    _check_model(done.models, extractor.checkpoint.label)
    with open_outputs(settings) as writers:
        started = time.monotonic()
        wanted = _wanted(articles, done.ids, writers, settings, summary)
        for annotated in extractor.stream(wanted):
            for writer in writers:
                writer.write(annotated)
            summary.articles += 1
            summary.events += len(annotated.events)
            summary.words += len(annotated.text.split())
            summary.seconds = time.monotonic() - started
            if each is not None:
                each(annotated)
            if progress is not None:
                progress(summary)
    return summary


@contextmanager
def open_outputs(settings: RunSettings) -> Iterator[list[Writer]]:
    """Open all outputs; leaving normally finishes them, leaving by an error closes them as they stand.

    Raises:
        OutputError: An output exists, or cannot be written.
    """
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                open_writer(output, append=settings.resume, overwrite=settings.overwrite, csv_bom=settings.csv_bom)
            )
            for output in settings.outputs
        ]


def check_outputs(settings: RunSettings) -> None:
    """Raise an OutputError for an output that must not be opened."""
    read = {file.path.resolve() for file in find_files(settings.inputs, audit=Audit()) if str(file.path) != STDIN}
    seen: set[Path | str] = set()
    for output in settings.outputs:
        kind_of(output)
        place = output if output == STDOUT else Path(output).resolve()
        if place in read:
            raise OutputError(f"the output must not be one of the inputs, but {output} is. Name another.")
        if place in seen:
            raise OutputError(f"each output must be named once, but {output} is named twice.")
        seen.add(place)
        refuse_existing(output, append=settings.resume, overwrite=settings.overwrite)


def _finished(settings: RunSettings) -> Finished:
    """Return what a resumed run need not do again."""
    if not settings.resume:
        return Finished(set(), set())
    kinds = {kind_of(output) for output in settings.outputs}
    if kinds != {"jsonl"} or "-" in settings.outputs:
        raise ConfigError(
            "only JSON lines in a file can be resumed, but the outputs are "
            f"{', '.join(settings.outputs)}. Write .jsonl, and make other kinds of it by `waqai data export`."
        )
    finished = [read_finished(Path(output)) for output in settings.outputs]
    if any(found.ids != finished[0].ids for found in finished):
        raise ConfigError("the outputs to resume hold different articles. Resume them one by one.")
    return Finished(finished[0].ids, set().union(*(found.models for found in finished)))


def _check_model(models: set[str], label: str) -> None:
    """Raise a ConfigError where an output to resume was made by another model; where the model lies does not matter."""
    for other in sorted(models):
        if other.rpartition("@")[2] != label.rpartition("@")[2]:
            raise ConfigError(
                f"the output to resume was made by the model {other}, but is to be gone on with by {label}. "
                "Give the same model, or write to another output."
            )


def _wanted(
    articles: Iterator[Article | BadArticle],
    done: set[str],
    writers: Sequence[Writer],
    settings: RunSettings,
    summary: RunSummary,
) -> Iterator[Article]:
    """Yield the articles to do; bad ones are written as errors at once."""
    for article in articles:
        # Losses are counted of the articles done before too, so that the counts are of the whole output.
        if isinstance(article, BadArticle) and not settings.strict:
            summary.audit.add("input.unreadable_article", article.where)
        elif isinstance(article, Article) and not _ARABIC.search(article.text):
            summary.audit.add("input.no_arabic", article.id)
        if article.id in done:
            summary.skipped += 1
        elif isinstance(article, Article):
            yield article
        elif settings.strict:
            raise InputError(f"{article.error} Or leave out --strict: it is then reported in the output.")
        else:
            summary.errors += 1
            summary.first_error = summary.first_error or article.error
            for writer in writers:
                writer.write_error(article.id, article.where, article.error)
