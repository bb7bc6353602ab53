import json

import pytest
from transformers import AutoTokenizer

from waqai.errors import CheckpointError, InputError
from waqai.pretraining.tokenizer import SPECIAL_TOKENS, fingerprint, load_tokenizer, train_tokenizer


def spans(tokenizer, text):
    """Return the raw characters of every word that the tokenizer sees."""
    encoding = tokenizer(text, return_offsets_mapping=True)
    words = {}
    for word, (start, end) in zip(encoding.word_ids(), encoding["offset_mapping"], strict=True):
        if word is not None:
            words.setdefault(word, []).append((start, end))
    return [text[min(s for s, _ in w) : max(e for _, e in w)] for w in words.values()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("أعلن الوزير، في دمشق.", ["أعلن", "الوزير", "،", "في", "دمشق", "."]),
        ("وُلِدَ مـحـمّـد", ["وُلِد", "مـحـمّـد"]),  # a mark after the last letter is outside
        ("\u200fقال\u200f ﻻ", ["قال", "ﻻ"]),
        ("عام٢٠١٧م", ["عام", "٢٠١٧", "م"]),
        ("النبي ﷺ قال", ["النبي", "ﷺ", "ﷺ", "ﷺ", "ﷺ", "قال"]),
    ],
)
def test_offsets_are_of_the_raw_text(tokenizer, text, words):
    assert spans(tokenizer, text) == words


def test_latin_letters_are_small(tokenizer):
    assert tokenizer.backend_tokenizer.normalizer.normalize_str("BBC") == "bbc"


def test_special_subwords_and_template(tokenizer):
    assert tuple(tokenizer.convert_ids_to_tokens(range(5))) == SPECIAL_TOKENS
    ids = tokenizer("أعلن")["input_ids"]
    assert (ids[0], ids[-1]) == (2, 3)
    assert tokenizer("أعلن", "أكد")["input_ids"] == [*ids, *tokenizer("أكد")["input_ids"][1:]]
    assert tokenizer.mask_token_id == 4
    assert len(tokenizer) == 80


def test_rare_characters_are_unknown():
    texts = ["أعلن الوزير القرار", "أكد الرئيس البيان"] * 20 + ["漢"]
    narrow = train_tokenizer(texts, vocabulary_size=18, alphabet_size=14)
    assert "漢" not in narrow.get_vocab()
    assert narrow("漢")["input_ids"] == [2, 1, 3]


def test_saved_and_loaded_by_auto_tokenizer(tokenizer, tokenizer_folder):
    text = "أعلن الوزيرُ القرارَ بالقاهرة ٣٤"
    for loaded in (load_tokenizer(tokenizer_folder), AutoTokenizer.from_pretrained(tokenizer_folder)):
        assert loaded(text, return_offsets_mapping=True).data == tokenizer(text, return_offsets_mapping=True).data
        assert fingerprint(loaded) == fingerprint(tokenizer)


def test_fingerprint_changes_with_the_vocabulary(tokenizer):
    other = train_tokenizer(["أعلن الوزير القرار"] * 10, vocabulary_size=14)
    assert fingerprint(other) != fingerprint(tokenizer)


def test_too_large_a_vocabulary_is_refused():
    with pytest.raises(InputError, match=r"`tokenizer.vocabulary_size` must be at most \d+, .* but is 5000 instead"):
        train_tokenizer(["أعلن الوزير"], vocabulary_size=5000)


def test_a_damaged_or_foreign_tokenizer_is_refused(tokenizer_folder, tmp_path):
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_tokenizer(tmp_path / "missing")
    content = json.loads((tokenizer_folder / "tokenizer.json").read_text())
    content["model"]["vocab"][4][0] = "<mask>"
    content["added_tokens"] = []
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    with pytest.raises(CheckpointError, match="the first subwords"):
        load_tokenizer(tmp_path)
