import json

import pytest

from invented_news import ARTICLES
from waqai import pretraining
from waqai.cli import main
from waqai.config import load_config
from waqai.pretraining.loop import Outcome
from waqai.training.settings import TrainSettings


@pytest.fixture
def config(tmp_path, bert):
    """A config of a run of two steps."""
    (tmp_path / "gold.jsonl").write_text(
        "\n".join(json.dumps(a.to_dict(), ensure_ascii=False) for a in ARTICLES[:2]), encoding="utf-8"
    )
    path = tmp_path / "config.yaml"
    path.write_text(
        f"""
        output: {tmp_path}/run
        model: {{encoder: {bert}, window: 126, overlap: 20, head_size: 8, span_width: 4}}
        train: [{{name: gold, path: {tmp_path}/gold.jsonl}}]
        validation: [{{name: held-out, path: {tmp_path}/gold.jsonl}}]
        steps: 4
        batch_size: 2
        evaluate_every: 2
        precision: fp32
        """,
        encoding="utf-8",
    )
    return path


def test_train_and_go_on(config, tmp_path, capsys):
    arguments = ["train", "--config", str(config), "steps=2"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"checkpoint: {tmp_path / 'run' / 'checkpoint'}\n"
    assert load_config(TrainSettings, tmp_path / "run" / "checkpoint" / "training.yaml").steps == 2
    assert main(arguments) == 1
    assert "Add --resume" in capsys.readouterr().err
    assert main([*arguments[:3], "--resume", "steps=2"]) == 0
    assert main([*arguments[:3], "--resume", "steps=2", "seed=5"]) == 1
    assert "was made with another `seed` (13, now 5)" in capsys.readouterr().err


def test_all_faults_of_a_config_come_at_once(config, capsys):
    assert main(["train", "--config", str(config), "model.windw=3", "steps=many", "optimizer.head_lr=1"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: {config} has 2 fault(s):\n")
    assert "`model.windw` is not a key of this config" in printed
    assert "`steps` must be a whole number, but is 'many' instead" in printed
    assert "Traceback" not in printed


def test_data_that_do_not_fit_are_named_with_their_line(config, tmp_path, capsys):
    row = ARTICLES[0].to_dict()
    row["entities"][0]["start"] += 1
    (tmp_path / "gold.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert main(["train", "--config", str(config)]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("error: ")
    assert "gold.jsonl, line 1" in printed


@pytest.mark.parametrize("text", [None, "- a\n", ""])
def test_what_is_no_config(tmp_path, capsys, text):
    path = tmp_path / "c.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert main(["train", "--config", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"error: the config {path} ")


def test_a_config_with_a_corpus_pre_trains(tmp_path, monkeypatch, capsys):
    path = tmp_path / "c.yaml"
    path.write_text("corpus: {}\n", encoding="utf-8")
    given = []

    def run(*arguments):
        given.append(arguments)
        return Outcome(steps=3, tokens=2_000_000, losses={"whole": 1.5}, finished=True)

    monkeypatch.setattr(pretraining, "run", run)
    assert main(["train", "--config", str(path), "seed=3"]) == 0
    assert given == [(path, ["seed=3"])]
    assert capsys.readouterr().out == "3 steps, 2.0 M subwords, whole 1.500; finished\n"
    monkeypatch.setenv("RANK", "1")
    assert main(["train", "--config", str(path)]) == 0
    assert capsys.readouterr().out == ""
