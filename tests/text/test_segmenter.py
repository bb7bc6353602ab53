import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_news import ARTICLES
from waqai.text import Word, proclitic_lengths, segment, split_sentences, stem_start
from waqai.text.segmenter import MAX_WORD

INVISIBLE = {
    *map(chr, (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065))),
    *map(chr, range(0x2066, 0x206A)),
    "\ufeff",
}


def surfaces(text):
    return [text[word.start : word.end] for word in segment(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\r\n\u00a0\u200f\ufeff", []),
        ("قتل ٣٤ بدمشق.", ["قتل", "٣٤", "بدمشق", "."]),
        ("قُتِلَ مدنيّـاً", ["قُتِلَ", "مدنيّـاً"]),
        ("ـــ", ["ـــ"]),
        ("تنظيم «داعش»،", ["تنظيم", "«", "داعش", "»", "،"]),
        ("1,200.5%", ["1", ",", "200", ".", "5", "%"]),
        ("2017-08-22", ["2017", "-", "08", "-", "22"]),
        ("من10إلى٢٠", ["من", "10", "إلى", "٢٠"]),
        ("شباط/فبراير", ["شباط", "/", "فبراير"]),
        ("F-16 وال_ب", ["F", "-", "16", "وال", "_", "ب"]),
        ("كرة\u200cالقدم", ["كرة\u200cالقدم"]),
        ("\u200fدمشق\u200f،", ["دمشق", "،"]),
        ("دم\u200fشق", ["دم", "شق"]),
        ("\u064b\u064c", ["\u064b", "\u064c"]),
        ("👍🏽ﷺ", ["👍", "🏽", "ﷺ"]),
        ("\ud800أ\udfff", ["\ud800", "أ", "\udfff"]),
    ],
)
def test_words(text, words):
    assert surfaces(text) == words


def test_offsets_are_of_the_raw_text():
    assert segment("\ufeff قَتَلَ\r\n٣") == (Word(2, 8), Word(10, 11))


@pytest.mark.parametrize(
    ("length", "lengths"), [(MAX_WORD, [64]), (MAX_WORD + 1, [64, 1]), (100_000, [64] * 1562 + [32])]
)
def test_a_run_without_end_is_cut(length, lengths):
    assert [len(word) for word in surfaces("ب" * length)] == lengths
    assert [len(word) for word in surfaces("7" * length)] == lengths


any_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("وفبلكسالقتدم أإآ٣4.،؟!»«\n\r\u064b\u0651\u0640\u200c\u200f\ufeff\u00ad\u0610ﷺ\ud800"),
    )
)


@given(any_text)
def test_words_cover_every_visible_character_once(text):
    covered = []
    for word in segment(text):
        assert word.start < word.end
        covered.extend(range(word.start, word.end))
    assert covered == sorted(set(covered))
    missed = set(range(len(text))) - set(covered)
    assert {text[i] for i in missed} <= INVISIBLE | {char for char in text if char.isspace()}


@given(any_text)
def test_a_word_begins_with_a_visible_character(text):
    for surface in surfaces(text):
        assert surface[0] not in INVISIBLE
        assert not surface[0].isspace()
        assert not any(char.isspace() for char in surface)


@given(any_text)
def test_sentences_cover_all_words_in_order(text):
    words = segment(text)
    sentences = split_sentences(text, words)
    assert all(len(sentence) for sentence in sentences)
    assert [index for sentence in sentences for index in sentence] == list(range(len(words)))


def sentences_of(text):
    words = segment(text)
    return [text[words[s.start].start : words[s.stop - 1].end] for s in split_sentences(text, words)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("قتل خمسة", ["قتل خمسة"]),
        ("قتل خمسة. وجرح ستة.", ["قتل خمسة.", "وجرح ستة."]),
        ("هل قتل؟ نعم! ربما…", ["هل قتل؟", "نعم!", "ربما…"]),
        ("قال: «قتلوا.» ومضى.", ["قال: «قتلوا.»", "ومضى."]),
        ("عنوان\nمتن", ["عنوان", "متن"]),
        ("عنوان\r\nمتن", ["عنوان", "متن"]),
        ("نسبة 3.5 في المئة", ["نسبة 3.5 في المئة"]),
        ("قال د. سامي", ["قال د. سامي"]),
        ("(أ. ف. ب.) نقلت", ["(أ. ف. ب.) نقلت"]),
        ("انتظر... ثم مضى", ["انتظر...", "ثم مضى"]),
        ("لم يقل.شيئاً", ["لم يقل.شيئاً"]),
        (". . .", [".", ".", "."]),
    ],
)
def test_sentences(text, sentences):
    assert sentences_of(text) == sentences


@pytest.mark.parametrize(
    ("word", "lengths"),
    [
        ("وبدمشق", [0, 1, 2]),
        ("بدمشق", [0, 1]),
        ("للقوات", [0, 1, 2]),
        ("وللقوات", [0, 1, 2, 3]),
        ("فسيكتب", [0, 1, 2]),
        ("وَبِدِمَشق", [0, 1, 2]),
        ("بيروت", [0, 1]),
        ("لبنان", [0, 1, 2]),
        ("في", [0]),
        ("ولد", [0, 1]),
        ("وفد", [0, 1]),
        ("دمشق", [0]),
        ("و", [0]),
        ("", [0]),
        ("34", [0]),
        ("ووووو", [0, 1, 2, 3]),
        ("وـبـدمشق", [0, 1, 2]),
    ],
)
def test_how_many_letters_may_be_proclitics(word, lengths):
    assert list(proclitic_lengths(word)) == lengths


@pytest.mark.parametrize(
    ("word", "letters", "stem"),
    [
        ("وبدمشق", 0, "وبدمشق"),
        ("وبدمشق", 2, "دمشق"),
        ("وَبِدِمَشق", 1, "بِدِمَشق"),
        ("وَبِدِمَشق", 2, "دِمَشق"),
        ("وـبـدمشق", 2, "دمشق"),
        ("لِلْقوات", 1, "لْقوات"),
        ("للقوات", 2, "قوات"),
    ],
)
def test_the_stem_begins_after_the_marks_of_the_proclitic(word, letters, stem):
    assert word[stem_start(word, letters) :] == stem


@given(st.text(st.sampled_from("وفبلكسدم\u064e\u0651\u0640"), max_size=12))
def test_a_stem_keeps_two_letters(word):
    for letters in proclitic_lengths(word):
        stem = word[stem_start(word, letters) :]
        if letters:
            assert unicodedata.category(stem[0]) != "Mn"
            assert sum(char.isalpha() and char != "\u0640" for char in stem) >= 2


def test_the_gold_of_the_invented_articles_stands_on_words():
    """Else the other tests would measure what segmentation loses."""
    for article in ARTICLES:
        words = segment(article.text)
        ends = {word.end for word in words}
        starts = {
            word.start + stem_start(article.text[word.start : word.end], letters)
            for word in words
            for letters in proclitic_lengths(article.text[word.start : word.end])
        }
        for mention in (*article.entities, *article.events):
            assert mention.start in starts, mention
            assert mention.end in ends, mention
