import pytest

from waqai.decoding import ScoredFactuality, ScoredLink, ScoredSpan, assemble
from waqai.decoding.assemble import DecodedSection
from waqai.records import ArgumentMention, Article, EntityMention, EventMention, RelationMention
from waqai.text import segment

TYPES = ("PER", "GPE", "NUM", "KILL", "MEET")
LINKS = ("ACTOR", "LOCATION", "OF", "CAUSE")
FACTUALITIES = ("ACTUAL", "NEGATED")


def assembled(text, *sections, **article):
    return assemble(
        Article(id="a", text=text, **article),
        sections,
        types=TYPES,
        num_entity_types=3,
        links=LINKS,
        num_roles=2,
        factualities=FACTUALITIES,
    )


def section(text, mentions, links=(), factuality=None, *, offset=0, cut=None):
    words = [word for word in segment(text) if word.start >= offset]
    begin = [word.start + (cut or {}).get(index, 0) for index, word in enumerate(words)]
    return DecodedSection(words=words, starts=begin, mentions=mentions, links=links, factuality=factuality or {})


def test_one_section_literally():
    text = "لم يقتل سامي الدالي أحداً وبدمشق"
    article = assembled(
        text,
        section(
            text,
            [
                ScoredSpan(2, 3, 0, 0.87654321),
                ScoredSpan(5, 5, 1, 0.5),
                ScoredSpan(4, 4, 2, 0.25),
                ScoredSpan(1, 1, 3, 0.75),
                ScoredSpan(4, 4, 4, 1.0),
            ],
            [
                ScoredLink(3, 0, 0, 0.99999),
                ScoredLink(3, 1, 1, 0.5),
                ScoredLink(2, 0, 2, 0.123456),
                ScoredLink(3, 4, 3, 0.5),
            ],
            {3: ScoredFactuality(1, 0.66666), 4: ScoredFactuality(0, 0.5)},
            cut={5: 2},
        ),
        date="2020-01-02",
        source="وكالة",
    )
    assert (article.id, article.text, article.date, article.source) == ("a", text, "2020-01-02", "وكالة")
    assert article.entities == (
        EntityMention(id="e1", type="PER", start=8, end=19, text="سامي الدالي", score=0.8765),
        EntityMention(id="e2", type="GPE", start=28, end=32, text="دمشق", score=0.5),
        EntityMention(id="e3", type="NUM", start=20, end=25, text="أحداً", score=0.25),
    )
    assert article.events == (
        EventMention(
            id="v1",
            type="KILL",
            factuality="NEGATED",
            factuality_score=0.6667,
            start=3,
            end=7,
            text="يقتل",
            score=0.75,
            arguments=(
                ArgumentMention(role="ACTOR", entity="e1", score=1.0),
                ArgumentMention(role="LOCATION", entity="e2", score=0.5),
            ),
        ),
        EventMention(
            id="v2", type="MEET", factuality="ACTUAL", factuality_score=0.5, start=20, end=25, text="أحداً", score=1.0
        ),
    )
    assert article.relations == (
        RelationMention(type="OF", head="e3", tail="e1", score=0.1235),
        RelationMention(type="CAUSE", head="v1", tail="v2", score=0.5),
    )


def test_names_go_on_over_sections():
    text = "قتل سامي. التقى لؤي"
    killed = [ScoredSpan(1, 1, 0, 0.9), ScoredSpan(0, 0, 3, 0.9)]
    linked = [ScoredLink(1, 0, 0, 0.9)]
    actual = {1: ScoredFactuality(0, 0.9)}
    met = [ScoredSpan(1, 1, 0, 0.9), ScoredSpan(0, 0, 4, 0.9)]
    article = assembled(text, section(text[:9], killed, linked, actual), section(text, met, linked, actual, offset=10))
    assert [(e.id, e.text) for e in article.entities] == [("e1", "سامي"), ("e2", "لؤي")]
    assert [(v.id, v.text, v.arguments[0].entity) for v in article.events] == [
        ("v1", "قتل", "e1"),
        ("v2", "التقى", "e2"),
    ]


@pytest.mark.parametrize("sections", [[], [DecodedSection(words=segment("قتل"), starts=[0], mentions=[])]])
def test_an_article_in_which_nothing_is_found(sections):
    article = assembled("قتل", *sections)
    assert (article.entities, article.events, article.relations) == ((), (), ())
    assert (article.tuples, article.coverage, article.model) == (None, None, None)
