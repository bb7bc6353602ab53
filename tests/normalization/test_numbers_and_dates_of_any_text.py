"""Text without sense never raises, and whatever is found in it is well formed."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from waqai.normalization import find_dates, find_numbers, normalize_date, normalize_number
from waqai.normalization.scanning import lexicon

CHARACTERS = st.text(
    st.one_of(
        st.sampled_from("ابتجحدرسعفقكلمنهويءأإآةىئ٠١٢٣0123456789 \n،.:/-–()%$\u064b\u0640\u200fﻻ"), st.characters()
    )
)
LITERALS = [
    "3",
    "22",
    "2011",
    "1436",
    "5,000",
    "1.500",
    "12:30",
    "22-8-2017",
    "99/99/9999",
    "31/02/2015",
    "09",
    "9" * 20,
]
MARKS = ["،", "(", ")", "/", "-", "–", ".", ":", "\n", "%", "+", "$", "قتيل", "F16", "\u064e"]


@st.composite
def phrases(draw):
    """Words of the lexicon with their phrases, digits and marks, in any order, with and without spaces."""
    forms = lexicon().forms
    words = st.sampled_from(sorted(forms)).map(lambda word: " ".join((word, *forms[word][0].rest)))
    pieces = draw(st.lists(st.one_of(words, words, st.sampled_from(LITERALS), st.sampled_from(MARKS)), max_size=12))
    gaps = draw(st.lists(st.sampled_from([" ", " ", ""]), min_size=len(pieces), max_size=len(pieces)))
    return "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=True))


TEXTS = st.one_of(CHARACTERS, phrases())
ANCHORS = st.one_of(st.none(), st.dates())


@given(text=TEXTS)
@settings(max_examples=200, deadline=None)
def test_numbers(text):
    end = 0
    for mention in find_numbers(text):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end] == mention.text.strip()
        end = mention.end
        value = mention.value
        assert (value.value is None) != (value.low is None)
        assert value.low is None or value.high is None or value.low <= value.high
        assert value.rule
    normalize_number(text)


@given(text=TEXTS, anchor=ANCHORS)
@settings(max_examples=200, deadline=None)
def test_dates(text, anchor):
    end = 0
    for mention in find_dates(text, anchor):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end] == mention.text.strip()
        end = mention.end
        value = mention.value
        assert value.resolved == (value.reason is None) == (value.start is not None or value.end is not None)
        assert value.start is None or value.end is None or value.start <= value.end
        assert anchor is not None or not value.anchored
        assert value.rule
    normalize_date(text, anchor)


@given(
    anchor=st.dates(),
    day=st.one_of(
        st.dates(min_value=date(1000, 1, 1), max_value=date(1299, 12, 31)), st.dates(min_value=date(1500, 1, 1))
    ),
)
@settings(deadline=None)
def test_a_numeric_date_is_the_same_from_every_anchor(anchor, day):
    (mention,) = find_dates(f"في {day.day}/{day.month}/{day.year}", anchor)
    assert mention.value.start == mention.value.end == day.isoformat()
