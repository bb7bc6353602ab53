"""Makes tables and pages of the JSON lines that runs left, without running a model again."""

from waqai.audit import Audit
from waqai.data.files import find_files
from waqai.data.json_lines import load_json_lines
from waqai.data.standoff import is_error_row, parse_annotated
from waqai.errors import InputError, must
from waqai.inference.runner import RunSettings, check_outputs, open_outputs


def export(settings: RunSettings, *, audit: Audit) -> int:
    """Write the articles and errors of JSON lines to all outputs, as the run would have; return the number of articles.

    A line that is neither is an error in the outputs, counted as `export.unreadable_line`.

    Raises:
        InputError: An input is not there, is no JSON lines, or cannot be read to its end.
        OutputError: An output exists, is named twice, is one of the inputs, or cannot be written.
    """
    files = find_files(settings.inputs, audit=audit)
    for file in files:
        if file.suffix != ".jsonl":
            raise InputError(must("input", "JSON lines that `waqai infer` wrote", str(file.path)))
    check_outputs(settings)
    articles = 0
    with open_outputs(settings) as writers:
        for file in files:
            for where, row in load_json_lines(file.path):
                article = row if isinstance(row, str) or is_error_row(row) else parse_annotated(row, where)
                if isinstance(article, str):
                    audit.add("export.unreadable_line", where)
                    article = {"id": "?" if isinstance(row, str) else row.get("id", "?"), "error": article}
                if isinstance(article, dict):
                    for writer in writers:
                        writer.write_error(str(article.get("id")), article.get("where", where), str(article["error"]))
                    continue
                articles += 1
                for writer in writers:
                    writer.write(article)
    return articles
