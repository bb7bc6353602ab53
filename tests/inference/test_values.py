"""Values of small invented articles, as the pipeline gives them."""

import pytest

from invented_news import annotated
from waqai.inference.values import Normalizer
from waqai.ontology import load_ontology


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(load_ontology())


@pytest.mark.parametrize(
    ("text", "number", "low", "high"),
    [("قتل 20 شخصا على الأقل في تفجير", "20", 20, None), ("قتل ألفا شخص", "ألفا", 2000, 2000)],
)
def test_a_toll_is_read_in_the_text_around_its_number(normalizer, text, number, low, high):
    article = annotated("a", text, [("e1", "NUM", number)], [("v1", "KILL", "قتل", {"COUNT": ["e1"]}, "ACTUAL")])
    [incident] = normalizer(article).incidents
    assert [(toll.low, toll.high) for toll in incident.tolls] == [(low, high)]
