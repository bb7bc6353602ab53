"""The lexicon is written in folded letters, names only classes that exist, and reads inflected words."""

import pytest

from waqai.config import read_yaml
from waqai.ontology import classify_instrument, features_of_trigger, lexicon, load_ontology
from waqai.ontology.codes import asked_of
from waqai.text import fold

TABLE = read_yaml(lexicon._PATH)
SHIPPED = load_ontology()


def entries():
    rows = [*TABLE["instruments"], *(row for rows in TABLE["triggers"].values() for row in rows)]
    return [(name, entry) for row in rows for name, listed in row.items() for entry in listed]


def test_every_entry_is_folded_and_without_article():
    assert [entry for _, entry in entries() if fold(entry).text != entry] == []


def test_every_class_with_a_weapon_has_words_and_no_other():
    named = {name for row in TABLE["instruments"] for name in row}
    assert named == set(SHIPPED.coding.instruments) - {"unknown"}


def test_every_feature_is_one_that_the_rules_of_its_type_ask_for():
    asked = {(t, name) for t, rows in TABLE["triggers"].items() for row in rows for name in row}
    assert [(t, name) for t, name in asked if name not in asked_of(SHIPPED, t)] == []


def test_no_two_classes_have_the_same_entry():
    instruments = [entry for row in TABLE["instruments"] for listed in row.values() for entry in listed]
    assert sorted(entry for entry in set(instruments) if instruments.count(entry) > 1) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("بندقية", "firearm"),
        ("بالأسلحة الرشاشة", "firearm"),
        ("الرصاص الحي", "firearm"),
        ("الذخيرة الحية", "firearm"),
        ("الرصاص المطاطي", "crowd_control"),
        ("للغازات المسيلة للدموع", "crowd_control"),
        ("قذائف", "artillery"),
        ("قذائف الهاون", "mortar"),
        ("قذيفة صاروخية", "rocket"),
        ("صواريخ", "rocket"),
        ("صاروخين باليستيين", "missile"),
        ("دبابات", "armour"),
        ("الطائرات الحربية", "aircraft"),
        ("برميلاً متفجراً", "aircraft"),
        ("طائرات مسيّرة", "drone"),
        ("طائرة إسرائيلية مسيرة", "drone"),
        ("طائرة من دون طيار", "drone"),
        ("طائرة أميركية بدون طيار", "drone"),
        ("وعبوة ناسفة", "bomb"),
        ("قنبلة", "bomb"),
        ("قنبلة يدوية", "grenade"),
        ("لغمين أرضيين", "mine"),
        ("سيارتين مفخختين", "car_bomb"),
        ("سيارة ملغمة", "car_bomb"),
        ("سيارة", "vehicle"),
        ("حزامه الناسف", "suicide_belt"),
        ("بسكين", "blade"),
        ("هراوات", "blunt"),
        ("الحجارة", "stone"),
        ("زجاجات حارقة", "incendiary"),
        ("غاز السارين", "chemical"),
        ("قبضات الأيدي", "unarmed"),
        ("سلاح", None),
        ("كتاب", None),
        ("", None),
    ],
)
def test_instruments(text, expected):
    assert classify_instrument(fold(text).text) == expected


@pytest.mark.parametrize(
    ("event_type", "trigger", "expected"),
    [
        ("CAPTURE", "سيطرتها", {"place_changes_hands"}),
        ("CAPTURE", "استعادت", {"place_changes_hands"}),
        ("CAPTURE", "تقدم", set()),
        ("KILL", "اغتيال", {"targeted"}),
        ("KILL", "مقتل", set()),
        ("MEET", "اتصال هاتفي", {"phone"}),
        ("MEET", "الزيارة", {"visit"}),
        ("MEET", "اجتماع", set()),
        ("STRIKE", "الإضراب عن الطعام", {"hunger"}),
        ("STRIKE", "مقاطعة", {"boycott"}),
        ("AGREE", "هدنة", {"truce_in_force"}),
        ("AGREE", "وقف إطلاق النار", {"truce_in_force"}),
        ("AGREE", "معاهدة", set()),
        ("POSITION", "استقالته", {"leaves_office"}),
        ("POSITION", "انتخاب", set()),
        ("TRIAL", "حكمت", {"verdict"}),
        ("TRIAL", "محاكمة", set()),
        ("DISPLACE", "تهجير", {"driven_out"}),
        ("DISPLACE", "نزوح", set()),
        ("CLASH", "اغتيال", set()),
    ],
)
def test_triggers(event_type, trigger, expected):
    assert features_of_trigger(event_type, fold(trigger).text) == expected
