import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from invented_news import ARTICLES
from waqai.cards import MARKER, model_card
from waqai.checkpoints import save_checkpoint
from waqai.config import dump_config
from waqai.scoring import score_articles
from waqai.training.settings import DataSettings, ModelSettings, TrainSettings

SETTINGS = TrainSettings(
    output=Path("runs/one"),
    model=ModelSettings(encoder="someone/an-encoder", sources=("SaudiNewsNet (CC BY-NC-SA 4.0)", "Wikipedia")),
    train=(
        DataSettings(name="news", path=Path("news.jsonl"), source="news snippets", terms="of their publishers"),
        DataSettings(name="plain", path=Path("data/plain.jsonl")),
    ),
    validation=(DataSettings(name="held-out", path=Path("held-out.jsonl"), terms="none stated"),),
    steps=50,
    batch_size=4,
    notes=("The best of three runs.",),
)
METRICS = {
    "validation": score_articles(ARTICLES, ARTICLES, resamples=50).to_dict(),
    "calibration": {
        "entity": {"scale": 1.5, "shift": 0.5, "threshold": 0.25, "ece": 0.0625, "decisions": 120},
        "tuple": {"scale": 1.0, "shift": 0.0, "threshold": 0.0},
    },
    "best_step": 40,
    "steps": 50,
    "seconds": 600,
    "parameters": 1234567,
}


@pytest.fixture
def folder(checkpoint, tmp_path):
    """A checkpoint with all that training writes beside it."""
    files = {
        "metrics.json": json.dumps(METRICS),
        "audit.json": json.dumps({"news.span.too_long": 3, "plain.not_there": 1}),
        "training.yaml": dump_config(SETTINGS),
    }
    save_checkpoint(checkpoint, tmp_path / "c", files)
    return tmp_path / "c"


def test_the_front_matter_is_what_the_hub_reads(folder):
    card = ModelCard(model_card(folder, "someone/waqai-one"))
    data = card.data.to_dict()
    assert data["language"] == ["ar"]
    assert data["library_name"] == "waqai"
    assert data["license"] == "other"
    assert data["base_model"] == "someone/an-encoder"
    assert {"arabic", "event-extraction"} <= set(data["tags"])
    assert data["metrics"] == ["f1", "precision", "recall"]
    results = {result.metric_name: result.metric_value for result in card.data.eval_results}
    assert results["F1, entities, exact span and type"] == 1.0
    assert card.data.eval_results[0].dataset_name == "held-out"


def test_the_body_says_what_was_measured(folder):
    text = model_card(folder, "someone/waqai-one")
    for expected in (
        "# waqai-one\n",
        'EventExtractor.from_pretrained("someone/waqai-one")',
        "10 entity types, 33 event types, 7 roles, 2 relations, 4 values of factuality",
        "1,234,567 parameters, 0.",
        "Encoder: bert, 2 layers, 32 wide",
        "windows of 80 subwords that overlap by 20",
        "| news | train | news snippets | of their publishers |",
        "| plain | train | `data/plain.jsonl` | not given |",
        "| held-out | validation | `held-out.jsonl` | none stated |",
        "was pre-trained on: SaudiNewsNet (CC BY-NC-SA 4.0), Wikipedia.",
        "Use beyond research is the user's to clear",
        "Up to 50 steps of 4 texts, seed 13",
        "`training.yaml`.\n\nThe best of three runs.\n",
        "best validation was at step 40 of 50; the run took 10 minutes",
        "`news.span.too_long` 3, `plain.not_there` 1.",
        "On the 6 validation articles",
        "| entities, exact span and type | 100.0 | 100.0 | 100.0 | 100.0–100.0 |",
        "| factuality of found triggers, accuracy |  |  | 100.0 | 100.0–100.0 |",
        "| entity | 0.062 | 0.250 | 120 |",
        "## Limits",
    ):
        assert expected in text, expected
    assert "$" not in text


def test_saving_writes_the_card(folder):
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(folder, "c")
    assert MARKER in model_card(folder, "c")


def test_a_checkpoint_without_a_history_says_so(checkpoint_folder):
    text = model_card(checkpoint_folder, "tiny")
    for name in ("metrics.json", "audit.json", "training.yaml"):
        assert f"`{name}` is not beside this checkpoint." in text
    assert "The scores of this checkpoint were not calibrated." in text
    data = ModelCard(text).data
    assert (data.base_model, data.eval_results) == (None, None)


def test_an_encoder_in_a_folder_is_no_base_model(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "someone" / "an-encoder").mkdir(parents=True)
    assert ModelCard(model_card(folder, "x")).data.base_model is None


def test_what_is_no_training_config_is_passed_over(folder):
    (folder / "training.yaml").write_text("steps: 3\n", encoding="utf-8")
    assert "`training.yaml` is not beside this checkpoint." in model_card(folder, "x")
    assert "name: validation\n" in model_card(folder, "x")


def test_what_the_validation_has_none_of_is_left_out(folder):
    bare = [article for article in ARTICLES if not article.events]
    metrics = METRICS | {"validation": score_articles(bare, bare, resamples=10).to_dict(), "calibration": {}}
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    text = model_card(folder, "x")
    assert "| entities, exact" in text
    assert "| triggers" not in text
    assert "factuality of found triggers" not in text
