import gzip
import io
import json
import lzma
import random
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from waqai.audit import Audit
from waqai.data import rows
from waqai.data.articles import BadArticle, Columns, read_articles
from waqai.errors import InputError
from waqai.records import Article

GOOD = '{"id": "a", "text": "وصل الوفد"}'


def read(*inputs, columns=None, audit=None):
    return list(read_articles(inputs, columns=columns, audit=audit or Audit()))


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return path

    return write


def test_json_lines_give_every_field(put):
    path = put("in.jsonl", '{"id": "a1", "text": "نص", "date": "2017-08-22T10:00:00Z", "source": "وكالة"}\n\n' + GOOD)
    assert read(path) == [
        Article(id="a1", text="نص", date="2017-08-22", source="وكالة"),
        Article(id="a", text="وصل الوفد"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{oops", "`line` must be a JSON object, but is '{oops'"),
        ("[1]", "`line` must be a JSON object, but is [1]"),
        ('{"id": "b"}', "`text` must be the article's text, but is None"),
        ('{"text": 3}', "`text` must be a string, but is 3"),
        ('{"text": " \\n"}', "`text` must be a text with words, but is ' \\n'"),
        ('{"id": 1.5, "text": "نص"}', "`id` must be a string or an integer, but is 1.5"),
        ('{"id": true, "text": "نص"}', "`id` must be a string or an integer, but is True"),
        (b'{"text": "\xe3\xd5\xd1"}', "must be UTF-8, but holds the bytes e3 d5 d1 22 at byte 10"),
        (b'{"te\x00xt": "a"}', "must be text, but holds binary bytes"),
        ("[" * 100_000, "`line` must be a JSON object"),
    ],
)
def test_a_bad_line_is_reported_with_its_place_and_the_run_goes_on(put, line, said):
    data = line if isinstance(line, bytes) else line.encode()
    path = put("in.jsonl", data + b"\n" + GOOD.encode())
    bad, good = read(path)
    assert isinstance(bad, BadArticle)
    assert bad.where == f"{path}, line 1"
    assert said in bad.error
    assert f"{path}, line 1" in bad.error
    assert bad.id == ("b" if '"b"' in str(line) else "in.jsonl:1")
    assert good == Article(id="a", text="وصل الوفد")


def test_ids_become_unique_strings(put):
    lines = ['{"id": 7, "text": "ا"}', '{"id": "7", "text": "ب"}', '{"id": "7#2", "text": "ت"}', '{"text": "ث"}']
    audit = Audit()
    found = read(put("in.jsonl", "\n".join([*lines, '{"id": 7}', '{"id": "", "text": "ج"}'])), audit=audit)
    assert [article.id for article in found] == ["7", "7#2", "7#2#2", "in.jsonl:4", "7#3", "in.jsonl:6"]
    assert audit["input.duplicate_id"] == 3


def test_an_id_that_was_handed_out_is_not_handed_out_again(put):
    found = read(put("in.jsonl", "\n".join(f'{{"id": "{i}", "text": "ا"}}' for i in ("x", "x#2", "x", "x"))))
    assert [article.id for article in found] == ["x", "x#2", "x#3", "x#4"]


def test_a_date_that_is_not_iso_is_left_out_and_counted(put):
    rows = [{"text": "ا", "date": value} for value in ("22/08/2017", 20170822, "", None, "2017-08-22 ", "2017-13-01")]
    audit = Audit()
    found = read(put("in.jsonl", "\n".join(map(json.dumps, rows))), audit=audit)
    assert [article.date for article in found] == [None, None, None, None, "2017-08-22", None]
    assert audit["input.bad_date"] == 3


def test_a_source_that_is_not_text_is_left_out_and_counted(put):
    audit = Audit()
    (article,) = read(put("in.jsonl", '{"text": "ا", "source": {"name": "x"}}'), audit=audit)
    assert article.source is None
    assert audit.to_dict() == {"input.bad_source": 1}


TRAPS = {
    "crlf": "سطر\r\nثان\r\n",
    "direction marks": "\u200fقال\u200e \u202bنص\u202c",
    "tatweel and diacritics": "قُتِـــلَ ثَلَاثَةٌ",
    "growing ligatures": "محمد ﷺ ﻻ ﷲ",
    "arabic-indic digits": "٣٤ و۳۴",
    "line separators": "أول\u2028ثان\u0085ثالث\x0bرابع\x0c",
    "decomposed": "ا\u0653ن",
    "astral": "😀 نص 𞸀",
    "inner bom": "نص\ufeff آخر",
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS.keys())
@pytest.mark.parametrize("kind", ["jsonl", "escaped.jsonl", "txt", "csv", "parquet"])
def test_the_text_is_untouched(put, tmp_path, text, kind):
    match kind:
        case "jsonl" | "escaped.jsonl":
            path = put("in.jsonl", json.dumps({"text": text}, ensure_ascii="escaped" in kind))
        case "txt":
            path = put("in.txt", text)
        case "csv":
            path = put("in.csv", f'id,text\r\n1,"{text}"\r\n')
        case _:
            path = tmp_path / "in.parquet"
            pq.write_table(pa.table({"text": [text]}), path)
    assert [article.text for article in read(path)] == [text]


def test_lone_surrogates_of_json_escapes_are_kept(put):
    (article,) = read(put("in.jsonl", r'{"id": "\ud800", "text": "نص \udc41 آخر"}'))
    assert (article.id, article.text) == ("\ud800", "نص \udc41 آخر")


@pytest.mark.parametrize(("name", "content"), [("a.jsonl", '{"text": "نص"}'), ("a.txt", "نص"), ("a.csv", "text\nنص\n")])
def test_a_byte_order_mark_belongs_to_the_file(put, name, content):
    (article,) = read(put(name, b"\xef\xbb\xbf" + content.encode()))
    assert article.text == "نص"


def test_files_joined_with_their_byte_order_marks_are_read(put):
    assert [a.id for a in read(put("a.jsonl", f"\ufeff{GOOD}\n\ufeff{GOOD}\n"))] == ["a", "a#2"]


def test_a_text_file_is_one_article_named_by_its_file(put):
    assert read(put("a.txt", "سطر\nسطر")) == [Article(id="a.txt", text="سطر\nسطر")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "`text` must be a text with words"),
        (b"\xe3\xd5", "must be UTF-8"),
        (b"a\x00b", "binary"),
        ("نص".encode("utf-16"), "must be UTF-8"),
    ],
)
def test_a_bad_text_file_is_reported(put, content, said):
    (bad,) = read(put("a.txt", content))
    assert isinstance(bad, BadArticle)
    assert said in bad.error
    assert bad.id == "a.txt"


def test_csv_columns_are_named(put):
    path = put("in.csv", 'key,body,day\n5,"سطر, وآخر ""مقتبس""\nثان",2020-01-02\n,نص,\n')
    found = read(path, columns=Columns(text="body", id="key", date="day"))
    assert found == [
        Article(id="5", text='سطر, وآخر "مقتبس"\nثان', date="2020-01-02"),
        Article(id="in.csv:4", text="نص"),
    ]


def test_a_bad_csv_row_is_reported_and_the_next_one_read(put):
    path = put("in.csv", b'id,text\n1,a,b\n2,\xe3\xd5\n3\n4,"x"y\n5,ok\n')
    *bad, good = read(path)
    assert [row.where for row in bad] == [f"{path}, line {n}" for n in (2, 3, 4, 5)]
    assert "must have 2 values, but has 3" in bad[0].error
    assert "must be UTF-8" in bad[1].error
    assert "must have 2 values, but has 1" in bad[2].error
    assert "Quote the text" in bad[3].error
    assert good == Article(id="5", text="ok")


def test_a_text_cut_by_an_unquoted_line_break_is_not_taken_for_an_article(put):
    found = read(put("in.csv", "id,text,date\n1,قتل خمسة مدنيين\nفي غارة على إدلب أمس,2019-07-16\n\n2,نص,\n"))
    assert [type(article) for article in found] == [BadArticle, BadArticle, Article]
    assert [article.id for article in found] == ["in.csv:2", "in.csv:3", "2"]


def test_a_csv_field_may_be_longer_than_the_modules_default(put):
    (article,) = read(put("in.csv", "text\n" + "ن" * 200_000 + "\n"))
    assert len(article.text) == 200_000


@pytest.mark.parametrize("columns", [Columns(text="body"), Columns(date="when")])
def test_a_missing_column_fails_before_anything_is_read(put, tmp_path, columns):
    pq.write_table(pa.table({"text": ["نص"]}), tmp_path / "a.parquet")
    for path in (put("a.csv", "id,text\n"), tmp_path / "a.parquet"):
        with pytest.raises(InputError, match=r"`columns` must be such that '(body|when)'"):
            read_articles([path], columns=columns, audit=Audit())


@pytest.mark.parametrize(
    "columns", [Columns(text="body"), Columns(date="when"), Columns(id="key"), Columns(source="by")]
)
def test_a_field_that_no_json_line_has_fails_before_anything_is_read(put, columns):
    paths = put("a.jsonl", GOOD), put("b.jsonl", f"no\n{GOOD}")
    with pytest.raises(InputError, match=r"`columns` must be such that '(body|when|key|by)' is in a line, but is .*id"):
        read_articles(paths, columns=columns, audit=Audit())


def test_a_field_that_only_some_lines_have_is_counted_where_it_is_missing(put):
    audit = Audit()
    path = put("a.jsonl", '{"body": "ا"}\n{"body": "ب", "day": "2020-01-02"}\n{"body": "ت", "day": null}\n')
    found = read(path, put("b.jsonl", '{"body": "ث"}'), columns=Columns(text="body", date="day"), audit=audit)
    assert [article.date for article in found] == [None, "2020-01-02", None, None]
    assert audit.to_dict() == {"input.missing_date": 2}


def test_a_field_that_standard_input_lacks_is_counted(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    audit = Audit()
    assert read("-", columns=Columns(source="by"), audit=audit) == [Article(id="a", text="وصل الوفد")]
    assert audit.to_dict() == {"input.missing_source": 1}


@pytest.mark.parametrize("content", ["", "no", "{}"])
def test_lines_without_any_field_are_left_to_the_reading(put, content):
    (bad,) = read(put("a.jsonl", content), columns=Columns(date="when"))
    assert isinstance(bad, BadArticle)


def test_parquet_values_of_every_kind(tmp_path):
    path = tmp_path / "in.parquet"
    texts = pa.array(["نص", None, "آخر"]).dictionary_encode()
    table = pa.table({"id": [1, 2, 3], "text": texts, "date": [date(2020, 1, 2), None, None], "other": [0, 0, 0]})
    pq.write_table(table, path)
    first, bad, last = read(path)
    assert first == Article(id="1", text="نص", date="2020-01-02")
    assert (bad.id, bad.where) == ("2", f"{path}, row 2")
    assert last == Article(id="3", text="آخر")


def test_a_parquet_string_that_is_not_utf8_spoils_no_other(tmp_path):
    path = tmp_path / "in.parquet"
    data = pa.array([b"ok", b"\xe3\xd5"], pa.binary())
    pq.write_table(pa.table({"text": pa.Array.from_buffers(pa.string(), 2, data.buffers())}), path)
    good, bad = read(path)
    assert good == Article(id="in.parquet:1", text="ok")
    assert "must be UTF-8" in bad.error


@pytest.mark.parametrize(("suffix", "compress"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_compressed_lines_are_read_and_damage_is_reported(put, suffix, compress):
    packed = compress((GOOD + "\n").encode() * 3)
    assert len(read(put(f"a.jsonl.{suffix}", packed))) == 3
    cut = read(put(f"b.jsonl.{suffix}", packed[:-6]), put("c.jsonl", GOOD))
    assert "must be readable to its end" in cut[-2].error
    assert isinstance(cut[-1], Article)
    (bad,) = read(put(f"d.jsonl.{suffix}", b"no archive"))
    assert "must be readable to its end" in bad.error


def test_an_archive_of_several_streams(put):
    """A damaged header in it is reported, not taken for the end."""
    lines = "".join(json.dumps({"text": f"نص {i} {random.Random(i).random()}"}) + "\n" for i in range(5000)).encode()
    first, second = lzma.compress(lines), lzma.compress((GOOD + "\n").encode())
    found = read(put("a.jsonl.xz", first + b"\0" * 8 + second + b"\0" * 4))
    assert len(found) == 5001
    assert all(isinstance(article, Article) for article in found)
    *found, bad = read(put("b.jsonl.xz", first + bytes([second[0] ^ 1]) + second[1:]))
    assert len(found) == 5000
    assert "must be readable to its end" in bad.error


def test_a_damaged_parquet_is_reported(put):
    bad, good = read(put("a.parquet", b"PAR1 no"), put("b.jsonl", GOOD))
    assert "Check that it is what its suffix says" in bad.error
    assert isinstance(good, Article)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_empty_file_is_reported(put, name):
    (bad,) = read(put(name, ""))
    assert bad.error == f"the file must hold an article, but is empty instead ({bad.where}). Leave it out, or fill it."


def test_a_file_that_is_no_json_at_all_is_given_up(put):
    found = read(put("a.jsonl", b"\x89PNG\x00\n" * 300))
    assert len(found) == rows.GIVE_UP_AFTER + 1
    assert "No more are tried." in found[-1].error
    assert len({bad.id for bad in found}) == len(found)
    late = read(put("b.jsonl", GOOD.encode() + b"\n" + b"\x00\n" * 300))
    assert len(late) == 301


def test_a_line_beyond_the_limit_is_skipped(put, monkeypatch):
    monkeypatch.setattr("waqai.data.files.MAX_BYTES", 40)
    bad, good = read(put("a.jsonl", json.dumps({"text": "x" * 100}) + "\n" + '{"id": 1, "text": "نص"}\n'))
    assert "but has more" in bad.error
    assert good.id == "1"


def test_a_folder_is_read_in_order_and_other_files_are_counted(put, tmp_path):
    put("news/b/2.txt", "ب")
    put("news/a.jsonl", '{"text": "أ"}')
    put("news/README.md", "no article")
    put("news/.hidden.txt", "no article")
    audit = Audit()
    assert [article.id for article in read(tmp_path / "news", audit=audit)] == ["a.jsonl:1", "b/2.txt"]
    assert audit.to_dict() == {"input.unknown_suffix": 1}


def test_a_glob_is_expanded_unless_a_file_has_that_name(put, tmp_path):
    put("b.txt", "ب")
    put("a.txt", "أ")
    put("[ab].jsonl", GOOD)
    assert [article.id for article in read(f"{tmp_path}/*.txt")] == ["a.txt", "b.txt"]
    assert [article.id for article in read(f"{tmp_path}/[ab].jsonl")] == ["a"]


@pytest.mark.parametrize("pattern", ["news/*/a.jsonl", "news/**/a.jsonl", "./news/d?/a.jsonl", "{tmp}/news/*/a.jsonl"])
def test_files_of_a_glob_keep_the_names_of_the_folders_that_tell_them_apart(put, tmp_path, monkeypatch, pattern):
    monkeypatch.chdir(tmp_path)
    put("news/d2/a.jsonl", '{"text": "ب"}')
    ids = [[article.id for article in read(pattern.format(tmp=tmp_path))]]
    put("news/d1/a.jsonl", '{"text": "أ"}')
    ids += [[article.id for article in read(pattern.format(tmp=tmp_path))]]
    assert ids == [["d2/a.jsonl:1"], ["d1/a.jsonl:1", "d2/a.jsonl:1"]]


def test_standard_input_holds_json_lines(monkeypatch):
    data = io.TextIOWrapper(io.BytesIO(f"{GOOD}\nno\n".encode()))
    monkeypatch.setattr(sys, "stdin", data)
    good, bad = read("-")
    assert good == Article(id="a", text="وصل الوفد")
    assert bad.where == "standard input, line 2"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([], "nothing was named"),
        (["absent.jsonl"], "but does not exist"),
        (["*.absent"], "but matches none"),
        (["in.docx"], "must be one of .jsonl, .txt, .csv, .parquet"),
        (["empty"], "but holds none"),
        (["-", "-"], "must be named once"),
    ],
)
def test_an_input_that_cannot_be_read_fails_at_once(put, tmp_path, monkeypatch, inputs, said):
    put("in.docx", "")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said):
        read_articles(inputs, audit=Audit())


def test_an_unreadable_file_fails_at_once(put, monkeypatch):
    path = put("a.txt", "نص")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(InputError, match="must be readable"):
        read_articles([path], audit=Audit())


def test_articles_are_read_only_when_asked_for(put):
    path = put("in.jsonl", GOOD + "\n")
    articles = read_articles([path, path], audit=Audit())
    assert next(articles).id == "a"
    Path(path).write_text("")
    assert isinstance(list(articles)[-1], BadArticle)


def test_real_news_is_read():
    corpus = Path(__file__).parents[2].parent / "shared" / "corpus" / "news-00.jsonl.xz"
    if not corpus.exists():
        pytest.skip("the shared corpus is not here")
    articles = read_articles([corpus], audit=Audit())
    found = [next(articles) for _ in range(500)]
    assert all(isinstance(article, Article) for article in found)
    assert found[0].id == "news-00.jsonl.xz:1"
