"""The literal cases of actors, their spelling variants, one id for an actor in an article, and the files of users."""

import json

import pytest
from case_tables import plain_hamza, with_diacritics, with_tatweel, without_diacritics
from hypothesis import given, settings
from hypothesis import strategies as st
from value_cases import article_of, mentions, read_value_cases

from waqai.errors import InputError
from waqai.normalization.actors import ActorContext, class_abroad, resolve_actor, resolve_actors
from waqai.normalization.actors_table import ActorTable

CASES = list(read_value_cases("actors.tsv"))
FIELDS = {"id": "id", "country": "country", "class": "actor_class", "relation": "relation"}
HEADER = "id\tname\tenglish\taliases\tshort_forms\twhere\tcountry\tclass\tsector\twikidata\n"


def shown(case, value):
    if value is None:
        return {"id": "-"}
    return {column: getattr(value, field) or "" for column, field in FIELDS.items() if case[column] != "*"}


def expected(case):
    return {"id": "-"} if case["id"] == "-" else {column: case[column] for column in FIELDS if case[column] != "*"}


def test_there_are_enough_cases():
    assert len(CASES) >= 100
    assert len({(case["text"], case["type"], case["context"]) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text']}, {case['context']}")
def test_case(case):
    assert shown(case, resolve_actors(article_of(case))[-1]) == expected(case)


@pytest.mark.parametrize("spell", [plain_hamza, with_diacritics, without_diacritics, with_tatweel])
def test_spelling_changes_no_actor(spell):
    for case in CASES:
        respelled = mentions(*((m.type, spell(m.text)) for m in article_of(case)))
        assert shown(case, resolve_actors(respelled)[-1]) == expected(case), case["text"]


def test_a_mention_alone_needs_no_article():
    value = resolve_actor("الجيش اليمني", type="ORG")
    assert (value.id, value.english, value.inter, value.sector) == ("YE/army", "Yemeni Armed Forces", 1, "MIL")
    assert resolve_actor("50", type="NUM") is None
    assert resolve_actor("«»", type="ORG") is None


def test_the_context_gives_the_country():
    at_home = resolve_actor("الشرطة", type="ORG", context=ActorContext(countries={"EG": 3.0, "US": 1.0}))
    assert (at_home.id, at_home.country) == ("EG/police", "EG")
    nowhere = resolve_actor("الشرطة", type="ORG")
    assert (nowhere.id, nowhere.country, nowhere.actor_class) == ("local/police", None, "police")


def test_value_is_plain_json_without_what_is_unknown():
    row = resolve_actor("داعش", type="ORG").to_dict()
    assert json.loads(json.dumps(row)) == row
    assert row == {
        "id": "islamic-state", "name": "تنظيم الدولة الإسلامية", "english": "Islamic State", "actor_class": "rebels",
        "inter": 2, "sector": "REB", "rule": "name", "wikidata": "Q2429253", "source": "waqai",
    }  # fmt: skip


def test_all_mentions_of_an_actor_share_its_id():
    article = mentions(
        ("ORG", "المرصد السوري لحقوق الإنسان"), ("ORG", "تنظيم الدولة الإسلامية"), ("ORG", "داعش"), ("ORG", "التنظيم"),
        ("GROUP", "عناصر التنظيم"), ("ORG", "المرصد"),
    )  # fmt: skip
    ids = [value.id for value in resolve_actors(article)]
    assert ids[0] == ids[5] == "sohr"
    assert set(ids[1:4]) == {"islamic-state"}


def test_a_surname_is_the_person_of_the_full_name_wherever_that_stands():
    article = mentions(("PER", "الحمداني"), ("ROLE", "وزير الدفاع العراقي"), ("PER", "سالم عبد الله الحمداني"))
    first, _, full = resolve_actors(article)
    assert first.id == full.id == "local/سالمعبداللهحمداني"
    assert (first.rule, full.rule) == ("person:office", "person:office")
    assert (full.actor_class, full.country) == ("officials", "IQ")


def test_a_title_is_dropped():
    ids = {
        resolve_actor(text, type="PER").id for text in ("مرسي", "محمد مرسي", "الرئيس محمد مرسي", "الدكتور محمد مرسي")
    }
    assert ids == {"mohamed-morsi"}


def test_bodies_of_the_state_take_the_country_that_the_article_gives_them():
    article = mentions(
        ("ORG", "الجيش اللبناني"), ("GPE", "سوريا"), ("GPE", "دمشق"), ("ORG", "الجيش"), ("ORG", "الشرطة")
    )
    values = resolve_actors(article)
    assert values[3].id == "LB/army"
    assert values[4].id == "SY/police"


def test_places_given_or_not_make_no_difference():
    from waqai.normalization.places import resolve_places

    article = mentions(("GPE", "الخرطوم"), ("ORG", "الجيش"), ("GPE", "بلاده"))
    assert resolve_actors(article, places=resolve_places(article)) == resolve_actors(article)


def test_forces_abroad_are_foreign():
    army = resolve_actor("القوات الأمريكية", type="ORG")
    assert class_abroad(army, "IQ") == "foreign_forces"
    assert class_abroad(army, "US") == "military"
    assert class_abroad(army, None) == "military"
    assert class_abroad(resolve_actor("طالبان", type="ORG"), "PK") == "rebels"


def test_an_unknown_body_keeps_its_name_and_its_country():
    value = resolve_actor("شركة النخلة للنقل الأردنية", type="ORG")
    assert (value.id, value.actor_class, value.country) == ("local/شركهنخلهنقلاردنيه", "business", "JO")
    assert resolve_actor("حزب الريحان", type="ORG").actor_class == "political_party"


def test_the_word_for_financial_is_not_mali():
    assert resolve_actor("وزير المالية", type="ROLE").country is None
    (_, army) = resolve_actors(mentions(("GPE", "مالي"), ("ORG", "القوات المالية")))
    assert army.id == "ML/army"


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "mine.tsv"


def test_a_user_can_add_actors(mine):
    mine.write_text(
        f"# mine\n{HEADER}palm-front\tجبهة النخيل\tPalm Front\tالنخيليون|نخيليين\tالجبهة\tIQ\tIQ\trebels\t\t\n",
        encoding="utf-8",
    )
    table = ActorTable.load([mine])
    for text, where in (("جبهة النخيل", {}), ("النخيليون", {}), ("مسلحي جبهة النخيل", {}), ("الجبهة", {"IQ": 1.0})):
        value = resolve_actor(text, type="ORG", context=ActorContext(countries=where), table=table)
        assert (value.id, value.source, value.sector) == ("palm-front", "mine.tsv", "REB"), text
    assert (
        resolve_actor("الجبهة", type="ORG", context=ActorContext(countries={"MA": 1.0}), table=table).id != "palm-front"
    )


def test_a_users_name_comes_before_the_projects(mine):
    mine.write_text(f"{HEADER}my-daesh\tداعش\t\t\t\t\t\trebels\t\t\n", encoding="utf-8")
    assert resolve_actor("داعش", type="ORG", table=ActorTable.load([mine])).id == "my-daesh"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x\tجبهة\t\t\t\t\tIQ\tguerrilla", "`class` must be one of"),
        ("x\tجبهة\t\t\t\t\tIraq\trebels", "`country` must be an ISO 3166 alpha-2 code"),
        ("x\t\t\t\t\t\tIQ\trebels", "`name` must be filled in"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(mine, row, said):
    mine.write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=said) as raised:
        ActorTable.load([mine])
    assert "mine.tsv, line 2" in str(raised.value)


def test_an_id_used_twice_is_refused(mine):
    mine.write_text(f"{HEADER}x\tجبهة\t\t\t\t\t\trebels\t\t\nx\tحركة\t\t\t\t\t\trebels\t\t\n", encoding="utf-8")
    with pytest.raises(InputError, match="`id` must be used once in a table"):
        ActorTable.load([mine])


@pytest.mark.parametrize("text", ["", " ", "«»", "\u0640", "\ud800", "٣٤", "x" * 5000, "ال", "ل", "آخرون", "و" * 300])
def test_senseless_text_never_raises(text):
    kinds = ("PER", "ORG", "GROUP", "ROLE", "GPE", "LOC", "WEAPON", "FAC", "NUM")
    assert len(resolve_actors(mentions(*((kind, text) for kind in kinds)))) == len(kinds)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["PER", "ORG", "GROUP", "ROLE", "GPE", "WEAPON", "FAC", "DATE"]),
            st.one_of(
                st.text(st.sampled_from("ابتلنسيةوم قاتعرشجيشوزير -«»ـًَ٣7x\u200f\ufef5"), max_size=25),
                st.lists(
                    st.sampled_from(
                        ["قوات", "الجيش", "السوري", "قواته", "آخرون", "رئيس", "باسم", "عناصر", "مواقع", "في"]
                    ),
                    max_size=5,
                ).map(" ".join),
            ),
        ),
        max_size=6,
    )
)
def test_any_text_is_answered(pairs):
    assert len(resolve_actors(mentions(*pairs))) == len(pairs)
