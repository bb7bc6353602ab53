from dataclasses import replace
from pathlib import Path

import pytest

from waqai.data.checks import check_article, check_corpus
from waqai.data.standoff import read_annotated
from waqai.ontology import load_ontology
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

ONTOLOGY = load_ontology()


def entity(text, kind, surface, mention_id="e1", nth=0):
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    return EntityMention(id=mention_id, type=kind, start=start, end=start + len(surface), text=surface)


def event(text, kind, surface, mention_id="v1", arguments=(), factuality="ACTUAL"):
    start = text.index(surface)
    pairs = tuple(ArgumentMention(role=role, entity=filler) for role, filler in arguments)
    return EventMention(
        id=mention_id,
        type=kind,
        factuality=factuality,
        start=start,
        end=start + len(surface),
        text=surface,
        arguments=pairs,
    )


def codes(text, entities=(), events=(), relations=()):
    article = AnnotatedArticle(
        id="a", text=text, entities=tuple(entities), events=tuple(events), relations=tuple(relations)
    )
    return [(found.level, found.code) for found in check_article(article, ONTOLOGY)]


def test_a_sound_article_has_no_findings():
    text = "قُتِـلَ ٣ جنود وبدمشق 50% وللقوات."
    entities = [
        entity(text, "NUM", "٣", "e1"),
        entity(text, "GROUP", "جنود", "e2"),
        entity(text, "GPE", "دمشق", "e3"),
        entity(text, "ORG", "لقوات", "e4"),
    ]
    events = [event(text, "KILL", "قُتِـلَ", arguments=[("TARGET", "e2"), ("LOCATION", "e3"), ("COUNT", "e1")])]
    assert codes(text, entities, events, [RelationMention(type="OF", head="e1", tail="e2")]) == []


@pytest.mark.parametrize(
    ("text", "surface", "nth", "found"),
    [
        ("قال: «داعش»", "«داعش", 0, ("error", "span.punctuation")),
        ("في دمشق أمس", "دمشق ", 0, ("error", "span.punctuation")),
        ("في \u200fدمشق", "\u200fدمشق", 0, ("error", "span.punctuation")),
        ("السورية", "السوري", 0, ("error", "span.ends_in_word")),
        ("قَتَلَ", "قَتَل", 0, ("error", "span.ends_in_word")),
        ("السورية", "سورية", 0, ("error", "span.begins_in_word")),
        ("والقوات", "والقوات", 0, ("warning", "span.particle_kept")),
        ("للقوات", "للقوات", 0, ("warning", "span.particle_kept")),
    ],
)
def test_the_edges_of_spans(text, surface, nth, found):
    assert codes(text, [entity(text, "ORG", surface, nth=nth)]) == [found]


@pytest.mark.parametrize("surface", ["@فريق", "50%", "والي الخرطوم", "بالون", "فاليري", "تنظيم «داعش"])
def test_edges_that_are_right(surface):
    text = f"عن {surface}» أمس"
    assert codes(text, [entity(text, "ORG", surface)]) == []


@pytest.mark.parametrize(
    ("kinds", "surfaces", "found"),
    [
        (("ORG", "GPE"), ("وزارة الدفاع", "الدفاع الروسية"), ("error", "span.crosses")),
        (("ORG", "ORG"), ("وزارة الدفاع", "وزارة الدفاع"), ("error", "span.twice")),
        (("ORG", "GPE"), ("وزارة الدفاع", "وزارة الدفاع"), ("warning", "span.two_types")),
        (("ORG", "ORG"), ("وزارة الدفاع", "الدفاع"), ("warning", "span.nested_same_type")),
    ],
)
def test_spans_that_overlap(kinds, surfaces, found):
    text = "وزارة الدفاع الروسية"
    entities = [entity(text, kinds[0], surfaces[0], "e1"), entity(text, kinds[1], surfaces[1], "e2")]
    assert codes(text, entities) == [found]


def test_a_trigger_may_be_an_entity_but_cross_none():
    text = "إطلاق النار الكثيف أمس"
    assert codes(text, [entity(text, "DATE", "النار الكثيف")], [event(text, "ATTACK", "إطلاق النار")]) == [
        ("error", "span.crosses")
    ]
    assert codes("ثورة 25", [entity("ثورة 25", "DATE", "ثورة 25")], [event("ثورة 25", "PROTEST", "ثورة 25")]) == []


def test_long_triggers():
    text = "وقف إطلاق النار"
    assert codes(text, events=[event(text, "AGREE", text)]) == [("warning", "trigger.long")]
    assert codes("جنيف - 2", events=[event("جنيف - 2", "MEET", "جنيف - 2")]) == []


def test_types_roles_and_relations_that_the_ontology_has_not():
    text = "قتل جنود أمس"
    entities = [entity(text, "GROUP", "جنود", "e1"), entity(text, "DATE", "أمس", "e2")]
    arguments = [("TIME", "e1"), ("VICTIM", "e1"), ("TIME", "e2"), ("TIME", "e2")]
    relations = [
        RelationMention(type="OF", head="e1", tail="e2"),
        RelationMention(type="CAUSE", head="v1", tail="v1"),
        RelationMention(type="NEAR", head="e1", tail="e2"),
    ]
    assert codes(text, entities, [event(text, "KILL", "قتل", arguments=arguments)], relations) == [
        ("error", "role.illegal"),
        ("error", "role.unknown"),
        ("warning", "role.twice"),
        ("error", "relation.illegal"),
        ("error", "relation.illegal"),
        ("error", "relation.unknown"),
    ]
    assert codes(text, [replace(entities[0], type="X")], [event(text, "Y", "قتل", factuality="Z")]) == [
        ("error", "type.unknown"),
        ("error", "type.unknown"),
        ("error", "factuality.unknown"),
    ]


def test_a_number_that_counts_nothing_is_noted():
    assert codes("٣ جنود", [entity("٣ جنود", "NUM", "٣")]) == [("note", "entity.unlinked")]


def test_findings_say_where():
    text = "قتل"
    article = AnnotatedArticle(id="a", text=text, events=(event(text, "Y", text),))
    (found,) = check_article(article, ONTOLOGY, "x.jsonl, line 3")
    assert str(found) == "x.jsonl, line 3 [a] error: v1 Y 'قتل' must have an event type of the ontology."


def corpus(*marked):
    articles = []
    for index, (text, surface) in enumerate(marked):
        articles.append(AnnotatedArticle(id=f"a{index}", text=text, entities=(entity(text, "GPE", surface),)))
    return [(found.article, found.code) for found in check_corpus(articles)]


def test_particles_are_judged_by_the_rest_of_the_corpus():
    assert corpus(("وبيروت", "بيروت"), ("بيروت", "يروت"), ("بيروت", "بيروت")) == [("a1", "span.letter_cut")]
    assert corpus(("بدمشق", "بدمشق"), ("دمشق", "دمشق")) == [("a0", "span.particle_kept")]
    assert corpus(("بِدمشق", "دمشق"), ("دمشق", "دمشق"), ("وبيروت", "بيروت")) == []
    assert corpus(("لبنان", "لبنان"), ("لبنان", "لبنان"), ("بنان", "بنان")) == []


def test_the_real_gold_is_sound():
    path = Path(__file__).parents[2].parent / "shared" / "events" / "news-train.jsonl"
    if not path.exists():
        pytest.skip("the shared corpora are not here")
    found = [f for article in read_annotated(path) for f in check_article(article, ONTOLOGY)]
    assert [f for f in found if f.level == "error"] == []
    assert len([f for f in found if f.level == "warning"]) == 1
