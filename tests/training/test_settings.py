from pathlib import Path

import pytest

from waqai.config import dump_config, load_config
from waqai.data.labels import LabelScheme
from waqai.errors import ConfigError
from waqai.training.settings import DataSettings, ModelSettings, OptimizerSettings, TrainSettings

CONFIGS = Path(__file__).parents[2] / "configs"
LEAST = "output: runs/x\nmodel: {encoder: e}\ntrain: [{name: a, path: a}]\nvalidation: [{name: b, path: b}]\n"


def load(tmp_path, text, *overrides):
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    return load_config(TrainSettings, tmp_path / "config.yaml", overrides)


def test_the_least_config(tmp_path):
    assert load(tmp_path, LEAST) == TrainSettings(
        output=Path("runs/x"),
        model=ModelSettings(encoder="e"),
        train=(DataSettings(name="a", path=Path("a")),),
        validation=(DataSettings(name="b", path=Path("b")),),
    )


@pytest.mark.parametrize("name", ["arabert.yaml", "compact.yaml"])
def test_shipped_configs_are_read_and_read_back(tmp_path, name):
    settings = load_config(TrainSettings, CONFIGS / name)
    assert load(tmp_path, dump_config(settings)) == settings


def test_a_data_set_says_what_it_annotates(tmp_path):
    text = LEAST.replace(
        "{name: a, path: a}",
        "{name: a, path: a, types: {LOC: [GPE, LOC], MISC: []}, complete: [GPE], nested: false, events: false, "
        "proclitics: false}",
    )
    [data] = load(tmp_path, text).train
    assert data.scheme() == LabelScheme(
        types={"LOC": ("GPE", "LOC"), "MISC": ()}, complete=("GPE",), nested=False, events=False, proclitics=False
    )


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("steps=0", "`steps`, `batch_size` and `evaluate_every` must be at least 1"),
        ("batch_size=0", "at least 1"),
        ("evaluate_every=0", "at least 1"),
        ("patience=-1", "`patience` 0 or more"),
        ("train=[]", "`train` and `validation` must each name a data set"),
        ("validation=[]", "must each name a data set"),
        ("validation=[{name: a, path: b}]", "names must differ"),
        ("validation=[{name: b, path: b, types: {LOC: [GPE, FAC]}}]", "must name one of our types for each"),
        ("validation=[{name: b, path: b, events: false}]", "the validation set 'b' must be complete"),
        ("validation=[{name: b, path: b, complete: [PER]}]", "the validation set 'b' must be complete"),
        ("validation=[{name: b, path: b, types: {MISC: []}}]", "must name one of our types for each"),
        ("validation=[{name: b, path: b, format: proclitics}]", "a data set with annotated articles"),
        ("train=[{name: a, path: a, weight: 0}]", r"`train\[0\]`: `weight` must be above 0"),
        ("train=[{name: a, path: a, fraction: 0}]", r"`fraction` in \(0, 1\]"),
        ("train=[{name: a, path: a, fraction: 1.5}]", r"`fraction` in \(0, 1\]"),
        ("train=[{name: a, path: a, part: [0.5]}]", r"`part` must be two numbers, rising within \[0, 1\]"),
        ("train=[{name: a, path: a, part: [0.5, 0.5]}]", r"but is \[0\.5, 0\.5\] instead"),
        ("train=[{name: a, path: a, part: [0, 1.1]}]", "`part` must be two numbers"),
        ("train=[{name: a, path: a, cut_letters: من}]", "`cut_letters` must be some of وفبلكس"),
        ("train=[{name: a, path: a, format: tsv}]", r"`train\[0\]\.format` must be one of standoff, authoring"),
        ("model.window=79", "a window must hold at least 80 subwords"),
        ("model.overlap=200", "overlap by at most half"),
        ("model.head_size=5", "`head_size` even and at least 4"),
        ("model.span_width=0", "`span_width` must be at least 1"),
        ("train=[{name: a, path: a, join_words: 0}]", "`join_words` must be null or at least 2"),
        ("train=[{name: a, path: a, format: proclitics, join_words: 9}]", "null in the format proclitics, but is 9"),
        ("model.dropout=1", r"`dropout` in \[0, 1\)"),
        ("model.span_head=linear", "must be one of biaffine, pointer"),
        ("optimizer={encoder_lr: -1}", "learning rates must be positive"),
        ("optimizer={head_lr: 0}", "learning rates must be positive"),
        ("optimizer={layer_decay: 0}", r"`layer_decay` in \(0, 1\]"),
        ("optimizer={warmup: 1}", r"`warmup` in \[0, 1\)"),
        ("optimizer={max_grad_norm: 0}", "`max_grad_norm` positive"),
        ("optimizer={weight_decay: -0.1}", "`weight_decay` must be 0 or more"),
        ("selection=loss", "must be one of tuple_f1, entity_f1"),
        ("precision=fp16", "must be one of auto, fp32, bf16"),
        ("learning_rate=1", "`learning_rate` is not a key of this config"),
        ("output=5", "`output` must be a path"),
    ],
)
def test_values_out_of_range(tmp_path, override, message):
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, LEAST, override)


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(ConfigError, match=r"4 fault\(s\)") as caught:
        load(tmp_path, LEAST, "model={encoder: e, window: 3}", "optimizer={head_lr: 0}", "steps=many", "sed=3")
    for path in ("`model`", "`optimizer`", "`steps`", "`sed`"):
        assert path in str(caught.value)


def test_defaults_are_in_range():
    assert OptimizerSettings().head_lr > 0
