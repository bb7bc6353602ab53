"""Values of long articles: what they take grows as the article does, for places, actors and events alike."""

import time

import pytest

from waqai.inference.values import Normalizer
from waqai.ontology import load_ontology
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention

SENTENCE = (
    ("PER", "محمد علي {n}"),
    ("ORG", "الجيش"),
    ("ORG", "حركة {n} الوطنية"),
    ("GROUP", "مدنيين"),
    ("GROUP", "آخرين"),
    ("ORG", "قواته"),
    ("PER", "علي {n}"),
    ("GPE", "المدينة"),
    ("LOC", "القرية"),
    ("GPE", "بلاده"),
)
WORDS = 16
"""Words of a sentence, its trigger included."""


def article(sentences: int) -> AnnotatedArticle:
    """Return an article of that many sentences in which nobody's name comes twice, so that all look far back."""
    parts: list[str] = []
    entities: list[EntityMention] = []
    events: list[EventMention] = []
    at = 0
    for n in range(sentences):
        for kind, pattern in SENTENCE:
            text = pattern.format(n=n)
            entities.append(EntityMention(id=f"e{len(entities)}", type=kind, start=at, end=at + len(text), text=text))
            parts.append(text)
            at += len(text) + 1
        arguments = tuple(
            ArgumentMention(role=role, entity=f"e{len(entities) - back}")
            for role, back in (("TARGET", 7), ("ACTOR", 9))
        )
        events.append(
            EventMention(
                id=f"v{n}", type="KILL", factuality="ACTUAL", start=at, end=at + 3, text="قتل", arguments=arguments
            )
        )
        parts.append("قتل.")
        at += 5
    return AnnotatedArticle(id="long", text=" ".join(parts), entities=tuple(entities), events=tuple(events))


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    made = Normalizer(load_ontology())
    made(article(1))
    return made


def seconds(normalizer: Normalizer, sentences: int) -> float:
    """Return the processor time of one article's values; what other processes take does not count."""
    given = article(sentences)
    started = time.process_time()
    normalizer(given)
    return time.process_time() - started


def test_values_of_an_eight_times_longer_article_take_no_more_than_a_line_allows(normalizer: Normalizer) -> None:
    short = min(seconds(normalizer, 150) for _ in range(2))
    long = seconds(normalizer, 8 * 150)
    assert long < 20 * short  # 8 on a line, 64 where every mention looks back at all before it


def test_values_of_twenty_thousand_words_take_a_few_seconds(normalizer: Normalizer) -> None:
    assert seconds(normalizer, 20_000 // WORDS) < 10
