"""The project's tables of actors: every row can be used, names one actor, and speaks the ontology's classes."""

import pytest

from waqai.normalization.actors_table import ACTOR_COLUMNS, ACTOR_REQUIRED, actor_classes, default_actors
from waqai.normalization.actors_words import WORD_COLUMNS, actor_words
from waqai.normalization.gazetteer import default_gazetteer
from waqai.normalization.gazetteer_keys import name_key, name_tokens
from waqai.normalization.table_files import TABLES, read_rows
from waqai.ontology import load_ontology

ACTORS = list(read_rows(TABLES / "actors.tsv", columns=ACTOR_COLUMNS, required=ACTOR_REQUIRED))
PERSONS = list(read_rows(TABLES / "actor_persons.tsv", columns=ACTOR_COLUMNS, required=ACTOR_REQUIRED))
WORDS = list(read_rows(TABLES / "actor_words.tsv", columns=WORD_COLUMNS, required=("kind", "id", "class", "words")))


@pytest.mark.parametrize("name", ["actors.tsv", "actor_persons.tsv", "actor_words.tsv", "actor_classes.tsv"])
def test_a_table_says_source_and_licence(name):
    comments = [line for line in (TABLES / name).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert "Source:" in "\n".join(comments)
    assert "Licence: Apache-2.0" in " ".join(comments)


def test_there_are_enough_actors():
    assert len(ACTORS) >= 400
    assert len(default_actors()) == len(ACTORS) + len(PERSONS)


def test_classes_are_the_ontologys_parties():
    parties = load_ontology().coding.parties
    assert {name: (c.inter, c.sector) for name, c in actor_classes().items()} == {
        name: (party.acled_inter, party.plover_sector) for name, party in parties.items()
    }


def test_sectors_are_plovers():
    known = set(load_ontology().coding.plover_sectors)
    assert {row["sector"] for row in (*ACTORS, *PERSONS, *WORDS) if row["sector"]} <= known


@pytest.mark.parametrize("rows", [ACTORS, PERSONS], ids=["actors", "persons"])
def test_a_name_means_one_actor(rows):
    named: dict[str, str] = {}
    for row in rows:
        for name in (row["name"], *row.variants("aliases")):
            assert named.setdefault(name_key(name), row["id"]) == row["id"], f"{row.where}: {name}"
        for name in row.variants("short_forms"):
            assert row["where"], f"{row.where}: {name}"
            assert named.get(name_key(name)) != row["id"], f"{row.where}: {name} is an alias, too"


def test_countries_exist_and_short_forms_say_where():
    places = default_gazetteer()
    for row in (*ACTORS, *PERSONS):
        for iso in (*row.variants("country"), *row.variants("where")):
            assert places.country_index(iso) is not None, row.where


def test_bodies_of_states_have_the_ids_of_their_pattern():
    suffixes = {row["id"] for row in WORDS if row["kind"] == "institution"}
    for row in ACTORS:
        if "/" in row["id"]:
            country, suffix = row["id"].split("/")
            assert country == row["country"], row.where
            assert suffix in suffixes, row.where


def test_wikidata_ids_are_well_formed_and_unique():
    ids = [row["wikidata"] for row in (*ACTORS, *PERSONS) if row["wikidata"]]
    assert len(set(ids)) == len(ids)
    assert all(i.startswith("Q") and i[1:].isdecimal() for i in ids)


def test_words_have_known_kinds_and_classes():
    kinds = {"institution", "group", "role", "member", "weapon", "facility", "honorific", "descriptor", "other"}
    assert {row["kind"] for row in WORDS} == kinds
    assert {row["class"] for row in WORDS} <= set(actor_classes())


def test_the_longest_word_wins():
    words = actor_words()
    match = words.longest("group", name_tokens("مصدر أمني مسؤول عراقي"))
    assert (match.word.id, match.length) == ("security-sources", 3)
    assert words.longest("group", name_tokens("عراقي")) is None


@pytest.mark.parametrize("text", ["متظاهر", "متظاهرون", "متظاهرين", "المتظاهرات", "متظاهرا", "متظاهراً", "المتظاهرة"])
def test_regular_endings_are_derived(text):
    assert actor_words().longest("group", name_tokens(text)).word.id == "protesters"


@pytest.mark.parametrize(
    ("text", "possessed"), [("جنوده", True), ("مقاتليها", True), ("قواتهم", True), ("جنود", False)]
)
def test_possessive_pronouns_are_seen(text, possessed):
    kind = "institution" if text.startswith("قوات") else "group"
    assert actor_words().longest(kind, name_tokens(text)).possessed is possessed
