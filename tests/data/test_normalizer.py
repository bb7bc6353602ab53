import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from tiny_models import byte_pairs, unigram, word_piece
from waqai.data.normalizer import arabic_normalizer, normalize_arabic


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ٱلْكِتَابُ", "ٱلكتاب"),
        ("مـحـمّـد", "محمد"),
        ("ﻻ", "لا"),
        ("ﺍﻟﺴﻼﻡ", "السلام"),
        ("ﷺ", "صلى الله عليه وسلم"),
        ("٣٤ و۳۴ و34", "34 و34 و34"),
        ("أإآؤئءىة", "أإآؤئءىة"),
        ("ا\u0654حمد", "أحمد"),
        ("\u200fقال\u200e \u202bهو\u202c\ufeff", "قال هو"),
        ("هذ\ufe70ا", "هذا"),
        ("رحمن\u0670", "رحمن"),
        ("BBC", "BBC"),
    ],
)
def test_normalizer(raw, expected):
    assert arabic_normalizer().normalize_str(raw) == expected


@pytest.mark.parametrize("make", [word_piece, byte_pairs, unigram])
def test_a_tokenizer_is_given_the_normaliser(make, tmp_path):
    """Its offsets stay those of the raw text, and it keeps the normaliser when it is saved with a checkpoint."""
    tokenizer = make()
    normalize_arabic(tokenizer)
    tokenizer.save_pretrained(tmp_path)
    for made in (tokenizer, PreTrainedTokenizerFast.from_pretrained(tmp_path)):
        raw = made("قُتِلَ ٣ بـدمـشق", return_offsets_mapping=True)
        assert raw["input_ids"] == made("قتل 3 بدمشق")["input_ids"]
        assert max(end for _, end in raw["offset_mapping"]) == len("قُتِلَ ٣ بـدمـشق")


def test_a_tokenizer_that_has_the_like_is_left_as_it_is():
    tokenizer = word_piece()
    normalize_arabic(tokenizer)
    before = tokenizer.backend_tokenizer.to_str()
    normalize_arabic(tokenizer)
    assert tokenizer.backend_tokenizer.to_str() == before


def test_a_tokenizer_without_a_normaliser():
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"دمشق": 0, "u": 1}, unk_token="u"))
    )
    normalize_arabic(tokenizer)
    assert tokenizer("دِمـشق")["input_ids"] == [0]
