import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from written_articles import plain_article, predicted_article

from waqai.cli import main
from waqai.inference.writers import open_writer


def write(path: Path) -> Path:
    with open_writer(path) as writer:
        writer.write(predicted_article())
        writer.write_error("bad", "in.jsonl, line 2", "`text` is missing.")
        writer.write(plain_article())
    return path


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.html", "out.jsonl"])
def test_an_export_is_what_the_run_would_have_written(name: str, tmp_path: Path) -> None:
    lines = write(tmp_path / "events.jsonl")
    direct = write(tmp_path / "direct" / name)
    assert main(["data", "export", str(lines), "--output", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes() == direct.read_bytes()


def test_lines_that_cannot_be_read_are_errors_and_the_rest_is_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write(tmp_path / "a.jsonl"), tmp_path / "b.jsonl"
    second.write_text('{"id": "x", "text": 3}\n' + json.dumps(predicted_article().to_dict()) + '\n{"id": "to')
    output = tmp_path / "out.parquet"
    assert main(["data", "export", str(first), str(second), "--output", str(output)]) == 1
    rows = pq.read_table(output).to_pylist()
    assert [row["article_id"] for row in rows] == ["a1", "a1", "bad", "x", "a1", "a1", "?"]
    assert [row["error_where"] for row in rows if row["error"]] == [
        "in.jsonl, line 2",
        f"{second}, line 1",
        f"{second}, line 3",
    ]
    said = capsys.readouterr().out
    assert "wrote 3 articles to" in said
    assert "export.unreadable_line" in said


def test_an_export_replaces_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = write(tmp_path / "events.jsonl")
    before = lines.read_bytes()
    assert main(["data", "export", str(lines), "--output", str(lines), "--overwrite"]) == 1
    assert "the output must not be one of the inputs" in capsys.readouterr().err
    (tmp_path / "out.csv").write_text("precious")
    assert main(["data", "export", str(lines), "--output", str(tmp_path / "out.csv")]) == 1
    assert ((tmp_path / "out.csv").read_text(), lines.read_bytes()) == ("precious", before)
    assert main(["data", "export", str(tmp_path / "out.csv"), "--output", str(tmp_path / "o.html")]) == 1
    assert "`input` must be JSON lines" in capsys.readouterr().err
