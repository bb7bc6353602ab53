"""The corpus as subword ids on disk: one flat file of little-endian uint16 a shard.

Shards are read once, in several processes. A part that is there already and was made from the same shard, tokenizer and
held-out texts is kept, so that a cut run goes on where it stopped. `packed.json` is written last; without it there is
no packed corpus. What a batch reads from it is left to `batches`.

    packed/packed.json                  tokenizer's fingerprint, parts with their counts and checksums, audit
    packed/news-00.ids                  uint16: the subword, and WORD_START where a word starts; [SEP] ends a document
    packed/news-00.json                 the part's header
"""

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from waqai.audit import Audit
from waqai.errors import CheckpointError, InputError, must
from waqai.pretraining.corpus import DocumentFilter, read_texts
from waqai.pretraining.tokenizer import fingerprint, load_tokenizer
from waqai.training.state import require_space

WORD_START = 0x8000
"""Bit of a packed id that is set where a word starts; the id itself is below it."""

_COUNTED = 4_000_000  # subwords counted at once
_CHUNK = 512  # documents that are tokenized at once
_BYTES_PER_COMPRESSED = 3  # measured: 165 MB of .xz give about 220 MB of ids; the rest is for safety


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One packed shard. `source` identifies what it was made from, `checksum` is the SHA-256 of the ids."""

    name: str
    kind: str
    source: str
    documents: int
    tokens: int
    checksum: str
    audit: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Task:
    shard: Path
    kind: str
    folder: Path
    tokenizer: Path
    held_out: frozenset[str]
    source: str


def pack_corpus(
    shards: Sequence[tuple[str, Path]],
    *,
    tokenizer_folder: Path,
    held_out: frozenset[str],
    folder: Path,
    processes: int = 1,
) -> "PackedCorpus":
    """Tokenize `(kind, shard)` pairs into `folder` and return the packed corpus.

    Raises:
        InputError: A shard is corrupt, or two have the same name.
        OutputError: The disk has too little room.
    """
    names = [_name(shard) for _, shard in shards]
    if len(set(names)) < len(names):
        raise InputError(must("corpus.shards", "files with distinct names", sorted(names)))
    folder.mkdir(parents=True, exist_ok=True)
    require_space(folder, _BYTES_PER_COMPRESSED * sum(shard.stat().st_size for _, shard in shards))
    tokenizer_print = fingerprint(load_tokenizer(tokenizer_folder))
    held_out_print = _print_of(held_out)
    tasks = []
    for kind, shard in shards:
        source = _source(kind, shard, tokenizer_print, held_out_print)
        tasks.append(_Task(shard, kind, folder, tokenizer_folder, held_out, source))
    if processes == 1:
        parts = [_pack_shard(task) for task in tqdm(tasks, desc="packing", disable=None)]
    else:
        with multiprocessing.get_context("spawn").Pool(min(processes, len(tasks))) as pool:
            parts = list(tqdm(pool.imap(_pack_shard, tasks), desc="packing", total=len(tasks), disable=None))
    header = {"tokenizer": tokenizer_print, "held_out": held_out_print, "parts": [asdict(part) for part in parts]}
    _write_text(folder / "packed.json", json.dumps(header, ensure_ascii=False, indent=1) + "\n")
    return PackedCorpus.open(folder, tokenizer_print)


def require_same_sources(folder: Path, shards: Sequence[tuple[str, Path]], held_out: frozenset[str] | None) -> None:
    """See that the packed corpus in `folder` was made from `(kind, shard)` pairs and held-out texts as they are now.

    Shards that are no longer there are no fault, nor are held-out texts, given as None.

    Raises:
        CheckpointError: A shard is new or has changed, or the held-out texts have.
    """
    header = json.loads((folder / "packed.json").read_text(encoding="utf-8"))
    known = {part["name"]: part["source"] for part in header["parts"]}
    changed = [
        shard.name
        for kind, shard in shards
        if known.get(_name(shard)) != _source(kind, shard, header["tokenizer"], header["held_out"])
    ]
    if held_out is not None and _print_of(held_out) != header["held_out"]:
        changed.append("the held-out texts")
    if changed:
        raise CheckpointError(
            f"the packed corpus in {folder} was made before {', '.join(changed)} came or changed. Give another "
            "`output`, or set the files back."
        )


def _name(shard: Path) -> str:
    return shard.name.split(".")[0]


def _source(kind: str, shard: Path, tokenizer_print: str, held_out_print: str) -> str:
    """Return what identifies all that a part is made from."""
    with shard.open("rb") as file:
        shard_print = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{kind} {shard_print} {tokenizer_print} {held_out_print}".encode()).hexdigest()[:16]


def _print_of(held_out: frozenset[str]) -> str:
    return hashlib.sha256("\n".join(sorted(held_out)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PackedCorpus:
    """The parts, memory-mapped; `ids[i]` are those of `parts[i]`."""

    parts: tuple[Part, ...]
    ids: tuple[npt.NDArray[np.uint16], ...]

    @classmethod
    def open(cls, folder: Path, tokenizer_print: str) -> "PackedCorpus":
        """Map what `pack_corpus` wrote.

        Raises:
            CheckpointError: It is missing or damaged, or was made by another tokenizer.
        """
        remedy = f"Remove {folder} to pack the corpus again."
        try:
            header = json.loads((folder / "packed.json").read_text(encoding="utf-8"))
            parts = tuple(Part(**part) for part in header["parts"])
            found = header["tokenizer"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"the packed corpus in {folder} cannot be read: {error!r}. {remedy}") from error
        if found != tokenizer_print:
            raise CheckpointError(
                must("tokenizer", f"the one of the run, {tokenizer_print}", found, str(folder / "packed.json"), remedy)
            )
        return cls(parts, tuple(_map_ids(folder / f"{part.name}.ids", part, remedy) for part in parts))

    @property
    def tokens(self) -> int:
        """Subwords in all parts."""
        return sum(part.tokens for part in self.parts)

    def frequencies(self, vocabulary_size: int) -> npt.NDArray[np.int64]:
        """Return how often each subword stands in the corpus, special tokens too: (V,)."""
        total = np.zeros(vocabulary_size, dtype=np.int64)
        for ids in self.ids:
            for start in range(0, len(ids), _COUNTED):
                total += np.bincount(ids[start : start + _COUNTED] & (WORD_START - 1), minlength=vocabulary_size)
        return total

    def audit(self) -> Audit:
        """Return what was left out, over all parts."""
        total = Audit()
        for part in self.parts:
            for reason, amount in part.audit.items():
                total.add(reason, amount=amount)
        return total


def _map_ids(file: Path, part: Part, remedy: str) -> npt.NDArray[np.uint16]:
    size = file.stat().st_size if file.exists() else 0
    if size != 2 * part.tokens:
        raise CheckpointError(must("size", f"{2 * part.tokens} bytes", size, str(file), remedy))
    if not size:  # all its documents were left out, and an empty file cannot be mapped
        return np.empty(0, dtype="<u2")
    with file.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    if checksum != part.checksum:
        raise CheckpointError(must("checksum", part.checksum, checksum, str(file), remedy))
    return np.memmap(file, dtype="<u2", mode="r")


def _pack_shard(task: _Task) -> Part:
    """Write one part, its header last, unless it is there already."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    name = _name(task.shard)
    header = task.folder / f"{name}.json"
    if header.exists():
        part = Part(**json.loads(header.read_text(encoding="utf-8")))
        if part.source == task.source:
            return part
        header.unlink()
    audit = Audit()
    accepted = DocumentFilter(task.held_out, audit)
    tokenizer = load_tokenizer(task.tokenizer)
    texts = (t for i, t in enumerate(read_texts(task.shard)) if accepted.passes(t, f"{task.shard.name}:{i + 1}"))
    digest, tokens, documents = hashlib.sha256(), 0, 0
    with (task.folder / f"{name}.ids").open("wb") as file:
        for ids in _encode(tokenizer, texts):
            data = ids.tobytes()
            file.write(data)
            digest.update(data)
            tokens += len(ids)
            documents += 1
    part = Part(
        name=name,
        kind=task.kind,
        source=task.source,
        documents=documents,
        tokens=tokens,
        checksum=digest.hexdigest(),
        audit=audit.to_dict(),
    )
    _write_text(header, json.dumps(asdict(part)) + "\n")
    return part


def _encode(tokenizer: PreTrainedTokenizerFast, texts: Iterable[str]) -> Iterable[npt.NDArray[np.uint16]]:
    """Yield the ids of each text, those that start a word with `WORD_START`, and a `[SEP]` at the end."""
    backend = tokenizer.backend_tokenizer
    separator = tokenizer.sep_token_id | WORD_START
    texts = iter(texts)
    while chunk := list(islice(texts, _CHUNK)):
        for encoding in backend.encode_batch(chunk, add_special_tokens=False):
            words = np.asarray(encoding.word_ids, dtype=np.int64)
            starts = np.diff(words, prepend=-1) != 0
            ids = np.asarray(encoding.ids, dtype="<u2") | np.where(starts, WORD_START, 0).astype("<u2")
            yield np.append(ids, np.asarray([separator], dtype="<u2"))


def _write_text(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
