"""Reads the bodies in a mention: names of the tables, and institutions by head noun and country.

A name may have words before it (`عناصر تنظيم داعش`) and after it (`الإرهابي`); an institution's country is an adjective
(`الجيش اللبناني`), a name (`شرطة دبي`) or left open. People, offices and things are
`waqai.normalization.actors_rules`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from waqai.normalization.actors_table import Actor, ActorTable, actor_classes
from waqai.normalization.actors_words import ActorWords, Match
from waqai.normalization.gazetteer import Gazetteer
from waqai.normalization.gazetteer_keys import key_of
from waqai.normalization.places_words import place_words

STATE: Final = frozenset({"military", "police", "intelligence", "government", "legislature", "judiciary"})
"""Classes whose bodies belong to a state, so that without a country in the mention the article's is meant."""

_LARGE: Final = 100_000
_HUGE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mention says by itself.

    `local` says that the id has a meaning in this article alone. `open_country` says that the mention is about a
    state's body and does not name the state; `open_owner` that it has a possessive pronoun; `other` that it is
    `آخرون` or the like. `suffix` is the id without the country.
    """

    id: str
    name: str
    country: str | None
    actor_class: str
    sector: str | None
    rule: str
    relation: str | None = None
    actor: Actor | None = None
    suffix: str = ""
    local: bool = False
    open_country: bool = False
    open_owner: bool = False
    other: bool = False


@dataclass(frozen=True, slots=True)
class Bodies:
    """The tables that mentions are read with; `capitals` maps the names of capitals to countries."""

    table: ActorTable
    words: ActorWords
    gazetteer: Gazetteer
    capitals: Mapping[str, str] = field(default_factory=dict)

    def _named(self, tokens: Sequence[str], countries: Mapping[str, float], *, exact: bool = False) -> Reading | None:
        """Return the actor of the tables that the words name, with or without words before (`عناصر`) and after it."""
        relation: str | None = None
        start = 0
        while start < len(tokens):
            for end in range(len(tokens), start, -1):
                cut = tokens[end:]
                if not all(self._descriptive(token) for token in cut):
                    break
                key = key_of(list(tokens[start:end]))
                if start and self.gazetteer.nationality_of_key(key) is not None:
                    continue
                actor = self.table.find(key, countries, definite=tokens[start].startswith("ال"))
                if actor is not None and self._agrees(actor, cut):
                    return of_actor(actor, "name" if relation is None else "members", relation)
            if exact:
                return None
            match = self.words.longest("member", tokens[start:]) or self.words.longest("weapon", tokens[start:])
            if match is None or match.possessed:
                return None
            relation = relation_of(match)
            start += match.length
        return None

    def _agrees(self, actor: Actor, cut: Sequence[str]) -> bool:
        """Return whether the adjectives cut off after a name name no other country than the actor's."""
        nations = {self.gazetteer.nationality_of_key(key_of([token])) for token in cut} - {None}
        return not nations or actor.country in nations or actor.country is None

    def _descriptive(self, token: str) -> bool:
        return self.words.is_word("descriptor", token) or self.gazetteer.nationality_of_key(key_of([token])) is not None

    def _institution(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        """Return a body by its head noun and its country; one with a name of its own stays a body of this article."""
        relation: str | None = None
        match = self.words.longest("institution", tokens)
        if match is None:
            before = self.words.longest("member", tokens)
            if before is None or before.length == len(tokens):
                return None
            relation, tokens = relation_of(before), tokens[before.length :]
            match = self.words.longest("institution", tokens)
            if match is None:
                inner = self._named(tokens, countries)
                return replace(inner, rule="members", relation=relation) if inner is not None else None
        rest = tokens[match.length :]
        word = match.word
        country, named = self._country_of(rest, countries)
        if word.actor_class not in STATE:
            named = any(not self._descriptive(token) for token in rest)
        if not named and not match.possessed:
            inner = self._named(rest, countries) if rest else None
            if inner is not None and inner.country is not None and inner.actor is not None:
                country = inner.country
        reading = self._of_institution(match, country)
        if named and word.actor_class not in STATE:
            return replace(
                reading, id=f"local/{key_of(list(tokens))}", name=" ".join(tokens), local=True, open_country=False,
                relation=relation, rule=f"institution:{word.id}",
            )  # fmt: skip
        return replace(reading, relation=relation)

    def _of_institution(self, match: Match, country: str | None) -> Reading:
        word = match.word
        return self.of_state(
            Reading(
                id=f"local/{word.id}",
                name=word.name,
                country=country,
                actor_class=word.actor_class,
                sector=word.sector or actor_classes()[word.actor_class].sector,
                rule=f"institution:{word.id}",
                suffix=word.id,
                local=True,
                open_country=country is None and word.actor_class in STATE and not match.possessed,
                open_owner=match.possessed,
            ),
            country,
        )

    def of_state(self, reading: Reading, country: str | None) -> Reading:
        """Return a reading of an institution or a group as that of a country; the table's actor where it has one."""
        if country is None or not reading.suffix:
            return reading
        actor = self.table.by_id(f"{country}/{reading.suffix}")
        if actor is not None:
            return replace(of_actor(actor, reading.rule, reading.relation), suffix=reading.suffix)
        index = self.gazetteer.country_index(country)
        shown = self.gazetteer.place(index).name if index is not None else country
        joined = f"{reading.name} {shown}" if " " not in reading.name else f"{reading.name} في {shown}"
        return replace(
            reading, id=f"{country}/{reading.suffix}", name=joined, country=country, local=False, open_country=False,
        )  # fmt: skip

    def _country_of(self, tokens: Sequence[str], countries: Mapping[str, float]) -> tuple[str | None, bool]:
        """Return the country that words after a head noun name, and whether a name of its own stands among them."""
        named = False
        for i, token in enumerate(tokens):
            iso = self._nation(tokens[i : i + 2], countries) or self._nation(tokens[i : i + 1], countries)
            if iso is not None:
                return iso, named
            for end in range(len(tokens), i, -1):
                iso = self._country_named(tokens[i:end], countries)
                if iso is not None:
                    return iso, named
            named = named or not (token.startswith("ال") or self.words.is_word("descriptor", token))
        return None, named

    def _nation(self, tokens: Sequence[str], countries: Mapping[str, float]) -> str | None:
        """Return the country of an adjective; that of Mali also means `financial`, so the article must name Mali."""
        iso = self.gazetteer.nationality_of_key(key_of(list(tokens)))
        return None if iso == "ML" and iso not in countries else iso

    def _country_named(self, tokens: Sequence[str], countries: Mapping[str, float]) -> str | None:
        """Return the country of the name of a country, a capital, or a place of a country that the article names."""
        key = key_of(list(tokens))
        capital = self.capitals.get(key)
        if capital is not None or key in place_words().common:
            return capital
        best: tuple[float, int, str] | None = None
        for candidate in self.gazetteer.find_key(key):
            place = self.gazetteer.place(candidate.index)
            if place.country is None or (not candidate.whole and place.feature != "governorate"):
                continue
            if place.feature == "country":
                return place.country
            weight = countries.get(place.country, 0.0)
            if weight or (not countries and place.population >= _LARGE) or place.population >= _HUGE:
                rank = (weight, place.population, place.country)
                best = max(best, rank) if best is not None else rank
        return best[2] if best is not None else None


def of_actor(actor: Actor, rule: str, relation: str | None) -> Reading:
    """Return the reading of a table's actor; its supporters are civilians."""
    actor_class = "civilians" if relation == "supporters" else actor.actor_class
    return Reading(
        id=actor.id,
        name=actor.name,
        country=actor.country,
        actor_class=actor_class,
        sector=actor.sector if relation != "supporters" else "CVL",
        rule=rule,
        relation=relation,
        actor=actor,
    )


def relation_of(match: Match) -> str:
    """Return how people or things relate to the body after them."""
    if match.word.kind == "weapon":
        return "property"
    return "supporters" if match.word.id == "supporters" else "members"
