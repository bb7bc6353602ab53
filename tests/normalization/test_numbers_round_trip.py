"""Every number that is spelled out comes back as itself: by num2words, and by a speller of all genders and cases."""

import random

import pytest
from arabic_speller import Speller
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from waqai.normalization import find_numbers, normalize_number

NOUN = "رجل"
SPELLERS = st.builds(Speller, *(st.booleans() for _ in range(5)))


def misspelled_by_num2words(number: int) -> bool:
    """Return whether num2words writes 101,000 as `مائة و ألف ألف`, which says 1,000,100: thousands that end in 01."""
    return number > 100_000 and number // 1000 % 100 == 1


def read_back(words: str) -> int | None:
    """Return the one number of a phrase, read to its last word before the noun."""
    found = find_numbers(f"{words} {NOUN}")
    return found[0].value.value if len(found) == 1 and found[0].text == words else None


@pytest.mark.parametrize("thousand", range(10))
def test_all_up_to_ten_thousand(thousand):
    numbers = range(max(2, thousand * 1000), thousand * 1000 + 1001)
    assert [n for n in numbers if read_back(num2words(n, lang="ar")) != n] == []


@pytest.mark.parametrize(("number", "words"), [(0, "صفر"), (1, "واحد")])
def test_what_needs_no_noun_is_read_as_a_mention(number, words):
    assert num2words(number, lang="ar") == words
    assert normalize_number(words).value == number


def test_a_sample_up_to_a_million():
    sample = random.Random(5).sample(range(10_001, 1_000_001), 3000)
    numbers = [n for n in (*sample, 100_000, 200_000, 999_999, 1_000_000) if not misspelled_by_num2words(n)]
    assert [n for n in numbers if read_back(num2words(n, lang="ar")) != n] == []


def test_the_fault_of_num2words_is_still_there():
    assert num2words(101_000, lang="ar") == "مائة و ألف ألف"


@given(speller=SPELLERS, number=st.integers(min_value=3, max_value=999_999_999))
@settings(max_examples=200, deadline=None)
def test_all_genders_cases_and_orders(speller, number):
    assert read_back(speller.spell(number)) == number


@pytest.mark.parametrize(
    ("speller", "number", "words"),
    [
        (Speller(), 23405, "ثلاثة وعشرون ألفاً وأربعمئة وخمسة"),
        (Speller(feminine=True, oblique=True), 212, "مئتين واثنتي عشرة"),
        (Speller(old_order=True, hamza_on_seat=False), 1945, "ألف وخمسة وأربعون وتسعمائة"),
        (Speller(joined=False), 101_300, "مئة ألف وألف وثلاث مئة"),
    ],
)
def test_the_speller_spells(speller, number, words):
    assert speller.spell(number) == words
    assert read_back(words) == number
