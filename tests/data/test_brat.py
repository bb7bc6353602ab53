import re
from dataclasses import replace

import pytest

from waqai.audit import Audit
from waqai.data.brat import brat_config, read_brat, write_brat
from waqai.errors import InputError
from waqai.ontology import load_ontology


def put(folder, text, ann, name="a"):
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(ann.encode())


def test_an_article_goes_there_and_back(tmp_path, article, same):
    audit = Audit()
    write_brat([article], tmp_path, audit=audit)
    (back,) = read_brat(tmp_path, audit=audit)
    assert same(back, article)
    assert back.id == article.id
    assert audit.to_dict() == {}


def test_the_written_lines(tmp_path, article):
    write_brat([article], tmp_path, audit=Audit())
    assert (tmp_path / "a-1.ann").read_text(encoding="utf-8").split("\n") == [
        "T1\tNUM 10 11\t٣",
        "T2\tGROUP 12 16\tجنود",
        "T3\tGPE 19 23\tدمشق",
        "T4\tORG 36 48\tروسيا المطار",
        "T5\tGPE 36 41\tروسيا",
        "T6\tKILL 3 9\tقُتِلَ",
        "T7\tSHELLING 31 35;36 41\tتقصف روسيا",
        "E1\tKILL:T6 TARGET:T2 TARGET2:T4 LOCATION:T3",
        "A1\tFactuality E1 ACTUAL",
        "E2\tSHELLING:T7",
        "A2\tFactuality E2 NEGATED",
        "R1\tOF Arg1:T1 Arg2:T2",
        "R2\tCAUSE Arg1:E2 Arg2:E1",
        "",
    ]
    assert (tmp_path / "a-1.txt").read_bytes() == article.text.encode()


def test_what_brat_cannot_hold_is_counted(tmp_path, rich, article):
    audit = Audit()
    odd = replace(article, id="../x y", entities=(), events=(), relations=(), text="نص \ud800")
    write_brat([rich, replace(article, id="A-1"), odd], tmp_path, audit=audit)
    assert audit.to_dict() == {
        "brat.id_changed": 2,
        "brat.score_dropped": 1,
        "brat.value_dropped": 1,
        "brat.model_dropped": 1,
        "brat.date_dropped": 1,
        "brat.source_dropped": 1,
        "brat.meta_dropped": 1,
        "brat.surrogate_replaced": 1,
    }
    assert sorted(a.id for a in read_brat(tmp_path, audit=audit)) == ["A-1_", "_x_y", "a-1"]


def test_what_other_tools_write_is_read_or_counted(tmp_path):
    (tmp_path / "sub").mkdir()
    ann = (
        "T1\tGPE 6 10\tدمشق\r\nT2\tKILL 1 4\tقتل\nT3\tPER 1 4;6 10\tقتل دمشق\nT4\tPER 1 3\tلا شيء\n"
        "E1\tKILL:T2 LOCATION:T1 CAUSE:E2\nE2\tKILL:T4\nA1\tNegation E1\nM1\tFactuality E1 NEGATED\n"
        "#1\tAnnotatorNotes T1\tنعم\nN1\tReference T1 Wiki:1\n*\tAlias T1 T3\nR1\tOF Arg1:T1 Arg2:T9\t\n\n"
    )
    put(tmp_path / "sub", "\ufeffقتل بدمشق", ann)
    audit = Audit()
    (article,) = read_brat(tmp_path, audit=audit)
    assert (article.id, article.text) == ("sub/a", "قتل بدمشق")
    assert [(e.type, e.text) for e in article.entities] == [("GPE", "دمشق"), ("PER", "قتل بدمشق")]
    assert [(v.type, v.text, v.factuality, v.arguments[0].role) for v in article.events] == [
        ("KILL", "قتل", "NEGATED", "LOCATION")
    ]
    assert audit.to_dict() == {
        "brat.mark_joined": 1,
        "brat.mark_lost": 1,
        "brat.event_without_trigger": 1,
        "brat.link_dangling": 2,
        "brat.attribute_dropped": 1,
        "brat.note_dropped": 1,
        "brat.norm_dropped": 1,
        "brat.equiv_dropped": 1,
    }


def test_a_text_without_annotation_is_an_article(tmp_path):
    (tmp_path / "b.txt").write_text("نص", encoding="utf-8")
    (article,) = read_brat(tmp_path, audit=Audit())
    assert (article.id, article.text, article.entities) == ("b", "نص", ())


@pytest.mark.parametrize(
    "line", ["T1 GPE 0 1 x", "T1\tGPE 0\tx", "E1\t", "E1\tKILL", "R1\tOF Arg1:T1", "R1\tOF T1 T2", "X1\tno"]
)
def test_a_line_that_is_none_of_brats_is_an_error(tmp_path, line):
    put(tmp_path, "نص", f"\n{line}\n")
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / 'a.ann'}, line 2")):
        read_brat(tmp_path, audit=Audit())


def test_a_folder_must_hold_texts_in_utf8(tmp_path):
    with pytest.raises(InputError, match="holds no"):
        read_brat(tmp_path, audit=Audit())
    (tmp_path / "a.txt").write_bytes(b"\xe3\xd5")
    with pytest.raises(InputError, match="must be UTF-8"):
        read_brat(tmp_path, audit=Audit())


def test_the_configuration_names_every_type():
    ontology = load_ontology()
    config = brat_config(ontology)
    sections = dict(re.findall(r"\[(\w+)\]\n(.*?)(?=\n\n|\n\Z)", config, flags=re.DOTALL))
    assert sections["entities"].split("\n") == list(ontology.entity_names)
    assert [line.split("\t")[0] for line in sections["events"].split("\n")] == list(ontology.event_names)
    assert "TIME*:DATE" in sections["events"]
    assert sections["relations"].startswith("OF\tArg1:NUM, Arg2:")
    assert sections["attributes"] == "Factuality\tArg:<EVENT>, Value:ACTUAL|NEGATED|FUTURE|HYPOTHETICAL"


def test_real_gold_goes_there_and_back(tmp_path, real_gold, same):
    audit = Audit()
    write_brat(real_gold, tmp_path, audit=audit)
    back = {article.id: article for article in read_brat(tmp_path, audit=audit)}
    assert all(same(back[article.id], article) for article in real_gold)
    assert set(audit.to_dict()) == {"brat.date_dropped", "brat.source_dropped"}
