"""The tables of named actors and persons, the project's and the user's, found by any spelling of their names.

What a mention holds besides a name, and which short form an article means, is for `actors_rules` and
`waqai.normalization.actors`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Self

from waqai.errors import InputError, must
from waqai.normalization.gazetteer_keys import name_key
from waqai.normalization.table_files import TABLES, Row, read_rows

ACTOR_COLUMNS: Final = (
    "id", "name", "english", "aliases", "short_forms", "where", "country", "class", "sector", "wikidata",
)  # fmt: skip
ACTOR_REQUIRED: Final = ("id", "name", "class")
CLASS_COLUMNS: Final = ("class", "inter", "sector")


@dataclass(frozen=True, slots=True)
class ActorClass:
    """A party of the ontology with ACLED's inter number (1 to 8) and PLOVER's sector, None where a scheme has none."""

    name: str
    inter: int | None
    sector: str | None


@dataclass(frozen=True, slots=True)
class Actor:
    """One row of a table. `where` are the countries in whose news the short forms mean this actor."""

    id: str
    name: str
    english: str | None
    country: str | None
    actor_class: str
    sector: str | None
    wikidata: str | None
    source: str
    where: frozenset[str] = frozenset()


@cache
def actor_classes() -> Mapping[str, ActorClass]:
    """Return the classes by name, read at the first call."""
    rows = read_rows(TABLES / "actor_classes.tsv", columns=CLASS_COLUMNS, required=("class",))
    return {
        row["class"]: ActorClass(row["class"], int(row["inter"]) if row["inter"] else None, row["sector"] or None)
        for row in rows
    }


@dataclass(slots=True)
class _Names:
    """Actors by the key of a name: those that it always means, and those that it means in some countries' news.

    With the latter stands whether the name must have the article: `الجماعة` is one, `جماعة مسلحة` is any.
    """

    always: dict[str, Actor] = field(default_factory=dict)
    somewhere: dict[str, list[tuple[Actor, bool]]] = field(default_factory=dict)


class ActorTable:
    """Actors and persons by id and by name; a user's rows come before the project's. Read-only after `load`."""

    __slots__ = ("_actors", "_by_id", "_persons")

    def __init__(self) -> None:
        self._by_id: dict[str, Actor] = {}
        self._actors = _Names()
        self._persons = _Names()

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> Self:
        """Return the project's tables with the actors of the user's files `extra` (TSV, see docs/normalization.md).

        Raises:
            InputError: A user's file is missing or malformed; the message names file and line.
        """
        table = cls()
        for path in extra:
            table._add(path, path.name, table._actors)
        table._add(TABLES / "actors.tsv", "waqai", table._actors)
        table._add(TABLES / "actor_persons.tsv", "waqai", table._persons)
        return table

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._by_id.values())

    def by_id(self, actor_id: str) -> Actor | None:
        """Return the actor of an id."""
        return self._by_id.get(actor_id)

    def find(
        self, key: str, countries: Mapping[str, float], *, persons: bool = False, definite: bool = True
    ) -> Actor | None:
        """Return the actor that a key of `gazetteer_keys.name_key` names in an article about these countries.

        `countries` maps those that the article names to their weights, `definite` says whether the name has `ال`. A
        short form means the bearer of the weightiest country, before another whose name it always is but whose country
        weighs less (`طالبان` in news of Pakistan). Where the article names no such country it means nobody: many
        countries have a `دفاع مدني`.
        """
        names = self._persons if persons else self._actors
        always = names.always.get(key)
        bearers = [actor for actor, with_article in names.somewhere.get(key, ()) if definite or not with_article]
        best = always
        most = countries.get(always.country, 0.0) if always is not None and always.country is not None else 0.0
        for actor in bearers:
            weight = max((countries.get(iso, 0.0) for iso in actor.where), default=0.0)
            if weight > most:
                best, most = actor, weight
        return best

    def is_name(self, key: str) -> bool:
        """Return whether a key of `gazetteer_keys.name_key` is a name or short form of any actor."""
        return key in self._actors.always or key in self._actors.somewhere

    def _add(self, path: Path, source: str, names: _Names) -> None:
        for row in read_rows(path, columns=ACTOR_COLUMNS, required=ACTOR_REQUIRED):
            actor = _actor(row, source)
            known = self._by_id.setdefault(actor.id, actor)
            if known is not actor and known.source == source:
                raise InputError(must("id", "used once in a table", actor.id, row.where))
            for name in (row["name"], *row.variants("aliases")):
                if key := name_key(name):
                    names.always.setdefault(key, actor)
            for name in row.variants("short_forms"):
                with_article = " " not in name and name.startswith("ال")
                names.somewhere.setdefault(name_key(name), []).append((actor, with_article))


def _actor(row: Row, source: str) -> Actor:
    classes = actor_classes()
    country = row["country"] or None
    if country is not None and not (len(country) == 2 and country.isupper() and country.isascii()):
        raise InputError(must("country", "an ISO 3166 alpha-2 code", country, row.where))
    actor_class = row.one_of("class", classes)
    return Actor(
        id=row["id"],
        name=row["name"].split(" (")[0],
        english=row["english"] or None,
        country=country,
        actor_class=actor_class,
        sector=row["sector"] or classes[actor_class].sector,
        wikidata=row["wikidata"] or None,
        source=source,
        where=frozenset(row.variants("where")),
    )


@cache
def default_actors() -> ActorTable:
    """Return the project's tables without users' files, read at the first call and kept for the process."""
    return ActorTable.load()
