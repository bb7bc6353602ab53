import pytest
from hypothesis import given
from hypothesis import strategies as st

from waqai.text.letters import NUM_LETTER_FEATURES, NUM_LETTER_IDS, letter_ids

OTHER, DIGIT, LATIN, PUNCTUATION = 1, 2, 3, 4
# The alphabet's places, counted by hand: ء 5, آ 6, أ 7, ؤ 8, إ 9, ئ 10, ا 11, ب 12, ة 13, ت 14, ...
ALEF, BEH, TEH = 11, 12, 14


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("", (0, 0, 0, 0, 0, 0, 0, 0)),
        ("ا", (ALEF, 0, 0, 0, 0, ALEF, 0, 0)),
        ("تابا", (TEH, ALEF, BEH, ALEF, 0, ALEF, BEH, ALEF)),
        ("تَـابّـا\u200d", (TEH, ALEF, BEH, ALEF, 0, ALEF, BEH, ALEF)),
        ("ababab", (LATIN,) * 8),
        ("٣4", (DIGIT, DIGIT, 0, 0, 0, DIGIT, DIGIT, 0)),
        ("،", (PUNCTUATION, 0, 0, 0, 0, PUNCTUATION, 0, 0)),
        ("é", (OTHER, 0, 0, 0, 0, OTHER, 0, 0)),
        ("ـ", (0, 0, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_five_letters_from_the_front_and_three_from_the_back(word, ids):
    assert letter_ids(word) == ids


@given(st.text())
def test_ids_are_in_range(word):
    ids = letter_ids(word)
    assert len(ids) == NUM_LETTER_FEATURES
    assert all(0 <= i < NUM_LETTER_IDS for i in ids)


def test_every_arabic_letter_has_an_id_of_its_own():
    letters = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
    assert len({letter_ids(letter)[0] for letter in letters}) == len(letters)
