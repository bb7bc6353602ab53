"""Short articles for the tests of scoring, written as lists of spans."""

from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

TEXT = "قصفت طائرات القوات الروسية بلدة عقيربات أمس وقتل 12 مدنياً."
AIRCRAFT, FORCES, TOWN, DATE, NUMBER, CIVILIANS = (5, 26), (12, 26), (27, 39), (40, 43), (49, 51), (52, 58)
STRIKE, KILL = (0, 4), (45, 48)


def article(
    entities: list[tuple[str, tuple[int, int]]],
    events: list[tuple[str, tuple[int, int], str, list[tuple[str, int]]]] = [],  # noqa: B006
    relations: list[tuple[str, str, str]] = [],  # noqa: B006
    *,
    id: str = "a1",  # noqa: A002
    text: str = TEXT,
    source: str | None = None,
) -> AnnotatedArticle:
    """Return an article; entities get the ids e0, e1, …, events v0, v1, …; an argument names its entity by number."""
    return AnnotatedArticle(
        id=id,
        text=text,
        source=source,
        entities=tuple(
            EntityMention(id=f"e{i}", type=kind, start=start, end=end, text=text[start:end])
            for i, (kind, (start, end)) in enumerate(entities)
        ),
        events=tuple(
            EventMention(
                id=f"v{i}",
                type=kind,
                factuality=factuality,
                start=start,
                end=end,
                text=text[start:end],
                arguments=tuple(ArgumentMention(role=role, entity=f"e{entity}") for role, entity in arguments),
            )
            for i, (kind, (start, end), factuality, arguments) in enumerate(events)
        ),
        relations=tuple(RelationMention(type=kind, head=head, tail=tail) for kind, head, tail in relations),
    )


def gold_article(*, id: str = "a1", source: str | None = None) -> AnnotatedArticle:  # noqa: A002
    """Return an air strike that killed twelve civilians: 6 entities, 2 events, 6 arguments, OF and CAUSE."""
    return article(
        [
            ("WEAPON", AIRCRAFT),
            ("ORG", FORCES),
            ("GPE", TOWN),
            ("DATE", DATE),
            ("NUM", NUMBER),
            ("GROUP", CIVILIANS),
        ],
        [
            ("AIR_STRIKE", STRIKE, "ACTUAL", [("ACTOR", 1), ("INSTRUMENT", 0), ("LOCATION", 2), ("TIME", 3)]),
            ("KILL", KILL, "ACTUAL", [("TARGET", 5), ("COUNT", 4)]),
        ],
        [("OF", "e4", "e5"), ("CAUSE", "v0", "v1")],
        id=id,
        source=source,
    )
