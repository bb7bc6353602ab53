"""The real client of the Hub against a server of these tests: push, load by id and revision, offline, AraBERT."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard, constants
from server import TOKEN

from invented_news import ARTICLES
from waqai import EventExtractor
from waqai.checkpoints import load_checkpoint, push_checkpoint
from waqai.data.standoff import read_annotated
from waqai.errors import CheckpointError, OutputError
from waqai.models import Calibration

# huggingface_hub hands its HTTP library the bytes of a file in a way that the library has begun to advise against.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

TEXTS = [article.text for article in ARTICLES[:3]]
FILES = {"README.md", "config.json", "model.safetensors", "ontology.yaml", "tokenizer.json", "tokenizer_config.json"}
NAME = "someone/waqai-tiny"


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def extracted(name, **settings):
    extractor = EventExtractor.from_pretrained(name, dtype="fp32", values=False, **settings)
    return [(a.entities, a.events, a.relations) for a in extractor.extract(TEXTS)]


def test_what_is_pushed_is_loaded_by_its_id(hub, checkpoint_folder):
    extractor = EventExtractor.from_pretrained(checkpoint_folder, dtype="fp32", values=False)
    address = extractor.push_to_hub(NAME)
    repository = hub.repositories[NAME]
    [commit] = repository.commits
    assert address == f"{hub.url}/{NAME}/commit/{commit.oid}"
    assert commit.message == "Upload a Waqai checkpoint"
    assert commit.files.keys() == FILES
    assert not repository.private
    assert repository.lfs == {"model.safetensors"}
    assert extracted(NAME) == extracted(checkpoint_folder)
    [article] = EventExtractor.from_pretrained(NAME).extract(TEXTS[:1])
    assert article.model == f"{NAME}@{load_checkpoint(NAME).digest}"


def test_the_card_names_the_id(hub, checkpoint_folder):
    EventExtractor.from_pretrained(checkpoint_folder).push_to_hub(NAME)
    card = ModelCard(hub.repositories[NAME].commits[-1].files["README.md"].decode())
    assert card.data.language == ["ar"]
    assert card.data.library_name == "waqai"
    assert f'EventExtractor.from_pretrained("{NAME}")' in card.text
    assert "POST /api/validate-yaml" in hub.requests


def test_a_card_that_somebody_wrote_is_kept(hub, checkpoint_folder, tmp_path):
    extractor = EventExtractor.from_pretrained(checkpoint_folder)
    extractor.save_pretrained(tmp_path / "c")
    own = "---\nlanguage: ar\nlicense: apache-2.0\n---\n\n# بطاقتي\n"
    (tmp_path / "c" / "README.md").write_text(own, encoding="utf-8")
    (tmp_path / "c" / "notes.pkl").write_bytes(b"never uploaded")
    push_checkpoint(tmp_path / "c", NAME)
    files = hub.repositories[NAME].commits[-1].files
    assert files["README.md"].decode() == own
    assert files.keys() == FILES
    EventExtractor.from_pretrained(NAME).push_to_hub("someone/again")
    assert hub.repositories["someone/again"].commits[-1].files["README.md"].decode() == own


def test_a_private_repository_needs_the_token(hub, checkpoint_folder, monkeypatch):
    EventExtractor.from_pretrained(checkpoint_folder).push_to_hub(NAME, private=True)
    assert hub.repositories[NAME].private
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    with pytest.raises(CheckpointError, match=r"cannot be had from the Hub: 401 Client Error\..*HF_TOKEN"):
        load_checkpoint(NAME)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert load_checkpoint(NAME).name == NAME


def test_every_revision_can_be_loaded(hub, checkpoint):
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    extractor.push_to_hub(NAME)
    checkpoint.model.config.set_calibration("entity", Calibration(threshold=1.0))
    extractor.push_to_hub(NAME)
    repository = hub.repositories[NAME]
    first, second = repository.commits
    repository.refs |= {"v1": first.oid, "refs/pr/1": second.oid}
    for revision, talks in [(first.oid, True), ("v1", True), (second.oid, False), ("main", False), (None, False)]:
        entities = [entities for entities, _, _ in extracted(NAME, revision=revision)]
        assert any(entities) is talks, revision
    with pytest.raises(CheckpointError, match=r"404 Client Error\."):
        load_checkpoint(NAME, revision="v9")


def test_nothing_but_plain_files_is_downloaded(hub, checkpoint_folder):
    odd = {"pytorch_model.bin": b"\x80", "modeling.py": b"raise SystemExit", "images/a.png": b"", "x.pkl": b""}
    hub.add(NAME, files_of(checkpoint_folder) | odd)
    load_checkpoint(NAME)
    downloaded = {r.rpartition("/")[2] for r in hub.requests if r.startswith("GET") and "/resolve/" in r}
    assert downloaded == FILES


def test_a_repository_that_is_no_checkpoint(hub, bert):
    hub.add("someone/encoder", files_of(bert))
    with pytest.raises(CheckpointError, match=r"must have ontology\.yaml, but someone/encoder has none"):
        load_checkpoint("someone/encoder")


def test_a_repository_that_is_not_there(hub):
    with pytest.raises(CheckpointError, match=r"'someone/nothing' is no folder here, and .* 404 Client Error"):
        load_checkpoint("someone/nothing")


def test_a_second_load_downloads_nothing(hub, checkpoint_folder):
    hub.add(NAME, files_of(checkpoint_folder))
    expected = extracted(NAME)
    hub.requests.clear()
    assert extracted(NAME) == expected
    assert not [request for request in hub.requests if request.startswith("GET") and "/resolve/" in request]


def test_offline_with_a_filled_cache(hub, checkpoint_folder, monkeypatch):
    hub.add(NAME, files_of(checkpoint_folder))
    expected = extracted(NAME)
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert extracted(NAME) == expected
    assert hub.requests == []
    with pytest.raises(CheckpointError, match=r"'someone/other' is no folder here, and it cannot be had"):
        load_checkpoint("someone/other")
    with pytest.raises(CheckpointError, match="cannot be had from the Hub"):
        load_checkpoint(NAME, revision="v1")


def test_a_hub_that_is_down(hub, checkpoint_folder):
    hub.add(NAME, files_of(checkpoint_folder))
    expected = extracted(NAME)
    hub.server.shutdown()
    hub.server.server_close()
    assert extracted(NAME) == expected
    with pytest.raises(CheckpointError, match=r"'someone/other' is no folder here, and it cannot be had"):
        load_checkpoint("someone/other")
    with pytest.raises(OutputError, match=r"cannot be pushed to 'someone/other'.*Check the id, your connection"):
        EventExtractor.from_pretrained(checkpoint_folder).push_to_hub("someone/other")


def test_a_push_that_is_refused(hub, checkpoint_folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    extractor = EventExtractor.from_pretrained(checkpoint_folder)
    with pytest.raises(OutputError, match=r"cannot be pushed to 'someone/waqai-tiny': .*HF_TOKEN may write there"):
        extractor.push_to_hub(NAME)
    with pytest.raises(OutputError, match=r"cannot be pushed to 'a/b/c'"):
        extractor.push_to_hub("a/b/c")
    assert hub.repositories == {}


def test_a_card_with_bad_metadata_is_refused(hub, checkpoint_folder):
    checkpoint = load_checkpoint(checkpoint_folder)
    card = {"README.md": "---\nlicense: [1]\n---\n"}
    extractor = EventExtractor(replace(checkpoint, files=card))
    with pytest.raises(OutputError, match=r"Invalid metadata in README\.md"):
        extractor.push_to_hub(NAME)


@pytest.mark.slow
def test_offline_in_a_process_of_its_own(hub, checkpoint_folder, tmp_path, monkeypatch):
    """HF_HUB_OFFLINE=1 as a user sets it, with a cache in HF_HOME."""
    hub.add(NAME, files_of(checkpoint_folder))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    expected = extracted(NAME)
    hub.requests.clear()
    lines = [json.dumps({"id": str(i), "text": text}) for i, text in enumerate(TEXTS)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    script = Path(__file__).parents[2] / "infer.py"
    arguments = ["--model", NAME, "--input", "in.jsonl", "--output", "out.jsonl", "--dtype", "fp32"]
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=tmp_path,
        env=os.environ | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert hub.requests == []
    spans = [[(v.type, v.start, v.end) for v in events] for _, events, _ in expected]
    assert [[(v.type, v.start, v.end) for v in a.events] for a in read_annotated(tmp_path / "out.jsonl")] == spans
