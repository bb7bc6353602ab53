import json
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from invented_news import ARTICLES
from small_ontology import small_task
from waqai.audit import Audit
from waqai.data.labels import Labels, Task
from waqai.data.windows import TextEncoder, WindowSize
from waqai.errors import InputError
from waqai.ontology import load_ontology
from waqai.text import segment
from waqai.training.mixture import Mixture, load_mixture, read_articles_of
from waqai.training.settings import DataSettings

TASK = Task.of(load_ontology(), 6)


@pytest.fixture(scope="module")
def text_encoder(bert):
    return TextEncoder(AutoTokenizer.from_pretrained(bert), WindowSize(subwords=80, overlap=20))


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(a.to_dict(), ensure_ascii=False) for a in ARTICLES), encoding="utf-8")
    return path


def numbered(*sizes, weights=None):
    """A mixture whose examples are (set, number)."""
    examples = tuple(tuple((s, n) for n in range(size)) for s, size in enumerate(sizes))
    return Mixture(tuple(map(str, range(len(sizes)))), examples, weights or (1.0,) * len(sizes))


def test_the_plan_depends_on_the_seed_alone():
    mixture = numbered(5, 3)
    first = list(islice(mixture.plan(4, seed=1), 20))
    assert list(islice(mixture.plan(4, seed=1), 20)) == first
    assert list(islice(mixture.plan(4, seed=2), 20)) != first
    assert list(islice(mixture.plan(4, seed=1), 7, 20)) == first[7:]
    assert {len(batch) for batch in first} == {4}


def test_each_text_of_a_set_is_seen_once_a_round():
    drawn = [example for batch in islice(numbered(5).plan(5, seed=3), 6) for example in batch]
    for start in range(0, 30, 5):
        assert sorted(drawn[start : start + 5]) == [(0, n) for n in range(5)]
    assert len({tuple(drawn[start : start + 5]) for start in range(0, 30, 5)}) > 1


def test_sets_are_drawn_by_their_weights():
    """The size of a set says nothing."""
    batches = islice(numbered(3, 1000, weights=(3.0, 1.0)).plan(10, seed=0), 400)
    share = Counter(s for batch in batches for s, _ in batch)
    assert share[0] / 4000 == pytest.approx(0.75, abs=0.03)


def test_a_set_is_read_encoded_and_labelled(gold, text_encoder):
    audit = Audit()
    mixture = load_mixture([DataSettings(name="g", path=gold)], text_encoder, TASK, seed=0, audit=audit)
    assert mixture.names == ("g",)
    assert mixture.weights == (1.0,)
    [examples] = mixture.examples
    assert [text.text for text, _ in examples] == [article.text for article in ARTICLES]
    assert [len(labels.spans) for _, labels in examples] == [len(a.entities) + len(a.events) for a in ARTICLES]
    assert audit.to_dict() == {}


def test_what_cannot_be_held_is_counted_under_the_sets_name(gold, text_encoder):
    audit = Audit()
    load_mixture([DataSettings(name="g", path=gold)], text_encoder, Task.of(load_ontology(), 2), seed=0, audit=audit)
    long = [m for a in ARTICLES for m in (*a.entities, *a.events) if len(segment(m.text)) > 2]
    assert audit["g.span.too_long"] == len(long) > 0
    assert audit["g.link.mention_lost"] > 0


def test_an_optional_set_that_is_not_there_is_counted(gold, text_encoder, tmp_path):
    audit = Audit()
    sets = [DataSettings(name="g", path=gold), DataSettings(name="o", path=tmp_path / "none.jsonl", optional=True)]
    mixture = load_mixture(sets, text_encoder, TASK, seed=0, audit=audit)
    assert mixture.names == ("g",)
    assert audit.to_dict() == {"o.not_there": 1}


def test_sets_of_which_none_is_there(text_encoder, tmp_path):
    sets = [DataSettings(name="o", path=tmp_path / "none.jsonl", optional=True)]
    with pytest.raises(InputError, match="none of the training sets is there"):
        load_mixture(sets, text_encoder, TASK, seed=0, audit=Audit())


@pytest.mark.parametrize("kind", ["standoff", "authoring", "conll", "proclitics"])
def test_a_set_that_is_not_there(text_encoder, tmp_path, kind):
    sets = [DataSettings(name="x", path=tmp_path / "none.jsonl", format=kind)]
    with pytest.raises(InputError, match=r"none\.jsonl"):
        load_mixture(sets, text_encoder, TASK, seed=0, audit=Audit())


def test_a_fraction_is_chosen_by_the_seed(gold):
    data = DataSettings(name="g", path=gold, fraction=0.5)
    audit = Audit()
    kept = read_articles_of(data, seed=1, audit=audit)
    assert len(kept) == 3
    assert audit.to_dict() == {"g.article.outside_fraction": 3}
    assert read_articles_of(data, seed=1, audit=Audit()) == kept
    assert {tuple(a.id for a in read_articles_of(data, seed=s, audit=Audit())) for s in range(20)} != {
        tuple(a.id for a in kept)
    }
    smallest = DataSettings(name="g", path=gold, fraction=0.01)
    assert len(read_articles_of(smallest, seed=1, audit=Audit())) == 1


def test_parts_share_nothing_and_leave_nothing_out(gold):
    parts = [replace(DataSettings(name="g", path=gold), part=part) for part in ((0.0, 0.6), (0.6, 0.9), (0.9, 1.0))]
    audit = Audit()
    read = [[a.id for a in read_articles_of(part, seed=1, audit=audit)] for part in parts]
    assert [len(ids) for ids in read] == [4, 1, 1]
    assert [name for ids in read for name in ids] == [a.id for a in ARTICLES]
    assert audit.to_dict() == {"g.article.outside_part": 12}


def test_joined_texts(gold, text_encoder):
    """What `part` leaves, and every annotation of it, in training sets and validation sets alike."""
    alone = DataSettings(name="g", path=gold, part=(0.5, 1.0))
    joined = replace(alone, join_words=10_000)
    [article] = read_articles_of(joined, seed=0, audit=Audit())
    assert article.text == "\n".join(a.text for a in read_articles_of(alone, seed=0, audit=Audit()))
    assert read_articles_of(replace(joined, fraction=0.1), seed=0, audit=Audit()) == (article,)
    [one] = load_mixture([joined], text_encoder, TASK, seed=0, audit=Audit()).examples
    [many] = load_mixture([alone], text_encoder, TASK, seed=0, audit=Audit()).examples
    assert len(one) == 1 < len(many)
    for name in ("spans", "links", "factuality"):
        assert len(getattr(one[0][1], name)) == sum(len(getattr(labels, name)) for _, labels in many), name


def test_a_fraction_is_of_the_part(gold):
    data = DataSettings(name="g", path=gold, part=(0.5, 1.0), fraction=0.67)
    audit = Audit()
    kept = {a.id for a in read_articles_of(data, seed=1, audit=audit)}
    assert len(kept) == 2
    assert kept < {a.id for a in ARTICLES[3:]}
    assert audit.to_dict() == {"g.article.outside_part": 3, "g.article.outside_fraction": 1}


def test_a_part_without_an_article(gold):
    with pytest.raises(
        InputError, match=r"must have a text, but has none among the 6 texts of the file from 0 to 0\.01"
    ):
        read_articles_of(DataSettings(name="g", path=gold, part=(0.0, 0.01)), seed=1, audit=Audit())


def test_an_empty_set(tmp_path):
    path = tmp_path / "empty.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"empty\.jsonl"):
        read_articles_of(DataSettings(name="e", path=path), seed=0, audit=Audit())


def test_offsets_that_do_not_fit(tmp_path):
    row = ARTICLES[0].to_dict()
    row["entities"][0]["end"] += 1
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.jsonl, line 1|line 1.*bad\.jsonl"):
        read_articles_of(DataSettings(name="b", path=path), seed=0, audit=Audit())


def test_authored_and_columnar_sets_are_read(tmp_path):
    authored = {
        "id": "x1",
        "text": "قتل سامي",
        "entities": [["e1", "PER", "سامي"]],
        "events": [],
        "of": [],
        "cause": [],
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(authored) + "\n", encoding="utf-8")
    [article] = read_articles_of(
        DataSettings(name="a", path=tmp_path / "a.jsonl", format="authoring"), seed=0, audit=Audit()
    )
    assert [e.text for e in article.entities] == ["سامي"]
    (tmp_path / "c.conll").write_text("قتل O\nسامي B-PER\n", encoding="utf-8")
    [article] = read_articles_of(
        DataSettings(name="c", path=tmp_path / "c.conll", format="conll"), seed=0, audit=Audit()
    )
    assert [e.text for e in article.entities] == ["سامي"]
    (tmp_path / "a.jsonl").write_text(json.dumps(authored | {"text": "قتل"}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.jsonl: 1 error\(s\), the first: "):
        read_articles_of(DataSettings(name="a", path=tmp_path / "a.jsonl", format="authoring"), seed=0, audit=Audit())


def proclitic_set(tmp_path, *rows):
    path = tmp_path / "cuts.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return [DataSettings(name="cuts", path=path, format="proclitics")]


def test_every_word_of_a_proclitic_set_is_labelled(text_encoder, tmp_path):
    sets = proclitic_set(tmp_path, {"id": "1", "text": "وبدمشق في لبنان، وللقوات", "cuts": [2, 20]})
    audit = Audit()
    [[(text, labels)]] = load_mixture(sets, text_encoder, small_task(), seed=0, audit=audit).examples
    assert [text.text[w.start : w.end] for w in text.words] == ["وبدمشق", "في", "لبنان", "،", "وللقوات"]
    assert labels == Labels(proclitics=((0, 2), (1, 0), (2, 0), (3, 0), (4, 3)))
    assert audit.to_dict() == {}


def test_cuts_that_letters_do_not_allow_are_counted(text_encoder, tmp_path):
    sets = proclitic_set(tmp_path, {"id": "1", "text": "دمشق وحلب", "cuts": [2, 6]})
    audit = Audit()
    [[(_, labels)]] = load_mixture(sets, text_encoder, small_task(), seed=0, audit=audit).examples
    assert labels.proclitics == ((1, 1),)
    assert audit.to_dict() == {"cuts.proclitic.not_by_letters": 1}


@pytest.mark.parametrize(
    "row",
    [
        '{"text": "قتل", "cuts": [3]}',
        '{"text": "قتل", "cuts": [true]}',
        "{",
        "[]",
        '{"text": "قتل"}',
        '{"cuts": []}',
        '{"text": "قتل", "cuts": 3}',
        '{"text": 3, "cuts": []}',
    ],
)
def test_a_bad_line_of_a_proclitic_set(text_encoder, tmp_path, row):
    sets = proclitic_set(tmp_path, {"id": "1", "text": "قتل", "cuts": []}, row)
    with pytest.raises(InputError, match=r"`line` must be .*cuts\.jsonl, line 2"):
        load_mixture(sets, text_encoder, small_task(), seed=0, audit=Audit())


def test_where_a_corpus_does_not_cut_all_letters_it_is_silent(text_encoder, tmp_path):
    """Of a word that begins with a letter that is cut now and then, a cut says something, and no cut does not."""
    [data] = proclitic_set(tmp_path, {"id": "1", "text": "بدمشق بقوات وزير وحلب قتل", "cuts": [1, 18]})
    sets = [replace(data, cut_letters="و")]
    [[(_, labels)]] = load_mixture(sets, text_encoder, small_task(), seed=0, audit=Audit()).examples
    assert labels.proclitics == ((0, 1), (2, 0), (3, 1), (4, 0))


def test_cuts_between_words_are_counted(text_encoder, tmp_path):
    sets = proclitic_set(tmp_path, {"id": "1", "text": "دمشق وحلب", "cuts": [4, 5, 6]})
    audit = Audit()
    [[(_, labels)]] = load_mixture(sets, text_encoder, small_task(), seed=0, audit=audit).examples
    assert labels.proclitics == ((0, 0), (1, 1))
    assert audit.to_dict() == {"cuts.proclitic.outside_word": 2}


def test_a_fraction_of_a_proclitic_set(text_encoder, tmp_path):
    rows = [{"id": str(i), "text": "قتل " * (i + 1), "cuts": []} for i in range(10)]
    [data] = proclitic_set(tmp_path, *rows)
    audit = Audit()
    sets = [replace(data, fraction=0.3)]
    [examples] = load_mixture(sets, text_encoder, small_task(), seed=0, audit=audit).examples
    assert len(examples) == 3
    assert audit.to_dict() == {"cuts.article.outside_fraction": 7}


def test_an_empty_proclitic_set(text_encoder, tmp_path):
    sets = proclitic_set(tmp_path, "")
    with pytest.raises(InputError, match=r"'cuts'.*must have a text, but has none"):
        load_mixture(sets, text_encoder, small_task(), seed=0, audit=Audit())


def test_bytes_that_are_not_utf_8(text_encoder, tmp_path):
    sets = proclitic_set(tmp_path, "")
    Path(sets[0].path).write_bytes(b'{"text": "\xff", "cuts": []}\n')
    with pytest.raises(InputError, match=r"cuts\.jsonl"):
        load_mixture(sets, text_encoder, small_task(), seed=0, audit=Audit())
