import json

import pytest

from waqai.errors import CheckpointError, OutputError
from waqai.inference.runner import RunSettings, run


def no_model():
    raise CheckpointError("no such model")


@pytest.fixture
def articles(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "قصف"}) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "html"])
def test_a_wrong_model_costs_no_output(articles, tmp_path, suffix):
    there, new = tmp_path / f"there.{suffix}", tmp_path / f"new.{suffix}"
    there.write_text("kept", encoding="utf-8")
    settings = RunSettings(inputs=(str(articles),), outputs=(str(there), str(new)), overwrite=True)
    with pytest.raises(CheckpointError, match="no such model"):
        run(no_model, settings)
    assert there.read_text(encoding="utf-8") == "kept"
    assert not new.exists()


def test_an_output_that_exists_is_refused_before_a_model_is_loaded(articles, tmp_path):
    there = tmp_path / "there.jsonl"
    there.touch()
    with pytest.raises(OutputError, match="exists already"):
        run(no_model, RunSettings(inputs=(str(articles),), outputs=(str(there),)))


@pytest.mark.parametrize("given", ["in.jsonl", "."])
def test_an_input_is_never_overwritten(articles, tmp_path, given):
    before = articles.read_bytes()
    settings = RunSettings(
        inputs=(str(tmp_path / given),), outputs=(str(tmp_path / "x" / ".." / "in.jsonl"),), overwrite=True
    )
    with pytest.raises(OutputError, match="must not be one of the inputs"):
        run(no_model, settings)
    assert articles.read_bytes() == before


def test_an_output_is_named_once(articles, tmp_path):
    out = str(tmp_path / "out.jsonl")
    with pytest.raises(OutputError, match="named twice"):
        run(no_model, RunSettings(inputs=(str(articles),), outputs=(out, out), overwrite=True))
