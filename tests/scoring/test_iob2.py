from scoring_articles import AIRCRAFT, DATE, FORCES, NUMBER, TOWN, article

from waqai.audit import Audit
from waqai.scoring import score_articles
from waqai.scoring.iob2 import iob2_tags

PROCLITICS = "وبدمشق قتل ولد"


def test_tags_of_the_outermost_layer() -> None:
    audit = Audit()
    tags = iob2_tags(article([("ORG", FORCES), ("WEAPON", AIRCRAFT), ("DATE", DATE)]), audit, "g")
    assert tags == ["O", "B-WEAPON", "I-WEAPON", "I-WEAPON", "O", "O", "B-DATE", "O", "O", "O", "O"]
    assert audit.to_dict() == {}


def test_a_span_after_a_proclitic_is_put_on_its_word() -> None:
    audit = Audit()
    assert iob2_tags(article([("GPE", (2, 6))], text=PROCLITICS), audit, "g") == ["B-GPE", "O", "O"]
    assert audit.to_dict() == {"g.after_proclitic": 1}


def test_what_tags_cannot_say_is_counted() -> None:
    audit = Audit()
    spans = [("GPE", (3, 6)), ("ORG", (7, 9)), ("PER", (8, 14)), ("LOC", (6, 7))]
    assert iob2_tags(article(spans, text=PROCLITICS), audit, "g") == ["B-GPE", "B-PER", "I-PER"]
    # GPE begins inside a word, after letters that are no proclitic; PER too, and ORG shares its word; LOC is a space.
    assert audit.to_dict() == {"g.starts_inside_word": 2, "g.word_taken": 1, "g.no_word": 1}


def test_seqeval_is_strict_and_blind_to_nesting() -> None:
    gold = article([("WEAPON", AIRCRAFT), ("ORG", FORCES), ("GPE", TOWN), ("NUM", NUMBER)])
    predicted = article([("WEAPON", AIRCRAFT), ("GPE", (27, 31)), ("DATE", NUMBER)])
    report = score_articles([gold], [predicted], resamples=0)
    assert report.seqeval["micro"].to_dict() == {"precision": 1 / 3, "recall": 1 / 3, "f1": 1 / 3, "support": 3}
    assert report.seqeval["WEAPON"].f1 == 1.0
    assert report.seqeval["GPE"].support == 1
    assert report.metrics["entities"].micro.recall == 0.25


def test_no_entities_no_seqeval_score() -> None:
    assert score_articles([article([])], [article([])], resamples=0).seqeval == {}
