import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_articles import CIVILIANS, FORCES, KILL, NUMBER, STRIKE, TEXT, TOWN, article, gold_article

from waqai.errors import InputError
from waqai.records import AnnotatedArticle
from waqai.scoring import METRICS, agreement, compare, score_articles, score_by_source

ENTITIES = st.lists(
    st.tuples(
        st.sampled_from(["ORG", "GPE", "NUM"]), st.sampled_from([FORCES, TOWN, NUMBER, CIVILIANS, (12, 18), (20, 39)])
    ),
    max_size=4,
)
FACTUALITY = st.sampled_from(["ACTUAL", "NEGATED", "FUTURE"])


@st.composite
def annotations(draw: st.DrawFn) -> AnnotatedArticle:
    """Draw an annotation of the one text: any entities, any events with any of them."""
    entities = draw(ENTITIES)
    arguments = (
        st.lists(st.tuples(st.sampled_from(["ACTOR", "TARGET"]), st.integers(0, len(entities) - 1)), max_size=3)
        if entities
        else st.just([])
    )
    events = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["KILL", "INJURE"]), st.sampled_from([STRIKE, KILL, (44, 48)]), FACTUALITY, arguments
            ),
            max_size=3,
        )
    )
    links = [("CAUSE", f"v{i}", f"v{i + 1}") for i in range(len(events) - 1)]
    return article(entities, events, links)


ANNOTATED = st.lists(annotations(), min_size=1, max_size=3).map(
    lambda items: [dataclasses.replace(item, id=f"a{i}") for i, item in enumerate(items)]
)


@settings(deadline=None)
@given(ANNOTATED)
def test_gold_against_itself_is_perfect(gold: list[AnnotatedArticle]) -> None:
    report = score_articles(gold, gold, resamples=0)
    for metric in report.metrics.values():
        assert metric.micro.fp == metric.micro.fn == 0
        assert metric.micro.f1 == (1.0 if metric.micro.support else None)
        assert metric.macro_f1 == metric.micro.f1
    assert report.factuality.accuracy == (1.0 if report.factuality.support else None)
    assert report.tuple_f1 == (1.0 if any(a.events for a in gold) else 0.0)


@settings(deadline=None)
@given(st.lists(st.tuples(annotations(), annotations()), min_size=1, max_size=3))
def test_swapping_the_sides_swaps_precision_and_recall(pairs: list[tuple[AnnotatedArticle, AnnotatedArticle]]) -> None:
    left, right = ([dataclasses.replace(pair[k], id=f"a{i}") for i, pair in enumerate(pairs)] for k in (0, 1))
    there, back = score_articles(left, right, resamples=0), score_articles(right, left, resamples=0)
    for name, metric in there.metrics.items():
        swapped = back.metrics[name].micro
        assert (metric.micro.tp, metric.micro.fp, metric.micro.fn) == (swapped.tp, swapped.fn, swapped.fp), name
    assert there.factuality.accuracy == back.factuality.accuracy
    assert there.factuality.kappa == pytest.approx(back.factuality.kappa)
    assert agreement(left, right, resamples=0).tuple_f1 == back.tuple_f1


@settings(deadline=None)
@given(st.lists(st.tuples(annotations(), annotations()), min_size=1, max_size=3), st.randoms())
def test_no_order_matters(pairs: list[tuple[AnnotatedArticle, AnnotatedArticle]], random: object) -> None:
    left, right = ([dataclasses.replace(pair[k], id=f"a{i}") for i, pair in enumerate(pairs)] for k in (0, 1))

    def shuffled(articles: list[AnnotatedArticle]) -> list[AnnotatedArticle]:
        mixed = [
            dataclasses.replace(
                a, entities=tuple(random.sample(a.entities, len(a.entities))), events=tuple(reversed(a.events))
            )
            for a in articles
        ]
        return random.sample(mixed, len(mixed))

    expected = score_articles(left, right, resamples=20)
    found = score_articles(shuffled(left), shuffled(right), resamples=20)
    assert found == expected


def test_figures_of_two_articles() -> None:
    gold = [gold_article(), gold_article(id="a2")]
    predicted = [gold_article(), article([("GPE", TOWN), ("LOC", FORCES)], id="a2")]
    report = score_articles(gold, predicted, resamples=0)
    entities = report.metrics["entities"]
    assert (entities.micro.tp, entities.micro.fp, entities.micro.fn) == (7, 1, 5)
    assert entities.micro.f1 == 0.7
    # WEAPON, ORG, DATE, NUM and GROUP 2/3 each, GPE 1, LOC 0.
    assert entities.macro_f1 == pytest.approx((5 * 2 / 3 + 1 + 0) / 7)
    assert report.metrics["tuples"].micro.recall == 0.5
    assert report.tuple_f1 == pytest.approx(2 / 3)
    assert (report.articles, report.missing, report.metrics["tuples"].intervals) == (2, 0, {})


def test_factuality_figures() -> None:
    spans = [(0, 4), (5, 11), (12, 18), (20, 26), (27, 31)]
    gold_values = ["ACTUAL", "ACTUAL", "ACTUAL", "NEGATED", "FUTURE"]
    predicted_values = ["ACTUAL", "ACTUAL", "NEGATED", "NEGATED", "ACTUAL"]
    gold, predicted = (
        article([], [("KILL", span, value, []) for span, value in zip(spans, values, strict=True)])
        for values in (gold_values, predicted_values)
    )
    score = score_articles([gold], [predicted], resamples=0).factuality
    assert (score.support, score.accuracy) == (5, 0.6)
    # Chance: 3/5 * 3/5 + 1/5 * 2/5 + 1/5 * 0 = 11/25; kappa = (15/25 - 11/25) / (14/25).
    assert score.kappa == pytest.approx(4 / 14)
    # ACTUAL 4/6, NEGATED 2/3, FUTURE 0.
    assert score.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert score.to_dict()["confusion"] == {
        "ACTUAL": {"ACTUAL": 2, "NEGATED": 1},
        "NEGATED": {"NEGATED": 1},
        "FUTURE": {"ACTUAL": 1},
    }


def test_kappa_is_undefined_when_all_is_actual() -> None:
    score = score_articles([gold_article()], [gold_article()], resamples=0).factuality
    assert (score.accuracy, score.kappa) == (1.0, None)


def test_intervals_are_the_same_for_the_same_seed() -> None:
    gold = [gold_article(id=f"a{i}") for i in range(6)]
    predicted = [gold_article(id=f"a{i}") if i % 3 else article([("GPE", TOWN)], id=f"a{i}") for i in range(6)]
    first, again, other = (score_articles(gold, predicted, resamples=300, seed=seed) for seed in (1, 1, 2))
    assert first == again
    low, high = first.metrics["entities"].intervals["recall"]
    assert low < 26 / 36 < high
    assert first.metrics["entities"].micro.recall == 26 / 36
    assert first.metrics["entities"].intervals["precision"] == (1.0, 1.0)
    assert first.metrics["entities"].label_intervals["GPE"] == (1.0, 1.0)
    assert first != other


def test_the_interval_is_that_of_the_binomial() -> None:
    """Of 100 articles 80 have a hit; the exact percentiles of a binomial of 100 draws are 72 and 87."""
    gold = [article([("GPE", TOWN)], id=f"{i:03}") for i in range(100)]
    predicted = [article([("GPE", TOWN)] if i < 80 else [], id=f"{i:03}") for i in range(100)]
    low, high = score_articles(gold, predicted, resamples=4000).metrics["entities"].intervals["recall"]
    assert (low, high) == (pytest.approx(0.72, abs=0.0101), pytest.approx(0.87, abs=0.0101))


def test_a_report_is_json() -> None:
    row = score_articles([gold_article()], [article([])], resamples=10).to_dict()
    assert json.loads(json.dumps(row)) == row
    assert row["tuple_f1"] == 0.0
    assert row["metrics"]["entities"]["precision"] is None
    assert row["metrics"]["entities"]["labels"]["GPE"]["fn"] == 1
    assert row["metrics"].keys() == METRICS.keys()


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [], "`gold` must hold at least one article"),
        ([gold_article()], [], "every id of `gold` must be in `predicted`, but 'a1' is missing"),
        ([gold_article()], [gold_article(), gold_article(id="x")], "must be in `gold`, but 'x' is not there"),
        ([gold_article()], [gold_article(), gold_article()], "`predicted` must be given once, but 'a1' is given"),
        ([gold_article(), gold_article()], [gold_article()], "`gold` must be given once, but 'a1' is given"),
        ([gold_article()], [article([], text=TEXT + " ")], "`text` must be the same in .* 'a1' is given with another"),
        (
            [gold_article(id=f"a{i}") for i in range(7)],
            [],
            "but 'a0', 'a1', 'a2', 'a3', 'a4' and 2 more are missing",
        ),
    ],
)
def test_what_cannot_be_paired_is_refused(
    gold: list[AnnotatedArticle], predicted: list[AnnotatedArticle], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        score_articles(gold, predicted)


def test_missing_articles_count_as_empty_when_allowed() -> None:
    gold = [gold_article(), gold_article(id="a2")]
    report = score_articles(gold, [gold_article()], resamples=0, allow_missing=True)
    assert (report.missing, report.metrics["entities"].micro.recall) == (1, 0.5)


def test_one_report_for_each_source() -> None:
    gold = [gold_article(id="a1", source="x"), gold_article(id="a2", source="y"), gold_article(id="a3")]
    reports = score_by_source(gold, [gold_article(), gold_article(id="a3")], resamples=0, allow_missing=True)
    assert {name: (r.articles, r.missing, r.tuple_f1) for name, r in reports.items()} == {
        "(no source)": (1, 0, 1.0),
        "x": (1, 0, 1.0),
        "y": (1, 1, 0.0),
    }


def test_paired_comparison() -> None:
    gold = [gold_article(id=f"{i:02}") for i in range(40)]
    worse = [gold_article(id=f"{i:02}") if i % 4 else article([], id=f"{i:02}") for i in range(40)]
    comparison = compare(gold, worse, gold, resamples=200)
    recall = comparison.figures["tuples.f1"]
    assert recall.first == pytest.approx(2 * 0.75 / 1.75)
    assert recall.second == 1.0
    assert recall.difference == pytest.approx(1 - 2 * 0.75 / 1.75)
    assert recall.interval is not None
    assert 0 < recall.interval[0] < recall.difference < recall.interval[1]
    assert recall.p_value == pytest.approx(2 / 201)
    same = compare(gold, worse, worse, resamples=200).figures["tuples.f1"]
    assert (same.difference, same.interval, same.p_value) == (0.0, (0.0, 0.0), 1.0)
    assert json.loads(json.dumps(comparison.to_dict()))["figures"]["factuality.kappa"]["p_value"] is None
