from dataclasses import asdict

import pytest
from transformers import BertConfig

from small_ontology import NAMES_ONLY, SMALL, small_task
from waqai.data.labels import Task
from waqai.models import Calibration, WaqaiConfig


def made():
    return WaqaiConfig(
        encoder=BertConfig(hidden_size=32, vocab_size=50).to_dict(),
        task=asdict(small_task()),
        ontology_fingerprint=SMALL.fingerprint,
        span_head="pointer",
        head_size=16,
        dropout=0.1,
        window=100,
        overlap=30,
    )


def test_a_config_reads_back_equal(tmp_path):
    config = made()
    config.set_calibration("role", Calibration(scale=1.5, shift=-0.25, threshold=0.375))
    config.save_pretrained(tmp_path)
    read = WaqaiConfig.from_pretrained(tmp_path)
    for name in ("ontology_fingerprint", "span_head", "head_size", "dropout", "window", "overlap", "calibration"):
        assert getattr(read, name) == getattr(config, name), name
    assert read.encoder_config().to_dict() == config.encoder_config().to_dict()
    assert read.task_shape() == small_task()
    assert read.calibrated("role") == Calibration(scale=1.5, shift=-0.25, threshold=0.375)


def test_what_was_never_fitted_is_the_identity():
    assert made().calibrated("entity") == Calibration(scale=1.0, shift=0.0, threshold=0.5)


def test_two_configs_share_no_calibration():
    one, two = made(), made()
    one.set_calibration("entity", Calibration(scale=2.0))
    assert two.calibrated("entity") == Calibration()


def test_the_encoder_config_is_of_its_own_class():
    config = made().encoder_config()
    assert isinstance(config, BertConfig)
    assert (config.hidden_size, config.vocab_size) == (32, 50)


def test_an_unknown_calibration_key_is_an_error():
    config = made()
    config.calibration = {"entity": {"slope": 1.0}}
    with pytest.raises(TypeError):
        config.calibrated("entity")


def test_a_task_without_events_survives():
    config = WaqaiConfig(task=asdict(Task.of(NAMES_ONLY, 2)))
    assert config.task_shape() == Task.of(NAMES_ONLY, 2)
