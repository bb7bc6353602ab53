import re
from pathlib import Path

import pytest

from waqai.audit import Audit
from waqai.data.conll import read_conll, write_conll
from waqai.data.standoff import read_annotated
from waqai.errors import InputError
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture
def read(tmp_path):
    def go(content, audit=None):
        path = tmp_path / "in.conll"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_conll(path, audit=audit or Audit())

    return go


def spans(article):
    return [(e.type, article.text[e.start : e.end]) for e in (*article.entities, *article.events)]


@pytest.mark.parametrize("separator", ["\t", " ", "   "])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_words_are_joined_by_one_space(read, separator, line_end):
    lines = ["محمد B-PER", "علي I-PER", "في O", "دمشق B-LOC", "", "", "نص O", ""]
    first, second = read("\ufeff" + line_end.join(line.replace(" ", separator) for line in lines))
    assert first.text == "محمد علي في دمشق"
    assert spans(first) == [("PER", "محمد علي"), ("LOC", "دمشق")]
    assert (first.id, second.id, second.text) == ("in.conll:1", "in.conll:7", "نص")


def test_documents_and_comments(read):
    head = "-DOCSTART- -X- O O\n\n# id = a1\n# date = 2020-01-02\n# source = وكالة\n# note\tO\n"
    (article, other) = read(f"{head}نص O\n\nآخر B-X\n\n-DOCSTART- O\n\n# O\n= O\n")
    assert (article.id, article.date, article.source) == ("a1", "2020-01-02", "وكالة")
    assert article.text == "# note نص\nآخر"
    assert other.text == "# ="


@pytest.mark.parametrize(
    ("tags", "found", "repaired"),
    [
        ("B-P I-P B-P", ["0 1", "2"], 0),
        ("I-P I-P O", ["0 1"], 1),
        ("I-P I-L I-L", ["0", "1 2"], 2),
        ("B-P I-L O", ["0", "1"], 1),
        ("B-P E-P S-P", ["0 1", "2"], 0),
        ("B-P L-P U-P", ["0 1", "2"], 0),
        ("E-P E-P O", ["0", "1"], 2),
        ("B-P O I-P", ["0", "2"], 1),
    ],
)
def test_schemes_of_tags(read, tags, found, repaired):
    audit = Audit()
    (article,) = read("".join(f"{i} {tag}\n" for i, tag in enumerate(tags.split())), audit)
    assert [text for _, text in spans(article)] == found
    assert audit["conll.tag_repaired"] == repaired


def test_nested_columns_and_columns_that_are_no_tags(read):
    audit = Audit()
    content = "وزارة NN B-ORG O\nالدفاع NN I-ORG O\nالروسية JJ I-ORG B-GPE\n"
    (article,) = read(content, audit)
    assert spans(article) == [("ORG", "وزارة الدفاع الروسية"), ("GPE", "الروسية")]
    assert audit.to_dict() == {"conll.column_ignored": 1}


def test_a_word_may_hold_any_mark_and_a_tab_parts_words_with_spaces(read):
    (article,) = read("قُتِلَ\u200f\tO\nأبو علي\tB-PER\nﷺ\tO\n٣\u2028\tB-NUM\n")
    assert article.text == "قُتِلَ\u200f أبو علي ﷺ ٣\u2028"
    assert spans(article) == [("PER", "أبو علي"), ("NUM", "٣\u2028")]


def test_the_text_of_a_comment_is_used_where_the_words_are_in_it(read):
    (article,) = read("# text = قال:  «نعم»\nقال O\n: O\n« O\nنعم B-X\n» O\n")
    assert article.text == "قال:  «نعم»"
    assert spans(article) == [("X", "نعم")]


@pytest.mark.parametrize("comment", ["text = شيء آخر", "text_json = [", "text = نص وزيادة"])
def test_a_text_that_does_not_fit_is_counted(read, comment):
    audit = Audit()
    (article,) = read(f"# {comment}\nنص B-X\n", audit)
    assert article.text == "نص"
    assert audit.to_dict() == {"conll.text_mismatch": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("نص O\nنص\n", "line 2"),
        ("نص O\nنص B\n", "`column 2` must be a tag, but is 'B'"),
        ("نص\n", "must be of 2 columns with tags"),
        ("نص O\n\tO\n", "must be of 2 columns"),
        ("نص O O\nنص O\n", "must be of 3 columns"),
        (b"\xe3\xd5 O\n", "must be UTF-8"),
    ],
)
def test_a_bad_line_is_an_error_with_its_place(read, content, said):
    with pytest.raises(InputError, match=re.escape(said)):
        read(content)


def mention(text, mention_id, kind, surface):
    start = text.index(surface)
    return EntityMention(id=mention_id, type=kind, start=start, end=start + len(surface), text=surface)


TEXT = "\u200fقُتِلَ ٣٤ من جنود\r\nوزارة  الدفاع الروسية 😀. ثم انسحب الجيش…\ud800 ﷺ"
ARTICLE = AnnotatedArticle(
    id="a 1",
    text=TEXT,
    date="2020-01-02",
    source="وكالة",
    entities=(
        mention(TEXT, "e1", "NUM", "٣٤"),
        mention(TEXT, "e2", "GROUP", "جنود\r\nوزارة  الدفاع الروسية"),
        mention(TEXT, "e3", "ORG", "وزارة  الدفاع الروسية"),
        mention(TEXT, "e4", "GPE", "الروسية"),
        mention(TEXT, "e5", "ORG", "الجيش"),
    ),
    events=(
        EventMention(id="v1", type="KILL", factuality="ACTUAL", start=1, end=7, text="قُتِلَ"),
        EventMention(
            id="v2",
            type="WITHDRAW",
            factuality="ACTUAL",
            start=TEXT.index("انسحب"),
            end=TEXT.index(" الجيش"),
            text="انسحب",
        ),
    ),
)


def test_what_columns_can_hold_goes_there_and_back(tmp_path):
    audit = Audit()
    other = AnnotatedArticle(id="a2", text="نص")
    empty = AnnotatedArticle(id="a3", text="\n\u200f")
    write_conll([ARTICLE, other, empty], tmp_path / "x.conll.xz", audit=audit)
    assert read_conll(tmp_path / "x.conll.xz", audit=audit) == (ARTICLE, other)
    assert audit.to_dict() == {
        "conll.article_without_words": 1,
        "conll.factuality_dropped": 2,
        "conll.factuality_assumed": 2,
    }


def test_what_columns_cannot_hold_is_counted(tmp_path):
    text = "قصف وبدمشق وزارة الدفاع الروسية \u200f"
    argument = ArgumentMention(role="LOCATION", entity="e1")
    article = AnnotatedArticle(
        id="a",
        text=text,
        entities=(
            mention(text, "e1", "GPE", "دمشق"),
            mention(text, "e2", "ORG", "وزارة الدفاع"),
            mention(text, "e3", "GPE", "الدفاع الروسية"),
            mention(text, "e4", "GPE", "\u200f"),
        ),
        events=(
            EventMention(
                id="v1", type="SHELLING", factuality="FUTURE", start=0, end=3, text="قصف", arguments=(argument,)
            ),
        ),
        relations=(RelationMention(type="OF", head="e1", tail="e2"),),
        meta={"style": "x"},
    )
    audit = Audit()
    write_conll([article], tmp_path / "x.conll", audit=audit)
    assert audit.to_dict() == {
        "conll.span_widened": 1,
        "conll.span_without_word": 1,
        "conll.span_crosses": 1,
        "conll.argument_dropped": 1,
        "conll.relation_dropped": 1,
        "conll.factuality_dropped": 1,
        "conll.meta_dropped": 1,
    }
    (back,) = read_conll(tmp_path / "x.conll", audit=Audit())
    assert spans(back) == [("GPE", "وبدمشق"), ("ORG", "وزارة الدفاع"), ("SHELLING", "قصف")]


def test_the_written_lines(tmp_path):
    text = "وصل علي."
    article = AnnotatedArticle(id="a", text=text, entities=(mention(text, "e1", "PER", "علي"),))
    write_conll([article], tmp_path / "x.conll", audit=Audit())
    assert (tmp_path / "x.conll").read_text(encoding="utf-8") == (
        '-DOCSTART-\tO\n\n# id = a\n# text_json = "وصل علي."\nوصل\tO\nعلي\tB-PER\n.\tO\n\n'
    )


@pytest.mark.parametrize("name", ["ner/wojood-sample-train", "ner/aqmar-train", "events/news-validation"])
def test_real_corpora_go_there_and_back(tmp_path, name):
    path = SHARED / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the shared corpora are not here")
    articles, audit = read_annotated(path), Audit()
    write_conll(articles, tmp_path / "x.conll", audit=audit)
    back = read_conll(tmp_path / "x.conll", audit=Audit())
    lost = 0
    for before, after in zip(articles, back, strict=True):
        assert (after.id, after.text) == (before.id, before.text)
        old, new = ({(m.span, m.type) for m in (*a.entities, *a.events)} for a in (before, after))
        lost += len(old - new)
    assert lost == audit["conll.span_widened"]
