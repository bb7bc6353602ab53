import io
import itertools
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from invented_news import ARTICLES
from waqai import EventExtractor
from waqai.checkpoints import load_checkpoint
from waqai.data.articles import Columns
from waqai.data.standoff import read_annotated
from waqai.errors import CheckpointError, ConfigError, InputError, OutputError
from waqai.inference import extractor as extractor_module
from waqai.inference.runner import RunSettings, run
from waqai.models import Calibration
from waqai.records import AnnotatedArticle

GOOD = [{"id": a.id, "text": a.text, "date": a.date} for a in ARTICLES]


@pytest.fixture(scope="module")
def extractor(checkpoint_folder):
    """A model that says little: what is tested here is the loop, not the model."""
    checkpoint = load_checkpoint(checkpoint_folder)
    for family in ("entity", "event"):
        known = checkpoint.model.config.calibrated(family)
        checkpoint.model.config.set_calibration(family, replace(known, shift=known.shift - 1))
    checkpoint.model.config.set_calibration("role", Calibration(threshold=0.99))
    checkpoint.model.config.set_calibration("relation", Calibration(threshold=0.99))
    return EventExtractor(checkpoint, device="cpu", dtype="fp32", values=False)


@pytest.fixture
def write(tmp_path):
    def write(*rows, name="in.jsonl"):
        path = tmp_path / name
        path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def go(extractor, tmp_path):
    """Return a function that runs over inputs into out.jsonl and returns the summary and the rows."""

    def go(*inputs, outputs=None, load=None, **settings):
        outputs = outputs or (str(tmp_path / "out.jsonl"),)
        summary = run(load or (lambda: extractor), RunSettings(inputs=inputs, outputs=outputs, **settings))
        return summary, rows(outputs[0])

    return go


def rows(path):
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]


def test_every_article_is_written_in_order(write, go, tmp_path):
    summary, written = go(write(*GOOD))
    assert [row["id"] for row in written] == [a.id for a in ARTICLES]
    assert (summary.articles, summary.errors, summary.skipped) == (6, 0, 0)
    assert summary.events == sum(len(row["events"]) for row in written) > 0
    assert summary.words == sum(len(a.text.split()) for a in ARTICLES)
    assert summary.audit.to_dict() == {}
    assert [article.text for article in read_annotated(tmp_path / "out.jsonl")] == [a.text for a in ARTICLES]
    assert {row["coverage"] for row in written} == {1.0}
    assert written[0]["date"] == "2019-03-12"


def test_what_is_told_of_each_article(write, extractor, tmp_path):
    seen, told = [], []
    settings = RunSettings(inputs=(write(*GOOD),), outputs=(str(tmp_path / "o.jsonl"),))
    run(lambda: extractor, settings, progress=lambda s: told.append(s.articles), each=lambda a: seen.append(a.id))
    assert told == [1, 2, 3, 4, 5, 6]
    assert seen == [a.id for a in ARTICLES]


def test_bad_articles_are_reported_in_the_output_and_the_run_goes_on(write, go):
    path = write(GOOD[0], "{not json", {"id": "no-text"}, {"id": "five", "text": 5}, "[]", {"text": " "}, GOOD[1])
    summary, written = go(path)
    bad = {row["id"]: row for row in written if "error" in row}
    assert list(bad) == ["in.jsonl:2", "no-text", "five", "in.jsonl:5", "in.jsonl:6"]
    assert [row["id"] for row in written if "error" not in row] == ["strike", "meeting"]
    for line, row in zip((2, 3, 4, 5, 6), bad.values(), strict=True):
        assert row.keys() == {"id", "error", "where"}
        assert row["where"] == f"{path}, line {line}"
    assert (summary.articles, summary.errors) == (2, 5)
    assert summary.first_error == bad["in.jsonl:2"]["error"]
    assert summary.audit.to_dict() == {"input.unreadable_article": 5}


def test_a_strict_run_stops_at_the_first_bad_article(write, go):
    with pytest.raises(InputError, match=r"line 2.*Or leave out --strict"):
        go(write(GOOD[0], "{not json", GOOD[1]), strict=True)
    assert go(write(GOOD[0], GOOD[1]), strict=True, overwrite=True)[0].articles == 2


def test_an_empty_file_is_an_error_row(write, go):
    summary, [row] = go(write())
    assert (summary.articles, summary.errors) == (0, 1)
    assert "is empty" in row["error"]


@pytest.mark.parametrize("name", ["x.jsonl", "x.txt", "x.csv", "x.parquet"])
def test_binary_bytes(go, tmp_path, name):
    (tmp_path / name).write_bytes(b"text\n" + bytes(range(256)) * 4)
    summary, written = go(str(tmp_path / name))
    assert summary.articles == 0
    assert summary.errors == len(written) >= 1
    assert all("error" in row for row in written)


def test_duplicate_ids_are_told_apart(write, go):
    summary, written = go(write(*[{"id": "a", "text": text["text"]} for text in GOOD[:3]]))
    assert [row["id"] for row in written] == ["a", "a#2", "a#3"]
    assert summary.audit.to_dict() == {"input.duplicate_id": 2}


@pytest.mark.parametrize("text", ["no Arabic at all.", "漢字 😀", "\u064b\u064c", "\u200f", "\ud800", "ب" * 100_000])
def test_odd_articles_come_back_whole(write, go, text):
    summary, [row] = go(write({"id": "a", "text": text}))
    assert (summary.articles, summary.errors) == (1, 0)
    assert (row["text"], row["coverage"]) == (text, 1.0)


def test_an_article_of_20_000_words(write, go):
    text = " ".join(itertools.islice(itertools.cycle(" ".join(a.text for a in ARTICLES).split()), 20_000))
    _, [row] = go(write({"id": "a", "text": text}))
    assert row["coverage"] == 1.0
    assert max(mention["end"] for mention in row["entities"]) > len(text) - 2000


@pytest.mark.slow
def test_an_article_of_a_million_words(write, go):
    text = " ".join(itertools.islice(itertools.cycle(" ".join(a.text for a in ARTICLES).split()), 1_000_000))
    _, [row, other] = go(write({"id": "a", "text": text}, GOOD[0]))
    assert row["coverage"] == 1.0
    assert max(mention["end"] for mention in row["entities"]) > len(text) - 2000
    assert other["id"] == "strike"


def test_named_columns(write, go):
    path = write({"body": ARTICLES[0].text, "key": 7, "day": "2020-01-02T10:00:00", "by": "وكالة"})
    _, [row] = go(path, columns=Columns(text="body", id="key", date="day", source="by"))
    assert (row["id"], row["date"], row["source"]) == ("7", "2020-01-02", "وكالة")


def test_standard_input_and_output(extractor, monkeypatch):
    lines = "\n".join(json.dumps(row) for row in GOOD).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    run(lambda: extractor, RunSettings(inputs=("-",), outputs=("-",)))
    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == [a.id for a in ARTICLES]


def test_several_inputs_into_several_outputs(write, go, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "t.txt").write_text(ARTICLES[2].text, encoding="utf-8")
    outputs = tuple(str(tmp_path / f"out.{kind}") for kind in ("jsonl", "csv", "html", "parquet"))
    summary, written = go(write(*GOOD[:2]), str(tmp_path / "folder"), outputs=outputs)
    assert [row["id"] for row in written] == ["strike", "meeting", "t.txt"]
    assert all(Path(output).stat().st_size for output in outputs)
    assert summary.articles == 3


def must_not_load():
    raise AssertionError("the model was loaded")


def test_an_output_that_exists_is_kept(write, go, tmp_path):
    (tmp_path / "out.jsonl").write_text("mine\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"the output exists already .*out\.jsonl\)\. Name another"):
        go(write(*GOOD), load=must_not_load)
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "mine\n"
    assert go(write(*GOOD), overwrite=True)[0].articles == 6


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_model_that_cannot_be_loaded_costs_no_output(write, go, tmp_path, overwrite):
    def fail():
        raise CheckpointError("no model")

    if overwrite:
        (tmp_path / "out.jsonl").write_text("mine\n", encoding="utf-8")
    with pytest.raises(CheckpointError):
        go(write(*GOOD), load=fail, overwrite=overwrite)
    assert (tmp_path / "out.jsonl").exists() is overwrite
    if overwrite:
        assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (("in.jsonl",), r"must not be one of the inputs"),
        (("a.jsonl", "./a.jsonl"), r"must be named once"),
        (("-", "-"), r"must be named once"),
        (("a.xlsx",), r"must be a path that ends in"),
        (("in.jsonl/a.jsonl",), r"cannot be written"),
    ],
)
def test_outputs_that_cannot_be(write, go, tmp_path, monkeypatch, outputs, message):
    monkeypatch.chdir(tmp_path)
    write(*GOOD)
    with pytest.raises(OutputError, match=message):
        go("in.jsonl", outputs=outputs, overwrite=True)
    assert len(rows("in.jsonl")) == 6


@pytest.mark.parametrize("path", ["nowhere.jsonl", "nowhere/", "*.jsonl", "in.docx"])
def test_inputs_that_are_not_there(go, tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.docx").write_bytes(b"")
    with pytest.raises(InputError, match=path.replace("*", r"\*").replace(".", r"\.")):
        go(path, load=must_not_load)
    assert not (tmp_path / "out.jsonl").exists()


def test_an_unreadable_input(write, go, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # for root, who may run the tests, reads everything
    with pytest.raises(InputError, match="must be readable"):
        go(write(*GOOD), load=must_not_load)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk(write, extractor):
    settings = RunSettings(inputs=(write(*GOOD),), outputs=("/dev/full",))
    with pytest.raises(OutputError, match=r"must be a path that ends in"):
        run(lambda: extractor, settings)
    link = Path(settings.inputs[0]).with_name("full.jsonl")
    link.symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"the output cannot be written: No space left on device .*full\.jsonl"):
        run(lambda: extractor, replace(settings, outputs=(str(link),)))


class Killed(BaseException):
    """What a run is killed with here; nothing handles it."""


def killed_after(extractor, number):
    """Return an extractor whose stream breaks after so many articles."""

    class Mortal(EventExtractor):
        def stream(self, articles):
            yield from itertools.islice(super().stream(articles), number)
            raise Killed

    return lambda: Mortal(extractor.checkpoint, device="cpu", dtype="fp32", values=False)


def found(row):
    if "error" in row:
        return row
    article = AnnotatedArticle.from_dict(row)
    return article.id, [(m.type, m.start, m.end) for m in (*article.entities, *article.events)]


@pytest.mark.parametrize("number", [0, 1, 4, 6])
@pytest.mark.parametrize("torn", [b"", b'{"id": "protest", "text": "\xd8'])
def test_a_killed_run_goes_on_without_doing_an_article_twice(write, go, extractor, tmp_path, monkeypatch, number, torn):
    monkeypatch.setattr(extractor_module, "POOL_WORDS", 40)
    path = write(GOOD[0], "{bad", *GOOD[1:4], {"id": "no-text"}, *GOOD[4:])
    whole, expected = go(path, outputs=(str(tmp_path / "whole.jsonl"),))
    with pytest.raises(Killed):
        go(path, load=killed_after(extractor, number))
    output = tmp_path / "out.jsonl"
    with output.open("ab") as stream:
        stream.write(torn)
    before = [line for line in output.read_bytes().split(b"\n")[:-1] if line]
    summary, written = go(path, resume=True)
    assert sorted(map(str, map(found, written))) == sorted(map(str, map(found, expected)))
    assert len({row["id"] for row in written}) == len(written) == 8
    assert output.read_bytes().splitlines()[: len(before)] == before
    assert summary.skipped == len(before)
    assert summary.articles == whole.articles - number
    again, _ = go(path, resume=True)
    assert (again.articles, again.skipped, again.errors) == (0, 8, 0)
    assert whole.audit.to_dict() == summary.audit.to_dict() == again.audit.to_dict() == {"input.unreadable_article": 2}


def test_an_output_of_another_model_is_not_gone_on_with(write, go, extractor, tmp_path):
    """The same model under another path is the same; what it is made of decides."""
    path = write(*GOOD)
    go(write(*GOOD[:2], name="few.jsonl"))
    before = (tmp_path / "out.jsonl").read_bytes()
    moved, other = (
        EventExtractor(replace(extractor.checkpoint, **change), device="cpu", dtype="fp32", values=False)
        for change in ({"name": "elsewhere"}, {"digest": "0123456789ab"})
    )
    with pytest.raises(ConfigError, match=r"was made by the model .*@[0-9a-f]{12}, but .* by .*@0123456789ab"):
        go(path, resume=True, load=lambda: other)
    assert (tmp_path / "out.jsonl").read_bytes() == before
    summary, _ = go(path, resume=True, load=lambda: moved)
    assert (summary.articles, summary.skipped) == (4, 2)


def test_resuming_where_nothing_was_done(write, go):
    summary, written = go(write(*GOOD), resume=True)
    assert (summary.articles, len(written)) == (6, 6)


def test_only_json_lines_can_be_resumed(write, go, tmp_path):
    for outputs in (("a.csv",), ("-",), ("a.jsonl", "a.html")):
        with pytest.raises(ConfigError, match="only JSON lines in a file can be resumed"):
            go(write(*GOOD), outputs=outputs, resume=True, load=must_not_load)
    (tmp_path / "one.jsonl").write_text('{"id": "strike"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="hold different articles"):
        go(write(*GOOD), outputs=(str(tmp_path / "one.jsonl"), str(tmp_path / "two.jsonl")), resume=True)


def test_a_line_that_is_not_ours_is_not_resumed(write, go, tmp_path):
    (tmp_path / "out.jsonl").write_text("mine\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"the output to resume must hold JSON lines"):
        go(write(*GOOD), resume=True, load=must_not_load)
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "mine\n"


def test_memory_does_not_grow_with_the_input(extractor, tmp_path, monkeypatch):
    """What was written is not kept: no more articles are in memory than a pool holds."""
    monkeypatch.setattr(extractor_module, "POOL_WORDS", 100)
    with (tmp_path / "many.jsonl").open("w", encoding="utf-8") as stream:
        for number in range(200):
            stream.write(json.dumps({"id": str(number), "text": ARTICLES[number % 6].text}) + "\n")
    read = {"ahead": 0, "now": 0}
    original = extractor.text_encoder.encode

    def counted(text):
        read["now"] += 1
        return original(text)

    monkeypatch.setattr(extractor.text_encoder, "encode", counted)

    def written(_):
        read["now"] -= 1
        read["ahead"] = max(read["ahead"], read["now"])

    settings = RunSettings(inputs=(str(tmp_path / "many.jsonl"),), outputs=(str(tmp_path / "o.jsonl"),))
    assert run(lambda: extractor, settings, each=written).articles == 200
    assert read == {"ahead": read["ahead"], "now": 0}
    assert read["ahead"] < 10
