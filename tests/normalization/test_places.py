"""The literal cases of places, their spelling variants, what the article decides, and what values look like."""

import json

import pytest
from case_tables import plain_hamza, with_diacritics, with_tatweel, without_diacritics
from hypothesis import given, settings
from hypothesis import strategies as st
from value_cases import article_of, mentions, read_value_cases

from waqai.normalization.gazetteer import default_gazetteer
from waqai.normalization.places import country_votes, resolve_places

CASES = list(read_value_cases("places.tsv"))
FIELDS = ("name", "country", "feature", "precision", "relation", "direction", "rule")


def shown(case, value):
    """Return the fields that the case looks at, as the table writes them."""
    if value is None:
        return {"name": "-"}
    return {field: getattr(value, field) or "" for field in FIELDS if case[field] != "*"}


def expected(case):
    return {"name": "-"} if case["name"] == "-" else {f: case[f] for f in FIELDS if case[f] != "*"}


def test_there_are_enough_cases():
    assert len(CASES) >= 150
    assert len({(case["text"], case["type"], case["context"]) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']}, {case['context']}")
def test_case(case):
    assert shown(case, resolve_places(article_of(case))[-1]) == expected(case)


@pytest.mark.parametrize("spell", [plain_hamza, with_diacritics, without_diacritics, with_tatweel])
def test_spelling_changes_no_place(spell):
    for case in CASES:
        respelled = mentions(*((m.type, spell(m.text)) for m in article_of(case)))
        assert shown(case, resolve_places(respelled)[-1]) == expected(case), case["text"]


def test_value_is_plain_json_without_what_is_unknown():
    (value,) = resolve_places(mentions(("GPE", "حلب")))
    row = value.to_dict()
    assert json.loads(json.dumps(row)) == row
    assert row["geonames_id"] == 170063
    assert (row["latitude"], row["longitude"]) == (36.2012, 37.1612)
    assert row["admin"] == "محافظة حلب"
    assert "relation" not in row
    assert 0 < row["rank_score"] < 1


def test_results_are_aligned_and_other_types_are_none():
    values = resolve_places(mentions(("ORG", "الجيش السوري"), ("GPE", "حمص"), ("NUM", "50")))
    assert [value and value.name for value in values] == [None, "حمص", None]


def test_the_other_places_choose_between_namesakes():
    near_misrata = resolve_places(mentions(("GPE", "طرابلس"), ("GPE", "مصراتة")))
    near_sidon = resolve_places(mentions(("GPE", "طرابلس"), ("GPE", "صيدا"), ("GPE", "بيروت")))
    assert (near_misrata[0].country, near_sidon[0].country) == ("LY", "LB")


def test_an_adjective_in_another_mention_is_context():
    (_, value) = resolve_places(mentions(("ORG", "الجيش اللبناني"), ("GPE", "طرابلس")))
    assert value.country == "LB"


def test_the_newspapers_country_is_context():
    (value,) = resolve_places(mentions(("GPE", "البلاد")), country="TN")
    assert (value.name, value.rule) == ("تونس", "pointer")


def test_a_part_of_a_place_is_less_precise():
    place, part = resolve_places(mentions(("GPE", "كركوك"), ("LOC", "شمالي كركوك")))
    assert (place.precision, part.precision) == ("place", "near")
    assert (place.geonames_id, part.geonames_id) == (94787, 94787)
    assert (place.direction, part.direction) == (None, "north")


def test_a_pointer_means_the_last_place_of_its_kind_before_it():
    article = mentions(("GPE", "مدينة الموصل"), ("GPE", "مدينة أربيل"), ("GPE", "المدينة"), ("GPE", "مدينة دهوك"))
    assert resolve_places(article)[2].name == "أربيل"


def test_country_votes_count_names_twice():
    article = mentions(("GPE", "سوريا"), ("ORG", "الجيش التركي"), ("GPE", "أنقرة"))
    assert country_votes(article, default_gazetteer(), "QA") == {"QA": 1.0, "SY": 2.0, "TR": 1.0}


@pytest.mark.parametrize("text", ["", " ", "«»", "\u0640\u0640", "\ud800", "٣٤", "x" * 5000, "ال", "ل", "و" * 300])
def test_senseless_text_yields_nothing_or_a_value(text):
    assert len(resolve_places(mentions(("GPE", text), ("LOC", text), ("FAC", text)))) == 3


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["GPE", "LOC", "FAC", "ORG", "DATE"]),
            st.text(st.sampled_from("ابتلنسيةوم شرقغربمدينةحلبالشمالي -«»ـًَ٣7x\u200f\ufef5"), max_size=30),
        ),
        max_size=5,
    )
)
def test_any_text_is_answered(pairs):
    assert len(resolve_places(mentions(*pairs))) == len(pairs)
