import pytest
from scoring_articles import AIRCRAFT, CIVILIANS, DATE, FORCES, KILL, NUMBER, STRIKE, TOWN, article, gold_article

from waqai.records import AnnotatedArticle
from waqai.scoring.counts import Counts
from waqai.scoring.tally import METRICS, outermost, tally_article

HIT = Counts(1, 0, 0)


def micro(gold: AnnotatedArticle, predicted: AnnotatedArticle, metric: str) -> Counts:
    return sum(tally_article(gold, predicted).counts[metric].values(), Counts())


@pytest.mark.parametrize(
    ("metric", "size"),
    [
        ("entities", 6),
        ("entities_overlap", 6),
        ("entities_untyped", 6),
        ("entities_outermost", 5),
        ("triggers", 2),
        ("triggers_overlap", 2),
        ("triggers_untyped", 2),
        ("arguments", 6),
        ("arguments_typed", 6),
        ("arguments_overlap", 6),
        ("arguments_given_triggers", 6),
        ("relations", 2),
        ("tuples", 8),
        ("tuples_exact", 2),
    ],
)
def test_gold_against_itself(metric: str, size: int) -> None:
    assert micro(gold_article(), gold_article(), metric) == Counts(tp=size)


def test_every_metric_is_counted() -> None:
    assert tally_article(gold_article(), gold_article()).counts.keys() == METRICS.keys()


def test_entities_by_type() -> None:
    gold = article([("GPE", TOWN), ("ORG", FORCES), ("NUM", NUMBER)])
    predicted = article([("LOC", TOWN), ("ORG", (FORCES[0], FORCES[0] + 6)), ("NUM", NUMBER)])
    counts = tally_article(gold, predicted).counts
    assert counts["entities"] == {
        "GPE": Counts(fn=1),
        "LOC": Counts(fp=1),
        "ORG": Counts(fp=1, fn=1),
        "NUM": HIT,
    }
    assert counts["entities_overlap"] == {"GPE": Counts(fn=1), "LOC": Counts(fp=1), "ORG": HIT, "NUM": HIT}
    assert counts["entities_untyped"] == {"ENTITY": Counts(2, 1, 1)}


def test_a_duplicate_is_a_false_positive() -> None:
    gold, predicted = article([("GPE", TOWN)]), article([("GPE", TOWN), ("GPE", TOWN)])
    counts = tally_article(gold, predicted).counts
    assert counts["entities"]["GPE"] == counts["entities_overlap"]["GPE"] == Counts(1, 1, 0)


def test_overlapping_spans_are_matched_one_to_one() -> None:
    gold = article([("ORG", AIRCRAFT)])
    predicted = article([("ORG", (AIRCRAFT[0], 11)), ("ORG", FORCES)])
    assert micro(gold, predicted, "entities_overlap") == Counts(1, 1, 0)


def test_only_the_outermost_of_nested_entities() -> None:
    nested = article([("GPE", (20, 26)), ("ORG", FORCES), ("WEAPON", AIRCRAFT), ("GPE", TOWN), ("LOC", TOWN)])
    assert [e.id for e in outermost(nested.entities)] == ["e2", "e3", "e4"]


def test_trigger_of_another_type_or_another_extent() -> None:
    gold = article([], [("SHELLING", STRIKE, "ACTUAL", []), ("KILL", KILL, "ACTUAL", [])])
    predicted = article([], [("AIR_STRIKE", STRIKE, "ACTUAL", []), ("KILL", (44, 48), "ACTUAL", [])])
    assert micro(gold, predicted, "triggers") == Counts(0, 2, 2)
    assert micro(gold, predicted, "triggers_untyped") == Counts(1, 1, 1)
    assert micro(gold, predicted, "triggers_overlap") == Counts(1, 1, 1)


def test_arguments_strict_relaxed_and_given_triggers() -> None:
    gold = article(
        [("ORG", FORCES), ("GPE", TOWN), ("GROUP", CIVILIANS)],
        [
            ("AIR_STRIKE", STRIKE, "ACTUAL", [("ACTOR", 0), ("LOCATION", 1)]),
            ("KILL", KILL, "ACTUAL", [("TARGET", 2)]),
        ],
    )
    predicted = article(
        [("GPE", FORCES), ("GPE", (32, 39)), ("GROUP", CIVILIANS)],
        [
            ("AIR_STRIKE", STRIKE, "ACTUAL", [("ACTOR", 0), ("LOCATION", 1)]),
            ("INJURE", KILL, "ACTUAL", [("TARGET", 2)]),
        ],
    )
    counts = tally_article(gold, predicted).counts
    assert counts["arguments"] == {"ACTOR": HIT, "LOCATION": Counts(0, 1, 1), "TARGET": Counts(0, 1, 1)}
    assert counts["arguments_typed"] == {
        "ACTOR": Counts(0, 1, 1),
        "LOCATION": Counts(0, 1, 1),
        "TARGET": Counts(0, 1, 1),
    }
    assert counts["arguments_overlap"] == {"ACTOR": HIT, "LOCATION": HIT, "TARGET": Counts(0, 1, 1)}
    assert counts["arguments_given_triggers"] == {"ACTOR": HIT, "LOCATION": Counts(0, 1, 1)}


def test_relaxed_arguments_need_both_overlaps() -> None:
    gold = article([("ORG", FORCES)], [("KILL", KILL, "ACTUAL", [("ACTOR", 0)])])
    elsewhere = article([("ORG", FORCES)], [("KILL", STRIKE, "ACTUAL", [("ACTOR", 0)])])
    other_entity = article([("ORG", TOWN)], [("KILL", KILL, "ACTUAL", [("ACTOR", 0)])])
    assert micro(gold, elsewhere, "arguments_overlap") == Counts(0, 1, 1)
    assert micro(gold, other_entity, "arguments_overlap") == Counts(0, 1, 1)


def test_relations_are_directed_and_typed_by_their_events() -> None:
    entities = [("NUM", NUMBER), ("GROUP", CIVILIANS)]
    events = [("BOMBING", STRIKE, "ACTUAL", []), ("KILL", KILL, "ACTUAL", [])]
    gold = article(entities, events, [("OF", "e0", "e1"), ("CAUSE", "v0", "v1")])
    turned = article(entities, events, [("OF", "e0", "e1"), ("CAUSE", "v1", "v0")])
    retyped = article(
        [("NUM", NUMBER), ("PER", CIVILIANS)],
        [("ATTACK", STRIKE, "ACTUAL", []), ("KILL", KILL, "ACTUAL", [])],
        [("OF", "e0", "e1"), ("CAUSE", "v0", "v1")],
    )
    for predicted in (turned, retyped):
        assert tally_article(gold, predicted).counts["relations"] == {"OF": HIT, "CAUSE": Counts(0, 1, 1)}


def test_factuality_is_counted_on_matched_triggers_alone() -> None:
    gold = article([], [("AIR_STRIKE", STRIKE, "ACTUAL", []), ("KILL", KILL, "NEGATED", [])])
    predicted = article([], [("AIR_STRIKE", STRIKE, "FUTURE", []), ("INJURE", KILL, "NEGATED", [])])
    assert tally_article(gold, predicted).factuality == {("ACTUAL", "FUTURE"): 1}


def test_factuality_of_two_events_on_one_trigger_is_paired_in_favour() -> None:
    gold = article([], [("KILL", KILL, "ACTUAL", []), ("KILL", KILL, "NEGATED", [])])
    predicted = article([], [("KILL", KILL, "FUTURE", []), ("KILL", KILL, "ACTUAL", [])])
    assert tally_article(gold, predicted).factuality == {("ACTUAL", "ACTUAL"): 1, ("NEGATED", "FUTURE"): 1}


def test_whole_tuples_need_every_part() -> None:
    entities = [("GROUP", CIVILIANS), ("NUM", NUMBER)]
    gold = article(entities, [("KILL", KILL, "ACTUAL", [("TARGET", 0), ("COUNT", 1)])])
    for events in (
        [("KILL", KILL, "NEGATED", [("TARGET", 0), ("COUNT", 1)])],
        [("KILL", KILL, "ACTUAL", [("TARGET", 0)])],
        [("KILL", (44, 48), "ACTUAL", [("TARGET", 0), ("COUNT", 1)])],
        [("INJURE", KILL, "ACTUAL", [("TARGET", 0), ("COUNT", 1)])],
    ):
        assert micro(gold, article(entities, events), "tuples_exact") == Counts(0, 1, 1)
    reordered = article(entities, [("KILL", KILL, "ACTUAL", [("COUNT", 1), ("TARGET", 0)])])
    assert micro(gold, reordered, "tuples_exact") == HIT


def test_facts_of_tuples() -> None:
    entities = [("GROUP", CIVILIANS), ("NUM", NUMBER), ("DATE", DATE)]
    gold = article(entities, [("KILL", KILL, "ACTUAL", [("TARGET", 0), ("COUNT", 1)])])  # three facts
    predicted = article(entities, [("KILL", (44, 48), "FUTURE", [("TARGET", 0), ("COUNT", 1), ("TIME", 2)])])
    assert tally_article(gold, predicted).counts["tuples"] == {"KILL": Counts(tp=2, fp=2, fn=1)}


def test_facts_are_shared_only_by_events_of_one_type() -> None:
    gold = article([("GROUP", CIVILIANS)], [("KILL", KILL, "ACTUAL", [("TARGET", 0)])])
    predicted = article([("GROUP", CIVILIANS)], [("INJURE", KILL, "ACTUAL", [("TARGET", 0)])])
    assert tally_article(gold, predicted).counts["tuples"] == {"KILL": Counts(fn=2), "INJURE": Counts(fp=2)}


def test_events_on_one_trigger_are_matched_by_most_facts() -> None:
    entities = [("GROUP", CIVILIANS), ("NUM", NUMBER), ("DATE", DATE), ("ORG", FORCES)]
    one, two = [("TARGET", 0), ("COUNT", 1)], [("ACTOR", 3), ("TIME", 2)]
    gold = article(entities, [("KILL", KILL, "ACTUAL", one), ("KILL", KILL, "ACTUAL", two)])
    crossed = article(entities, [("KILL", KILL, "ACTUAL", two), ("KILL", KILL, "ACTUAL", one)])
    assert micro(gold, crossed, "tuples") == Counts(tp=6)
    single = article(entities, [("KILL", KILL, "ACTUAL", [*one, *two])])
    assert micro(gold, single, "tuples") == Counts(tp=3, fp=2, fn=3)
