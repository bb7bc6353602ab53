"""The formats of annotation by name, one way to read any of them and one to write, for `waqai data`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from waqai.audit import Audit
from waqai.data.authoring import read_authoring, write_authoring
from waqai.data.brat import read_brat, write_brat
from waqai.data.checks import Finding, check_article
from waqai.data.conll import read_conll, write_conll
from waqai.data.doccano import read_doccano, write_doccano
from waqai.data.files import READ_ERRORS, open_bytes, suffix_of
from waqai.data.json_lines import load_json_lines
from waqai.data.label_studio import read_label_studio, write_label_studio
from waqai.data.standoff import iter_annotated, write_annotated
from waqai.data.webanno import read_webanno, write_webanno
from waqai.errors import InputError
from waqai.ontology import Ontology
from waqai.records import AnnotatedArticle

Format = Literal["standoff", "authoring", "conll", "brat", "label-studio", "doccano", "webanno"]
FORMATS: tuple[Format, ...] = get_args(Format)

_READ = {
    "conll": read_conll,
    "brat": read_brat,
    "label-studio": read_label_studio,
    "doccano": read_doccano,
    "webanno": read_webanno,
}


def detect_format(path: Path) -> Format:
    """Return the format of a file or folder, by its suffix and, for JSON lines, by its first row.

    Raises:
        InputError: The path does not exist, or nothing tells its format.
    """
    if path.is_dir():
        return "webanno" if any(path.rglob("*.tsv")) else "brat"
    if not path.exists():
        raise InputError(f"the input {str(path)!r} must be a file or a folder, but does not exist.")
    match suffix_of(path):
        case ".json":
            return "label-studio"
        case ".tsv" if _first_line(path).startswith("#FORMAT=WebAnno"):
            return "webanno"
        case ".conll" | ".iob" | ".iob2" | ".bio" | ".tsv" | ".txt":
            return "conll"
        case ".jsonl":
            return _detect_rows(path)
        case suffix:
            raise InputError(
                f"the format of {str(path)!r} must be told, since {suffix or 'no suffix'!r} does not tell it. "
                f"Name one of {', '.join(FORMATS)} by --from."
            )


def read_corpus(
    path: Path, form: Format, ontology: Ontology, audit: Audit
) -> tuple[list[AnnotatedArticle], list[Finding]]:
    """Return the articles that can be read, and what is wrong with these and the others, checks included.

    Raises:
        InputError: The file as a whole cannot be read; in all but standoff and authoring, also for one bad line.
    """
    if form == "authoring":
        read, faults = read_authoring(path, ontology)
        return list(read), list(faults)
    articles: list[AnnotatedArticle] = []
    findings: list[Finding] = []
    if form == "standoff":
        for where, article in iter_annotated(path, audit=audit):
            if isinstance(article, str):
                findings.append(Finding(level="error", code="row.malformed", article="?", message=article, where=where))
            else:
                articles.append(article)
                findings += check_article(article, ontology, where)
        return articles, findings
    articles += _READ[form](path, ontology=ontology, audit=audit)
    for article in articles:
        findings += check_article(article, ontology, str(path))
    return articles, findings


def write_corpus(
    articles: Sequence[AnnotatedArticle], path: Path, form: Format, ontology: Ontology, audit: Audit
) -> None:
    """Write articles in a format; what it cannot hold is counted.

    Raises:
        OutputError: A file cannot be written.
    """
    match form:
        case "standoff":
            write_annotated(articles, path)
        case "authoring":
            write_authoring(articles, path)
        case "conll":
            write_conll(articles, path, audit=audit)
        case "brat":
            write_brat(articles, path, ontology=ontology, audit=audit)
        case "label-studio":
            write_label_studio(articles, path, ontology=ontology, audit=audit)
        case "doccano":
            write_doccano(articles, path, ontology=ontology, audit=audit)
        case "webanno":
            write_webanno(articles, path, audit=audit)


def _first_line(path: Path) -> str:
    try:
        with open_bytes(path) as stream:
            return stream.readline(100).decode("utf-8-sig", "replace")
    except READ_ERRORS as error:
        raise InputError(f"the file must be readable, but: {error} ({path}).") from error


def _detect_rows(path: Path) -> Format:
    row = next((row for _, row in load_json_lines(path) if not isinstance(row, str)), {})
    mentions = [*(row.get("entities") or ()), *(row.get("events") or ())]
    if any(isinstance(mention, list) for mention in mentions) or "of" in row or "cause" in row:
        return "authoring"
    if any("start_offset" in mention for mention in mentions) or "label" in row or "Comments" in row:
        return "doccano"
    return "standoff"
