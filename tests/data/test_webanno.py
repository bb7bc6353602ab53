import re
from dataclasses import replace

import pytest

from waqai.audit import Audit
from waqai.data.webanno import read_webanno, write_webanno
from waqai.errors import InputError
from waqai.records import AnnotatedArticle, EntityMention

HEAD = "#FORMAT=WebAnno TSV 3.3\n"
SPAN = "#T_SP=webanno.custom.Mention|factuality|label\n"
LINK = "#T_RL=webanno.custom.Link|label|BT_webanno.custom.Mention\n"


@pytest.fixture
def read(tmp_path):
    def go(content, audit=None):
        path = tmp_path / "in.tsv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (article,) = read_webanno(path, audit=audit or Audit())
        return article

    return go


def spans(article):
    return [(m.type, m.text) for m in (*article.entities, *article.events)]


def test_an_article_goes_there_and_back(tmp_path, article, same):
    audit = Audit()
    write_webanno([article], tmp_path, audit=audit)
    (back,) = read_webanno(tmp_path, audit=audit)
    assert same(back, article)
    assert back.id == article.id
    assert audit.to_dict() == {}


def test_the_written_file(tmp_path, article):
    write_webanno([article], tmp_path, audit=Audit())
    assert (tmp_path / "a-1.tsv").read_text(encoding="utf-8").split("\n") == [
        HEAD.strip(),
        SPAN.strip(),
        LINK.strip(),
        "",
        "",
        "#Text=😀 \u200fقُتِلَ ٣ جنود\\r",
        "#Text=",
        "1-1\t0-2\t😀\t_\t_\t_\t_\t",
        "1-2\t4-10\tقُتِلَ\tACTUAL\tKILL\tCAUSE\t2-5[3_0]\t",
        "1-3\t11-12\t٣\t*\tNUM\t_\t_\t",
        "1-4\t13-17\tجنود\t*\tGROUP\tTARGET|OF\t1-2|1-3\t",
        "",
        "#Text=بدمشق ﷺ، ولم تقصف",
        "#Text=",
        "2-1\t19-24\tبدمشق\t_\t_\t_\t_\t",
        "2-1.1\t20-24\tدمشق\t*\tGPE\tLOCATION\t1-2\t",
        "2-2\t25-26\tﷺ\t_\t_\t_\t_\t",
        "2-3\t26-27\t،\t_\t_\t_\t_\t",
        "2-4\t28-31\tولم\t_\t_\t_\t_\t",
        "2-5\t32-36\tتقصف\tNEGATED[3]\tSHELLING[3]\t_\t_\t",
        "",
        "#Text=روسيا المطار.",
        "3-1\t37-42\tروسيا\t*[1]|*[2]|NEGATED[3]\tORG[1]|GPE[2]|SHELLING[3]\tTARGET\t1-2[0_1]\t",
        "3-2\t43-49\tالمطار\t*[1]\tORG[1]\t_\t_\t",
        "3-3\t49-50\t.\t_\t_\t_\t_\t",
        "",
    ]


def test_layers_of_another_project(read):
    audit = Audit()
    content = (
        f"{HEAD}#T_SP=org.POS|PosValue\n#T_SP=org.NamedEntity|identifier|value\n#T_SP=webanno.custom.Plain\n"
        "#T_CH=org.Coref|referenceType|referenceRelation\n#T_RL=org.Dep|DependencyType|BT_org.POS\n"
        "#T_RL=org.Rel|value|BT_org.NamedEntity\r\n\r\n\r\n#Sentence.id=s1\r\n#Text=في مدينة دمشق\\tأمس\r\n"
        "1-1\t0-2\tفي\tIN\t_\t_\t_\t_\t_\tX\t1-2\t_\t_\t\r\n"
        "1-2\t3-8\tمدينة\tNN\t*[1]\tGPE[1]\t*\t_\t_\t_\t_\t_\t_\t\r\n"
        "1-3\t9-13\tدمشق\tNN\t*[1]|Q1[2]\tGPE[1]|*[2]\t_\t_\t_\t_\t_\t_\t_\t\r\n"
        "1-4\t14-17\tأمس\tNN\t*\tDATE\\_X\t_\t_\t_\t_\t_\tNEAR\t1-2[1_0]\t\r\n"
    )
    article = read(content, audit)
    assert (article.id, article.text) == ("in", "في مدينة دمشق\tأمس")
    assert spans(article) == [("GPE", "مدينة دمشق"), ("DATE_X", "أمس")]
    (relation,) = article.relations
    assert (relation.type, relation.head, relation.tail) == ("NEAR", article.entities[0].id, article.entities[1].id)
    assert audit.to_dict() == {"webanno.layer_dropped": 4, "webanno.mark_without_label": 1}


def test_text_between_sentences_becomes_spaces(read):
    article = read(
        f"{HEAD}{SPAN}\n\n#Text=نص\n1-1\t2-4\tنص\t*\tX\t\n\n#Text=😀\n2-1\t5-7\t😀\t*\tY\t\n#Text=آخر\n3-1\t8-11\tآخر\t*\tZ\t"
    )
    assert article.text == "  نص 😀 آخر"
    assert spans(article) == [("X", "نص"), ("Y", "😀"), ("Z", "آخر")]


def test_a_mark_without_characters_is_counted(read):
    audit = Audit()
    assert spans(read(f"{HEAD}{SPAN}\n\n#Text=نص\n1-1\t0-2\tنص\t_\t_\t\n1-1.1\t1-1\t\t*\tX\t\n", audit)) == []
    assert audit.to_dict() == {"webanno.mark_lost": 1}


@pytest.mark.parametrize("char", [*"\\[]|_;*\t\n", "->", "\f", "\x01", "\x1f", "a\\tb"])
def test_reserved_characters(tmp_path, char):
    text = f"نص {char} نص"
    article = AnnotatedArticle(
        id="a", text=text, entities=(EntityMention(id="e", type=f"A{char}B", start=0, end=2, text="نص"),)
    )
    write_webanno([article], tmp_path, audit=Audit())
    (back,) = read_webanno(tmp_path, audit=Audit())
    assert (back.text, spans(back)) == (text, spans(article))


def test_what_tsv_cannot_hold_is_counted(tmp_path, rich, article):
    text = "\u200f نص \ud800"
    odd = AnnotatedArticle(
        id="../x y",
        text=text,
        entities=(
            EntityMention(id="e1", type="X", start=1, end=4, text=" نص"),
            EntityMention(id="e2", type="X", start=0, end=1, text="\u200f"),
        ),
        relations=(replace(article.relations[0], head="e1", tail="e2"),),
    )
    empty = AnnotatedArticle(id="empty", text="\n")
    audit = Audit()
    write_webanno([rich, odd, empty], tmp_path, audit=audit)
    assert audit.to_dict() == {
        "webanno.text_changed": 2,
        "webanno.score_dropped": 1,
        "webanno.value_dropped": 1,
        "webanno.model_dropped": 1,
        "webanno.date_dropped": 1,
        "webanno.source_dropped": 1,
        "webanno.meta_dropped": 1,
        "webanno.id_changed": 1,
        "webanno.surrogate_replaced": 1,
        "webanno.span_trimmed": 1,
        "webanno.span_without_word": 1,
        "webanno.link_dropped": 1,
    }
    back = {a.id: a for a in read_webanno(tmp_path, audit=Audit())}
    assert back["_x_y"].text == "  نص \ufffd"
    assert spans(back["_x_y"]) == [("X", "نص")]
    assert back["empty"].text == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1-1\t0-1\tx\n", "must begin with '#FORMAT=WebAnno TSV 3'"),
        (b"#FORMAT=WebAnno TSV 3.3\n\n\n#Text=\xe3", "must be UTF-8"),
        (f"{HEAD}{SPAN}\n\n#Text=نص\n1-1\t0-2\tنص\n", "line 6"),
        (f"{HEAD}{SPAN}\n\n#Text=نص\n1-1\tx\tنص\t_\t_\n", "line 6"),
        (f"{HEAD}{SPAN}\n\n#Text=نص\n1-1\t0-2\tنص\t*\tA|B\n", "line 6"),
        (f"{HEAD}{SPAN}\n\n#Text=نص\n1-1\t0-2\tنص\t_\t_\n#Text=نص\n2-1\t1-3\tنص\t_\t_\n", "begins at 1, before"),
    ],
)
def test_a_file_of_another_form_is_an_error(read, content, said):
    with pytest.raises(InputError, match=re.escape(said)):
        read(content)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(InputError, match="holds none"):
        read_webanno(tmp_path, audit=Audit())


def test_real_gold_goes_there_and_back(tmp_path, real_gold, same):
    audit = Audit()
    write_webanno(real_gold, tmp_path, audit=audit)
    back = {article.id: article for article in read_webanno(tmp_path, audit=audit)}
    assert all(same(back[article.id], article) for article in real_gold)
    assert set(audit.to_dict()) == {"webanno.date_dropped", "webanno.source_dropped"}
