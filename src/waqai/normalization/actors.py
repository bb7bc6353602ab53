"""Resolves the mentions of one article to actors: one id for all mentions of an actor, with country and class.

Each mention is read by `actors_rules`; here the article is gone through in the order of its text, and what one mention
leaves open is taken from the others: the country of `الجيش`, the full name of `المرصد`, the owner of `قواته`, the
office of a person that no table knows. What a tuple does with an actor's class is the ontology's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from waqai.normalization.actors_bodies import Reading
from waqai.normalization.actors_earlier import ARMED, Earlier
from waqai.normalization.actors_rules import Rules
from waqai.normalization.actors_table import ActorTable, actor_classes, default_actors
from waqai.normalization.actors_words import actor_words
from waqai.normalization.gazetteer import Gazetteer, default_gazetteer
from waqai.normalization.gazetteer_keys import bare, name_key, name_tokens
from waqai.normalization.places import PlaceMention, PlaceValue, country_votes, resolve_places
from waqai.normalization.table_files import TABLES, read_rows

ACTOR_TYPES: Final = frozenset({"PER", "ORG", "GROUP", "ROLE", "GPE", "LOC", "WEAPON", "FAC"})
"""The entity types that can be actors: things stand for their owners, places for their governments."""

_NO_METONYM: Final = frozenset({"القدس"})
_JOINED: Final = frozenset({"عبد", "ابو", "ابي", "ابا", "بن", "ابن", "ام", "ال", "ولد", "آل"})
_NAMED_BY_READING: Final = frozenset({"person", "surname", "short_form", "person:office"})
_NEAR: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorValue:
    """Who a mention is.

    `id` is a table's, or `XX/body` for a body of a state by pattern (XX is its ISO 3166 alpha-2 code), or `group/kind`
    for people by kind, which are not the same people in every mention; ids that begin with `local/` hold in this
    article alone. `actor_class` is a party of the ontology, `inter` ACLED's number (1 state forces, 2 rebel groups,
    3 political militias, 4 identity militias, 5 rioters, 6 protesters, 7 civilians, 8 external or other), `sector`
    PLOVER's.
    `relation` says how the mention relates to the actor: `members`, `supporters`, `office` (its head or speaker),
    `property` (its weapon or building), None where it is the actor itself. `rule` names what decided: `name`,
    `institution:army`, `group:protesters`, `office:minister`, `place:capital`, `short_form`, `surname`, ….
    """

    id: str
    name: str
    english: str | None = None
    country: str | None
    actor_class: str
    inter: int | None
    sector: str | None
    relation: str | None = None
    rule: str
    wikidata: str | None = None
    source: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, without what is None."""
        values = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return {name: value for name, value in values if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorContext:
    """What is known of the article when a mention stands alone: the countries it names with their weights."""

    countries: Mapping[str, float] = field(default_factory=dict)

    @property
    def main_country(self) -> str | None:
        """The country with the largest weight."""
        return max(self.countries, key=lambda iso: self.countries[iso], default=None)


def resolve_actor(
    text: str,
    *,
    type: str,  # noqa: A002  (the name that records.EntityMention has)
    context: ActorContext | None = None,
    table: ActorTable | None = None,
    gazetteer: Gazetteer | None = None,
) -> ActorValue | None:
    """Return who one mention is by itself; None for types that are no actors, and where nothing is known.

    >>> value = resolve_actor("قوات الأمن العراقية", type="ORG")
    >>> value.id, value.actor_class, value.country
    ('IQ/army', 'military', 'IQ')
    """
    known = context if context is not None else ActorContext()
    rules = _rules(table, gazetteer)
    reading = rules.read(text, type, known.countries) if type in ACTOR_TYPES else None
    if reading is None:
        return None
    if reading.open_country:
        reading = rules.of_state(reading, known.main_country)
    return _value(reading, text)


def resolve_actors(
    mentions: Sequence[PlaceMention],
    *,
    table: ActorTable | None = None,
    gazetteer: Gazetteer | None = None,
    places: Sequence[PlaceValue | None] | None = None,
    country: str | None = None,
) -> tuple[ActorValue | None, ...]:
    """Return the actor of each mention of one article; None for types that are no actors and where nothing is known.

    Pass all mentions of the article, in any order. `places` are the values of `resolve_places` for the same mentions,
    where they are at hand; `country` is the newspaper's.
    """
    rules = _rules(table, gazetteer)
    if places is None:
        places = resolve_places(mentions, gazetteer=rules.gazetteer, country=country)
    countries = country_votes(mentions, rules.gazetteer, country)
    for value in places:
        if value is not None and value.country is not None and value.feature != "country":
            countries[value.country] = countries.get(value.country, 0.0) + 1.0
    return _Article(mentions, rules, places, countries).resolve()


def class_abroad(value: ActorValue, country: str | None) -> str:
    """Return the class of an actor in an event in `country`: a state's forces abroad are `foreign_forces`."""
    abroad = value.country is not None and country is not None and value.country != country
    return "foreign_forces" if abroad and value.actor_class in {"military", "intelligence"} else value.actor_class


class _Article:
    """The mentions of one article and what they tell about each other."""

    def __init__(
        self,
        mentions: Sequence[PlaceMention],
        rules: Rules,
        places: Sequence[PlaceValue | None],
        countries: Mapping[str, float],
    ) -> None:
        self.mentions = mentions
        self.rules = rules
        self.places = places
        self.countries = countries
        self.order = sorted(range(len(mentions)), key=lambda i: (mentions[i].start, -mentions[i].end))
        self.readings: dict[int, Reading] = {}
        self.alone: dict[tuple[str, str], Reading | None] = {}
        self.earlier = Earlier(mentions)
        self.tokens = {i: _tokens(mentions[i].text) for i in self.order if mentions[i].type in {"PER", "ORG"}}

    def resolve(self) -> tuple[ActorValue | None, ...]:
        """Return the value of each mention."""
        for i in self.order:
            if self.mentions[i].type in ACTOR_TYPES:
                reading = self._read(i)
                if reading is not None:
                    self.readings[i] = reading
                    self.earlier.add(i, reading, self.tokens.get(i, ()))
        self._settle_countries()
        self._settle_persons()
        return tuple(
            _value(self.readings[i], self.mentions[i].text) if i in self.readings else None
            for i in range(len(self.mentions))
        )

    def _read(self, i: int) -> Reading | None:
        mention = self.mentions[i]
        if mention.type == "ORG":
            earlier = self._full_form(i)
            if earlier is not None:
                return replace(earlier, rule="short_form", relation=None)
        key = mention.text, mention.type
        if key not in self.alone:
            self.alone[key] = self.rules.read(mention.text, mention.type, self.countries)
        reading = self.alone[key]
        place = self.places[i]
        if reading is None and mention.type == "GPE" and place is not None:
            reading = self._of_place(mention, place)
        if reading is not None and reading.other:
            return self._others(i, reading)
        if reading is not None and reading.open_owner:
            return self._owned(i, reading)
        return reading

    def _of_place(self, mention: PlaceMention, place: PlaceValue) -> Reading:
        """Return the government of a country that is named by a pointer (`بلاده`), or a place of this article."""
        if place.feature == "country" and place.country is not None and place.relation is None:
            known = self.rules.read(place.name, "GPE", self.countries)
            if known is not None:
                return replace(known, rule="place:pointer")
        key = name_key(mention.text)
        return Reading(f"local/{key}", place.name, place.country, "unknown", "UNK", "place", local=True)

    def _full_form(self, i: int) -> Reading | None:
        """Return the last body before that has the head noun of this short definite name, or begins with its words."""
        tokens = self.tokens[i]
        definite = len(tokens) > 1 or (tokens and name_tokens(self.mentions[i].text)[0].startswith("ال"))
        return self.earlier.full_forms.get(tokens) if definite else None

    def _others(self, i: int, reading: Reading) -> Reading:
        """Return `آخرون` as people like the group that was named before, within a sentence or two."""
        before = self.earlier.group_near(self.mentions[i].start)
        return replace(before, rule="others", other=False) if before is not None else reading

    def _owned(self, i: int, reading: Reading) -> Reading:
        """Return `قواته` as the forces of the state or armed group that was named last."""
        start = self.mentions[i].start
        if reading.actor_class not in {"military", "police", "unknown"} and reading.suffix:
            if self.earlier.any_before(start):
                return replace(reading, open_owner=False)
        else:
            owner = self.earlier.owner_before(start)
            if owner is not None and owner.actor_class in ARMED:
                return replace(owner, rule="possessive", relation="members")
            if owner is not None:
                return replace(self.rules.of_state(reading, owner.country), rule="possessive", open_owner=False)
        return replace(reading, actor_class="unknown", sector="UNK", rule="possessive")

    def _settle_countries(self) -> None:
        """Give bodies of a state without one the state of the same body elsewhere in the article, else the main one."""
        named: dict[str, str] = {}
        for reading in self.readings.values():
            if reading.suffix and reading.country is not None:
                named.setdefault(reading.suffix, reading.country)
        main = max(self.countries, key=lambda iso: self.countries[iso], default=None)
        for i, reading in self.readings.items():
            if reading.open_country:
                self.readings[i] = self.rules.of_state(reading, named.get(reading.suffix, main))

    def _settle_persons(self) -> None:
        """Let a surname be the full name's person, and an unknown person have the class of the office beside it."""
        persons = [i for i in self.order if self.mentions[i].type == "PER" and i in self.readings]
        full_names = _full_names({i: self.tokens[i] for i in persons})
        for i in persons:
            full = full_names.get(self.tokens[i])
            if full is not None and self.readings[full].id != self.readings[i].id:
                self.readings[i] = replace(self.readings[full], rule="surname")
        offices: dict[str, Reading] = {}
        beside = self._offices_by_edge()
        for i in persons:
            office = self._office_beside(i, beside)
            if office is not None:
                offices.setdefault(self.readings[i].id, office)
        for i in persons:
            reading = self.readings[i]
            office = offices.get(reading.id)
            if office is not None and reading.actor is None:
                self.readings[i] = replace(
                    reading,
                    country=office.country,
                    actor_class=office.actor_class,
                    sector=office.sector,
                    rule="person:office",
                )

    def _offices_by_edge(self) -> dict[tuple[str, int], int]:
        """Return by `start` or `end` and its offset the first office there whose class is known, by its rank."""
        edges: dict[tuple[str, int], int] = {}
        for rank, i in enumerate(self.order):
            mention = self.mentions[i]
            if mention.type == "ROLE" and i in self.readings and self.readings[i].actor_class != "unknown":
                edges.setdefault(("start", mention.start), rank)
                edges.setdefault(("end", mention.end), rank)
        return edges

    def _office_beside(self, i: int, edges: Mapping[tuple[str, int], int]) -> Reading | None:
        """Return the first office that stands right before a person's name, or right after it."""
        mention = self.mentions[i]
        places = [
            *(("end", mention.start - gap) for gap in range(_NEAR + 1)),
            *(("start", mention.end + gap) for gap in range(_NEAR + 1)),
        ]
        rank = min((edges[place] for place in places if place in edges), default=None)
        return self.readings[self.order[rank]] if rank is not None else None


def _full_names(names: Mapping[int, tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """Return for each name that is part of a longer one the mention of the longest such name, the first of equals."""
    first: dict[tuple[str, ...], int] = {}
    for i in sorted(names, key=lambda i: -len(names[i])):
        first.setdefault(names[i], i)
    with_word: dict[str, list[tuple[str, ...]]] = {}
    for name in first:
        for word in dict.fromkeys(name):
            with_word.setdefault(word, []).append(name)
    full: dict[tuple[str, ...], int] = {}
    for name in first:
        longer = next((other for other in with_word.get(name[-1], ()) if _is_part(name, other)), None) if name else None
        if longer is not None:
            full[name] = first[longer]
    return full


def _tokens(text: str) -> tuple[str, ...]:
    """Return the words of a name, with those joined that are one name (`عبد الله`, `أبو مازن`)."""
    out: list[str] = []
    join = False
    for token in name_tokens(text):
        if join:
            out[-1] += bare(token)
        else:
            out.append(bare(token))
        join = token in _JOINED
    return tuple(out)


def _is_part(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Return whether a shorter name is made of words of a longer one, in order, its last word included."""
    if not 0 < len(short) < len(full):
        return False
    remaining = iter(full)
    return all(word in remaining for word in short) and (short[-1] == full[-1] or len(short) == 1)


def _value(reading: Reading, text: str) -> ActorValue:
    """Return the value of a reading; a local actor without a name of its own is called as the mention calls it."""
    actor = reading.actor
    return ActorValue(
        id=reading.id,
        name=" ".join(text.split()) if reading.local and reading.rule not in _NAMED_BY_READING else reading.name,
        english=actor.english if actor is not None else None,
        country=reading.country,
        actor_class=reading.actor_class,
        inter=actor_classes()[reading.actor_class].inter,
        sector=reading.sector,
        relation=reading.relation,
        rule=reading.rule,
        wikidata=actor.wikidata if actor is not None else None,
        source=actor.source if actor is not None else None,
    )


def _rules(table: ActorTable | None, gazetteer: Gazetteer | None) -> Rules:
    return Rules(
        table if table is not None else default_actors(),
        actor_words(),
        gazetteer if gazetteer is not None else default_gazetteer(),
        _capitals(),
    )


@cache
def _capitals() -> Mapping[str, str]:
    """Return the countries by the names of the capitals that stand for their governments."""
    return {
        name_key(capital): row["iso"]
        for row in read_rows(
            TABLES / "nationalities.tsv",
            columns=("iso", "names", "adjectives", "capitals", "latitude", "longitude"),
            required=("iso", "names"),
        )
        for capital in row.variants("capitals")
        if capital not in _NO_METONYM
    }
