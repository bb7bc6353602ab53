import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from invented_news import ARTICLES, STRIKE
from small_ontology import SMALL
from waqai.cli import main
from waqai.commands.infer import print_tuples
from waqai.data.standoff import read_annotated
from waqai.inference.tuples import assemble_tuples
from waqai.inference.writers import JsonLinesWriter
from waqai.ontology import save_ontology
from waqai.records import AnnotatedArticle

GOOD = [{"id": a.id, "text": a.text, "date": a.date} for a in ARTICLES]


@pytest.fixture
def infer(checkpoint_folder, tmp_path, monkeypatch):
    """Run `waqai infer` in an empty folder and return its status; in.jsonl holds the invented articles."""
    monkeypatch.chdir(tmp_path)
    write("in.jsonl", *GOOD)

    def infer(*arguments, model=checkpoint_folder):
        return main(["infer", "--model", str(model), "--dtype", "fp32", *arguments])

    return infer


def write(name, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_json_lines(infer, capsys):
    assert infer("--input", "in.jsonl", "--output", "out.jsonl") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("6 articles, ")
    assert "0 unreadable, 0 done before; " in printed.err
    articles = read_annotated(Path("out.jsonl"))
    assert [a.id for a in articles] == [a.id for a in ARTICLES]
    assert all(len(a.tuples) == len(a.events) > 0 for a in articles)
    assert json.loads(Path("out.jsonl.audit.json").read_text(encoding="utf-8")) == {}
    assert AnnotatedArticle.from_dict(articles[0].to_dict()) == articles[0]


def test_every_kind_of_output(infer):
    outputs = ["o.jsonl", "o.csv", "o.parquet", "o.html"]
    assert infer("--input", "in.jsonl", "--output", *outputs, "--csv-bom") == 0
    content = Path("o.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    tuples = sum(len(a.tuples) for a in read_annotated(Path("o.jsonl")))
    assert len(list(csv.DictReader(content.decode("utf-8-sig").splitlines()))) >= tuples
    assert "<html" in Path("o.html").read_text(encoding="utf-8")
    assert Path("o.parquet").read_bytes()[:4] == b"PAR1"


def test_named_columns(infer):
    Path("in.csv").write_text("key,body,day\nk1,قتل خمسة أمس,2020-01-02\n", encoding="utf-8")
    columns = ("--text-column", "body", "--id-column", "key", "--date-column", "day")
    assert infer("--input", "in.csv", "--output", "out.jsonl", *columns) == 0
    [article] = read_annotated(Path("out.jsonl"))
    assert (article.id, article.date) == ("k1", "2020-01-02")


def test_bad_articles_do_not_stop_a_run(infer, capsys):
    write("bad.jsonl", GOOD[0], "{", {"id": "b", "text": 3})
    assert infer("--input", "bad.jsonl", "--output", "out.jsonl") == 0
    printed = capsys.readouterr().err
    assert "input.unreadable_article: 2\n" in printed
    assert "1 articles, " in printed
    assert " 2 unreadable" in printed
    assert "The first: `line` must be a JSON object" in printed
    rows = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows if "error" in row] == ["bad.jsonl:2", "b"]
    assert json.loads(Path("out.jsonl.audit.json").read_text(encoding="utf-8")) == {"input.unreadable_article": 2}


def test_what_was_lost_is_counted_when_a_run_ends_in_an_error(infer, monkeypatch):
    write("bad.jsonl", GOOD[0], "{", *GOOD[1:])
    written = iter(range(3))
    monkeypatch.setattr(JsonLinesWriter, "write", lambda self, article: next(written))
    with pytest.raises(StopIteration):
        infer("--input", "bad.jsonl", "--output", "out.jsonl")
    assert json.loads(Path("out.jsonl.audit.json").read_text(encoding="utf-8")) == {"input.unreadable_article": 1}


def test_an_error_before_the_first_article_counts_nothing(infer):
    Path("out.jsonl").write_text("mine\n", encoding="utf-8")
    assert infer("--input", "in.jsonl", "--output", "out.jsonl") == 1
    assert not Path("out.jsonl.audit.json").exists()


def test_strict(infer, capsys):
    write("bad.jsonl", GOOD[0], "{")
    assert infer("--input", "bad.jsonl", "--output", "out.jsonl", "--strict") == 1
    assert capsys.readouterr().err.startswith("error: `line` must be a JSON object")


@pytest.mark.parametrize("rows", [[], ["{"], [{"text": 5}]])
def test_a_run_in_which_nothing_could_be_done_fails(infer, capsys, rows):
    write("bad.jsonl", *rows)
    assert infer("--input", "bad.jsonl", "--output", "out.jsonl") == 1
    printed = capsys.readouterr().err
    assert "error: no article could be extracted; the output says why for each. The first: " in printed
    assert "bad.jsonl" in printed


def test_an_article_without_arabic_is_no_error(infer):
    write("latin.jsonl", {"id": "l", "text": "Nothing here is Arabic."})
    assert infer("--input", "latin.jsonl", "--output", "out.jsonl") == 0
    [article] = read_annotated(Path("out.jsonl"))
    assert article.coverage == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--input", "nowhere.jsonl", "--output", "o.jsonl"), "the input 'nowhere.jsonl' must be a file"),
        (("--input", "in.jsonl", "--output", "o.xlsx"), "`output` must be a path that ends in"),
        (("--input", "in.jsonl", "--output", "in.jsonl"), "the output must not be one of the inputs"),
        (("--input", "in.jsonl", "--output", "there.jsonl"), "the output exists already (there.jsonl)"),
        (("--input", "in.jsonl", "--output", "o.csv", "--resume"), "only JSON lines in a file can be resumed"),
        (("--input", "in.jsonl", "--output", "o.jsonl", "--device", "cuda"), "`--device cuda` needs a CUDA device"),
        (("--input", "in.csv", "--output", "o.jsonl"), "`columns` must be such that 'text' is among them"),
    ],
)
def test_one_clear_message(infer, capsys, monkeypatch, arguments, message):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    Path("there.jsonl").write_text("mine\n", encoding="utf-8")
    Path("in.csv").write_text("body\nقتل\n", encoding="utf-8")
    assert infer(*arguments) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: {message}")
    assert "Traceback" not in printed
    assert Path("there.jsonl").read_text(encoding="utf-8") == "mine\n"
    assert not Path("o.jsonl").exists()


def test_a_model_that_is_not_there_costs_nothing(infer, capsys):
    Path("out.jsonl").write_text("mine\n", encoding="utf-8")
    assert infer("--input", "in.jsonl", "--output", "out.jsonl", "--overwrite", model="no/such/model") == 1
    assert "error: there is no checkpoint 'model' in the folder 'no/such'" in capsys.readouterr().err
    assert Path("out.jsonl").read_text(encoding="utf-8") == "mine\n"


def test_a_checkpoint_of_another_ontology(infer, checkpoint, capsys):
    from waqai.checkpoints import save_checkpoint

    save_checkpoint(checkpoint, Path("model"))
    save_ontology(SMALL, Path("model") / "ontology.yaml")
    assert infer("--input", "in.jsonl", "--output", "out.jsonl", model="model") == 1
    assert "Restore the one that was saved with the model." in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk(infer, capsys):
    Path("full.jsonl").symlink_to("/dev/full")
    assert infer("--input", "in.jsonl", "--output", "full.jsonl") == 1
    assert "error: the output cannot be written: No space left on device (full.jsonl)" in capsys.readouterr().err


def test_resuming_after_a_torn_line(infer, capsys):
    assert infer("--input", "in.jsonl", "--output", "whole.jsonl") == 0
    lines = Path("whole.jsonl").read_bytes().splitlines(keepends=True)
    Path("out.jsonl").write_bytes(b"".join(lines[:2]) + lines[2][:50])
    capsys.readouterr()
    assert infer("--input", "in.jsonl", "--output", "out.jsonl", "--resume") == 0
    assert "4 articles, " in (printed := capsys.readouterr().err)
    assert "2 done before" in printed
    assert [a.id for a in read_annotated(Path("out.jsonl"))] == [a.id for a in ARTICLES]
    assert infer("--input", "in.jsonl", "--output", "out.jsonl", "--resume") == 0
    assert "0 articles, " in capsys.readouterr().err


def test_standard_output_holds_json_lines_alone(infer, monkeypatch, capsysbinary):
    """The table and the figures go to standard error then."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("in.jsonl").read_bytes())))
    assert infer("--input", "-", "--output", "-", "--table") == 0
    printed = capsysbinary.readouterr()
    assert [json.loads(line)["id"] for line in printed.out.splitlines()] == [a.id for a in ARTICLES]
    assert "strike · 2019-03-12" in printed.err.decode()
    assert "6 articles, " in printed.err.decode()


def test_the_table_shows_every_tuple(capsys):
    article = AnnotatedArticle.from_dict(STRIKE.to_dict() | {"tuples": []})
    object.__setattr__(article, "tuples", assemble_tuples(STRIKE))
    print_tuples(Console(width=120), article)
    printed = capsys.readouterr().out
    for shown in ("strike · 2019-03-12", "KILL", "قُتل", "AIR_STRIKE", "بلدة عين الرمان", "أمس", "الدفاع المدني"):
        assert shown in printed


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals differ elsewhere")
def test_a_process_that_is_killed_leaves_whole_lines(infer, checkpoint_folder):
    """SIGKILL in the middle of 3,000 articles, then --resume."""
    rows = [{"id": str(i), "text": ARTICLES[i % 6].text} for i in range(3000)]
    write("many.jsonl", *rows)
    script = Path(__file__).parents[2] / "infer.py"
    arguments = ["--model", str(checkpoint_folder), "--input", "many.jsonl", "--output", "out.jsonl"]
    process = subprocess.Popen([sys.executable, str(script), *arguments], stderr=subprocess.DEVNULL)
    while not (Path("out.jsonl").exists() and Path("out.jsonl").stat().st_size > 1000):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = Path("out.jsonl").read_bytes().splitlines(keepends=True)
    assert 0 < len(before) < 3000
    assert infer("--input", "many.jsonl", "--output", "out.jsonl", "--resume") == 0
    lines = Path("out.jsonl").read_bytes().splitlines(keepends=True)
    whole = [line for line in before if line.endswith(b"\n")]
    assert lines[: len(whole)] == whole
    assert sorted(int(json.loads(line)["id"]) for line in lines) == list(range(3000))
