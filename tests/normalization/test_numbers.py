"""The literal cases of numbers, their spelling variants, and the edges of the two public functions."""

import json
from dataclasses import replace

import pytest
from case_tables import SPELLINGS, read_cases

from waqai.normalization import NumberMention, find_numbers, normalize_number, resolve_numbers
from waqai.records import EntityMention
from waqai.text import fold

NUMBERS = read_cases("numbers.tsv")


def shown(mention: NumberMention) -> str:
    """Write a mention as the case table does."""
    value = mention.value
    bounds = f"{value.low}..{'' if value.high is None else value.high}" if value.value is None else str(value.value)
    said = [mention.text, "::", bounds, value.comparator, value.unit, "ordinal" if value.kind == "ordinal" else None]
    return " ".join(part for part in said if part is not None)


def test_there_are_enough_cases():
    assert len(NUMBERS) >= 300
    assert len({text for text, _ in NUMBERS}) == len(NUMBERS)


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_case(text, expected):
    assert " ;; ".join(shown(mention) for mention in find_numbers(text)) == expected


@pytest.mark.parametrize("spell", SPELLINGS)
def test_spelling_changes_no_value(spell):
    for text, _ in NUMBERS:
        respelled = spell(text)
        found, again = find_numbers(text), find_numbers(respelled)
        assert [replace(m.value, context=()) for m in again] == [replace(m.value, context=()) for m in found], respelled
        assert [fold(m.text).text for m in again] == [fold(m.text).text for m in found], respelled


def test_mentions_are_characters_of_the_raw_text():
    text = "قُتِلَ أكْثَرُ مِن ٥٠\u200f شَخْـصاً."
    (mention,) = find_numbers(text)
    assert text[mention.start : mention.end] == mention.text == "أكْثَرُ مِن ٥٠"
    assert mention.to_dict() == {
        "start": 7,
        "end": 21,
        "text": "أكْثَرُ مِن ٥٠",
        "value": {"value": 50, "comparator": ">", "unit": None, "kind": "cardinal", "rule": "digits+comparator"},
    }


def test_an_open_bound_is_null():
    (mention,) = find_numbers("عشرات القتلى")
    assert json.loads(json.dumps(mention.value.to_dict())) == {
        "low": 20,
        "high": None,
        "comparator": "=",
        "unit": None,
        "kind": "cardinal",
        "rule": "open count",
    }


def test_whole_amounts_are_int():
    assert type(normalize_number("1.5 مليون").value) is int
    assert type(normalize_number("1.5 كيلومتر").value) is float


@pytest.mark.parametrize(
    ("mention", "value"),
    [
        ("واحد", 1),
        ("الاثنين", 2),
        ("الست", 6),
        ("صفر", 0),
        ("2011", 2011),
        ("20عاماً", 20),
        ("أكثر من 145من", 145),
        ("خمسمائة قتيل", 500),
        ("الساعة 3", 3),
        ("إصابة 12 وأربعمئة", 400),
    ],
)
def test_a_given_mention_is_read_without_doubt(mention, value):
    assert normalize_number(mention).value == value


@pytest.mark.parametrize("mention", ["", " ", "عدد", "العديد", "قتيل", "،،", "ـــ", "\u064b", "99999999999999999999"])
def test_what_is_no_number_has_no_value(mention):
    assert normalize_number(mention) is None


def test_several_says_three_or_more():
    value = normalize_number("عدة")
    assert (value.low, value.high) == (3, None)


@pytest.mark.parametrize(
    ("text", "bounds", "comparator", "context"),
    [
        ("قتل [20] شخصا على الأقل في تفجير", 20, ">=", ["على الأقل"]),
        ("قتل [20] شخصا. وجرح 30 على الأقل", 20, "=", []),
        ("تجاوز [30] قتيلا", 30, ">", ["تجاوز"]),
        ("أكثر من [30] قتيلا", 30, ">", ["أكثر من"]),
        ("[أكثر من 30] قتيلا", 30, ">", []),
        ("تظاهر [ألفا] شخص", 2000, "=", ["شخص"]),
        ("نزح [مليونا] شخص على الأقل", 2_000_000, ">=", ["شخص", "على الأقل"]),
        ("تظاهر [ألفا] من العمال", 1000, "=", []),
        ("[بين 20 وثلاثة آلاف] قتيل على الأقل", (20, 3000), ">=", ["على الأقل"]),
        ("بين [20] و30 قتيلا", 20, "=", []),
        ("ارتفع العدد من 20 إلى [30]", 30, "=", []),
        ("عاد [خمسة وعشرون] العام الماضي", 25, "=", []),
        ("سرعتها [30 كيلومتراً] في الساعة", 30, "=", ["كيلومتراً في الساعة"]),
        ("قُتل [خمسةٌ]ً على الأقل", 5, ">=", ["على الأقل"]),
        ("في [العديد] من المدن", None, None, None),
    ],
)
def test_a_mention_is_read_where_it_stands(text, bounds, comparator, context):
    start, end = text.index("["), text.index("]") - 1
    raw = text.replace("[", "").replace("]", "")
    mention = EntityMention(id="e1", type="NUM", start=start, end=end, text=raw[start:end])
    [value] = resolve_numbers(raw, [mention])
    if bounds is None:
        assert value is None
        return
    assert (value.value if value.value is not None else (value.low, value.high)) == bounds
    assert value.comparator == comparator
    assert [raw[first:last] for first, last in value.context] == context
    assert value.to_dict().get("context", []) == [list(span) for span in value.context]


def test_only_numbers_are_read_where_they_stand():
    mention = EntityMention(id="e1", type="DATE", start=4, end=6, text="20")
    assert resolve_numbers("قتل 20 على الأقل", [mention]) == (None,)


def test_a_number_that_changes_to_another_is_former():
    old, new = find_numbers("ارتفع عدد القتلى من 12 قتيلاً إلى 15")
    assert (old.value.former, new.value.former) == (True, False)
    assert (old.value.to_dict()["former"], "former" in new.value.to_dict()) == (True, False)


def test_a_former_number_says_by_which_words_it_is_one():
    text = "ارتفع عدد القتلى من 12 قتيلاً إلى 15"
    [number] = resolve_numbers(text, [EntityMention(id="e1", type="NUM", start=20, end=22, text="12")])
    assert number.rule == "digits+former"
    assert [text[start:end] for start, end in number.context] == ["ارتفع", "من", "إلى"]
