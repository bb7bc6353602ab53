"""The whole path of configs/arabert.yaml, with a tiny encoder of that very architecture and tokenizer on a test Hub."""

import json
import re
from pathlib import Path

import pytest
from transformers import BertConfig, BertForMaskedLM

from invented_news import ARTICLES
from tiny_models import word_piece
from waqai import EventExtractor
from waqai.cli import main
from waqai.data.standoff import read_annotated

CONFIG = Path(__file__).parents[2] / "configs" / "arabert.yaml"
NAME = "aubmindlab/bert-base-arabertv02"


@pytest.fixture
def arabert(hub, tmp_path):
    """The repository as on the Hub: a masked language model, a vocabulary without marks, several kinds of weights."""
    vocab = word_piece().get_vocab()
    words = [word for word in sorted(vocab, key=vocab.get) if not re.search("[\u064b-\u0652]", word)]
    config = BertConfig(
        architectures=["BertForMaskedLM"],
        attention_probs_dropout_prob=0.1,
        gradient_checkpointing=False,
        hidden_act="gelu",
        hidden_dropout_prob=0.1,
        hidden_size=32,
        initializer_range=0.02,
        intermediate_size=64,
        layer_norm_eps=1e-12,
        max_position_embeddings=512,
        num_attention_heads=2,
        num_hidden_layers=2,
        pad_token_id=0,
        type_vocab_size=2,
        vocab_size=len(words),
    )
    folder = tmp_path / "arabert"
    BertForMaskedLM(config).save_pretrained(folder)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    files |= {
        "vocab.txt": "\n".join(words).encode(),
        "tokenizer_config.json": json.dumps({"do_lower_case": False, "max_len": 512}).encode(),
        "special_tokens_map.json": json.dumps(
            {f"{kind}_token": f"[{kind.upper()}]" for kind in ("unk", "sep", "pad", "cls", "mask")}
        ).encode(),
        "pytorch_model.bin": b"\x80 never to be read",
        "tf_model.h5": b"never to be read",
        "README.md": b"# AraBERT",
    }
    return hub.add(NAME, files)


@pytest.fixture
def data(tmp_path):
    """Three articles to train on, three to validate on, two texts with their proclitics."""
    for name, articles in (("train", ARTICLES[:3]), ("validation", ARTICLES[3:])):
        lines = [json.dumps(article.to_dict(), ensure_ascii=False) for article in articles]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = [{"id": "p1", "text": "قتل بدمشق", "cuts": [5]}, {"id": "p2", "text": "ولبنان في", "cuts": [1]}]
    (tmp_path / "cuts.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_arabert_is_trained_and_used(hub, arabert, data, capsys):
    sets = (
        f"{{name: news, path: {data}/train.jsonl}}",
        f"{{name: cuts, path: {data}/cuts.jsonl, format: proclitics}}",
        f"{{name: waqai, path: {data}/none.jsonl, optional: true}}",
    )
    overrides = (
        f"output={data / 'run'}",
        f"train=[{', '.join(sets)}]",
        f"validation=[{{name: held-out, path: {data}/validation.jsonl}}]",
        "steps=4",
        "evaluate_every=2",
        "batch_size=4",
        "precision=fp32",
    )
    assert main(["train", "--config", str(CONFIG), *overrides]) == 0
    folder = data / "run" / "checkpoint"
    assert capsys.readouterr().out == f"checkpoint: {folder}\n"
    downloaded = {r.rpartition("/")[2] for r in hub.requests if r.startswith("GET") and "/resolve/" in r}
    assert {"config.json", "vocab.txt", "model.safetensors"} <= downloaded
    assert not downloaded & {"pytorch_model.bin", "tf_model.h5"}
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["encoder"]["model_type"] == "bert"
    assert config["window"] == 384
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"base_model: {NAME}" in card
    text = "\n".join(article.text for article in ARTICLES * 5)
    (data / "in.jsonl").write_text(json.dumps({"id": "a", "text": text}) + "\n", encoding="utf-8")
    hub.requests.clear()
    arguments = ["--model", folder, "--input", data / "in.jsonl", "--output", data / "out.jsonl"]
    assert main(["infer", *map(str, arguments)]) == 0
    [article] = read_annotated(data / "out.jsonl")
    assert article.coverage == 1.0
    encoder = EventExtractor.from_pretrained(folder).text_encoder
    assert len(next(encoder.encode(text)).windows) > 1
    known, marked = (next(encoder.encode(word)).windows for word in ("قتل في", "قُتِلَ فِـي"))
    assert marked == known
    assert encoder.tokenizer.unk_token_id not in marked[0]
    assert hub.requests == []


def test_an_encoder_that_is_not_on_the_hub(hub, data, capsys):
    assert main(["train", "--config", str(CONFIG), f"output={data / 'run'}"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: `model.encoder` '{NAME}' cannot be loaded: ")
    assert printed.endswith("encoder with safetensors weights and a fast tokenizer, or of a checkpoint.\n")
