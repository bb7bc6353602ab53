from dataclasses import replace

import pytest
from transformers import AutoTokenizer

from invented_news import ARTICLES, annotated
from small_ontology import (
    ACTOR,
    ACTUAL,
    CAUSE,
    FAC,
    GPE,
    KILL,
    LOC,
    LOCATION,
    MEET,
    NAMES_ONLY,
    NEGATED,
    NUM,
    OF,
    ORG,
    PER,
    SMALL,
    small_task,
)
from waqai.audit import Audit
from waqai.data.labels import MAX_PAIR_WORDS, Labels, LabelScheme, Task, label
from waqai.data.windows import SECTION_WORDS, TextEncoder, WindowSize
from waqai.errors import ConfigError
from waqai.ontology import load_ontology
from waqai.records import EntityMention, RelationMention

OURS = LabelScheme()


@pytest.fixture(scope="module")
def encode(bert):
    text_encoder = TextEncoder(AutoTokenizer.from_pretrained(bert), WindowSize(subwords=80, overlap=20))
    return lambda text: tuple(text_encoder.encode(text))


@pytest.fixture
def labelled(encode):
    """Return a function from an article to the labels of its only section and the audit's counts."""

    def labelled(article, scheme=OURS, width=3):
        audit = Audit()
        [labels] = label(article, encode(article.text), small_task(width), scheme, audit=audit, name="set")
        return labels, audit.to_dict()

    return labelled


KILLED = annotated(
    "killed",
    "قتل سامي الدالي وثلاثة مدنيين بدمشق",
    [("e1", "PER", "سامي الدالي"), ("e2", "NUM", "ثلاثة"), ("e3", "PER", "مدنيين"), ("e4", "GPE", "دمشق")],
    [("v1", "KILL", "قتل", {"ACTOR": ["e1"], "LOCATION": ["e4"]}, "NEGATED")],
    [("OF", "e2", "e3")],
)


def test_the_index_spaces_of_an_ontology():
    task = small_task(5)
    assert task.types == ("PER", "ORG", "GPE", "LOC", "FAC", "NUM", "KILL", "MEET")
    assert (task.num_types, task.num_entity_types, task.num_links, task.num_roles) == (8, 6, 4, 2)
    assert task.links == ("ACTOR", "LOCATION", "OF", "CAUSE")
    assert task.factualities == ("ACTUAL", "NEGATED")
    legal = {(head, tail): links for head, row in enumerate(task.legal) for tail, links in enumerate(row) if links}
    assert legal == {
        (KILL, PER): (ACTOR,),
        (KILL, ORG): (ACTOR,),
        (KILL, GPE): (LOCATION,),
        (KILL, LOC): (LOCATION,),
        (MEET, PER): (ACTOR,),
        (MEET, ORG): (ACTOR,),
        (NUM, PER): (OF,),
        (KILL, KILL): (CAUSE,),
        (KILL, MEET): (CAUSE,),
        (MEET, KILL): (CAUSE,),
        (MEET, MEET): (CAUSE,),
    }
    assert [(h, t) for h, row in enumerate(task.linkable) for t, known in enumerate(row) if known] == sorted(legal)


def test_an_ontology_without_events_has_nothing_to_link():
    task = Task.of(NAMES_ONLY, 4)
    assert (task.num_types, task.num_entity_types, task.num_links, task.factualities) == (3, 3, 0, ())
    assert not any(map(any, task.linkable))


def test_labels_literally(labelled):
    labels, counts = labelled(KILLED)
    assert counts == {}
    assert labels == Labels(
        spans=((1, 2, (PER,)), (3, 3, (NUM,)), (4, 4, (PER,)), (5, 5, (GPE,)), (0, 0, (KILL,))),
        silent=(),
        complete=tuple(range(8)),
        proclitics=((1, 0), (3, 1), (4, 0), (5, 1), (0, 0)),
        mentions=((1, 2, PER), (3, 3, NUM), (4, 4, PER), (5, 5, GPE), (0, 0, KILL)),
        links=((4, 0, ACTOR), (4, 3, LOCATION), (1, 2, OF)),
        factuality=((4, NEGATED),),
    )


def test_partial_labels(labelled):
    scheme = LabelScheme(
        types={"LOC": ("GPE", "LOC", "FAC"), "PERS": ("PER",), "MISC": ()},
        complete=("PER", "GPE", "LOC", "FAC"),
        events=False,
    )
    article = annotated(
        "a", "سامي بدمشق يوم العيد", [("e1", "PERS", "سامي"), ("e2", "LOC", "دمشق"), ("e3", "MISC", "يوم العيد")]
    )
    labels, counts = labelled(article, scheme)
    assert labels == Labels(
        spans=((0, 0, (PER,)), (1, 1, (GPE, LOC, FAC))),
        silent=((2, 3),),
        complete=(PER, GPE, LOC, FAC),
        proclitics=((0, 0), (1, 1), (2, 0)),
    )
    assert counts == {"set.span.type_without_counterpart.MISC": 1}


def test_a_flat_corpus_is_silent_inside_its_mentions(labelled):
    article = annotated("a", "وزير دفاع نوران", [("e1", "ORG", "وزير دفاع نوران")])
    assert labelled(article, LabelScheme(nested=False, events=False))[0].silent == ((0, 2),)
    assert labelled(article, LabelScheme(nested=True, events=False))[0].silent == ()


def test_a_corpus_without_cut_proclitics_says_nothing_about_them(labelled):
    article = annotated("a", "قصف بدمشق", [("e1", "GPE", "بدمشق")])
    labels, _ = labelled(article, LabelScheme(proclitics=False, events=False))
    assert labels.spans == ((1, 1, (GPE,)),)
    assert labels.proclitics == ()


def test_a_corpus_without_events_gives_neither_triggers_nor_pairs(labelled):
    labels, counts = labelled(KILLED, LabelScheme(events=False))
    assert labels.complete == (PER, ORG, GPE, LOC, FAC, NUM)
    assert (labels.mentions, labels.links, labels.factuality) == ((), (), ())
    assert len(labels.spans) == 4
    assert counts == {}


def mention(article, surface, kind="PER"):
    start = article.text.index(surface)
    return EntityMention(id="x", type=kind, start=start, end=start + len(surface), text=surface)


@pytest.mark.parametrize(
    ("surface", "reason"),
    [
        ("لدالي", "set.span.not_on_words"),
        ("سامي الدال", "set.span.not_on_words"),
        (" سامي", "set.span.not_on_words"),
        ("ثلاثة مدنيين بدمشق", None),
        ("قتل سامي الدالي وثلاثة", "set.span.too_long"),
    ],
)
def test_what_a_label_cannot_hold_is_counted(labelled, surface, reason):
    article = replace(KILLED, entities=(mention(KILLED, surface),), events=(), relations=())
    labels, counts = labelled(article)
    assert counts == ({reason: 1} if reason else {})
    assert len(labels.spans) == (0 if reason else 1)


def test_links_of_lost_mentions_and_illegal_links_are_counted(labelled):
    article = annotated(
        "a",
        "التقى سامي الدالي لؤي بدمشق",
        [("e1", "PER", "لدالي"), ("e2", "PER", "لؤي"), ("e3", "GPE", "دمشق")],
        [("v1", "MEET", "التقى", {"ACTOR": ["e1", "e2"], "LOCATION": ["e3"]}, "ACTUAL")],
        [("OF", "e1", "e2"), ("OF", "e2", "e3")],
    )
    labels, counts = labelled(article)
    assert counts == {"set.link.mention_lost": 2, "set.link.not_in_ontology": 2, "set.span.not_on_words": 1}
    assert labels.links == ((2, 0, ACTOR),)
    assert labels.factuality == ((2, ACTUAL),)


def test_ends_that_are_too_far_apart_are_counted(labelled):
    def article(words_between):
        text = "قتل" + " ثم" * words_between + " سامي"
        return annotated("a", text, [("e1", "PER", "سامي")], [("v1", "KILL", "قتل", {"ACTOR": ["e1"]}, "ACTUAL")])

    assert labelled(article(MAX_PAIR_WORDS - 1))[0].links == ((1, 0, ACTOR),)
    labels, counts = labelled(article(MAX_PAIR_WORDS))
    assert labels.links == ()
    assert counts == {"set.link.too_far": 1}


def test_two_counts_of_proclitics_in_one_word_are_counted(labelled):
    article = annotated("a", "وبسام", [("e1", "PER", "بسام"), ("e2", "ORG", "سام")])
    labels, counts = labelled(article)
    assert labels.proclitics == ((0, 1),)
    assert counts == {"set.proclitic.two_in_one_word": 1}


def test_mentions_fall_into_their_sections(encode):
    filler = "ثم " * (SECTION_WORDS - 1)
    article = annotated(
        "a",
        f"سامي {filler}قتل لؤي",
        [("e1", "PER", "سامي"), ("e2", "PER", "لؤي")],
        [("v1", "KILL", "قتل", {"ACTOR": ["e1", "e2"]}, "ACTUAL")],
        [("CAUSE", "v1", "v1")],
    )
    audit = Audit()
    first, second = label(article, encode(article.text), small_task(), OURS, audit=audit, name="set")
    assert first.spans == ((0, 0, (PER,)),)
    assert second.spans == ((1, 1, (PER,)), (0, 0, (KILL,)))
    assert second.links == ((1, 0, ACTOR), (1, 1, CAUSE))
    assert audit.to_dict() == {"set.link.too_far": 1}


def test_a_span_over_two_sections_is_counted(encode):
    article = annotated("a", "ثم " * (SECTION_WORDS - 1) + "سامي الدالي", [("e1", "PER", "سامي الدالي")])
    audit = Audit()
    first, second = label(article, encode(article.text), small_task(), OURS, audit=audit, name="set")
    assert first.spans == second.spans == ()
    assert audit.to_dict() == {"set.span.not_on_words": 1}


def test_source_types_must_all_be_mapped(labelled):
    article = annotated("a", "سامي", [("e1", "PERS", "سامي")])
    with pytest.raises(ConfigError, match=r"'set': `types` must name every source type, but misses 'PERS'"):
        labelled(article, LabelScheme(types={"LOC": ("LOC",)}))
    with pytest.raises(ConfigError, match=r"'PERS' must be a type of the ontology"):
        labelled(article)


def test_a_scheme_is_checked_against_the_ontology():
    LabelScheme(types={"LOC": ("GPE", "LOC")}, complete=("PER",)).check(SMALL, "set")
    scheme = LabelScheme(types={"LOC": ("GPE", "RIVER")}, complete=("KILL", "PER"))
    with pytest.raises(ConfigError, match=r"data set 'set': KILL, RIVER must be entity types"):
        scheme.check(SMALL, "set")


def test_the_invented_articles_lose_nothing(encode):
    task = Task.of(load_ontology(), 16)
    audit = Audit()
    for article in ARTICLES:
        [labels] = label(article, encode(article.text), task, OURS, audit=audit, name="set")
        assert len(labels.spans) == len(article.entities) + len(article.events)
        num_arguments = sum(len(event.arguments) for event in article.events)
        assert len(labels.links) == num_arguments + len(article.relations)
    assert audit.to_dict() == {}
    assert RelationMention(type="OF", head="e1", tail="e2") in ARTICLES[0].relations
