import builtins

import pytest

from waqai.data.plots import plot_statistics
from waqai.data.statistics import corpus_statistics, five_numbers
from waqai.errors import ConfigError, OutputError
from waqai.records import AnnotatedArticle


def test_counts(rich):
    empty = AnnotatedArticle(id="b", text="نص نصّ. آخر")
    counted = corpus_statistics([rich, empty])
    assert (counted.articles, counted.without_events, counted.with_many_counts) == (2, 1, 0)
    assert counted.article_words == [9, 3]
    assert (counted.words, counted.distinct_words, counted.sentences) == (12, 11, 5)
    assert counted.type_token_ratio == pytest.approx(11 / 12)
    assert counted.entities == {"NUM": 1, "GROUP": 1, "GPE": 2, "ORG": 1}
    assert counted.events == {"KILL": 1, "SHELLING": 1}
    assert counted.roles == {"TARGET": 2, "LOCATION": 1}
    assert counted.relations == {"OF": 1, "CAUSE": 1}
    assert counted.factualities == {"ACTUAL": 1, "NEGATED": 1}
    assert counted.styles == {"agency": 1}
    assert sorted(counted.span_words) == [1, 1, 1, 1, 2]
    assert (counted.nested, counted.inside_words) == (1, 1)


def test_an_empty_corpus():
    counted = corpus_statistics([])
    assert (counted.words, counted.type_token_ratio, five_numbers(counted.article_words)) == (0, 0.0, (0, 0, 0, 0, 0))


def test_five_numbers():
    assert five_numbers([5]) == (5, 5, 5, 5, 5)
    assert five_numbers([4, 1, 3, 2, 5]) == (1, 2, 3, 4, 5)


def test_pictures_are_drawn(tmp_path, rich):
    pytest.importorskip("matplotlib")
    paths = plot_statistics(corpus_statistics([rich]), tmp_path / "plots")
    assert {path.name for path in paths} == {f"{name}.png" for name in NAMES}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Name another folder"):
        plot_statistics(corpus_statistics([rich]), tmp_path / "file")


NAMES = ("entities", "events", "roles", "factualities", "article_words", "span_words")


def test_pictures_of_an_empty_corpus(tmp_path):
    pytest.importorskip("matplotlib")
    assert len(plot_statistics(corpus_statistics([]), tmp_path)) == len(NAMES)


def test_without_matplotlib_the_message_says_what_to_install(tmp_path, monkeypatch):
    real = builtins.__import__

    def fail(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(ConfigError, match=r"pip install waqai\[plots\]"):
        plot_statistics(corpus_statistics([]), tmp_path)
