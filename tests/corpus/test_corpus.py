"""Checks the shipped corpus `data/`: its annotation, its splits, its coverage, and that `datasets` reads it."""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from datasets import load_dataset

from waqai.data.authoring import read_authoring, write_authoring
from waqai.data.checks import check_article, check_corpus
from waqai.data.duplicates import find_near_duplicates
from waqai.data.standoff import read_annotated
from waqai.data.statistics import corpus_statistics
from waqai.ontology import load_ontology
from waqai.scoring import agreement

DATA = Path(__file__).parents[2] / "data"
SPLITS = ("train", "validation", "test")
TEST_STYLES = {"yemeni", "local-radio"}
LIKE_PARTICLES = {"وال", "كالوغا", "وجدة", "باليرمو"}
"""Names whose first letters look like a particle: a news agency and three towns."""


@pytest.fixture(scope="module")
def splits():
    return {split: read_annotated(DATA / f"{split}.jsonl") for split in SPLITS}


@pytest.fixture(scope="module")
def articles(splits):
    return [article for part in splits.values() for article in part]


@pytest.fixture(scope="module")
def statistics(articles):
    return corpus_statistics(articles)


def test_nothing_is_wrong_with_the_annotation(articles):
    ontology = load_ontology()
    findings = [finding for article in articles for finding in check_article(article, ontology)]
    findings += check_corpus(articles)
    assert [
        str(finding)
        for finding in findings
        if finding.level != "note"
        and not (finding.code == "span.particle_kept" and any(name in finding.message for name in LIKE_PARTICLES))
    ] == []


def test_ids_are_unique_and_of_the_corpus(articles):
    ids = Counter(article.id for article in articles)
    assert [name for name, times in ids.items() if times > 1 or not re.fullmatch(r"wq-[a-z]-\d{3}", name)] == []


def test_snippets_have_a_day_a_style_and_nothing_else(articles):
    for article in articles:
        assert 2012 <= dt.date.fromisoformat(article.date or "").year <= 2026
        assert set(article.meta) == {"style"}


def test_a_snippet_stands_where_its_style_and_id_put_it(splits):
    for split, part in splits.items():
        for article in part:
            share = int(hashlib.sha256(article.id.encode()).hexdigest(), 16) % 100
            if article.meta["style"] in TEST_STYLES or share < 5:
                expected = "test"
            else:
                expected = "validation" if share < 15 else "train"
            assert split == expected, article.id


def test_no_two_snippets_share_their_wording(articles):
    found = find_near_duplicates([article.text for article in articles], threshold=0.1)
    assert [(articles[pair.first].id, articles[pair.second].id, pair.example) for pair in found] == []


def test_coverage_is_what_the_card_says(statistics):
    ontology = load_ontology()
    assert statistics.articles >= 808
    assert statistics.words >= 56_900
    assert {name: statistics.events[name] for name in ontology.event_names if statistics.events[name] < 110} == {}
    assert {name: statistics.roles[name] for name in ontology.role_names if statistics.roles[name] < 350} == {}
    assert {n: statistics.factualities[n] for n in ontology.factualities if statistics.factualities[n] < 480} == {}
    assert statistics.entities.keys() == set(ontology.entity_names)
    assert statistics.with_many_counts >= 290
    assert statistics.without_events >= 119
    assert len(statistics.styles) == 12
    assert min(statistics.styles.values()) >= 57
    assert 40 <= min(statistics.article_words) <= max(statistics.article_words) <= 112


def test_the_card_gives_the_counts(statistics):
    card = (DATA / "README.md").read_text(encoding="utf-8")
    flat = " ".join(card.split())
    for name, count in statistics.events.items():
        assert f"{name} {count} " in flat, name
    for counts in (statistics.entities, statistics.roles, statistics.factualities, statistics.relations):
        for name, count in counts.items():
            assert f"{name} {count:,}" in flat, name
    for name, count in statistics.styles.items():
        assert f"{name} {count}" in flat, name
    assert f"{statistics.articles} short news texts" in flat
    assert f"{statistics.words:,} words" in flat


def test_datasets_reads_the_folder_without_code_and_without_the_samples(tmp_path, splits):
    data = load_dataset(str(DATA), cache_dir=str(tmp_path))
    assert list(data) == list(SPLITS)
    for split, part in splits.items():
        assert data[split].to_list() == [article.to_dict() for article in part]


def test_parquet_holds_the_same_rows(tmp_path, splits):
    files = {split: str(DATA / "parquet" / f"{split}.parquet") for split in SPLITS}
    data = load_dataset("parquet", data_files=files, cache_dir=str(tmp_path))
    for split in SPLITS:
        lines = (DATA / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
        assert data[split].to_list() == [json.loads(line) for line in lines]
    assert data["train"].features["date"].dtype == "string"


def test_the_authoring_form_holds_all_of_it(tmp_path, splits):
    write_authoring(splits["validation"], tmp_path / "validation.jsonl")
    again, findings = read_authoring(tmp_path / "validation.jsonl")
    assert again == splits["validation"]
    assert {finding.level for finding in findings} <= {"note"}


def test_the_agreement_is_that_of_the_card(articles):
    first, second = (read_annotated(DATA / "agreement" / f"{name}.jsonl") for name in ("first", "second"))
    report = agreement(first, second, resamples=0)
    assert len(first) == 120
    assert {article.id: article.text for article in first}.items() <= {a.id: a.text for a in articles}.items()
    figures = {name: round(100 * report.metrics[name].micro.f1, 1) for name in ("entities", "triggers", "arguments")}
    assert figures == {"entities": 92.7, "triggers": 87.2, "arguments": 79.7}
    assert round(report.factuality.kappa, 3) == 0.932
