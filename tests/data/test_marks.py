import pytest

from waqai.audit import Audit
from waqai.data.marks import Drawing, Link, Mark, count_losses, draw, fit_span, from_utf16, to_utf16, undraw
from waqai.ontology import load_ontology

ONTOLOGY = load_ontology()


def test_an_article_is_drawn_and_read_back(article):
    audit = Audit()
    assert undraw(draw(article), ONTOLOGY, form="x", where="", audit=audit) == article
    assert audit.to_dict() == {}


def read(*links, factuality="ACTUAL"):
    marks = [
        Mark(id="e1", type="GPE", start=0, end=1),
        Mark(id="e2", type="GPE", start=1, end=2),
        Mark(id="v1", type="KILL", start=2, end=3, factuality=factuality),
    ]
    audit = Audit()
    drawing = Drawing(id="a", text="ابت", marks=marks, links=[Link(type=t, head=h, tail=g) for t, h, g in links])
    article = undraw(drawing, ONTOLOGY, form="x", where="", audit=audit)
    arguments = [(a.role, a.entity) for a in article.events[0].arguments]
    return arguments, [(r.type, r.head, r.tail) for r in article.relations], audit.to_dict()


def test_links_of_every_kind():
    assert read(("ACTOR", "v1", "e1"), ("OF", "e1", "e2")) == ([("ACTOR", "e1")], [("OF", "e1", "e2")], {})
    assert read(("ACTOR", "e1", "v1")) == ([("ACTOR", "e1")], [], {"x.link_reversed": 1})
    assert read(("ACTOR", "e1", "e2")) == ([], [("ACTOR", "e1", "e2")], {})
    assert read(("NEAR", "v1", "e2")) == ([], [("NEAR", "v1", "e2")], {})
    assert read(("OF", "e1", "e9")) == ([], [], {"x.link_dangling": 1})
    assert read(*[("ACTOR", "v1", "e1"), ("OF", "e1", "e2")] * 2) == (
        [("ACTOR", "e1")],
        [("OF", "e1", "e2")],
        {"x.link_twice": 2},
    )


@pytest.mark.parametrize("factuality", [None, "MAYBE"])
def test_a_trigger_without_a_known_factuality_gets_the_first(factuality):
    assert read(factuality=factuality)[2] == {"x.factuality_assumed": 1}


def test_losses_are_counted_unless_kept(rich):
    audit = Audit()
    count_losses(rich, form="x", keeps=frozenset({"meta", "date"}), audit=audit)
    assert audit.to_dict() == {"x.score_dropped": 1, "x.value_dropped": 1, "x.model_dropped": 1, "x.source_dropped": 1}


@pytest.mark.parametrize(
    ("text", "start", "end", "surface", "span"),
    [
        ("في دمشق", 3, 7, "دمشق", (3, 7)),
        ("😀😀 دمشق", 5, 9, "دمشق", (3, 7)),
        ("في\r\nدمشق", 3, 7, "دمشق", (4, 8)),
        ("أ\r\nب", 0, 4, "أ\\nب", (0, 4)),
        ("أ\nب", 0, 3, "أ ب", (0, 3)),
        ("دمشق دمشق", 6, 10, "دمشق", (5, 9)),
        ("دمشق دمشق", 1, 5, "دمشق", (0, 4)),
        ("دمشق", 0, 4, "حلب", None),
        ("دمشق", 9, 12, "", None),
        ("دمشق", -3, -1, "حلب", None),
    ],
)
def test_offsets_of_tools_are_fitted_to_the_text(text, start, end, surface, span):
    assert fit_span(text, start, end, surface) == span


def test_utf16_units_are_mapped_both_ways():
    text = "أ😀ب"
    assert [to_utf16(text, i) for i in range(4)] == [0, 1, 3, 4]
    assert from_utf16(text, 1, 4) == (1, 3)
    assert from_utf16(text, 2, 3) is None
    assert from_utf16(text, 3, 5) is None
    assert from_utf16(text, 2, 2) is None
    assert to_utf16("\ud800ب", 2) == 2
    assert from_utf16("\ud800😀ب", 3, 4) == (2, 3)
