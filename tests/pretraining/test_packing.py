import json
import shutil
from collections import namedtuple

import numpy as np
import pytest
from invented_corpus import invented_texts, write_shard

from waqai.errors import CheckpointError, InputError, OutputError
from waqai.pretraining.corpus import read_held_out
from waqai.pretraining.packing import WORD_START, PackedCorpus, pack_corpus
from waqai.pretraining.tokenizer import fingerprint

TEXTS = ["أعلن الوزير القرار.", "زار الرئيس دمشق وبغداد.", "أعلن الوزير القرار."]


def pack(folder, shards, tokenizer_folder, **options):
    return pack_corpus(shards, tokenizer_folder=tokenizer_folder, held_out=frozenset(), folder=folder, **options)


@pytest.fixture
def small(tmp_path, tokenizer_folder):
    """A packed corpus of one shard with a duplicate: (corpus, its folder)."""
    shard = write_shard(tmp_path / "news-00.jsonl.xz", TEXTS)
    return pack(tmp_path / "packed", [("news", shard)], tokenizer_folder), tmp_path / "packed"


def test_ids_and_words(small, tokenizer):
    corpus, _ = small
    expected, starts = [], []
    for text in TEXTS[:2]:
        encoding = tokenizer(text, add_special_tokens=False)
        words = encoding.word_ids()
        expected += [*encoding["input_ids"], tokenizer.sep_token_id]
        starts += [index == 0 or word != words[index - 1] for index, word in enumerate(words)] + [True]
    assert (corpus.ids[0] & (WORD_START - 1)).tolist() == expected
    assert (corpus.ids[0] >= WORD_START).tolist() == starts
    assert corpus.tokens == len(expected)
    assert corpus.frequencies(80)[tokenizer.sep_token_id] == 2


def test_header_and_audit(small):
    corpus, folder = small
    (part,) = corpus.parts
    assert (part.name, part.kind, part.documents) == ("news-00", "news", 2)
    assert corpus.audit().to_dict() == {"corpus.duplicate": 1}
    assert json.loads((folder / "packed.json").read_text())["parts"][0]["checksum"] == part.checksum
    assert not list(folder.glob("*.tmp"))


def test_a_part_that_fits_is_kept_and_one_that_does_not_is_made_again(small, tmp_path, tokenizer_folder):
    corpus, folder = small
    first = (folder / "news-00.ids").stat().st_mtime_ns
    assert pack(folder, [("news", tmp_path / "news-00.jsonl.xz")], tokenizer_folder).parts == corpus.parts
    assert (folder / "news-00.ids").stat().st_mtime_ns == first
    changed = write_shard(tmp_path / "news-00.jsonl.xz", [*TEXTS, "أكد السفير البيان."])
    assert pack(folder, [("news", changed)], tokenizer_folder).parts[0].documents == 3


def test_a_cut_part_leaves_no_packed_corpus(tmp_path, tokenizer, tokenizer_folder):
    shard = write_shard(tmp_path / "news-00.jsonl.xz", invented_texts(3000))
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.raises(InputError, match="truncated or corrupt"):
        pack(tmp_path / "packed", [("news", shard)], tokenizer_folder)
    with pytest.raises(CheckpointError, match="cannot be read"):
        PackedCorpus.open(tmp_path / "packed", fingerprint(tokenizer))


def test_another_tokenizer(small):
    _, folder = small
    with pytest.raises(CheckpointError, match=r"`tokenizer` must be the one of the run, 0123, but is '[0-9a-f]{16}'"):
        PackedCorpus.open(folder, "0123")


def test_a_file_cut_short_or_missing(small, tokenizer):
    corpus, folder = small
    file = folder / "news-00.ids"
    file.write_bytes(file.read_bytes()[:-2])
    with pytest.raises(CheckpointError, match=f"`size` must be {2 * corpus.tokens} bytes, but is"):
        PackedCorpus.open(folder, fingerprint(tokenizer))
    file.unlink()
    with pytest.raises(CheckpointError, match="but is 0 instead"):
        PackedCorpus.open(folder, fingerprint(tokenizer))


def test_a_file_with_a_flipped_bit(small, tokenizer):
    _, folder = small
    data = bytearray((folder / "news-00.ids").read_bytes())
    data[3] ^= 1
    (folder / "news-00.ids").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"`checksum` must be [0-9a-f]{64}, but is '[0-9a-f]{64}' instead"):
        PackedCorpus.open(folder, fingerprint(tokenizer))


def test_a_shard_of_which_nothing_is_left(tmp_path, tokenizer_folder):
    known = " ".join(TEXTS)
    (tmp_path / "held-out.jsonl").write_text(json.dumps({"text": known}), encoding="utf-8")
    shards = [("news", write_shard(tmp_path / f"{n}.jsonl.xz", [text])) for n, text in enumerate((TEXTS[0], known))]
    held_out = read_held_out([tmp_path / "held-out.jsonl"])
    corpus = pack_corpus(shards, tokenizer_folder=tokenizer_folder, held_out=held_out, folder=tmp_path / "packed")
    assert [part.tokens > 0 for part in corpus.parts] == [True, False]
    assert corpus.frequencies(80).sum() == corpus.tokens


def test_too_little_disk(tmp_path, tokenizer_folder, monkeypatch):
    shard = write_shard(tmp_path / "news-00.jsonl.xz", TEXTS)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1000, 990, 10))
    with pytest.raises(OutputError, match=r"needs .* MB of free disk, but has 0 MB instead"):
        pack(tmp_path / "packed", [("news", shard)], tokenizer_folder)


def test_two_shards_of_one_name(tmp_path, tokenizer_folder):
    shard = write_shard(tmp_path / "a.jsonl.xz", TEXTS)
    (tmp_path / "b").mkdir()
    shutil.copy(shard, tmp_path / "b")
    with pytest.raises(InputError, match="files with distinct names"):
        pack(tmp_path / "packed", [("news", shard), ("wiki", tmp_path / "b" / "a.jsonl.xz")], tokenizer_folder)


@pytest.mark.slow
def test_several_processes_give_the_same(corpus_folder, tokenizer_folder, packed, tmp_path):
    shards = [(name.split("-")[0], corpus_folder / f"{name}.jsonl.xz") for name in ("news-00", "news-01", "books-00")]
    corpus = pack(tmp_path, shards, tokenizer_folder, processes=2)
    assert corpus.parts == packed.parts
    for ours, theirs in zip(corpus.ids, packed.ids, strict=True):
        np.testing.assert_array_equal(ours, theirs)
