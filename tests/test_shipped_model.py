"""The checkpoint that the project ships is whole, small enough, and finds events in the samples."""

from pathlib import Path

from waqai import EventExtractor
from waqai.audit import Audit
from waqai.cards import model_card
from waqai.data.articles import read_articles
from waqai.data.labels import Task
from waqai.ontology import load_ontology

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "waqai-compact"


def test_it_finds_events_in_the_samples():
    extractor = EventExtractor.from_pretrained(MODEL, device="cpu", dtype="fp32")
    articles = list(extractor.extract(list(read_articles([ROOT / "data" / "samples"], audit=Audit()))))
    assert all(len(article.events) >= 3 and len(article.tuples) >= 3 for article in articles)
    assert all(article.coverage == 1.0 for article in articles)
    for article in articles:
        for mention in (*article.entities, *article.events):
            assert article.text[mention.start : mention.end] == mention.text


def test_it_is_of_the_shipped_ontology():
    config = EventExtractor.from_pretrained(MODEL, device="cpu").model.config
    ontology = load_ontology(None)
    assert config.ontology_fingerprint == ontology.fingerprint
    assert config.task_shape() == Task.of(ontology, config.task_shape().span_width)


def test_sizes():
    sizes = [path.stat().st_size for path in MODEL.glob("*.safetensors")]
    assert max(sizes) <= 16e6
    assert sum(sizes) <= 40e6


def test_its_card_is_made_from_its_files():
    assert (MODEL / "README.md").read_text(encoding="utf-8") == model_card(MODEL, "models/waqai-compact")
