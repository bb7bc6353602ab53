import pytest

from waqai.inference.suggestions import least_certain, uncertainty
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention


def article(name: str, entity: float, event: float, argument: float) -> AnnotatedArticle:
    return AnnotatedArticle(
        id=name,
        text="قتل جندي",
        entities=(EntityMention(id="e1", type="GROUP", start=4, end=8, text="جندي", score=entity),),
        events=(
            EventMention(
                id="v1",
                type="KILL",
                factuality="ACTUAL",
                start=0,
                end=3,
                text="قتل",
                score=event,
                arguments=(ArgumentMention(role="TARGET", entity="e1", score=argument),),
            ),
        ),
    )


def test_uncertainty_is_the_mean_chance_of_being_wrong():
    assert uncertainty(article("a", 0.9, 0.8, 0.4)) == pytest.approx(0.3)
    assert uncertainty(AnnotatedArticle(id="n", text="لا شيء")) == 0.0


def test_least_certain_come_first_and_ties_keep_their_order():
    sure, unsure, same = article("a", 0.9, 0.9, 0.9), article("b", 0.5, 0.5, 0.5), article("c", 0.9, 0.9, 0.9)
    assert [a.id for a in least_certain([sure, unsure, same], 2)] == ["b", "a"]
    assert [a.id for a in least_certain([sure, unsure, same], 9)] == ["b", "a", "c"]
    assert least_certain([], 3) == []
