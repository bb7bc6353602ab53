"""The project's tables of places: every row can be used, says what it must, and lies where its country is."""

import pytest

from waqai.normalization.gazetteer import default_gazetteer
from waqai.normalization.gazetteer_build import (
    CITY_COLUMNS,
    NATIONALITY_COLUMNS,
    PLACE_COLUMNS,
    PLACE_REQUIRED,
)
from waqai.normalization.gazetteer_keys import name_key
from waqai.normalization.places_words import ARAB, FEATURES, place_words
from waqai.normalization.table_files import TABLES, read_rows

PLACES = list(read_rows(TABLES / "places.tsv", columns=PLACE_COLUMNS, required=PLACE_REQUIRED))
FAR_KM = 3200


@pytest.mark.parametrize("name", ["places.tsv", "nationalities.tsv", "city_names.tsv", "place_words.tsv"])
def test_a_table_says_source_and_licence(name):
    comments = [line for line in (TABLES / name).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert "Source:" in "\n".join(comments)
    assert "Licence: Apache-2.0" in " ".join(comments)


def test_there_are_enough_places():
    assert len(PLACES) >= 250
    assert sum(row["country"] in ARAB for row in PLACES) >= 250


def test_every_place_has_coordinates_and_a_feature():
    for row in PLACES:
        assert row["feature"] in FEATURES, row.where
        assert row.number("latitude", -90, 90) is not None, row.where
        assert row.number("longitude", -180, 180) is not None, row.where


def test_places_are_named_once_in_their_country():
    names = [(name_key(row["name"]), row["country"], row["feature"]) for row in PLACES]
    assert len(set(names)) == len(names)


def test_the_governorates_that_places_lie_in_are_in_the_table():
    known = {row["name"] for row in PLACES}
    assert {row["admin"] for row in PLACES if row["admin"]} <= known


def test_places_lie_near_their_countrys_capital():
    places = default_gazetteer()
    for place in places.places():
        if place.source == "waqai" and place.country in ARAB | {"IL", "TR", "AF", "PK", "UA", "NG", "ML"}:
            capital = places.place(places.capital_index(place.country))
            assert place.distance_km(capital) < FAR_KM, place.name


def test_seats_lie_in_their_unit():
    places = default_gazetteer()
    seated = [p for p in places.places() if p.seat is not None and p.feature in {"governorate", "district"}]
    assert len(seated) > 250
    for place in seated:
        assert place.distance_km(places.place(place.seat)) < 650, place.name


def test_every_country_of_the_table_is_known_with_its_capital():
    places = default_gazetteer()
    without = set()
    for row in read_rows(TABLES / "nationalities.tsv", columns=NATIONALITY_COLUMNS, required=("iso", "names")):
        index = places.country_index(row["iso"])
        assert index is not None, row.where
        assert places.place(index).geonames_id is not None, row.where
        if places.capital_index(row["iso"]) is None:
            without.add(row["iso"])
    assert without <= {"AG", "GD", "PW", "TO", "VU", "VC", "NR"}


def test_city_names_are_of_geonames_places():
    places = {place.geonames_id: place for place in default_gazetteer().places() if place.geonames_id}
    for row in read_rows(TABLES / "city_names.tsv", columns=CITY_COLUMNS, required=CITY_COLUMNS):
        assert int(row["geonames_id"]) in places, row.where


def test_head_nouns_go_with_features():
    words = place_words()
    assert {feature for features in words.heads.values() for feature in features} <= FEATURES
    assert words.heads[name_key("محافظة")][0] == "governorate"
    assert words.soft <= set(words.relations)
    assert words.directions[name_key("جنوبي")] == "south"
