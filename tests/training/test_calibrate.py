import math
from dataclasses import replace

import pytest
import torch

from invented_news import ARTICLES, STRIKE
from waqai import EventExtractor
from waqai.inference.tuples import joint_score
from waqai.models import Calibration
from waqai.models.configuration import FAMILIES
from waqai.training.calibrate import _LOW, Decision, _cross_fitted, _decisions, _fit, calibrate


def scored(article, *, mention=0.9, factuality=0.8, argument=0.7, relation=0.6):
    return replace(
        article,
        entities=tuple(replace(e, score=mention) for e in article.entities),
        events=tuple(
            replace(
                v,
                score=mention,
                factuality_score=factuality,
                arguments=tuple(replace(a, score=argument) for a in v.arguments),
            )
            for v in article.events
        ),
        relations=tuple(replace(r, score=relation) for r in article.relations),
    )


@pytest.mark.parametrize(
    ("family", "number", "score"),
    [
        ("entity", 7, 0.9),
        ("event", 3, 0.9),
        ("role", 10, 0.7),
        ("relation", 3, 0.6),
        ("factuality", 3, 0.8),
    ],
)
def test_what_gold_agrees_with_is_right(family, number, score):
    decisions, missed = _decisions(family, [STRIKE], [scored(STRIKE)])
    assert decisions == [Decision(0, score, right=True)] * number
    assert missed == 0


def test_the_score_of_a_tuple_is_the_joint_one():
    decisions, missed = _decisions("tuple", [STRIKE], [scored(STRIKE)])
    assert [d.score for d in decisions] == [joint_score(v) for v in scored(STRIKE).events]
    assert all(d.right for d in decisions)
    assert missed == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_not_found_is_missed(family):
    gold_items, _ = _decisions(family, [STRIKE], [scored(STRIKE)])
    nothing = replace(STRIKE, entities=(), events=(), relations=())
    assert _decisions(family, [STRIKE], [nothing]) == ([], len(gold_items))


def test_an_error_counts_against_all_that_is_built_on_it():
    """The trigger of another type makes its arguments, its links and its tuple wrong, and has no factuality."""
    wrong = replace(STRIKE.events[0], type="INJURE")
    guess = scored(replace(STRIKE, events=(wrong, *STRIKE.events[1:])))
    assert [d.right for d in _decisions("event", [STRIKE], [guess])[0]] == [False, True, True]
    assert [d.right for d in _decisions("role", [STRIKE], [guess])[0]] == [False] * 3 + [True] * 7
    assert [d.right for d in _decisions("relation", [STRIKE], [guess])[0]] == [True, False, True]
    assert [d.right for d in _decisions("tuple", [STRIKE], [guess])[0]] == [False, True, True]
    assert [d.right for d in _decisions("factuality", [STRIKE], [guess])[0]] == [True, True]
    assert _decisions("entity", [STRIKE], [guess])[1] == 0
    assert _decisions("event", [STRIKE], [guess])[1] == 1


def test_decisions_know_their_article():
    decisions, _ = _decisions("event", ARTICLES, [scored(a) for a in ARTICLES])
    assert [d.article for d in decisions] == [i for i, a in enumerate(ARTICLES) for _ in a.events]


def logit(p):
    return math.log(p / (1 - p))


def test_a_fit_makes_probabilities_of_scores():
    """Of the candidates at 0.2 half are right, of those at 0.9 all but a few: Platt's line goes through both."""
    decisions = [Decision(i, 0.2, right=i % 2 == 0) for i in range(200)]
    decisions += [Decision(i, 0.9, right=i % 20 != 0) for i in range(200)]
    fitted = _fit("entity", decisions, missed=0)
    assert fitted.apply(0.2) == pytest.approx(0.5, abs=0.01)
    assert fitted.apply(0.9) == pytest.approx(0.95, abs=0.01)
    assert fitted.threshold == pytest.approx(fitted.apply(0.2), abs=1e-6)  # keeping all has the best F1


def test_the_threshold_leaves_out_what_is_mostly_wrong():
    decisions = [Decision(i, 0.1, right=i % 10 == 0) for i in range(200)]
    decisions += [Decision(i, 0.9, right=i % 10 != 0) for i in range(200)]
    fitted = _fit("event", decisions, missed=5)
    assert fitted.apply(0.1) < fitted.threshold < fitted.apply(0.9)


def test_scores_that_mislead_are_not_turned_round():
    """A negative scale would make the least likely candidate the best, and one that cannot be certain."""
    decisions = [Decision(i, 0.1, right=i % 10 != 0) for i in range(100)]
    decisions += [Decision(i, 0.9, right=i % 10 == 0) for i in range(100)]
    for family in FAMILIES:
        assert (_fit(family, decisions, 0).scale, _fit(family, decisions, 0).shift) == (1.0, 0.0)


def test_factuality_and_tuples_leave_nothing_out():
    decisions = [Decision(i, 0.6, right=i % 4 != 0) for i in range(40)]
    decisions += [Decision(i, 0.9, right=i % 10 != 0) for i in range(40)]
    assert _fit("factuality", decisions, 0).threshold == 0.0
    assert _fit("tuple", decisions, 0).threshold == 0.0


def test_cross_fitting_judges_each_half_by_the_other():
    """What is right in articles of one half and wrong in the other cannot be calibrated by cross-fitting."""
    fair = [Decision(i, 0.5, right=(i // 2) % 2 == 0) for i in range(80)]
    assert _cross_fitted("entity", fair)["ece"] == pytest.approx(0, abs=0.02)
    assert _cross_fitted("entity", fair)["decisions"] == 80
    split = [Decision(i, 0.5, right=i % 2 == 0 or i == 1) for i in range(80)]
    split.append(Decision(0, 0.5, right=False))
    assert _cross_fitted("entity", split)["ece"] > 0.9
    one_half = [Decision(0, 0.5, right=bool(i % 2)) for i in range(10)]
    assert _cross_fitted("entity", one_half) == {}


@pytest.fixture
def loud(checkpoint):
    """An extractor whose heads speak up without any calibration: about one candidate in a hundred is above one half."""
    config = checkpoint.model.config
    shifts = {family: config.calibrated(family).shift / 2 for family in ("entity", "event", "role", "relation")}
    config.calibration = {}
    split = config.task_shape().num_entity_types
    with torch.no_grad():
        checkpoint.model.spans.width[:, :split] += shifts["entity"]
        checkpoint.model.spans.width[:, split:] += shifts["event"]
        checkpoint.model.links.out.bias += shifts["role"]
    return EventExtractor(checkpoint, dtype="fp32", values=False)


def test_calibrating_puts_a_calibration_for_every_family_in_place(loud):
    gold = loud.extract([article.text for article in ARTICLES])
    # A part of what the model says is taken for gold; the rest is wrong.
    some = tuple(
        replace(
            article,
            entities=article.entities,
            events=tuple(replace(v, arguments=v.arguments[::2]) for v in article.events[::2]),
            relations=tuple(r for r in article.relations if r.type == "OF"),
        )
        for article in gold
    )
    report = calibrate(loud, some)
    config = loud.model.config
    assert set(config.calibration) == set(FAMILIES)
    for family, figures in report.items():
        assert Calibration(**{k: figures[k] for k in ("scale", "shift", "threshold")}) == config.calibrated(family)
        assert 0 <= figures["ece"] <= 1
        assert sum(row["count"] for row in figures["reliability"]) == figures["decisions"] > 0
    assert {"entity", "event", "role"} <= report.keys()
    # What was taken for gold had the best scores; the fitted thresholds must find most of it again.
    found = loud.extract([article.text for article in ARTICLES])
    wanted = {(a.id, e.type, e.start, e.end) for a in some for e in a.entities}
    got = {(a.id, e.type, e.start, e.end) for a in found for e in a.entities}
    assert len(wanted & got) > 0.8 * len(wanted | got)


def test_candidates_are_gathered_with_a_low_threshold(checkpoint, monkeypatch):
    seen = []
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    extract = extractor.extract

    def spy(articles):
        seen.append({f: checkpoint.model.config.calibrated(f).threshold for f in FAMILIES})
        return extract(articles)

    monkeypatch.setattr(extractor, "extract", spy)
    calibrate(extractor, ARTICLES)
    assert [(t["entity"], t["event"]) for t in seen[:1]] == [(_LOW, _LOW)]
    assert (seen[1]["role"], seen[1]["relation"]) == (_LOW, _LOW)
    assert len(seen) == 3


def test_a_family_of_which_nothing_can_be_learnt_stays_as_it_is(checkpoint):
    """No candidate is right, or none is there: the identity, and no line in the report."""
    for name in ("inside", "bilinear", "width"):
        for parameter in [p for n, p in checkpoint.model.spans.named_parameters() if n.startswith(name)]:
            parameter.data.fill_(0.0 if parameter.ndim > 1 else -20.0)
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    assert calibrate(extractor, ARTICLES) == {}
    assert all(checkpoint.model.config.calibrated(family) == Calibration() for family in FAMILIES)
