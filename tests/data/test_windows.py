import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from invented_news import ARTICLES
from waqai.data.windows import MIN_WINDOW, SECTION_WORDS, EncodedText, TextEncoder, WindowSize, _owners, _place_windows
from waqai.text import segment

SIZE = WindowSize(subwords=80, overlap=20)
NEWS = " ".join(article.text for article in ARTICLES)


@pytest.fixture(scope="module")
def text_encoders(encoders):
    made = {}

    def text_encoder(family):
        if family not in made:
            made[family] = TextEncoder(AutoTokenizer.from_pretrained(encoders(family)), SIZE)
        return made[family]

    return text_encoder


def read(section: EncodedText, word: int) -> tuple[int, ...]:
    """Return the subwords in which a word is read."""
    window = section.windows[section.word_window[word]]
    return window[section.word_first[word] : section.word_last[word] + 1]


def check(text: str, sections: list[EncodedText], *, special: int = 1) -> None:
    """Assert what holds for every text: all words are there once, each read inside a window of bounded length."""
    assert tuple(itertools.chain.from_iterable(s.words for s in sections)) == segment(text)
    sentences = [index for s in sections for index in s.word_sentence]
    assert sentences == sorted(sentences)
    for section in sections:
        assert section.text == text
        assert 0 < len(section.words) <= SECTION_WORDS
        size = {len(section.words)}
        columns = (section.word_sentence, section.word_window, section.word_first, section.word_last)
        assert {len(column) for column in columns} == size
        assert section.num_subwords == max(map(len, section.windows)) <= SIZE.subwords + 2 * special
        assert set(section.word_window) <= set(range(len(section.windows)))
        assert list(section.word_window) == sorted(section.word_window)
        for index in range(len(section.words)):
            window = section.windows[section.word_window[index]]
            assert special <= section.word_first[index] <= section.word_last[index] < len(window) - special


@pytest.mark.parametrize(("subwords", "overlap"), [(79, 20), (80, 41), (80, -1)])
def test_a_window_holds_80_subwords_and_overlaps_by_at_most_half(subwords, overlap):
    with pytest.raises(ValueError, match=f"has {subwords} with overlap {overlap}"):
        WindowSize(subwords=subwords, overlap=overlap)


def test_a_short_text_literally(text_encoders):
    encoder = text_encoders("bert")
    [section] = encoder.encode("  قُتل ١٢\nوبدمشق")
    tokens = encoder.tokenizer.convert_ids_to_tokens(section.windows[0])
    assert tokens == ["[CLS]", "قُتل", "١٢", "و", "##ب", "##د", "##م", "##ش", "##ق", "[SEP]"]
    assert [(w.start, w.end) for w in section.words] == [(2, 6), (7, 9), (10, 16)]
    assert section.word_sentence == (0, 0, 1)
    assert section.word_window == (0, 0, 0)
    assert section.word_first == (1, 2, 3)
    assert section.word_last == (1, 2, 8)


@pytest.mark.parametrize("text", ["", " \n\u200f", "\ufeff"])
def test_a_text_without_visible_characters_has_no_section(text_encoders, text):
    assert list(text_encoders("bert").encode(text)) == []


TRAPS = {
    "lone surrogates": "قتل \ud800\udfff خمسة\udfff",
    "diacritics alone": "\u064b \u064c\u0651\n\u0670",
    "controls and unknown signs": "\x00 قتل \x07 \ufffd 漢字 😀🏽",
    "astral letters without end": "\U0001d4d0" * 300,
    "one word without end": "ب" * 1000,
    "marks without end": "ب" + "\u0651" * 500,
    "digits without end": "7" * 500,
    "spaces": "قتل\u00a0خمسة\u2003في   \t غارة\r\n\r\nأمس",
    "ligatures": "قال ﷺ ﷲ ﻻ ﰀ",
    "decomposed letters": "ا\u0654مس قتل ا\u0653ل",
    "zero-width": "كرة\u200cالقدم دم\u200fشق",
    "special subwords in the text": "[CLS] قتل [SEP] <s> </s> [PAD] <pad>",
}


@pytest.mark.parametrize("text", [*TRAPS.values(), NEWS, *(a.text for a in ARTICLES)], ids=lambda t: ascii(t[:12]))
def test_every_kind_of_tokenizer_places_every_word(text_encoders, family, text):
    sections = list(text_encoders(family).encode(text))
    check(text, sections)


def test_a_word_is_read_in_its_own_subwords(text_encoders, family):
    """The subwords that the tokenizer places on a word's characters, and spaces before it, are what is read."""
    encoder = text_encoders(family)
    for text in (NEWS, *(a.text for a in ARTICLES)):
        encoding = encoder.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        pieces = list(zip(encoding["input_ids"], encoding["offset_mapping"], strict=True))
        [section] = encoder.encode(text)
        for index, word in enumerate(section.words):
            own = tuple(piece for piece, (start, end) in pieces if start < word.end and word.start < end)
            got = read(section, index)
            assert got[len(got) - len(own) :] == own
            extra = encoder.tokenizer.convert_ids_to_tokens(list(got[: len(got) - len(own)]))
            assert set(extra) <= {"▁", "Ġ"}, text[word.start : word.end]


def test_nothing_is_left_out_and_nothing_is_read_twice(text_encoders, family):
    encoder = text_encoders(family)
    [section] = encoder.encode(NEWS)
    assert len(section.windows) > 1
    subwords, before = [], None
    for index in range(len(section.words)):
        here = (section.word_window[index], section.word_first[index], section.word_last[index])
        if here != before:  # else two words share a subword
            subwords.extend(read(section, index))
        before = here
    assert subwords == encoder.tokenizer(NEWS, add_special_tokens=False)["input_ids"]


def test_words_that_share_a_subword_are_all_read_in_it(text_encoders):
    """WordPiece makes one unknown subword of a hundred letters; the segmenter makes many words of them."""
    encoder = text_encoders("bert")
    [section] = encoder.encode("في " + "ب" * 200 + " في")
    assert encoder.tokenizer.convert_ids_to_tokens(list(section.windows[0])) == [
        "[CLS]", "في", "[UNK]", "في", "[SEP]"
    ]  # fmt: skip
    assert section.word_first == section.word_last == (1, 2, 2, 2, 2, 3)


def test_a_word_that_the_tokenizer_drops_gets_an_unknown_subword(text_encoders):
    encoder = text_encoders("bert")
    [section] = encoder.encode("في \x07 في")
    assert encoder.tokenizer.convert_ids_to_tokens(list(section.windows[0])) == [
        "[CLS]", "في", "[UNK]", "في", "[SEP]"
    ]  # fmt: skip
    assert section.word_first == section.word_last == (1, 2, 3)


def test_what_no_window_holds_is_counted(text_encoders):
    """A letter has four subwords here, and the first 80 of a word are read: a space and 19 of its 64 letters."""
    encoder = text_encoders("roberta")
    [section] = encoder.encode("قتل " + "\U0001d4d0" * 70 + " في")
    lengths = [word.end - word.start for word in section.words]
    assert lengths == [3, 64, 6, 2]
    assert len(read(section, 1)) == MIN_WINDOW
    assert section.unread == 64 - 19
    [whole] = encoder.encode("قتل في")
    assert whole.unread == 0


@pytest.mark.parametrize("num_words", [1, 5_000, 100_000])
def test_nothing_is_truncated(text_encoders, num_words):
    words = NEWS.split()
    text = " ".join(itertools.islice(itertools.cycle(words), num_words))
    sections = list(text_encoders("bert").encode(text))
    check(text, sections)


def test_one_word_of_100_000_letters(text_encoders, family):
    text = "ب" * 100_000
    sections = list(text_encoders(family).encode(text))
    check(text, sections)


def test_a_long_text_is_cut_into_sections_at_sentence_ends(text_encoders):
    text = "\n".join(article.text for article in ARTICLES * 40)
    sections = list(text_encoders("bert").encode(text))
    assert len(sections) > 1
    check(text, sections)
    for one, two in itertools.pairwise(sections):
        assert one.word_sentence[-1] < two.word_sentence[0]


def test_a_sentence_longer_than_a_section_is_cut(text_encoders):
    text = "قتل " * (2 * SECTION_WORDS + 5)
    sections = list(text_encoders("bert").encode(text))
    assert [len(section.words) for section in sections] == [SECTION_WORDS, SECTION_WORDS, 5]
    check(text, sections)


def test_the_subwords_of_a_text_do_not_depend_on_the_window(text_encoders):
    encoder = text_encoders("bert")
    [small] = encoder.encode(NEWS)
    [large] = TextEncoder(encoder.tokenizer, WindowSize(subwords=4000, overlap=0)).encode(NEWS)
    assert len(large.windows) == 1
    assert [read(small, i) for i in range(len(small.words))] == [read(large, i) for i in range(len(large.words))]


def test_windows_begin_and_end_with_sentences_where_that_costs_little():
    # Words of one subword, sentences of 30, windows of 80: each ends with its second sentence, or with the text.
    spans = [(i, i) for i in range(120)]
    assert _place_windows(spans, {0, 30, 60, 90}, SIZE) == [(0, 60), (40, 120)]
    assert _place_windows(spans, {0, 30, 60, 90}, WindowSize(subwords=80, overlap=30)) == [(0, 60), (30, 90), (60, 120)]
    # A sentence end that would leave less than half a window is not taken.
    assert _place_windows(spans, {0, 20}, WindowSize(subwords=80, overlap=0)) == [(0, 80), (80, 120)]


def test_a_word_is_read_where_it_is_farthest_from_an_edge():
    assert _owners([(0, 10), (6, 14)], 14) == [0] * 8 + [1] * 6
    assert _owners([(0, 4)], 4) == [0, 0, 0, 0]
    assert _owners([(0, 4), (4, 8)], 8) == [0] * 4 + [1] * 4


@st.composite
def placed(draw):
    """Words of one to nine subwords, some of which share the last, with sentences and a window."""
    lengths = draw(st.lists(st.integers(0, 9), min_size=1, max_size=300))
    spans = []
    for length in lengths:
        if length == 0 and spans:
            spans.append(spans[-1])
        else:
            begin = spans[-1][1] + 1 if spans else 0
            spans.append((begin, begin + max(length, 1) - 1))
    starts = {0} | draw(st.sets(st.integers(0, len(spans) - 1)))
    subwords = draw(st.integers(80, 200))
    return spans, starts, WindowSize(subwords=subwords, overlap=draw(st.integers(0, subwords // 2)))


@given(placed())
def test_windows_cover_all_words_and_owners_are_the_best(case):
    spans, starts, size = case
    bounds = _place_windows(spans, starts, size)
    assert bounds[0][0] == 0
    assert bounds[-1][1] == len(spans)
    for begin, end in bounds:
        assert begin < end
        assert spans[end - 1][1] - spans[begin][0] < size.subwords
    for (begin, end), (following, last) in itertools.pairwise(bounds):
        assert begin < following <= end < last
    owners = _owners(bounds, len(spans))
    for word, owner in enumerate(owners):

        def distance(window, word=word):
            begin, end = bounds[window]
            left = len(spans) if begin == 0 else word - begin
            right = len(spans) if end == len(spans) else end - 1 - word
            return min(left, right) if begin <= word < end else -1

        assert distance(owner) == max(map(distance, range(len(bounds)))) >= 0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.one_of(st.characters(), st.sampled_from("قتل وب٣\n.\u0651\u0640\u200f\ud800ﷺ")), max_size=200))
def test_any_text_is_placed_by_any_tokenizer(text_encoders, family, text):
    check(text, list(text_encoders(family).encode(text)))
