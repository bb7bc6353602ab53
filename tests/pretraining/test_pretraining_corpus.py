import json
import lzma

import pytest
from invented_corpus import write_shard

from waqai.audit import Audit
from waqai.errors import InputError
from waqai.pretraining.corpus import DocumentFilter, find_shards, fold_words, read_held_out, read_texts

LONG = "أعلن الوزير في دمشق أمس افتتاح المصنع الجديد بعد تأخير طويل"


def test_texts_in_order(tmp_path):
    shard = write_shard(tmp_path / "a.jsonl.xz", ["أول", "ثانٍ", ""])
    assert list(read_texts(shard)) == ["أول", "ثانٍ", ""]


def test_truncated_shard(tmp_path):
    shard = write_shard(tmp_path / "a.jsonl.xz", [LONG + str(i) for i in range(2000)])
    shard.write_bytes(shard.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"a\.jsonl\.xz is truncated or corrupt after line \d+"):
        list(read_texts(shard))


def test_corrupt_and_missing_shards(tmp_path):
    (tmp_path / "a.jsonl.xz").write_bytes(b"not xz at all")
    for name in ("a", "missing"):
        with pytest.raises(InputError, match=f"{name}.jsonl.xz is truncated or corrupt after line 0"):
            list(read_texts(tmp_path / f"{name}.jsonl.xz"))


def test_a_shard_of_several_streams(tmp_path):
    first, second = (write_shard(tmp_path / f"{i}.xz", [f"{i}{j}" for j in range(5)]).read_bytes() for i in range(2))
    expected = [f"{i}{j}" for i in range(2) for j in range(5)]
    shard = tmp_path / "a.jsonl.xz"
    for padding in (b"", b"\0" * 8):
        shard.write_bytes(first + padding + second + padding)
        assert list(read_texts(shard)) == expected
    shard.write_bytes(first + bytes([second[0] ^ 1]) + second[1:])
    with pytest.raises(InputError, match=r"a\.jsonl\.xz is truncated or corrupt after line 5"):
        list(read_texts(shard))
    shard.write_bytes(first + second[:20])
    with pytest.raises(InputError, match="corrupt after line 5: it ends within a stream"):
        list(read_texts(shard))


@pytest.mark.parametrize("line", ["{", "[]", '{"title": "x"}', '{"text": 3}', "null"])
def test_a_line_that_is_no_document(tmp_path, line):
    with lzma.open(tmp_path / "a.jsonl.xz", "wt") as file:
        file.write('{"text": "x"}\n' + line + "\n")
    with pytest.raises(InputError, match=r"a\.jsonl\.xz, line 2"):
        list(read_texts(tmp_path / "a.jsonl.xz"))


def test_globs(tmp_path):
    for name in ("news-01", "news-00", "wiki-00"):
        (tmp_path / f"{name}.xz").touch()
    (tmp_path / "run").mkdir()
    expected = ["news-00.xz", "news-01.xz"]
    assert [path.name for path in find_shards(["../news-*.xz"], tmp_path / "run")] == expected
    assert [path.name for path in find_shards([str(tmp_path / "news-*.xz")], tmp_path / "run")] == expected
    assert [path.name for path in find_shards(["wiki-00.xz"], tmp_path)] == ["wiki-00.xz"]
    with pytest.raises(InputError, match=r"no file matches the pattern 'books-\*'"):
        find_shards(["books-*"], tmp_path)


def test_words_are_folded():
    assert fold_words("أعلنَ الوزيـر\u200f، مُؤتمراً بالقاهرة ٣٤!") == [
        "اعلن", "الوزير", "موتمرا", "بالقاهره", "34",
    ]  # fmt: skip


def test_held_out_and_doubled_documents_are_left_out_and_counted(tmp_path):
    held_out_file = tmp_path / "validation.jsonl"
    held_out_file.write_text(json.dumps({"text": LONG}) + "\n" + json.dumps({"text": "قصير"}) + "\n")
    audit = Audit()
    accepted = DocumentFilter(read_held_out([held_out_file]), audit)
    words = LONG.split()
    eight = "قال مصدر: " + " ".join(words[1:9]).replace("أ", "ا") + " انتهى"
    seven = "قال مصدر: " + " ".join(words[1:8]) + " انتهى"
    documents = [eight, seven, seven + "!", "قصير", " \n،", "خبر آخر"]
    assert [accepted.passes(text, "here") for text in documents] == [False, True, False, True, False, True]
    assert audit.to_dict() == {"corpus.held_out": 1, "corpus.duplicate": 1, "corpus.empty": 1}


def test_a_bad_held_out_file(tmp_path):
    (tmp_path / "validation.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match=r"validation\.jsonl must hold lines with a `text`"):
        read_held_out([tmp_path / "validation.jsonl"])
