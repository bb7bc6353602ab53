"""One article that holds what formats lose most easily, and the shared real gold where it is there."""

from dataclasses import replace
from pathlib import Path

import pytest

from waqai.data.standoff import read_annotated
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

TEXT = "😀 \u200fقُتِلَ ٣ جنود\r\nبدمشق ﷺ، ولم تقصف\nروسيا المطار."


def _span(surface):
    start = TEXT.index(surface)
    return {"start": start, "end": start + len(surface), "text": surface}


@pytest.fixture
def article():
    """Astral characters, marks, a line break of each kind, a particle, nesting, two fillers of a role, CAUSE and OF."""
    return AnnotatedArticle(
        id="a-1",
        text=TEXT,
        entities=(
            EntityMention(id="e1", type="NUM", **_span("٣")),
            EntityMention(id="e2", type="GROUP", **_span("جنود")),
            EntityMention(id="e3", type="GPE", **_span("دمشق")),
            EntityMention(id="e4", type="ORG", **_span("روسيا المطار")),
            EntityMention(id="e5", type="GPE", **_span("روسيا")),
        ),
        events=(
            EventMention(
                id="v1",
                type="KILL",
                factuality="ACTUAL",
                **_span("قُتِلَ"),
                arguments=(
                    ArgumentMention(role="TARGET", entity="e2"),
                    ArgumentMention(role="TARGET", entity="e4"),
                    ArgumentMention(role="LOCATION", entity="e3"),
                ),
            ),
            EventMention(id="v2", type="SHELLING", factuality="NEGATED", **_span("تقصف\nروسيا")),
        ),
        relations=(
            RelationMention(type="OF", head="e1", tail="e2"),
            RelationMention(type="CAUSE", head="v2", tail="v1"),
        ),
    )


@pytest.fixture
def rich(article):
    """The same with everything that a prediction adds."""
    entities = (replace(article.entities[0], score=0.5, value={"value": 3}), *article.entities[1:])
    return replace(
        article, date="2020-01-02", source="وكالة", entities=entities, tuples=(), model="m", meta={"style": "agency"}
    )


@pytest.fixture(scope="session")
def real_gold():
    """The real validation gold."""
    path = Path(__file__).parents[2].parent / "shared" / "events" / "news-validation.jsonl"
    if not path.exists():
        pytest.skip("the shared corpora are not here")
    return read_annotated(path)


def content(article):
    """Return what an article says, whatever its mentions are called."""
    mentions = {m.id: (m.type, m.start, m.end) for m in (*article.entities, *article.events)}
    links = {(v.type, a.role, mentions[v.id], mentions[a.entity]) for v in article.events for a in v.arguments}
    links |= {(r.type, mentions[r.head], mentions[r.tail]) for r in article.relations}
    return article.text, sorted(mentions.values()), links, {(v.start, v.end, v.factuality) for v in article.events}


@pytest.fixture
def same():
    """Compare two articles by what they say."""
    return lambda one, other: content(one) == content(other)
