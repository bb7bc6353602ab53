import argparse
import json
from pathlib import Path

import pytest

from waqai.commands.score import add_arguments, run
from waqai.errors import InputError, OutputError
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention

TEXT = "قصفت القوات الروسية بلدة عقيربات"


def article(article_id: str, *, found: bool = True) -> AnnotatedArticle:
    if not found:
        return AnnotatedArticle(id=article_id, text=TEXT)
    return AnnotatedArticle(
        id=article_id,
        text=TEXT,
        source=f"[desk] {article_id[0]}",
        entities=(EntityMention(id="e1", type="ORG", start=5, end=19, text=TEXT[5:19]),),
        events=(
            EventMention(
                id="v1",
                type="SHELLING",
                factuality="ACTUAL",
                start=0,
                end=4,
                text=TEXT[0:4],
                arguments=(ArgumentMention(role="ACTOR", entity="e1"),),
            ),
        ),
    )


def write(path: Path, articles: list[AnnotatedArticle], extra: str = "") -> Path:
    lines = [json.dumps(a.to_dict(), ensure_ascii=False) + "\n" for a in articles]
    path.write_text("".join(lines) + extra, encoding="utf-8")
    return path


def score(*args: object) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(arg) for arg in args]))


@pytest.fixture(autouse=True)
def _wide_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write(tmp_path / "gold.jsonl", [article("a1"), article("b1")])


def rows(output: str) -> list[list[str]]:
    return [line.split() for line in output.splitlines()]


def test_tables_and_json(gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    predicted = write(tmp_path / "predicted.jsonl", [article("b1"), article("a1", found=False)])
    out = tmp_path / "scores.json"
    assert score(gold, predicted, "--json", out, "--resamples", 50, "--by", "source") == 0
    printed = rows(capsys.readouterr().out)
    assert ["entities", "100.0", "50.0", "66.7", "0.0", "…", "100.0", "66.7", "2"] in printed
    assert ["ORG", "66.7", "0.0", "…", "100.0", "66.7", "2"] in printed
    assert ["SHELLING", "66.7", "0.0", "…", "100.0", "66.7", "66.7", "66.7", "2"] in printed
    assert ["ACTOR", "66.7", "0.0", "…", "100.0", "66.7", "100.0", "2"] in printed
    assert ["factuality", "κ", "-"] in printed
    assert ["[desk]", "b", "1", "100.0", "100.0", "100.0", "100.0"] in printed
    row = json.loads(out.read_text(encoding="utf-8"))
    assert row["tuple_f1"] == pytest.approx(2 / 3)
    assert row["metrics"]["tuples"]["labels"]["SHELLING"]["support"] == 4
    assert row["by_source"]["[desk] a"]["tuple_f1"] == 0.0
    assert row["predicted"] == str(predicted)


def test_paired_comparison_is_printed(gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worse = write(tmp_path / "worse.jsonl", [article("a1", found=False), article("b1")])
    out = tmp_path / "scores.json"
    assert score(gold, worse, "--other", gold, "--resamples", 9, "--json", out) == 0
    printed = [row for row in rows(capsys.readouterr().out) if row[:1] == ["tuples.f1"]]
    assert printed[0][:4] == ["tuples.f1", "66.7", "100.0", "+33.3"]
    assert json.loads(out.read_text(encoding="utf-8"))["comparison"]["figures"]["tuples.f1"]["second"] == 1.0


def test_without_resampling_there_are_no_intervals(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(gold, gold, "--resamples", 0) == 0
    assert ["entities", "100.0", "100.0", "100.0", "100.0", "2"] in rows(capsys.readouterr().out)


def test_an_article_that_was_not_predicted(gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error_row = '{"id": "b1", "error": "no text", "where": "in.jsonl, line 2"}\n'
    predicted = write(tmp_path / "predicted.jsonl", [article("a1")], error_row)
    with pytest.raises(InputError, match="'b1' is missing"):
        score(gold, predicted)
    assert score(gold, predicted, "--allow-missing", "--resamples", 0) == 0
    printed = capsys.readouterr().out
    assert "articles without prediction, scored as if nothing had been found: 1" in printed
    assert "annotated.error_row: 1" in printed


def test_figures_that_cannot_be_written(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written to .*Name another file by --json"):
        score(gold, gold, "--resamples", 0, "--json", tmp_path)


@pytest.mark.parametrize("resamples", ["-1", "many"])
def test_ill_formed_number_of_resamples(resamples: str, gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        score(gold, gold, f"--resamples={resamples}")
    assert exit_.value.code == 2
    assert "--resamples" in capsys.readouterr().err


def test_every_documented_command_runs(gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[2] / "docs" / "scoring.md"
    commands = [line.split()[2:] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("waqai ")]
    monkeypatch.chdir(tmp_path)
    for name in ("predicted.jsonl", "predicted2.jsonl"):
        (tmp_path / name).write_bytes(gold.read_bytes())
    assert len(commands) == 4
    for command in commands:
        assert score(*command, "--resamples", 5) == 0
    assert (tmp_path / "scores.json").exists()


def test_the_documented_python_runs(gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[2] / "docs" / "scoring.md"
    source = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "predicted.jsonl").write_bytes(gold.read_bytes())
    names: dict[str, object] = {}
    exec(source.replace('"AIR_STRIKE"', '"SHELLING"'), names)
    assert names["report"].tuple_f1 == 1.0
