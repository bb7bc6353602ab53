"""Resolves the place mentions of one article to places of the gazetteer, each chosen by the others.

A mention is read by `places_phrase`, its candidates come from `gazetteer`, and `places_ranking` ranks them; here the
article is gone through. Two rounds: the first knows the countries that the article names, the second also the places
that the first found beyond doubt. A mention whose places are all unlikely, or which names none, stays None. Countries
as actors are `waqai.normalization.actors`'s.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from waqai.normalization.gazetteer import Gazetteer, Place, default_gazetteer
from waqai.normalization.gazetteer_keys import key_of, name_key, name_tokens
from waqai.normalization.places_phrase import PlacePhrase, read_phrase
from waqai.normalization.places_ranking import MAX_SCORE, Choice, Ranking

PLACE_TYPES: Final = frozenset({"GPE", "LOC", "FAC"})
"""The entity types that are resolved; mentions of others only tell which countries the article is about."""

_EXTENT: Final = {
    "continent": "continent", "country": "country", "governorate": "governorate", "district": "district",
    **dict.fromkeys(("region", "desert", "sea", "ocean", "gulf", "river", "mountain", "border"), "region"),
}  # fmt: skip
_SETTLED: Final = frozenset({"city", "town", "village", "populated_place", "settlement"})
_KINGDOMS: Final = frozenset({"SA", "MA", "JO", "BH", "GB"})
_POINTS_TO: Final = {
    "city": _SETTLED,
    "village": _SETTLED,
    "governorate": frozenset({"governorate", "district", "region"}),
    "camp": frozenset({"camp"}),
}
_VILLAGE: Final = 30_000
_LIKE_FINANCE: Final = "ML"
"""The adjective of Mali is the word for `financial`, so it tells nothing about which countries an article is about."""
_UNDOUBTED_LEAD: Final = 0.75
_ANCHOR: Final = 50_000
"""People that a place must have to vouch for its country when the article names no country."""


class PlaceMention(Protocol):
    """What is needed of a mention; `EntityMention` of `waqai.records` has it, and so may the caller's own."""

    @property
    def text(self) -> str:
        """The mention's characters."""

    @property
    def start(self) -> int:
        """Where it begins in the article."""

    @property
    def end(self) -> int:
        """Where it ends, half-open."""

    @property
    def type(self) -> str:
        """The entity type, such as `GPE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceValue:
    """The place that a mention names or lies at.

    `precision` is the extent of what the coordinates stand for: `place`, `near` (a part or neighbour of a place),
    `district`, `governorate`, `region`, `country` or `continent`. `relation` (`centre`, `countryside`, `outskirts`,
    `border`, `coast`, `front`, `part`, or `namesake`: something else that has the place's name) and `direction`
    (`north`, `south-east`, …) tell how the mention relates to the place; both are None where it is the place itself.
    `rank_score`, in [0, 1], orders candidates and is no probability. `source` is where the place comes from
    (`geonames`, `cldr`, `waqai` or a user's file), `rule` how it was found: `name`, `spelling` (consonants alike),
    `nationality` (an adjective alone) or `pointer` (`البلاد`, `المدينة`).
    """

    name: str
    geonames_id: int | None
    latitude: float | None
    longitude: float | None
    country: str | None
    admin: str | None
    feature: str
    precision: str
    relation: str | None
    direction: str | None
    rank_score: float
    source: str
    rule: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, without what is None."""
        values = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return {name: value for name, value in values if value is not None}


def resolve_places(
    mentions: Sequence[PlaceMention], *, gazetteer: Gazetteer | None = None, country: str | None = None
) -> tuple[PlaceValue | None, ...]:
    """Return the place of each mention of one article; None for those of other types and those not resolved.

    Pass all mentions of the article: adjectives in the others (`الجيش اليمني`) tell which countries it is about.
    `country` (ISO 3166 alpha-2) is that of the newspaper, where it is known; it counts as one adjective.

    The score of a candidate, at most 6.3, is the sum of: a prior (log of the population, up to 1.6, or by feature: a
    country 2.8; a capital +0.5); the head noun's feature up to +0.7, another one -0.6, a name without the place's own
    head noun -0.45; its country's share of the article's mentions, up to +1; an adjective in the mention +1.2, of
    another country -1; nearness to the article's undoubted places, up to +0.6, halved every 100 km.

    >>> from waqai.records import EntityMention
    >>> words = [("GPE", "طرابلس", 0), ("GPE", "مصراتة", 10)]
    >>> mentions = [EntityMention(id=t, type=k, start=s, end=s + len(t), text=t) for k, t, s in words]
    >>> [value.country for value in resolve_places(mentions)]
    ['LY', 'LY']
    """
    return _Article(mentions, gazetteer if gazetteer is not None else default_gazetteer(), country).resolve()


def country_votes(
    mentions: Sequence[PlaceMention], gazetteer: Gazetteer, country: str | None = None
) -> dict[str, float]:
    """Return the countries that an article names with their weights: 2 a name, 1 an adjective, 1 the newspaper's."""
    votes: dict[str, float] = {country: 1.0} if country else {}
    for mention in mentions:
        for iso, weight in _countries_of(mention, gazetteer):
            votes[iso] = votes.get(iso, 0.0) + weight
    return votes


class _Article:
    """The mentions of one article and what they tell about each other."""

    def __init__(self, mentions: Sequence[PlaceMention], gazetteer: Gazetteer, country: str | None) -> None:
        self.mentions = mentions
        self.gazetteer = gazetteer
        named = [(m.start, iso, weight) for m in mentions for iso, weight in _countries_of(m, gazetteer)]
        self.nations = sorted(((start, iso) for start, iso, _ in named), key=lambda nation: nation[0])
        self.votes: dict[str, float] = {country: 1.0} if country else {}
        for _, iso, weight in named:
            self.votes[iso] = self.votes.get(iso, 0.0) + weight
        self.choices: dict[int, Choice] = {}
        self.pointed: dict[str, list[tuple[int, int]]] = {}
        read: dict[str, PlacePhrase] = {}
        self.phrases: list[PlacePhrase | None] = []
        for mention in mentions:
            if mention.type in PLACE_TYPES and mention.text not in read:
                read[mention.text] = read_phrase(mention.text, gazetteer.nationality_of_key)
            self.phrases.append(read[mention.text] if mention.type in PLACE_TYPES else None)

    def resolve(self) -> tuple[PlaceValue | None, ...]:
        """Return the value of each mention."""
        ranking = Ranking(self.gazetteer, self.votes)
        anchors = self._undoubted(self._choices(ranking).values())
        votes = dict(self.votes)
        for place in anchors:
            if place.country is not None:
                votes[place.country] = votes.get(place.country, 0.0) + 1.0
        choices = self.choices = self._choices(Ranking(self.gazetteer, votes, anchors))
        values: list[PlaceValue | None] = [None] * len(self.mentions)
        main = max(votes, key=lambda iso: votes[iso], default=None)
        for i in sorted(range(len(self.mentions)), key=lambda i: (self.mentions[i].start, -self.mentions[i].end)):
            phrase = self.phrases[i]
            if phrase is None:
                continue
            if i in choices:
                values[i] = self._value(choices[i])
            elif phrase.pointer is not None:
                values[i] = self._pointed(phrase, self.mentions[i].start, main, votes)
            elif phrase.nations and self.mentions[i].type != "FAC":
                values[i] = self._nation(phrase)
        return tuple(values)

    def _choices(self, ranking: Ranking) -> dict[int, Choice]:
        known: dict[tuple[str, str], Choice | None] = {}
        choices: dict[int, Choice] = {}
        for i, (mention, phrase) in enumerate(zip(self.mentions, self.phrases, strict=True)):
            if phrase is None:
                continue
            key = (mention.text, mention.type)
            if key not in known:
                known[key] = ranking.choose(phrase, mention.type)
            choice = known[key]
            if choice is not None:
                choices[i] = choice
        return choices

    def _undoubted(self, choices: Iterable[Choice]) -> tuple[Place, ...]:
        """Return the places found by name that no other place of the name comes near."""
        indices = {c.index for c in choices if c.rule == "name" and c.lead >= _UNDOUBTED_LEAD}
        places = map(self.gazetteer.place, sorted(indices))
        return tuple(
            place
            for place in places
            if place.feature not in {"country", "continent"}
            and (place.source != "geonames" or place.country in self.votes or place.population >= _ANCHOR)
        )

    def _value(self, choice: Choice) -> PlaceValue:
        attempt = choice.attempt
        place = self.gazetteer.place(choice.index)
        relation = attempt.relation or (None if choice.fits_head else attempt.soft_relation)
        if relation is None and attempt.heads and not choice.fits_head and place.feature in _SETTLED:
            relation = "namesake"
        if attempt.capital and place.seat is not None and place.feature not in _SETTLED:
            place = self.gazetteer.place(place.seat)
        return _value(place, relation, attempt.direction, score=choice.score, rule=choice.rule)

    def _nation(self, phrase: PlacePhrase) -> PlaceValue | None:
        """Return the country of the phrase's adjective, or its capital when the head noun says so."""
        iso = phrase.nations[0]
        index = self.gazetteer.country_index(iso)
        if index is None:
            return None
        capital = self.gazetteer.capital_index(iso) if phrase.capital else None
        if capital is not None:
            return _value(self.gazetteer.place(capital), None, None, score=2.8, rule="nationality")
        return _value(
            self.gazetteer.place(index), phrase.relation or "part", phrase.direction, score=1.4, rule="nationality"
        )

    def _pointed(
        self, phrase: PlacePhrase, start: int, main: str | None, votes: Mapping[str, float]
    ) -> PlaceValue | None:
        """Return what a definite noun points back to: the main country, its capital, or the last place of the kind."""
        pointer = phrase.pointer
        place: Place | None = None
        if pointer == "strip":
            place = self._named("قطاع غزة")
        elif pointer in _POINTS_TO:
            return self._last(pointer, phrase, start)
        else:
            iso = phrase.nations[0] if phrase.nations else main
            if pointer == "kingdom":
                iso = max(_KINGDOMS & votes.keys(), key=lambda k: (votes[k], k), default=None)
            elif pointer == "own":
                before = bisect_left(self.nations, start, key=lambda nation: nation[0])
                iso = self.nations[before - 1][1] if before else main
            if iso is not None:
                index = self.gazetteer.capital_index(iso) if pointer == "capital" else self.gazetteer.country_index(iso)
                place = self.gazetteer.place(index) if index is not None else None
        return _value(place, phrase.relation, phrase.direction, score=1.1, rule="pointer") if place else None

    def _named(self, name: str) -> Place | None:
        found = [c.index for c in self.gazetteer.find_key(name_key(name)) if c.whole]
        return self.gazetteer.place(found[0]) if found else None

    def _last(self, pointer: str, phrase: PlacePhrase, start: int) -> PlaceValue | None:
        """Return the nearest place of the pointer's kind that was named before, with this phrase's relation."""
        if pointer not in self.pointed:
            self.pointed[pointer] = self._places_for(pointer)
        known = self.pointed[pointer]
        before = bisect_left(known, start, key=lambda place: place[0])
        if not before:
            return None
        place = self.gazetteer.place(known[before - 1][1])
        return _value(place, phrase.relation, phrase.direction, score=1.1, rule="pointer")

    def _places_for(self, pointer: str) -> list[tuple[int, int]]:
        """Return where places that a pointer may mean are named, in reading order, and their indices."""
        first: dict[int, int] = {}
        for i, choice in self.choices.items():
            place = self.gazetteer.place(choice.index)
            small = pointer != "village" or place.population < _VILLAGE or choice.attempt.heads[:1] == ("village",)
            if small and place.feature in _POINTS_TO[pointer]:
                first.setdefault(self.mentions[i].start, choice.index)
        return sorted(first.items())


def _value(place: Place, relation: str | None, direction: str | None, *, score: float, rule: str) -> PlaceValue:
    precision = _EXTENT.get(place.feature, "place")
    if (relation or direction) and precision == "place":
        precision = "near"
    return PlaceValue(
        name=place.name,
        geonames_id=place.geonames_id,
        latitude=place.latitude,
        longitude=place.longitude,
        country=place.country,
        admin=place.admin,
        feature=place.feature,
        precision=precision,
        relation=relation or ("part" if direction else None),
        direction=direction,
        rank_score=round(min(1.0, max(0.0, score / MAX_SCORE)), 3),
        source=place.source,
        rule=rule,
    )


def _countries_of(mention: PlaceMention, gazetteer: Gazetteer) -> Iterator[tuple[str, float]]:
    """Yield the countries that a mention names, by name (2) or by an adjective after its first word (1)."""
    tokens = name_tokens(mention.text)
    if mention.type in PLACE_TYPES:
        named = _country_named(key_of(tokens), gazetteer)
        if named is not None:
            yield named, 2.0
            return
    for i, token in enumerate(tokens):
        if i or token.startswith("ال"):
            iso = gazetteer.nationality_of_key(key_of([token]))
            if iso is not None and iso != _LIKE_FINANCE:
                yield iso, 1.0


def _country_named(key: str, gazetteer: Gazetteer) -> str | None:
    for candidate in gazetteer.find_key(key):
        place = gazetteer.place(candidate.index)
        if place.feature == "country" and candidate.whole:
            return place.country
    return None
