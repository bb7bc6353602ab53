import pytest
from hypothesis import given
from hypothesis import strategies as st

from waqai.text import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("إلى ٣٤ قتيلاً", "الي 34 قتيلا"),
        ("أإآٱ ى ة ؤ ئ", "اااا ي ه و ي"),
        ("ءاب", "ءاب"),
        ("مُحَمَّدٌ", "محمد"),
        ("العـــراق", "العراق"),
        ("\u200fدمشق\u200e\ufeff", "دمشق"),
        ("۱۲٫۵٪", "12.5%"),
        ("١٬٢٠٠", "1,200"),
        ("ﻻ ﷲ", "لا الله"),
        ("ﷺ", "صلي الله عليه وسلم"),
        ("ﺩﻣﺸﻖ", "دمشق"),
        ("کی", "كي"),
        ("قتل\u00a0خمس", "قتل خمس"),
        ("هٰذا", "هذا"),
        ("كتاب\ufe70", "كتاب"),
        ("كتا\ufe71ب", "كتاب"),
        ("\ufc5e", ""),
        ("﴿قال﴾", "﴿قال﴾"),
    ],
)
def test_folded_text(text, folded):
    assert fold(text).text == folded


def test_without_letters_only_marks_digits_and_forms_are_folded():
    assert fold("إلى المدينةِ ٣ ﻷن", letters=False).text == "إلى المدينة 3 لأن"


@pytest.mark.parametrize(
    ("text", "start", "end", "surface"),
    [
        ("قتل ٣٤ قتيلاً", 4, 6, "٣٤"),
        ("قُتِلَ خمسةٌ", 0, 3, "قُتِلَ"),
        ("قُتِلَ خمسةٌ", 4, 8, "خمسةٌ"),
        ("الـعـراقـ", 0, 6, "الـعـراقـ"),
        ("قال ﷺ اليوم", 4, 7, "ﷺ"),
        ("قال ﷺ اليوم", 23, 28, "اليوم"),
        ("\u200fدمشق", 0, 4, "دمشق"),
        ("دمشق\u200f حلب", 0, 4, "دمشق"),
    ],
)
def test_a_folded_span_is_of_these_raw_characters(text, start, end, surface):
    raw_start, raw_end = fold(text).span(start, end)
    assert text[raw_start:raw_end] == surface


texts = st.text(
    st.one_of(st.characters(), st.sampled_from("أإىةئ٣۵٪ قتل\u064e\u0651\u0640\u200f\ufeffﻻﷺﷲﹰ\ud800\u00a0")),
    max_size=30,
)


@given(texts, st.booleans(), st.data())
def test_a_span_folds_back_to_itself(text, letters, data):
    """Except where it would cut one raw character that grew into several."""
    folded = fold(text, letters=letters)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    raw_start, raw_end = folded.span(start, end)
    assert 0 <= raw_start < raw_end <= len(text)
    cuts = (start and folded.starts[start - 1] == folded.starts[start]) or (
        end < len(folded.text) and folded.starts[end] == folded.starts[end - 1]
    )
    if not cuts:
        assert fold(text[raw_start:raw_end], letters=letters).text == folded.text[start:end]


@given(texts)
def test_places_go_forward_and_fit(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(texts)
def test_folding_twice_changes_nothing_more(text):
    once = fold(text).text
    assert fold(once).text == once
