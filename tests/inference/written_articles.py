"""Articles for the tests of the writers."""

from waqai.records import (
    AnnotatedArticle,
    ArgumentMention,
    EntityMention,
    EventMention,
    EventTuple,
    Filler,
    RelationMention,
)

TEXT = "قصفت القوات الروسية بلدة عقيربات أمس وقتل 12 مدنياً."


def entity(name: str, kind: str, text: str, value: dict[str, object] | None = None) -> EntityMention:
    start = TEXT.index(text)
    return EntityMention(id=name, type=kind, start=start, end=start + len(text), text=text, score=0.9, value=value)


def predicted_article() -> AnnotatedArticle:
    """Return a predicted article with values, codes and tuples: a shelling, and twelve killed."""
    forces = entity("e1", "ORG", "القوات الروسية", {"id": "RUS-MIL", "class": "state forces", "country": "RU"})
    town = entity("e2", "GPE", "بلدة عقيربات", {"name": "عقيربات", "latitude": 35.01, "longitude": -37.5})
    date = entity("e3", "DATE", "أمس", {"start": "2017-08-21", "end": "2017-08-21", "granularity": "day"})
    number = entity("e4", "NUM", "12", {"value": 12, "comparator": "="})
    civilians = entity("e5", "GROUP", "مدنياً")

    def filler(mention: EntityMention, **more: object) -> Filler:
        value = {**(mention.value or {}), **more} or None
        return Filler(entity=mention.id, text=mention.text, score=0.8, value=value)

    return AnnotatedArticle(
        id="a1",
        text=TEXT,
        date="2017-08-22",
        source="desk",
        entities=(forces, town, date, number, civilians),
        events=(
            EventMention(
                id="v1",
                type="SHELLING",
                factuality="ACTUAL",
                start=0,
                end=4,
                text="قصفت",
                score=0.93,
                arguments=(
                    ArgumentMention(role="ACTOR", entity="e1"),
                    ArgumentMention(role="LOCATION", entity="e2"),
                    ArgumentMention(role="TIME", entity="e3"),
                ),
            ),
            EventMention(
                id="v2",
                type="KILL",
                factuality="ACTUAL",
                start=38,
                end=41,
                text="قتل",
                arguments=(ArgumentMention(role="TARGET", entity="e5"), ArgumentMention(role="COUNT", entity="e4")),
            ),
        ),
        relations=(RelationMention(type="OF", head="e4", tail="e5"),),
        tuples=(
            EventTuple(
                event="v1",
                type="SHELLING",
                action="قصفت",
                factuality="ACTUAL",
                actor=(filler(forces),),
                location=(filler(town), Filler(entity=None, text="سورية")),
                time=(filler(date),),
                score=0.81,
                codes={"plover_event": "ASSAULT", "plover_mode": "heavy-weapons", "reason": "SHELLING.plover[0]"},
            ),
            EventTuple(
                event="v2",
                type="KILL",
                action="قتل",
                factuality="ACTUAL",
                target=(filler(civilians),),
                count=(filler(number, of="مدنياً"),),
                score=0.7,
            ),
        ),
        coverage=1.0,
        model="tiny",
    )


def plain_article(text: str = "نص", *, article_id: str = "a2") -> AnnotatedArticle:
    """Return an article in which nothing was found."""
    return AnnotatedArticle(id=article_id, text=text, tuples=(), coverage=1.0, model="tiny")
