from pathlib import Path

import pytest

from waqai.config import dump_config, load_config
from waqai.errors import ConfigError
from waqai.pretraining.config import PretrainConfig

CONFIG = Path(__file__).parents[2] / "configs" / "pretrain.yaml"


def test_the_shipped_config_round_trips(tmp_path):
    config = load_config(PretrainConfig, CONFIG)
    assert (config.encoder.hidden_size, config.objective.mask_share) == (256, 0.3)
    (tmp_path / "config.yaml").write_text(dump_config(config), encoding="utf-8")
    assert load_config(PretrainConfig, tmp_path / "config.yaml") == config


def test_all_faults_at_once():
    overrides = ["encoder.heads=3", "objective.mask_share=1.5", "training.decay_share=0", "trainning.steps=3"]
    with pytest.raises(ConfigError) as caught:
        load_config(PretrainConfig, CONFIG, overrides)
    message = str(caught.value)
    for fault in (
        "`hidden_size` must be a multiple of twice the heads, 6",
        "`mask_share`",
        "`decay_share`",
        "trainning",
    ):
        assert fault in message


@pytest.mark.parametrize(
    "override",
    [
        "tokenizer.vocabulary_size=40000",
        "corpus.shards.news.weight=0",
        "training.betas=[0.9]",
        "training.max_minutes=0",
        "training.sequence_length=2048",
        "vectors.sample=0",
        "objective.kind=clm",
        "objective.candidates=3",
        "objective.candidates=24000",
    ],
)
def test_values_out_of_range(override):
    with pytest.raises(ConfigError, match=override.split("=")[0].rsplit(".", 1)[-1]):
        load_config(PretrainConfig, CONFIG, [override])


def test_replaced_subwords_are_made_from_the_whole_vocabulary():
    with pytest.raises(ConfigError, match="`candidates` must be null, or with `kind` mlm an even number"):
        load_config(PretrainConfig, CONFIG, ["objective.kind=rtd"])
    assert load_config(PretrainConfig, CONFIG, ["objective.kind=rtd", "objective.candidates=null"])
