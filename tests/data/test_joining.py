from dataclasses import replace

import pytest

from invented_news import ARTICLES
from waqai.data.joining import join_articles
from waqai.records import AnnotatedArticle, EntityMention
from waqai.text import segment

LENGTHS = [len(segment(article.text)) for article in ARTICLES]


def sentence(number, *names):
    entities = tuple(EntityMention(id=f"e{start}", type="PER", start=start, end=start + 1, text="ا") for start in names)
    return AnnotatedArticle(id=f"s{number}", text="ا ب ا", entities=entities)


def test_texts_are_joined_up_to_the_bound():
    joined = list(join_articles([sentence(n) for n in range(5)], 6))
    assert [(a.id, a.text) for a in joined] == [
        ("s0..s1", "ا ب ا\nا ب ا"),
        ("s2..s3", "ا ب ا\nا ب ا"),
        ("s4", "ا ب ا"),
    ]


def test_mentions_keep_their_characters():
    """The record itself sees that `text[start:end]` is the mention."""
    [joined] = join_articles([sentence(0, 0), sentence(1, 0, 4)], 100)
    assert [(e.id, e.start) for e in joined.entities] == [("0.e0", 0), ("1.e0", 6), ("1.e4", 10)]


def test_nothing_is_lost():
    """Events, their arguments and relations go on naming what they named."""
    [joined] = join_articles(ARTICLES, sum(LENGTHS))
    assert joined.text == "\n".join(article.text for article in ARTICLES)

    def names(article):
        surface = {m.id: (m.type, m.text) for m in (*article.entities, *article.events)}
        for event in article.events:
            yield surface[event.id], [(a.role, surface[a.entity]) for a in event.arguments], event.factuality
        for relation in article.relations:
            yield relation.type, surface[relation.head], surface[relation.tail]

    def all_of(articles, what):
        return [x for article in articles for x in what(article)]

    assert sorted(map(repr, names(joined))) == sorted(map(repr, all_of(ARTICLES, names)))
    assert [(e.type, e.text) for e in joined.entities] == [
        (e.type, e.text) for article in ARTICLES for e in article.entities
    ]


@pytest.mark.parametrize("words", [1, min(LENGTHS)])
def test_what_is_too_long_stays_as_it_is(words):
    dated = [replace(article, date="2024-05-01") for article in ARTICLES]
    assert list(join_articles(dated, words)) == dated


def test_of_nothing():
    assert list(join_articles([], 10)) == []
