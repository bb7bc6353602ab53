"""Reads one mention as an actor: a body by name or by pattern, people by their word, an office, a thing of somebody's.

What a mention is tried as depends on its type: people (`متظاهرين`, `مسلحي طالبان`), an office with its body
(`الناطق باسم الجيش`), a thing with its owner (`مواقع الحوثيين`), a place for its government. Reading bodies is the
business of `actors_bodies`; what other mentions of the article add is `waqai.normalization.actors`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from waqai.normalization.actors_bodies import STATE, Bodies, Reading, of_actor, relation_of
from waqai.normalization.actors_table import actor_classes
from waqai.normalization.actors_words import Match
from waqai.normalization.gazetteer_keys import key_of, name_tokens
from waqai.normalization.places_words import place_words

_MAX_TOKENS: Final = 14
_SHORT: Final = 3
_OFFICE_CLASS: Final = {"government": "officials", "civilians": "officials"}
_PRESIDENT: Final = frozenset({"رييس", "رييسه"})
_SPEAKING: Final = key_of(["باسم"])
_THINGS: Final = {"WEAPON": "weapon", "FAC": "facility"}
_PLACES: Final = frozenset({"GPE", "LOC"})


@dataclass(frozen=True, slots=True)
class Rules(Bodies):
    """All rules for single mentions."""

    def read(self, text: str, entity_type: str, countries: Mapping[str, float]) -> Reading | None:
        """Return what a mention says, None when it says nothing; `countries` are the article's with their weights."""
        tokens = self._assimilated(list(name_tokens(text)[:_MAX_TOKENS]))
        if not tokens:
            return None
        if entity_type == "PER":
            return self._person(tokens, countries)
        if entity_type in _PLACES:
            return self._place(tokens, countries)
        if entity_type in _THINGS:
            return self._thing(tokens, _THINGS[entity_type], countries)
        if entity_type == "ROLE":
            return self._named(tokens, countries, exact=True) or self._office(tokens, countries)
        group_first = entity_type == "GROUP"
        reading = self._named(tokens, countries, exact=True)
        if reading is None and group_first:
            reading = self._group(tokens, countries)
        if reading is None or (reading.actor_class == "unknown" and not reading.other):
            better = self._named(tokens, countries) or self._institution(tokens, countries)
            if better is not None and (reading is None or better.actor is not None):
                reading = better
        if reading is None and not group_first and self.words.longest("group", tokens) is not None:
            reading = self._group(tokens, countries)
        return reading or self._unknown(tokens)

    def _assimilated(self, tokens: list[str]) -> list[str]:
        """Give back the article to a first word whose mention begins inside `لل` (`لقوات` from `للقوات`)."""
        if tokens and tokens[0].startswith("ل") and len(tokens[0]) > 3:
            rest = tokens[0][1:]
            known = any(self.words.is_word(kind, rest) for kind in ("institution", "group", "member", "role"))
            if known or self.gazetteer.nationality_of_key(key_of([rest])) or self.table.is_name(key_of([rest])):
                return [f"ال{rest}", *tokens[1:]]
        return tokens

    def _person(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        names = list(tokens)
        while names:
            actor = self.table.find(key_of(names), countries, persons=True)
            if actor is not None:
                return of_actor(actor, "name", None)
            if len(names) > 1 and self.words.is_word("honorific", names[0]):
                names = names[1:]
                continue
            break
        key = key_of(names)
        return Reading(f"local/{key}", " ".join(names), None, "unknown", "UNK", "person", local=True) if key else None

    def _group(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        """Return people by what they are, by the body they belong to, or by their country."""
        match = self.words.longest("group", tokens)
        other = self.words.longest("other", tokens)
        if match is None and other is not None:
            return Reading("group/others", other.word.name, None, "civilians", "CVL", "group:others", other=True)
        inner = self._members(tokens, countries, match)
        if inner is not None:
            return inner
        if match is None:
            return self._people(tokens, countries) or self._supporters(tokens)
        word, rest = match.word, tokens[match.length :]
        country, _ = self._country_of([t for t in rest if t.startswith("ال") or len(rest) <= _SHORT], countries)
        if word.actor_class == "unknown" and rest:
            deeper = self._group(rest, countries)
            if deeper is not None and deeper.actor_class != "unknown" and deeper.rule != "nationality":
                return deeper
        actor_class = "officials" if word.id == "leaders" and country is not None else word.actor_class
        sector = word.sector or actor_classes()[actor_class].sector
        reading = Reading(f"group/{word.id}", word.name, None, actor_class, sector, f"group:{word.id}", suffix=word.id)
        return self.of_state(reading, country)

    def _members(self, tokens: Sequence[str], countries: Mapping[str, float], match: Match | None) -> Reading | None:
        """Return people as members of the body named after their word, when the word says less than the body."""
        inner = self._named(tokens, countries)
        if inner is not None and inner.relation is not None:
            telling = match is not None and match.word.actor_class not in {"unknown", "civilians"}
            return None if telling and inner.actor_class == "civilians" else inner
        institution = self.words.longest("institution", tokens)
        if institution is not None and institution.length > (match.length if match is not None else 0):
            return self._institution(tokens, countries) if institution.length > 1 else None
        member = self.words.longest("member", tokens)
        if member is None or (match is not None and match.word.actor_class not in {"unknown", "civilians"}):
            return None
        if match is not None and match.length > member.length:
            return None
        rest = tokens[member.length :]
        body = self._institution(rest, countries) if rest else None
        return (
            replace(body, relation=relation_of(member)) if body is not None and body.actor_class != "unknown" else None
        )

    def _supporters(self, tokens: Sequence[str]) -> Reading | None:
        """Return followers of somebody that no table knows."""
        match = self.words.longest("member", tokens)
        if match is None or match.word.id != "supporters":
            return None
        return Reading("group/supporters", match.word.name, None, "civilians", "CVL", "group:supporters")

    def _people(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        """Return people that are called by their country alone, or by it and a word after it."""
        country = self._nation(tokens[:2], countries) or self._nation(tokens[:1], countries)
        if country is None:
            return None
        following = self.words.longest("group", tokens[1:])
        actor_class = following.word.actor_class if following is not None else "civilians"
        actor_class = "civilians" if actor_class == "unknown" else actor_class
        sector = actor_classes()[actor_class].sector
        people = Reading("group/people", "شعب", None, actor_class, sector, "nationality", suffix="people")
        return self.of_state(people, country)

    def _office(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        """Return the holder of an office: of the body named after it, else of the country named after it."""
        match = self.words.longest("role", tokens)
        if match is None:
            group = self._group(tokens, countries)
            return group if group is not None else self._unknown(tokens)
        word, rest = match.word, self._after_preposition(tokens[match.length :])
        speaking = bool(rest) and key_of(rest[:1]) == _SPEAKING
        rest = rest[1:] if speaking else rest
        if (word.id == "head" or speaking) and rest:
            inner = self._named(rest, countries) or self._institution(rest, countries)
            if inner is None or inner.actor_class == "unknown":
                people = self._group(rest, countries)
                inner = people if people is not None and people.rule != "nationality" else None
            if inner is not None and inner.actor_class != "unknown" and not inner.other:
                actor_class = _OFFICE_CLASS.get(inner.actor_class, inner.actor_class)
                same = actor_class == inner.actor_class
                return replace(
                    inner, actor_class=actor_class, relation="office", rule=f"office:{word.id}",
                    sector=inner.sector if same else actor_classes()[actor_class].sector,
                )  # fmt: skip
        country, _ = self._country_of(rest, countries)
        president = word.id == "head" and country is not None and key_of(list(tokens[:1])) in _PRESIDENT
        reading = Reading(
            f"local/{word.id}", word.name, None, word.actor_class,
            word.sector or actor_classes()[word.actor_class].sector, f"office:{word.id}", relation="office",
            suffix="president" if president else word.id, local=True,
            open_country=country is None and word.actor_class in STATE,
        )  # fmt: skip
        return self.of_state(reading, country)

    def _after_preposition(self, tokens: Sequence[str]) -> list[str]:
        """Return the words after an office without a preposition before them, free or attached."""
        rest = list(tokens)
        while rest and rest[0] in place_words().links:
            rest = rest[1:]
        if rest and rest[0].startswith("بال"):
            rest[0] = rest[0][1:]
        elif rest and rest[0].startswith("ل") and len(rest[0]) > _SHORT:
            inside = rest[0][1:]
            if any(self.words.is_word(kind, inside) for kind in ("institution", "member", "group")):
                rest[0] = inside
        return rest

    def _thing(self, tokens: Sequence[str], kind: str, countries: Mapping[str, float]) -> Reading | None:
        """Return the owner of a weapon or a building, or what its kind tells about whom it belongs to."""
        match = self.words.longest(kind, tokens)
        rest = tokens[match.length :] if match is not None else tokens
        inner = self._named(rest, countries) or (self._owner(rest, countries) if rest else None)
        if inner is not None and not inner.other and inner.actor_class != "unknown":
            owned = replace(inner, relation="property", rule=f"{kind}:{match.word.id}" if match else kind)
            return self._arms(owned) if kind == "weapon" and inner.actor_class == "government" else owned
        if match is None:
            return None
        word = match.word
        nations = [self._nation([token], countries) for token in rest]
        country = next((iso for iso in nations if iso is not None), None)
        reading = Reading(
            f"local/{word.id}", word.name, country, word.actor_class,
            word.sector or actor_classes()[word.actor_class].sector, f"{kind}:{word.id}",
            relation="property", local=True, open_owner=match.possessed,
        )  # fmt: skip
        return self._arms(reading) if kind == "weapon" and word.actor_class == "military" else reading

    def _arms(self, reading: Reading) -> Reading:
        """Return the arms of a state as its army's."""
        army = replace(reading, name="جيش", suffix="army", actor_class="military", sector="MIL", actor=None)
        return replace(self.of_state(army, reading.country), rule=reading.rule, relation="property")

    def _owner(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        institution = self._institution(tokens, countries)
        if institution is not None and not institution.local:
            return institution
        group = self._group(tokens, countries)
        return group if group is not None and group.rule != "nationality" else institution

    def _place(self, tokens: Sequence[str], countries: Mapping[str, float]) -> Reading | None:
        """Return the government that a country or capital stands for."""
        country = self.capitals.get(key_of(list(tokens)))
        rule = "capital" if country is not None else "country"
        if country is None:
            country = self._state(tokens)
        if country is None:
            nations = [self._nation([token], countries) for token in tokens[1:]]
            country = next((iso for iso in nations if iso), None)
            if country is None or not self.words.longest("institution", tokens):
                return None
        reading = Reading(
            "local/government", "حكومة", None, "government", "GOV", f"place:{rule}", suffix="government", local=True
        )
        return self.of_state(reading, country)

    def _state(self, tokens: Sequence[str]) -> str | None:
        for candidate in self.gazetteer.find_key(key_of(list(tokens))):
            place = self.gazetteer.place(candidate.index)
            if place.feature == "country" and candidate.whole:
                return place.country
        return None

    def _unknown(self, tokens: Sequence[str]) -> Reading | None:
        key = key_of(list(tokens))
        country, _ = self._country_of(tokens, {})
        return (
            Reading(f"local/{key}", " ".join(tokens), country, "unknown", "UNK", "unknown", local=True) if key else None
        )
