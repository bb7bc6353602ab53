import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import torch

from invented_news import ARTICLES
from small_ontology import NAMES_ONLY
from tiny_models import make_checkpoint, make_talkative, save_tiny_checkpoint
from waqai import EventExtractor
from waqai.checkpoints import load_checkpoint
from waqai.data import windows
from waqai.errors import InputError
from waqai.inference import extractor as module
from waqai.inference.extractor import probability
from waqai.models import Calibration
from waqai.records import Article
from waqai.text import segment

TEXTS = [article.text for article in ARTICLES]
LONG = " ".join(TEXTS)
TOLERANCE = 1e-3
"""How far a score in fp32 may move with the batch; scores are rounded to 1e-4 besides."""


@pytest.fixture(scope="module")
def extractors(checkpoints):
    made = {}

    def extractor(family):
        if family not in made:
            checkpoint = load_checkpoint(checkpoints(family))
            made[family] = EventExtractor(checkpoint, device="cpu", dtype="fp32", values=False)
        return made[family]

    return extractor


@pytest.fixture(scope="module")
def extractor(extractors):
    return extractors("bert")


def found(article):
    """Return all that was found, without scores, and the scores apart."""
    places = {m.id: (m.type, m.start, m.end) for m in (*article.entities, *article.events)}
    scores = {("mention", places[m.id]): m.score for m in (*article.entities, *article.events)}
    scores |= {("factuality", places[v.id], v.factuality): v.factuality_score for v in article.events}
    scores |= {(a.role, places[v.id], places[a.entity]): a.score for v in article.events for a in v.arguments}
    scores |= {(r.type, places[r.head], places[r.tail]): r.score for r in article.relations}
    return list(places.items()), scores


def assert_same(one, two):
    assert (one.id, one.text) == (two.id, two.text)
    (mentions, scores), (other_mentions, other_scores) = found(one), found(two)
    assert mentions == other_mentions
    assert scores.keys() == other_scores.keys()
    assert scores == pytest.approx(other_scores, abs=TOLERANCE)


def test_the_untrained_model_says_much(extractors, family):
    """Else the comparisons below would compare nothing."""
    for article in extractors(family).extract(TEXTS):
        assert len(article.entities) > 1
        assert len(article.events) > 3
        assert sum(len(event.arguments) for event in article.events) > 1
        assert article.coverage == 1.0
        assert article.model is not None


def test_an_article_is_the_same_alone_and_in_any_batch_or_order(extractors, family):
    extractor = extractors(family)
    texts = [*TEXTS, LONG, "قتل"]
    articles = [Article(id=f"a{i}", text=text) for i, text in enumerate(texts)]
    alone = {article.id: extractor.extract([article])[0] for article in articles}
    for order in (articles, articles[::-1], articles[::2] + articles[1::2]):
        for article, given in zip(extractor.extract(order), order, strict=True):
            assert article.id == given.id
            assert_same(article, alone[article.id])


@pytest.mark.parametrize(("batch_subwords", "pool_words"), [(1, 1), (1, 10_000), (300, 60), (100_000, 100_000)])
def test_bounds_of_batch_and_pool_change_nothing(extractor, monkeypatch, batch_subwords, pool_words):
    expected = extractor.extract([*TEXTS, LONG])
    monkeypatch.setattr(module, "BATCH_SUBWORDS", batch_subwords)
    monkeypatch.setattr(module, "POOL_WORDS", pool_words)
    for one, two in zip(extractor.extract([*TEXTS, LONG]), expected, strict=True):
        assert_same(one, two)


@pytest.fixture
def short_sections(monkeypatch):
    """Sections of 250 words, so that a long article is not long for a test."""
    monkeypatch.setattr(windows, "SECTION_WORDS", 250)


@pytest.mark.usefixtures("short_sections")
def test_a_long_article_is_read_to_its_end(extractor):
    """Several sections of several windows; every part of it has mentions, all in one namespace."""
    text = "\n".join(TEXTS * 6)
    [article] = extractor.extract([text])
    sections = list(extractor.text_encoder.encode(text))
    assert len(sections) > 2
    assert max(len(section.windows) for section in sections) > 3
    for place in range(0, len(text) - 500, 500):
        assert any(place <= mention.start < place + 500 for mention in article.events)
        assert any(place <= mention.start < place + 500 for mention in article.entities)
    assert [e.id for e in article.entities] == [f"e{i}" for i in range(1, len(article.entities) + 1)]
    assert [v.id for v in article.events] == [f"v{i}" for i in range(1, len(article.events) + 1)]
    assert article.coverage == 1.0


@pytest.mark.usefixtures("short_sections")
def test_the_sections_of_a_long_article_are_read_as_articles_of_their_own(extractor):
    text = "\n".join(TEXTS * 3)
    _, second = extractor.text_encoder.encode(text)
    assert second.words[-1].end == len(text)
    cut = second.words[0].start
    [whole] = extractor.extract([text])
    halves = extractor.extract([text[:cut], text[cut:]])
    spans = [(e.type, e.start, e.end) for e in whole.entities]
    shifted = [(e.type, e.start + at, e.end + at) for half, at in zip(halves, (0, cut)) for e in half.entities]  # noqa: B905
    assert spans == shifted


class Counted:
    """Articles without end that count how far they were read."""

    def __init__(self, texts):
        self.read = 0
        self.texts = itertools.cycle(texts)

    def __iter__(self):
        return self

    def __next__(self):
        self.read += 1
        return Article(id=str(self.read), text=next(self.texts))


def test_reading_ahead_is_bounded(extractor, monkeypatch):
    """No more than a pool of words is read before what was read is given out."""
    monkeypatch.setattr(module, "POOL_WORDS", 100)
    articles = Counted(TEXTS)
    shortest = min(len(segment(text)) for text in TEXTS)
    for given, article in enumerate(itertools.islice(extractor.stream(articles), 60), 1):
        assert article.id == str(given)
        assert articles.read - given <= 100 // shortest + 1


def test_reading_ahead_is_bounded_by_articles_without_words_too(extractor, monkeypatch):
    monkeypatch.setattr(module, "POOL_WORDS", 100)
    articles = Counted(["قتل", *["\u200f"] * 999])
    assert next(extractor.stream(articles)).id == "1"
    assert articles.read <= 101


def test_nothing_is_kept_of_what_was_given_out(extractor, monkeypatch):
    monkeypatch.setattr(module, "POOL_WORDS", 50)
    stream = extractor._decoded(Counted(TEXTS))
    for _ in itertools.islice(stream, 40):
        assert len(stream.gi_frame.f_locals["waiting"]) <= 5


@pytest.mark.usefixtures("short_sections")
def test_an_article_longer_than_the_pool_is_decoded_section_by_section(extractor, monkeypatch):
    """Its encoded text is not kept whole: a million words must not need the memory of a million states."""
    monkeypatch.setattr(module, "POOL_WORDS", 100)
    sizes = []
    drain = EventExtractor._drain
    monkeypatch.setattr(
        EventExtractor, "_drain", lambda self, pool, waiting: (sizes.append(len(pool)), drain(self, pool, waiting))[1]
    )
    extractor.extract(["\n".join(TEXTS * 6)])
    assert len(sizes) > 2
    assert max(sizes) == 1


def test_coverage_counts_the_characters_that_were_read(extractors):
    [article] = extractors("roberta").extract(["قتل " + "\U0001d4d0" * 64 + " في"])
    assert article.coverage == pytest.approx(1 - (64 - 19) / (3 + 64 + 2), abs=1e-4)


@pytest.mark.parametrize("text", ["", " \n", "\u200f\ufeff"])
def test_an_article_without_words(extractor, text):
    [article] = extractor.extract([text])
    assert (article.text, article.entities, article.events, article.coverage) == (text, (), (), 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "\ud800قتل سامي\udfff في غارة",
        "\u064b\u064c \u0651",
        "no Arabic at all, only Latin 123",
        "漢字 😀 \x00\x07",
        "\ufeffقُتِلَ\r\nخمسةٌ\u200f.",
        "ب" * 5000,
    ],
    ids=ascii,
)
def test_odd_texts_keep_their_offsets(extractors, family, text):
    [article] = extractors(family).extract([text])
    assert article.text == text
    for mention in (*article.entities, *article.events):
        assert text[mention.start : mention.end] == mention.text


def test_mentions_begin_after_their_proclitics(checkpoint):
    """With a head that always cuts one letter, no mention begins with a letter that may be cut."""
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    with torch.no_grad():
        checkpoint.model.proclitics.out.weight.zero_()
        checkpoint.model.proclitics.out.bias.copy_(torch.tensor([0.0, 1.0, 0.0, 0.0]))
    [article] = extractor.extract(["وبدمشق ولقوات " * 20])
    surfaces = {m.text.split()[0] for m in (*article.entities, *article.events)}
    assert surfaces == {"بدمشق", "لقوات"}


def test_articles_are_given_as_texts_records_or_mappings(extractor):
    given = [
        TEXTS[0],
        Article(id="x", text=TEXTS[1], date="2020-01-02", source="وكالة"),
        {"text": TEXTS[2]},
        {"text": TEXTS[3], "id": 7, "date": "2021-02-03", "source": "s"},
    ]
    articles = extractor.extract(given)
    assert [(a.id, a.date, a.source) for a in articles] == [
        ("1", None, None), ("x", "2020-01-02", "وكالة"), ("3", None, None), ("7", "2021-02-03", "s")
    ]  # fmt: skip
    assert [a.text for a in articles] == TEXTS[:4]
    assert extractor.extract([]) == []


@pytest.mark.parametrize("article", [None, 3, {"id": "a"}, {"text": None}, b"bytes"])
def test_what_is_no_article_is_refused(extractor, article):
    with pytest.raises(InputError, match=r"`article` must be a text.*number 2"):
        extractor.extract([TEXTS[0], article])


def test_what_is_found_obeys_the_ontology_and_the_thresholds(extractor):
    ontology, config = extractor.checkpoint.ontology, extractor.model.config
    for article in extractor.extract(TEXTS):
        types = {m.id: m.type for m in (*article.entities, *article.events)}
        assert {e.type for e in article.entities} <= set(ontology.entity_names)
        assert {v.type for v in article.events} <= set(ontology.event_names)
        for event in article.events:
            assert event.factuality in ontology.factualities
            assert event.score >= config.calibrated("event").threshold
            for argument in event.arguments:
                assert ontology.allows(argument.role, event.type, types[argument.entity])
                assert argument.score >= config.calibrated("role").threshold
        for relation in article.relations:
            assert ontology.allows_relation(relation.type, types[relation.head], types[relation.tail])
            assert relation.score >= config.calibrated("relation").threshold
        for one, two in itertools.combinations(article.events, 2):
            assert one.end <= two.start or two.end <= one.start
        for one, two in itertools.combinations(article.entities, 2):
            assert not one.span.crosses(two.span)


def test_a_threshold_of_one_finds_nothing(checkpoint):
    for family in ("entity", "event", "role", "relation"):
        checkpoint.model.config.set_calibration(family, Calibration(threshold=1.0))
    for article in EventExtractor(checkpoint, values=False).extract(TEXTS):
        assert (article.entities, article.events, article.relations) == ((), (), ())


@pytest.mark.parametrize("calibration", [Calibration(scale=1e-6, shift=3.0), Calibration(scale=-1.0)])
def test_no_calibration_makes_a_span_pass_the_end_of_its_text(checkpoint, calibration):
    for family in ("entity", "event"):
        checkpoint.model.config.set_calibration(family, calibration)
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    for article in extractor.extract(["قتل سامي", "في غارة أمس"]):
        assert all(mention.end <= len(article.text) for mention in (*article.entities, *article.events))


def test_probability_literally():
    logits = torch.tensor([0.0, 2.0, -1.0])
    probs = probability(logits, Calibration(scale=0.5, shift=1.0))
    assert probs.tolist() == pytest.approx([0.7310586, 0.8807971, 0.6224593])


def test_scores_are_those_of_the_calibration(checkpoint):
    """Twice the scale and shift with the same threshold of one half keeps the spans and sharpens the scores."""
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    before = extractor.extract(TEXTS)
    for family in ("entity", "event"):
        known = checkpoint.model.config.calibrated(family)
        sharper = Calibration(scale=2 * known.scale, shift=2 * known.shift)
        checkpoint.model.config.set_calibration(family, sharper)
    for one, two in zip(before, extractor.extract(TEXTS), strict=True):
        mentions = list(zip((*one.entities, *one.events), (*two.entities, *two.events), strict=True))
        for old, new in mentions:
            assert (old.start, old.end, old.type) == (new.start, new.end, new.type)
            odds = old.score / (1 - old.score)
            assert new.score == pytest.approx(odds**2 / (1 + odds**2), abs=1e-3)


def test_bfloat16_is_for_the_encoder_alone(checkpoint_folder):
    full = EventExtractor.from_pretrained(checkpoint_folder, dtype="fp32", values=False)
    half = EventExtractor.from_pretrained(checkpoint_folder, dtype="bf16", values=False)
    assert {p.dtype for p in half.model.encoder.parameters()} == {torch.bfloat16}
    assert {p.dtype for n, p in half.model.named_parameters() if not n.startswith("encoder.")} == {torch.float32}
    shared = 0
    for one, two in zip(full.extract(TEXTS), half.extract(TEXTS), strict=True):
        (_, scores), (_, others) = found(one), found(two)
        common = [key for key in scores.keys() & others.keys() if key[0] == "mention"]
        shared += len(common)
        assert [others[key] for key in common] == pytest.approx([scores[key] for key in common], abs=0.1)
    assert shared > 50


def test_extractors_of_one_checkpoint_leave_each_other_alone(checkpoint, tmp_path):
    full = EventExtractor(checkpoint, device="cpu", dtype="fp32", values=False)
    before = full.extract(TEXTS[:2])
    others = [EventExtractor(full.checkpoint, device="cpu", dtype=dtype, values=False) for dtype in ("bf16", "int8")]
    assert full.model is EventExtractor(checkpoint, device="cpu", dtype="fp32", values=False).model
    assert [str(other.extract(TEXTS[:2])) == str(before) for other in others] == [False, False]
    assert full.extract(TEXTS[:2]) == before
    others[0].model.config.set_calibration("role", Calibration(threshold=0.321))
    for number, extractor in enumerate((full, *others)):
        extractor.save_pretrained(tmp_path / str(number))
    saved = [load_checkpoint(tmp_path / str(number)) for number in range(3)]
    assert len({one.digest for one in saved}) == 1
    assert saved[0].model.config.calibrated("role").threshold == 0.321


def test_without_values_there_are_no_tuples(extractor):
    [article] = extractor.extract(TEXTS[:1])
    assert (article.tuples, article.incidents) == (None, None)
    assert all(entity.value is None for entity in article.entities)


def test_values_and_tuples_are_made_by_default(checkpoint):
    extractor = EventExtractor(checkpoint, dtype="fp32")
    plain = EventExtractor(checkpoint, dtype="fp32", values=False)
    for article, expected in zip(extractor.extract(TEXTS), plain.extract(TEXTS), strict=True):
        assert [row.event for row in article.tuples] == [event.id for event in article.events]
        assert article.incidents is not None
        bare = replace(
            article, tuples=None, incidents=None, entities=tuple(replace(e, value=None) for e in article.entities)
        )
        assert bare == expected


def test_an_ontology_of_names_alone(bert, tmp_path):
    folder = save_tiny_checkpoint(bert, tmp_path / "names", ontology=NAMES_ONLY)
    articles = EventExtractor.from_pretrained(folder, dtype="fp32").extract(TEXTS)
    assert sum(len(article.entities) for article in articles) > 5
    assert {e.type for a in articles for e in a.entities} <= {"PER", "ORG", "GPE"}
    assert all((a.events, a.relations, a.tuples) == ((), (), ()) for a in articles)


def test_the_pointer_head_is_decoded_too(bert):
    checkpoint = make_checkpoint(bert, span_head="pointer")
    make_talkative(checkpoint, TEXTS)
    extractor = EventExtractor(checkpoint, dtype="fp32", values=False)
    together = extractor.extract(TEXTS)
    assert sum(len(article.entities) for article in together) > 10
    for article, text in zip(together, TEXTS, strict=True):
        [alone] = extractor.extract([Article(id=article.id, text=text)])
        assert_same(article, alone)


@pytest.mark.parametrize("one", ["قصف", {"text": "قصف"}, Article(id="a", text="قصف")])
def test_one_article_must_stand_in_a_list(extractor, one):
    with pytest.raises(InputError, match="Put the one into a list"):
        extractor.extract(one)


@pytest.mark.parametrize(
    "day",
    [date(2019, 7, 16), datetime(2019, 7, 16, 23, 5, tzinfo=UTC), "2019-07-16", " 2019-07-16 ", "2019-07-16T10:00:00Z"],
)
def test_a_date_is_read_as_files_are(extractor, day):
    [article] = extractor.extract([{"text": "قصف", "date": day, "id": None}])
    assert (article.date, article.id) == ("2019-07-16", "1")


@pytest.mark.parametrize("day", [20190716, "16/07/2019", "Tue, 16 Jul 2019 10:00:00 GMT"])
def test_a_date_that_is_none_is_refused(extractor, day):
    with pytest.raises(InputError, match=r"`date` must be a date, ISO 8601 or absent, but is .*number 1"):
        extractor.extract([{"text": "قصف", "date": day}])


@pytest.mark.parametrize(("field", "value"), [("id", True), ("id", 1.5), ("source", 3)])
def test_a_field_of_another_type_is_refused(extractor, field, value):
    with pytest.raises(InputError, match=rf"`{field}` must be a string.*but is {value} .*number 1"):
        extractor.extract([{"text": "قصف", field: value}])


def test_proclitics_are_cut_in_texts_of_any_length(extractor, monkeypatch):
    """The cuts are those before the mentions, marks belong to their letter, and neighbours do not matter."""

    def always_two(states, letters):
        return torch.tensor([0.0, 1.0, 2.0, 0.0]).expand(len(states), 4)

    monkeypatch.setattr(extractor.model, "score_proclitics", always_two)
    marked = "و\u064eب\u0650دمشق في ولبنان"
    assert extractor.cut_proclitics([marked, "", LONG * 3, "في"]) == [
        (2, 4, 13, 14),
        (),
        *extractor.cut_proclitics([LONG * 3]),
        (),
    ]
    with pytest.raises(InputError, match="a list of texts"):
        extractor.cut_proclitics(LONG)
    [cuts] = extractor.cut_proclitics([LONG])
    assert all(LONG[cut - 1] in "وفبلكس" for cut in cuts)
    assert len(cuts) > 20
