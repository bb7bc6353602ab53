import errno
import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from invented_news import ARTICLES
from small_ontology import SMALL
from waqai import EventExtractor, checkpoints
from waqai.checkpoints import load_checkpoint, save_checkpoint
from waqai.data.windows import WindowSize
from waqai.errors import CheckpointError, OutputError
from waqai.ontology import save_ontology

TEXTS = [article.text for article in ARTICLES]
FILES = {"config.json", "model.safetensors", "ontology.yaml", "tokenizer.json", "tokenizer_config.json", "README.md"}


@pytest.fixture
def folder(checkpoint_folder, tmp_path):
    """A checkpoint's folder of one's own."""
    return shutil.copytree(checkpoint_folder, tmp_path / "checkpoint")


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_what_is_loaded_predicts_what_was_saved(checkpoints, family, tmp_path):
    one = load_checkpoint(checkpoints(family))
    save_checkpoint(one, tmp_path / "again")
    assert names(tmp_path / "again") >= FILES
    two = load_checkpoint(tmp_path / "again")
    assert two.ontology == one.ontology
    assert two.name == str(tmp_path / "again")
    assert not two.model.training
    state = one.model.state_dict()
    assert {k: v.dtype for k, v in two.model.state_dict().items()} == {k: v.dtype for k, v in state.items()}
    assert all(torch.equal(state[name], tensor) for name, tensor in two.model.state_dict().items())
    for text in TEXTS:
        assert two.tokenizer(text)["input_ids"] == one.tokenizer(text)["input_ids"]
    left, right = (EventExtractor(c, dtype="fp32", values=False).extract(TEXTS) for c in (one, two))
    assert [(a.entities, a.events) for a in left] == [(a.entities, a.events) for a in right]


def test_predictions_name_the_model_by_its_content(folder, tmp_path):
    """A copy has the same digest; other weights, another calibration or another ontology have not."""
    known = load_checkpoint(folder)
    assert known.digest is not None
    assert re.fullmatch("[0-9a-f]{12}", known.digest)
    [article] = EventExtractor(known, values=False).extract([TEXTS[0]])
    assert article.model == f"{folder}@{known.digest}"
    copied = shutil.copytree(folder, tmp_path / "copy")
    (copied / "README.md").write_text("mine", encoding="utf-8")
    assert load_checkpoint(copied).digest == known.digest
    digests = {known.digest}
    weights = load_file(copied / "model.safetensors")
    weights["proclitics.out.bias"] += 1
    save_file(weights, copied / "model.safetensors", metadata={"format": "pt"})
    digests.add(load_checkpoint(copied).digest)
    config = json.loads((copied / "config.json").read_text(encoding="utf-8"))
    config["calibration"]["entity"]["threshold"] = 0.123
    (copied / "config.json").write_text(json.dumps(config), encoding="utf-8")
    digests.add(load_checkpoint(copied).digest)
    assert len(digests) == 3


def test_weights_are_saved_in_bfloat16(folder):
    tensors = load_file(folder / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()} == {torch.bfloat16}
    assert {p.dtype for p in load_checkpoint(folder).model.parameters()} == {torch.float32}


def test_all_files_may_be_read_by_the_same_people(checkpoint, tmp_path):
    save_checkpoint(checkpoint, tmp_path / "shared")
    assert len({path.stat().st_mode for path in (tmp_path / "shared").iterdir()}) == 1


def test_weights_are_saved_in_shards(folder, monkeypatch):
    checkpoint = load_checkpoint(folder)
    monkeypatch.setattr(checkpoints, "MAX_SHARD", "50KB")
    save_checkpoint(checkpoint, folder)
    shards = [path for path in folder.iterdir() if path.suffix == ".safetensors"]
    assert len(shards) > 1
    assert max(path.stat().st_size for path in shards) < 100_000
    assert "model.safetensors" not in names(folder)
    again = load_checkpoint(folder)
    state = checkpoint.model.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in again.model.state_dict().items())
    monkeypatch.undo()
    save_checkpoint(again, folder)
    assert names(folder) == FILES


def test_a_checkpoint_that_cannot_be_saved_leaves_the_one_that_is_there(folder, monkeypatch):
    checkpoint, before = load_checkpoint(folder), names(folder)

    def fill_the_disk(written, **_):
        (Path(written) / "model.safetensors").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.model, "save_pretrained", fill_the_disk)
    with pytest.raises(OutputError, match="No space left on device"):
        save_checkpoint(checkpoint, folder)
    assert names(folder) == before
    assert load_checkpoint(folder).digest == checkpoint.digest


def test_further_files_stand_beside_the_weights(checkpoint, tmp_path):
    given = {"metrics.json": "{}\n", "training.yaml": "seed: 1\n", "audit.json": '{"a": 1}\n'}
    save_checkpoint(checkpoint, tmp_path / "c", given)
    for name, content in given.items():
        assert (tmp_path / "c" / name).read_text(encoding="utf-8") == content


def test_further_files_are_kept_when_a_checkpoint_is_saved_again(checkpoint, tmp_path):
    given = {"metrics.json": "{}\n", "training.yaml": "seed: 1\n", "audit.json": '{"a": 1}\n'}
    save_checkpoint(checkpoint, tmp_path / "one", given)
    loaded = load_checkpoint(tmp_path / "one")
    assert loaded.files == given
    save_checkpoint(loaded, tmp_path / "two", {"audit.json": "{}\n"})
    assert names(tmp_path / "two") == names(tmp_path / "one")
    assert (tmp_path / "two" / "metrics.json").read_text(encoding="utf-8") == "{}\n"
    assert (tmp_path / "two" / "audit.json").read_text(encoding="utf-8") == "{}\n"


def test_a_card_is_written_anew_unless_somebody_wrote_it(checkpoint, tmp_path):
    save_checkpoint(checkpoint, tmp_path / "one")
    save_checkpoint(load_checkpoint(tmp_path / "one"), tmp_path / "two")
    assert 'from_pretrained("two")' in (tmp_path / "two" / "README.md").read_text(encoding="utf-8")
    (tmp_path / "two" / "README.md").write_text("# بطاقة كتبها أحد\n", encoding="utf-8")
    save_checkpoint(load_checkpoint(tmp_path / "two"), tmp_path / "three")
    assert (tmp_path / "three" / "README.md").read_text(encoding="utf-8") == "# بطاقة كتبها أحد\n"


def test_the_window_is_the_one_of_training(checkpoint):
    assert checkpoint.text_encoder().size == WindowSize(subwords=80, overlap=20)


def test_no_code_and_no_pickle_is_saved(folder):
    assert not [name for name in names(folder) if name.endswith((".py", ".bin", ".pt", ".pkl"))]
    assert "auto_map" not in json.loads((folder / "config.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["config.json", "ontology.yaml"])
def test_a_folder_that_is_no_checkpoint(folder, name):
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=rf"must have {name}, but .* has none\. Give the folder that"):
        load_checkpoint(folder)


def test_an_encoder_is_no_checkpoint(bert):
    with pytest.raises(CheckpointError, match=r"must have ontology\.yaml"):
        load_checkpoint(bert)


def test_an_encoder_with_an_ontology_beside_it_is_no_checkpoint(bert, tmp_path):
    folder = shutil.copytree(bert, tmp_path / "encoder")
    save_ontology(SMALL, folder / "ontology.yaml")
    with pytest.raises(CheckpointError, match=r"`model_type` must be 'waqai', but is 'bert' instead"):
        load_checkpoint(folder)


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("config.json", lambda path: path.write_text("{", encoding="utf-8")),
        ("config.json", lambda path: path.write_text("[]", encoding="utf-8")),
        ("config.json", lambda path: path.write_bytes(b"\xff\xfe\x00")),
        ("ontology.yaml", lambda path: path.write_text("name: [", encoding="utf-8")),
        ("ontology.yaml", lambda path: path.write_text("name: x", encoding="utf-8")),
        ("model.safetensors", lambda path: path.unlink()),
        ("model.safetensors", cut),
        ("model.safetensors", lambda path: path.write_bytes(b"")),
        ("model.safetensors", lambda path: path.rename(path.with_name("pytorch_model.bin"))),
        ("tokenizer.json", lambda path: path.unlink()),
        ("tokenizer.json", lambda path: path.write_text("{", encoding="utf-8")),
    ],
)
def test_a_damaged_checkpoint_has_one_clear_error(folder, name, damage):
    damage(folder / name)
    with pytest.raises(CheckpointError, match=r"cannot be loaded|has none|must be 'waqai'") as caught:
        load_checkpoint(folder)
    assert str(folder) in str(caught.value)


def test_a_checkpoint_of_another_ontology(folder):
    save_ontology(SMALL, folder / "ontology.yaml")
    with pytest.raises(CheckpointError, match=rf"but the ontology\.yaml beside it is '{SMALL.fingerprint}'"):
        load_checkpoint(folder)


@pytest.mark.parametrize(("key", "value"), [("head_size", 8), ("span_head", "pointer")])
def test_a_checkpoint_of_another_shape(folder, key, value):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {key: value}), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"do not fit its config\.json|cannot be loaded"):
        load_checkpoint(folder)


def test_weights_that_are_missing_or_unknown(folder):
    tensors = load_file(folder / "model.safetensors")
    del tensors["proclitics.out.bias"]
    tensors["stranger"] = torch.zeros(3)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(CheckpointError, match=r"missing_keys.*proclitics\.out\.bias.*unexpected_keys.*stranger"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["./nowhere", "", "a b"])
def test_what_is_neither_a_folder_nor_a_hub_id(name):
    with pytest.raises(CheckpointError, match=r"must be a folder or a Hub id"):
        load_checkpoint(name)


def test_the_path_of_nothing_is_no_hub_id(tmp_path):
    """Nothing is asked of the Hub for it."""
    for path in ("no/such/folder", tmp_path / "folder"):
        with pytest.raises(
            CheckpointError, match=r"there is no checkpoint 'folder' in the folder '.*'\. Check the path"
        ):
            load_checkpoint(path)


def test_a_file_is_no_checkpoint(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"must be a folder or a Hub id"):
        load_checkpoint(tmp_path / "model.safetensors")


def test_a_folder_that_cannot_be_made(checkpoint, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match=r"the checkpoint cannot be written to .*file.c: "):
        save_checkpoint(checkpoint, tmp_path / "file" / "c")
