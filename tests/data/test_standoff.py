import json
from pathlib import Path

import pytest

from waqai.audit import Audit
from waqai.data.standoff import read_annotated, write_annotated
from waqai.errors import InputError, OutputError
from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

SHARED = Path(__file__).parents[2].parent / "shared"

TEXT = "\u200fقُتِلَ ٣ جنود 😀 بدمشق ﷺ.\r\n"
ARTICLE = AnnotatedArticle(
    id="a1",
    text=TEXT,
    date="2020-01-02",
    source="وكالة",
    entities=(
        EntityMention(id="e1", type="NUM", start=8, end=9, text="٣"),
        EntityMention(id="e2", type="GROUP", start=10, end=14, text="جنود"),
        EntityMention(id="e3", type="GPE", start=18, end=22, text="دمشق", score=0.5, value={"country": "SY"}),
    ),
    events=(
        EventMention(
            id="v1",
            type="KILL",
            factuality="ACTUAL",
            start=1,
            end=7,
            text="قُتِلَ",
            arguments=(ArgumentMention(role="TARGET", entity="e2"), ArgumentMention(role="LOCATION", entity="e3")),
        ),
    ),
    relations=(RelationMention(type="OF", head="e1", tail="e2"),),
    meta={"style": "agency"},
)


def put(tmp_path, *rows):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
def test_what_is_written_is_read_back(tmp_path, suffix):
    path = tmp_path / "new" / f"gold.jsonl{suffix}"
    junk = AnnotatedArticle(id="a2", text="نص \ud800")
    write_annotated([ARTICLE, junk], path)
    assert read_annotated(path) == (ARTICLE, junk)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_rows_of_a_named_entity_corpus_have_no_events(tmp_path):
    row = {"id": 3, "text": "في دمشق", "entities": [{"id": "e0", "type": "LOC", "start": 3, "end": 7, "text": "دمشق"}]}
    (article,) = read_annotated(put(tmp_path, "\ufeff" + json.dumps(row)))
    assert article.id == "3"
    assert article.events == ()
    assert article.text[article.entities[0].start : article.entities[0].end] == "دمشق"


def entity_row(text, start, end, surface):
    return {
        "id": "a",
        "text": text,
        "entities": [{"id": "e", "type": "X", "start": start, "end": end, "text": surface}],
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (entity_row("في دمشق", 2, 6, "دمشق"), "Offsets are half-open characters"),
        (entity_row("في دمشق", 5, 13, "دمشق"), "counted in UTF-8 bytes"),
        (entity_row("😀 دمشق", 3, 7, "دمشق"), "counted in UTF-16 units"),
        (entity_row("في\r\nدمشق", 3, 7, "دمشق"), r"\r\n counts as one character"),
        (entity_row("في دمشق", 3, 70, "دمشق"), "offsets must lie in the text of 7 characters"),
        (entity_row("في دمشق", -4, 7, "دمشق"), "offsets must lie in the text"),
        (entity_row("في دمشق", 3, 3, ""), "offsets must lie in the text"),
        (entity_row("في دمشق", "3", 7, "دمشق"), "`entities[0].start` must be an integer, but is '3'"),
        (entity_row("في دمشق", 3, True, "دمشق"), "`entities[0].end` must be an integer, but is True"),
        (entity_row("في دمشق", 3, 7, None), "`entities[0].text` must be a string, but is None"),
        ({"id": "a"}, "`text` must be a string, but is None"),
        ({"text": "نص"}, "`id` must be a string, but is None"),
        ({"id": "a", "text": "نص", "date": 2017}, "`date` must be a string or absent, but is 2017"),
        ({"id": "a", "text": "نص", "entities": {}}, "`entities` must be a list, but is {}"),
        ({"id": "a", "text": "نص", "entities": ["e"]}, "`entities[0]` must be an object, but is 'e'"),
        (
            {
                "id": "a",
                "text": "نص",
                "events": [
                    {"id": "v", "type": "T", "factuality": "F", "start": 0, "end": 2, "text": "نص", "arguments": ["e"]}
                ],
            },
            "`events[0].arguments` must be a list like",
        ),
        ({"id": "a", "text": "نص", "relations": [{"type": "OF", "head": "x", "tail": "y"}]}, "is not a mention"),
        ("no", "`line` must be a JSON object, but is 'no'"),
    ],
)
def test_a_bad_row_is_reported_with_file_line_and_remedy(tmp_path, row, said):
    path = put(tmp_path, {"id": "ok", "text": "نص"}, row)
    with pytest.raises(InputError) as caught:
        read_annotated(path)
    assert said in str(caught.value)
    assert f"{path}, line 2" in str(caught.value)


def test_an_id_is_used_once(tmp_path):
    path = put(tmp_path, *[{"id": "a", "text": "نص"}] * 2)
    with pytest.raises(InputError, match=f"'a' must be used once, but is also that of {path}, line 1"):
        read_annotated(path)


def test_all_bad_rows_are_listed_up_to_a_limit(tmp_path):
    path = put(tmp_path, *[{"id": f"a{i}"} for i in range(15)])
    with pytest.raises(InputError) as caught:
        read_annotated(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "… and 5 lines more."


def test_rows_that_report_an_error_are_counted(tmp_path):
    audit = Audit()
    path = put(tmp_path, {"id": "a", "error": "unreadable"}, {"id": "b", "text": "نص"})
    assert [article.id for article in read_annotated(path, audit=audit)] == ["b"]
    assert audit.to_dict() == {"annotated.error_row": 1}


def test_a_file_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(InputError, match="must be readable to its end"):
        read_annotated(tmp_path / "absent.jsonl")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_annotated([ARTICLE], tmp_path / "file" / "gold.jsonl")


def test_a_failing_write_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("old")

    def articles():
        yield ARTICLE
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_annotated(articles(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "size"),
    [("events/news-validation", 102), ("ner/wojood-sample-validation", 158), ("ner/aqmar-train", 2163)],
)
def test_real_corpora_are_read_and_written_back(tmp_path, name, size):
    path = SHARED / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the shared corpora are not here")
    articles = read_annotated(path)
    assert len(articles) == size
    write_annotated(articles, tmp_path / "copy.jsonl")
    assert read_annotated(tmp_path / "copy.jsonl") == articles
