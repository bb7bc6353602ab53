import random

from waqai.data import duplicates
from waqai.data.duplicates import find_near_duplicates

BASE = "أعلنت وزارة الداخلية أمس مقتل ثلاثة جنود في انفجار عبوة ناسفة"


def pairs(*texts, threshold=0.2):
    return [(d.first, d.second, round(d.overlap, 2)) for d in find_near_duplicates(texts, threshold=threshold)]


def test_a_copy_is_found_whatever_its_spelling():
    marked = "أعلنت وزارة الداخليّة امس، مقتـل ثلاثة جنود (في) إنفجار عبوه ناسفة."
    assert pairs(BASE, "نص آخر لا يشبهه في شيء من كلماته", marked) == [(0, 2, 1.0)]


def test_a_template_with_other_numbers_is_found():
    assert pairs("قتل ٣ جنود في انفجار أمس", "قتل 12 جنود في انفجار أمس") == [(0, 1, 1.0)]


def test_the_overlap_is_that_of_the_shorter_text():
    assert pairs(BASE, " ".join(BASE.split()[:8]) + " ثم جاء نص طويل آخر لا علاقة له بما سبق") == [(0, 1, 0.57)]
    assert pairs(BASE, "قال إن مقتل ثلاثة جنود في انفجار", threshold=0.6) == []
    assert pairs(BASE, "قال إن مقتل ثلاثة جنود في انفجار", threshold=0.3) == [(0, 1, 0.33)]


def test_short_and_empty_texts():
    assert pairs("", "", "!", "قتل جندي", "قتل جندي", "قتل جنديان") == [(3, 4, 1.0)]


def test_the_example_is_what_is_shared():
    (found,) = find_near_duplicates([BASE, "ثم مقتل ثلاثة جنود في انفجار"])
    assert found.example == "مقتل ثلاثه جنود في انفجار"


def test_many_copies_are_found_between_neighbours(monkeypatch):
    monkeypatch.setattr(duplicates, "COMMON", 3)
    assert pairs(*[BASE] * 5) == [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0)]
    assert len(pairs(*[BASE] * 3)) == 3


def test_one_copy_among_a_thousand_texts_is_found():
    chance = random.Random(0)
    words = [f"كلمة{chr(1569 + i % 40)}{chr(1569 + i // 40)}" for i in range(1600)]
    texts = [" ".join(chance.choices(words, k=70)) for _ in range(1000)]
    assert pairs(*texts, texts[7]) == [(7, 1000, 1.0)]
