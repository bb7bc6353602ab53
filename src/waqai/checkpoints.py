"""Saves, loads and uploads a trained model with all that it needs: weights, tokenizer, ontology, where it came from.

A checkpoint is a folder, here or on the Hugging Face Hub: `config.json`, `*.safetensors` in shards, the tokenizer's
files, `ontology.yaml`, and what the training wrote beside them. Only safetensors and plain text are read; a file of
any other kind is not even downloaded, and no code of a repository is run.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HFValidationError
from safetensors import SafetensorError
from transformers import PreTrainedTokenizerFast

from waqai.cards import MARKER, model_card
from waqai.data.windows import TextEncoder, WindowSize
from waqai.errors import CheckpointError, OntologyError, OutputError, must
from waqai.models import WaqaiConfig, WaqaiModel
from waqai.ontology import Ontology, load_ontology, save_ontology

logger = logging.getLogger(__name__)

MAX_SHARD = "15MB"
ONTOLOGY_FILE = "ontology.yaml"
CARD_FILE = "README.md"
_PLAIN = ("*.json", "*.safetensors", "*.yaml", "*.txt", "*.md", "*.model")
_DECISIVE = ("config.json", "tokenizer.json", ONTOLOGY_FILE)
_KEPT = ("metrics.json", "audit.json", "training.yaml", CARD_FILE)
"""Text files that a checkpoint keeps when it is loaded and saved again, where they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model with its tokenizer and ontology, ready to be used.

    `digest` is of the files that it was loaded from, None for one that was not. `files` are further text files by name:
    what training measured, and a card that somebody wrote.
    """

    model: WaqaiModel
    tokenizer: PreTrainedTokenizerFast
    ontology: Ontology
    name: str
    digest: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What predictions say they were made by: `name@digest`."""
        return f"{self.name}@{self.digest}" if self.digest else self.name

    def text_encoder(self) -> TextEncoder:
        """Return the encoder of texts with the window that the model was trained with."""
        config = self.model.config
        return TextEncoder(self.tokenizer, WindowSize(subwords=config.window, overlap=config.overlap))


def save_checkpoint(checkpoint: Checkpoint, folder: Path, files: Mapping[str, str] | None = None) -> None:
    """Write a checkpoint, its weights in bfloat16, the text files of the checkpoint and `files`, and a model card.

    Weights that are there are replaced when the new ones are written.

    Raises:
        OutputError: The folder cannot be made or written.
    """
    weights = {
        name: tensor.to(torch.bfloat16) if tensor.is_floating_point() else tensor
        for name, tensor in checkpoint.model.state_dict().items()
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".") as written:
            checkpoint.model.save_pretrained(written, state_dict=weights, max_shard_size=MAX_SHARD)
            for stale in folder.glob("*.safetensors*"):
                stale.unlink()
            for path in Path(written).iterdir():
                path.replace(folder / path.name)
        for shard in folder.glob("*.safetensors"):  # written for their owner alone
            shard.chmod((folder / "config.json").stat().st_mode)
        checkpoint.tokenizer.save_pretrained(folder)
        save_ontology(checkpoint.ontology, folder / ONTOLOGY_FILE)
        for name, content in {**checkpoint.files, **(files or {})}.items():
            (folder / name).write_text(content, encoding="utf-8")
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"the checkpoint cannot be written to {folder}: {reason}. Free space, or name another folder."
        ) from error
    write_card(folder, folder.name if folder.is_absolute() else str(folder))


def write_card(folder: Path, name: str) -> None:
    """Write the model card of a saved checkpoint anew, unless somebody wrote it; `name` is its Hub id or path.

    Raises:
        OutputError: The card cannot be written.
    """
    card = folder / CARD_FILE
    try:
        if not card.exists() or MARKER in card.read_text(encoding="utf-8"):
            card.write_text(model_card(folder, name), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the model card cannot be written to {card}: {error.strerror}.") from error


def refuse_slip(name_or_path: str | Path, what: str) -> None:
    """Raise a CheckpointError for the path of nothing: a slip in a path must not become a request to the Hub.

    A name of one or two parts may be a Hub id, unless a folder of the first part's name is here.
    """
    folder = Path(name_or_path)
    parts = len(folder.parts)
    if not folder.exists() and (parts > 2 or (parts == 2 and folder.parent.is_dir())):
        raise CheckpointError(
            f"there is no {what} {folder.name!r} in the folder {str(folder.parent)!r}. Check the path."
        )


def load_checkpoint(name_or_path: str | Path, *, revision: str | None = None) -> Checkpoint:
    """Load a checkpoint from a folder, or from the Hub when no such folder exists.

    Args:
        name_or_path: A folder, or a Hub id such as `someone/waqai-arabert`.
        revision: Branch, tag or commit on the Hub.

    Raises:
        CheckpointError: It is missing, damaged, no checkpoint of Waqai, or made for another ontology than the one that
            lies beside it.
    """
    refuse_slip(name_or_path, "checkpoint")
    folder = Path(name_or_path)
    if not str(name_or_path) or not folder.is_dir():
        folder = _download(str(name_or_path), revision)
    for needed in ("config.json", ONTOLOGY_FILE):
        if not (folder / needed).is_file():
            raise CheckpointError(
                f"a checkpoint of Waqai must have {needed}, but {name_or_path} has none. "
                "Give the folder that `train.py` wrote, or a Hub id of one."
            )
    try:
        ontology = load_ontology(folder / ONTOLOGY_FILE)
        _check_kind(folder, str(name_or_path))
        config = WaqaiConfig.from_pretrained(folder)
        if config.ontology_fingerprint != ontology.fingerprint:
            raise CheckpointError(
                f"the model in {name_or_path} was trained for ontology {config.ontology_fingerprint!r}, but the "
                f"{ONTOLOGY_FILE} beside it is {ontology.fingerprint!r}. Restore the one that was saved with the model."
            )
        loaded: Any = WaqaiModel.from_pretrained(
            folder, config=config, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
        model, loading = loaded
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    except (OSError, SafetensorError, OntologyError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"the checkpoint {name_or_path} cannot be loaded: {error}") from error
    faults = {
        kind: sorted(loading[kind]) for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") if loading[kind]
    }
    if faults:
        raise CheckpointError(
            f"the weights of {name_or_path} do not fit its config.json: {faults}. Save them together."
        )
    model.eval()
    found = {name: (folder / name).read_text(encoding="utf-8") for name in _KEPT if (folder / name).is_file()}
    if MARKER in found.get(CARD_FILE, ""):
        del found[CARD_FILE]
    return Checkpoint(
        model=model,
        tokenizer=tokenizer,
        ontology=ontology,
        name=str(name_or_path),
        digest=_digest(folder),
        files=found,
    )


def _digest(folder: Path) -> str:
    """Return twelve hexadecimal digits of a SHA-256 of weights, config, tokenizer and ontology, wherever they lie."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.safetensors"), *(folder / name for name in _DECISIVE)]):
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:12]


def _check_kind(folder: Path, name: str) -> None:
    data = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    kind = data.get("model_type") if isinstance(data, dict) else data
    if kind != WaqaiConfig.model_type:
        raise CheckpointError(
            must("model_type", "'waqai'", kind, f"{name}/config.json", "Give a checkpoint that `train.py` wrote.")
        )


def push_checkpoint(
    folder: Path, repo_id: str, *, private: bool = False, message: str = "Upload a Waqai checkpoint"
) -> str:
    """Upload a saved checkpoint to the Hub and return the commit's address; the user's token is found as everywhere.

    The model card is made anew with the Hub id, unless somebody wrote it.

    Raises:
        OutputError: The Hub refuses it, or cannot be reached.
    """
    write_card(folder, repo_id)
    api = HfApi()
    try:
        api.create_repo(repo_id, private=private, exist_ok=True)
        commit = api.upload_folder(
            folder_path=str(folder), repo_id=repo_id, commit_message=message, allow_patterns=list(_PLAIN)
        )
    except Exception as error:  # of the client's HTTP library, which it does not wrap, too
        raise OutputError(
            f"the checkpoint cannot be pushed to {repo_id!r}: {_first_line(error)} "
            "Check the id, your connection, and that HF_TOKEN may write there."
        ) from error
    return str(commit.commit_url)


def _download(repo_id: str, revision: str | None) -> Path:
    """Return the local copy of a Hub repository; with HF_HUB_OFFLINE=1 it must be in the cache."""
    try:
        return Path(snapshot_download(repo_id, revision=revision, allow_patterns=list(_PLAIN)))
    except HFValidationError as error:
        raise CheckpointError(
            f"the checkpoint must be a folder or a Hub id, but {repo_id!r} is neither. Check the path."
        ) from error
    except Exception as error:  # of the client's HTTP library, which it does not wrap, too
        raise CheckpointError(
            f"{repo_id!r} is no folder here, and it cannot be had from the Hub: {_first_line(error)} "
            "Check the path or id, your connection, and HF_TOKEN for a private repository."
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
