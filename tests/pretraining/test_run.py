"""The whole way from shards to an encoder, with a tiny shape."""

import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import yaml
from invented_corpus import write_shard
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer

from two_processes import launch
from waqai.errors import CheckpointError, ConfigError, OutputError, TrainingError
from waqai.pretraining import loop, run
from waqai.pretraining.batches import BatchSource


@pytest.fixture
def config(corpus_folder, tmp_path):
    """The path of a config of six steps."""
    content = {
        "output": str(tmp_path / "run"),
        "corpus": {
            "shards": {
                "news": {"files": [f"{corpus_folder}/news-*.jsonl.xz"], "tokenizer_step": 1},
                "books": {"files": [f"{corpus_folder}/books-*.jsonl.xz"], "weight": 0.5},
            },
            "processes": 1,
        },
        "tokenizer": {"vocabulary_size": 60, "alphabet_size": 50},
        "vectors": {"window": 2, "sample": 0.001},
        "encoder": {
            "hidden_size": 16,
            "layers": 2,
            "heads": 2,
            "intermediate_size": 16,
            "max_positions": 64,
            "global_every": 2,
        },
        "training": {
            "steps": 6,
            "sequence_length": 16,
            "batch_size": 4,
            "learning_rate": 0.01,
            "warmup_steps": 2,
            "precision": "fp32",
            "log_every": 2,
            "save_every_minutes": 60,
        },
    }
    path = tmp_path / "pretrain.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def curve(folder):
    """Return the log without the times."""
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k not in ("seconds", "tokens_per_second")} for row in rows]


def test_from_shards_to_an_encoder(config, tmp_path):
    outcome = run(config)
    folder = tmp_path / "run"
    assert (outcome.steps, outcome.tokens, outcome.finished) == (6, 6 * 4 * 16, True)
    assert [row["step"] for row in curve(folder)] == [2, 4, 6]
    assert outcome.losses == {"mlm": pytest.approx(curve(folder)[-1]["mlm"], abs=1e-5)}
    assert json.loads((folder / "audit.json").read_text()) == {}
    encoder = AutoModel.from_pretrained(folder / "encoder")
    tokenizer = AutoTokenizer.from_pretrained(folder / "encoder")
    states = encoder(**tokenizer("أعلن الوزير", return_tensors="pt")).last_hidden_state
    assert states.shape[-1] == 16
    assert states.isfinite().all()
    weights = load_file(folder / "encoder" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.bfloat16}
    trained = load_file(folder / "checkpoints" / "step-00000006" / "model.safetensors")
    for name, tensor in weights.items():
        assert torch.equal(tensor, trained[f"encoder.{name}"].bfloat16())


@pytest.mark.parametrize("objective", ["{kind: mlm}", "{kind: mlm, candidates: 20}", "{kind: rtd}"])
def test_a_cut_run_goes_on_to_the_same_curve(config, tmp_path, monkeypatch, objective):
    whole, cut = f"output={tmp_path / 'whole'}", f"output={tmp_path / 'cut'}"
    options = [f"objective={objective}", "vectors=null"]
    run(config, [whole, *options])
    for part in ("tokenizer", "packed"):  # the tokenizer's training is not the same each time
        shutil.copytree(tmp_path / "whole" / part, tmp_path / "cut" / part)
    options.append("training.save_every_minutes=1e-9")  # after every step
    batch = BatchSource.batch

    def failing(self, step):
        if step == 3:
            raise KeyboardInterrupt
        return batch(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(BatchSource, "batch", failing)
        with pytest.raises(KeyboardInterrupt):
            run(config, [cut, *options])
    torch.rand(7)  # the state of the generator is not what the run hangs on
    run(config, [cut, *options])
    assert curve(tmp_path / "cut") == curve(tmp_path / "whole")
    expected = load_file(tmp_path / "whole" / "checkpoints" / "step-00000006" / "model.safetensors")
    found = load_file(tmp_path / "cut" / "checkpoints" / "step-00000006" / "model.safetensors")
    assert expected.keys() == found.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_the_clock_ends_a_sitting_with_a_decay(config, tmp_path, monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(loop.time, "monotonic", lambda: 0.01 * next(clock))
    outcome = run(config, ["training.steps=100000", "training.max_minutes=0.02", "training.decay_share=0.5"])
    assert not outcome.finished
    rates = [row["learning_rate"] for row in curve(tmp_path / "run")]
    assert rates[0] == pytest.approx(0.01)
    assert all(later <= earlier for earlier, later in pairwise(rates))
    assert rates[-1] < 0.001
    assert (tmp_path / "run" / "encoder" / "model.safetensors").exists()


def test_a_config_that_asks_for_another_result(config, tmp_path):
    """Nothing is made again behind the user's back, and nothing old is passed off as what was asked for."""
    run(config, ["training.steps=2"])
    before = (tmp_path / "run" / "config.yaml").read_text()
    changes = ["encoder.heads=4", "corpus.shards.books.weight=1", "tokenizer.vocabulary_size=70", "vectors=null"]
    changes.append("training.seed=3")
    with pytest.raises(ConfigError) as caught:
        run(config, changes)
    for told in (
        "`encoder.heads` (2, now 4)",
        "`corpus.shards.books.weight` (0.5, now 1.0)",
        "`tokenizer.vocabulary_size` (60, now 70)",
        "`vectors.window` (2, now None)",
        "`training.seed` (1, now 3)",
    ):
        assert told in str(caught.value)
    assert (tmp_path / "run" / "config.yaml").read_text() == before
    run(config, ["corpus.processes=2", "objective.mask_share=0.2", "training.steps=4", "training.log_every=1"])
    assert [row["step"] for row in curve(tmp_path / "run")] == [2, 3, 4]


def test_shards_that_came_or_changed(config, tmp_path, corpus_folder):
    """A run does not go on with other texts unsaid; shards that are gone are no longer needed."""
    corpus = shutil.copytree(corpus_folder, tmp_path / "corpus")
    (tmp_path / "validation.jsonl").write_text('{"text": "نص قصير"}\n', encoding="utf-8")
    held_out = f"corpus.held_out=['{tmp_path}/*-validation.jsonl', '{tmp_path}/validation.jsonl']"
    config.write_text(config.read_text().replace(str(corpus_folder), str(corpus)))
    (tmp_path / "first-validation.jsonl").write_text('{"text": "نص آخر"}\n', encoding="utf-8")
    run(config, [held_out, "training.steps=2"])
    (tmp_path / "validation.jsonl").unlink()
    run(config, [held_out, "training.steps=3"])
    (tmp_path / "validation.jsonl").write_text('{"text": "نص قصير"}\n', encoding="utf-8")
    (corpus / "books-00.jsonl.xz").rename(corpus / "news-07.jsonl.xz")
    write_shard(corpus / "news-01.jsonl.xz", ["نص جديد"])
    (tmp_path / "second-validation.jsonl").write_text(json.dumps({"text": "كلمة " * 8}), encoding="utf-8")
    with pytest.raises(
        CheckpointError, match=r"before news-01\.jsonl\.xz, news-07\.jsonl\.xz, the held-out texts came or changed"
    ):
        run(config, [held_out])
    for file in [*corpus.iterdir(), *tmp_path.glob("*validation.jsonl")]:
        file.unlink()
    assert run(config, [held_out]).finished


def test_a_run_that_was_cut_before_its_encoder_was_written(config, tmp_path):
    run(config)
    before = (tmp_path / "run" / "encoder" / "model.safetensors").read_bytes()
    shutil.rmtree(tmp_path / "run" / "encoder")
    run(config)
    assert (tmp_path / "run" / "encoder" / "model.safetensors").read_bytes() == before


def test_a_loss_that_is_no_number(config, tmp_path):
    """The weights go before the loss does, and neither gets into a state."""
    run(config, ["training.steps=2"])
    broken = ["training.learning_rate=1e30", "training.max_grad_norm=1e30", "training.warmup_steps=0"]
    with pytest.raises(TrainingError, match=r"not finite after step .* Lower `training\.learning_rate`"):
        run(config, [*broken, "training.steps=400", "training.log_every=5"])
    with pytest.raises(TrainingError, match=r"a weight is not finite after step"):
        run(config, [*broken, "training.steps=400", "training.log_every=300", "training.save_every_minutes=1e-9"])
    states = list((tmp_path / "run" / "checkpoints").iterdir())
    assert all(
        tensor.isfinite().all() for state in states for tensor in load_file(state / "model.safetensors").values()
    )
    assert all(not state.name.endswith(".tmp") for state in states)


def test_a_log_that_was_cut_in_a_line(config, tmp_path):
    run(config, ["training.steps=4"])
    with (tmp_path / "run" / "metrics.jsonl").open("a") as file:
        file.write('{"step": 6, "tok')
    run(config)
    assert [row["step"] for row in curve(tmp_path / "run")] == [2, 4, 6]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("c++") is None, reason="torch compiles for the CPU with a C++ compiler")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The .grad attribute")  # torch's own
@pytest.mark.parametrize("kind", ["mlm", "rtd"])
def test_a_compiled_run_learns_the_same(config, tmp_path, kind):
    options = ["training.steps=2", "training.log_every=1", f"objective={{kind: {kind}}}"]
    run(config, [f"output={tmp_path / 'plain'}", *options])
    for part in ("tokenizer", "packed", "vectors"):
        shutil.copytree(tmp_path / "plain" / part, tmp_path / "compiled" / part)
    run(config, [f"output={tmp_path / 'compiled'}", "training.compile=true", *options])
    plain, compiled = curve(tmp_path / "plain"), curve(tmp_path / "compiled")
    assert compiled[0]["mlm"] == pytest.approx(plain[0]["mlm"], abs=1e-4)
    assert compiled[1]["mlm"] == pytest.approx(plain[1]["mlm"], abs=0.1)  # a compiled program draws other subwords


def test_a_state_of_another_shape(config, tmp_path):
    run(config)
    (tmp_path / "run" / "config.yaml").unlink()
    with pytest.raises(CheckpointError, match=r"must be of shape .* but is .* instead .*step-00000006"):
        run(config, ["encoder.intermediate_size=24", "training.steps=8"])


def test_vectors_of_another_width(config, tmp_path):
    run(config)
    (tmp_path / "run" / "config.yaml").unlink()
    with pytest.raises(CheckpointError, match=r"`vectors` must be of shape \(60, 32\), but is \(60, 16\) instead"):
        run(config, ["encoder.hidden_size=32"])


def test_a_tokenizer_that_the_corpus_was_not_packed_with(config, tmp_path, tokenizer):
    run(config)
    tokenizer.save_pretrained(tmp_path / "run" / "tokenizer")
    with pytest.raises(CheckpointError, match="`tokenizer` must be the one of the run"):
        run(config)


def test_too_little_disk(config, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1000, 990, 10))
    with pytest.raises(OutputError, match="of free disk"):
        run(config)


@pytest.mark.slow
def test_two_processes_train_as_one_with_twice_the_batch(config, tmp_path):
    """Masks are drawn by process, so the losses differ a little; what is learnt from does not."""
    run(config, [f"output={tmp_path / 'one'}", "training.batch_size=8"])
    two = tmp_path / "two"
    for part in ("tokenizer", "packed", "vectors"):
        shutil.copytree(tmp_path / "one" / part, two / part)
    script = (
        "import sys; from pathlib import Path; from waqai.pretraining import run; "
        f"run(Path({str(config)!r}), ['output={two}'])"
    )
    (tmp_path / "script.py").write_text(f"if __name__ == '__main__':\n    {script}\n")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run(
        [*command, str(tmp_path / "script.py")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    ours, theirs = curve(two), curve(tmp_path / "one")
    for key in ("step", "tokens", "epoch", "learning_rate"):
        assert [row[key] for row in ours] == [row[key] for row in theirs]
    assert [row["mlm"] for row in ours] == pytest.approx([row["mlm"] for row in theirs], rel=0.1)
    assert len(list(Path(two, "checkpoints").iterdir())) == 1


def test_steps_of_another_size_are_refused(config):
    """The place in the corpus is counted in steps, so it would be lost."""
    run(config, ["training.steps=2"])
    with pytest.raises(CheckpointError, match=r"must stay what it was, 64 subwords a step, but is 32 instead"):
        run(config, ["training.batch_size=2"])


def test_a_run_goes_on_at_the_rate_that_the_config_says(config, tmp_path):
    run(config, ["training.steps=2", "training.schedule=cosine"])
    run(config, ["training.learning_rate=0.003", "training.steps=400", "training.max_minutes=0.05"])
    assert [row["learning_rate"] for row in curve(tmp_path / "run")][1] == pytest.approx(0.003)


@pytest.mark.slow
def test_two_processes_read_what_one_reads(config, tmp_path):
    """The same sequences in each step, one log, one encoder, and nearly the same weights; then they go on together."""
    run(config, [f"output={tmp_path / 'one'}"])
    two = tmp_path / "run"
    shutil.copytree(tmp_path / "one" / "tokenizer", two / "tokenizer")
    half = ("--config", str(config), "training.batch_size=2")
    done = launch(*half, "training.steps=4", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("4 steps, 0.0 M subwords") == 1
    done = launch(*half, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [(row["step"], row["tokens"], row["epoch"]) for row in curve(two)] == [
        (row["step"], row["tokens"], row["epoch"]) for row in curve(tmp_path / "one")
    ]
    assert len(list((two / "logs").iterdir())) == 2
    alone, both = (load_file(folder / "encoder" / "model.safetensors") for folder in (tmp_path / "one", two))
    assert alone.keys() == both.keys()
    assert max((alone[name] - tensor).abs().max().item() for name, tensor in both.items()) < 0.1
