"""The sample articles that `make demo` reads are whole and of the promised length."""

import datetime as dt
from pathlib import Path

from waqai.audit import Audit
from waqai.data.articles import read_articles
from waqai.records import Article

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


def test_samples_are_read_without_a_remark():
    audit = Audit()
    articles = list(read_articles([SAMPLES], audit=audit))
    assert len(articles) == 7
    assert audit.to_dict() == {}
    for article in articles:
        assert isinstance(article, Article)
        assert 150 <= len(article.text.split()) <= 400
        assert article.source == "وقائع (نص تجريبي)"
        assert dt.date.fromisoformat(article.date or "").year >= 2012
        headline, *paragraphs = article.text.split("\n\n")
        assert not headline.endswith(".")
        assert len(paragraphs) >= 4
