import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest

from waqai.commands import data
from waqai.data.authoring import authoring_row
from waqai.data.standoff import read_annotated, write_annotated
from waqai.errors import InputError, OutputError
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention


@pytest.fixture
def go(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    parser = argparse.ArgumentParser()
    data.add_arguments(parser)
    return lambda *argv: data.run(parser.parse_args(argv))


TEXT = "أعلنت وزارة الداخلية أمس وصول ثلاثة وفود إلى دمشق في الصباح"


def make(article_id="a", surface="دمشق", kind="GPE", text=TEXT):
    start = text.index(surface)
    entity = EntityMention(id="e1", type=kind, start=start, end=start + len(surface), text=surface)
    return AnnotatedArticle(id=article_id, text=text, entities=(entity,))


@pytest.fixture
def article():
    event = EventMention(
        id="v1",
        type="MEET",
        factuality="FUTURE",
        start=25,
        end=29,
        text="وصول",
        arguments=(ArgumentMention(role="LOCATION", entity="e1"),),
    )
    return replace(make(), events=(event,))


def test_check_is_silent_about_what_is_sound(go, capsys):
    write_annotated([make()], "x.jsonl")
    assert go("check", "x.jsonl") == 0
    assert capsys.readouterr().out == "1 articles: 0 errors, 0 warnings, 0 notes\n"


def test_check_reports_errors_with_their_line(go, capsys):
    write_annotated([make(), make("b", surface="دمش", text="في دمشق")], "x.jsonl")
    assert go("check", "x.jsonl") == 1
    out = capsys.readouterr().out
    assert "x.jsonl, line 2 [b] error: e1 GPE 'دمش' ends inside the word 'دمشق'" in out
    assert "span.ends_in_word" in out
    assert out.endswith("2 articles: 1 errors, 0 warnings, 0 notes\n")


def test_check_reports_bad_rows(go, capsys):
    Path("x.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    assert go("check", "x.jsonl") == 1
    assert "`text` must be a string, but is None" in capsys.readouterr().out


def test_check_compares_the_files_with_each_other(go, capsys):
    write_annotated([make()], "x.jsonl")
    write_annotated([make(), make("b", text=TEXT + " ثم"), make("c", kind="NUM", text="في دمشق")], "y.jsonl")
    assert go("check", "x.jsonl", "y.jsonl") == 0
    out = capsys.readouterr().out
    assert "[a] warning: the id is used 2 times" in out
    assert "[b] warning: shares 100% of its 5-grams with a, such as 'اعلنت وزاره الداخليه امس وصول'" in out
    assert "note:" not in out
    go("check", "x.jsonl", "y.jsonl", "--notes", "--overlap", "1.1")
    out = capsys.readouterr().out
    assert "[c] note: e1 NUM 'دمشق' fills no role" in out
    assert "shares" not in out


def test_check_reads_the_authoring_form(go, capsys):
    row = authoring_row(make()) | {"style": "x", "of": [["e1", "e9"]]}
    Path("x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert go("check", "x.jsonl") == 1
    assert "x.jsonl, line 1 [a] error: OF e1 → e9 names 'e9'" in capsys.readouterr().out


def test_stats_prints_tables_and_draws(go, capsys, article, tmp_path):
    pytest.importorskip("matplotlib")
    write_annotated([article, make("b")], "x.jsonl")
    assert go("stats", "x.jsonl", "--plots", "plots") == 0
    out = capsys.readouterr().out
    assert "│ articles                                  │ 2 " in out
    assert "│ LOCATION │     1 │ 100.0% │" in out
    assert "wrote plots/events.png" in out
    assert (tmp_path / "plots" / "events.png").exists()


def test_stats_needs_sound_rows(go):
    Path("x.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.jsonl, line 1"):
        go("stats", "x.jsonl")


def test_convert_says_what_is_lost(go, capsys, article):
    write_annotated([replace(article, source="وكالة")], "x.jsonl")
    assert go("convert", "x.jsonl", "out", "--to", "brat") == 0
    out = capsys.readouterr().out
    assert "wrote 1 articles to out" in out
    assert "│ brat.source_dropped │     1 │" in out
    assert go("convert", "out", "back.jsonl", "--from", "brat", "--to", "standoff") == 0
    (back,) = read_annotated("back.jsonl")
    assert (back.text, [entity.span for entity in back.entities]) == (article.text, [e.span for e in article.entities])
    assert (back.events[0].factuality, back.events[0].arguments[0].role) == ("FUTURE", "LOCATION")


def test_convert_to_label_studio_writes_the_configuration(go, tmp_path, article):
    write_annotated([article], "x.jsonl")
    assert go("convert", "x.jsonl", "p.json", "--to", "label-studio") == 0
    assert (tmp_path / "p.config.xml").read_text(encoding="utf-8").startswith("<View>")


def test_convert_replaces_nothing_unless_told(go, article):
    write_annotated([article], "x.jsonl")
    with pytest.raises(OutputError, match="add --overwrite"):
        go("convert", "x.jsonl", "x.jsonl", "--to", "doccano")
    assert go("convert", "x.jsonl", "x.jsonl", "--to", "doccano", "--overwrite") == 0


def test_convert_fails_when_rows_are_lost(go, capsys, article):
    Path("x.jsonl").write_text(json.dumps(article.to_dict()) + "\n{\n", encoding="utf-8")
    assert go("convert", "x.jsonl", "y.jsonl", "--to", "authoring") == 1
    out = capsys.readouterr().out
    assert "x.jsonl, line 2" in out
    assert "wrote 1 articles" in out
