import json

import pytest

from waqai.audit import Audit
from waqai.data.authoring import authoring_row
from waqai.data.formats import FORMATS, detect_format, read_corpus, write_corpus
from waqai.errors import InputError
from waqai.ontology import load_ontology

ONTOLOGY = load_ontology()
NAMES = {
    "standoff": "x.jsonl",
    "authoring": "x.jsonl.gz",
    "conll": "x.conll",
    "brat": "x",
    "label-studio": "x.json",
    "doccano": "x.jsonl.xz",
    "webanno": "folder",
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written_recognised_and_read_back(tmp_path, article, same, form):
    path = tmp_path / NAMES[form]
    write_corpus([article], path, form, ONTOLOGY, Audit())
    assert detect_format(path) == form
    (back,), findings = read_corpus(path, form, ONTOLOGY, Audit())
    assert back.text == article.text
    errors = [(finding.code, finding.where) for finding in findings if finding.level == "error"]
    if form == "conll":  # it cannot hold the span that crosses another, and so has nothing to find
        assert (len(back.entities), errors) == (4, [])
    else:
        assert same(back, article)
        assert errors == [("span.crosses", f"{path}, line 1" if form in ("standoff", "authoring") else str(path))]


def test_the_first_readable_row_tells_the_format(tmp_path, article):
    path = tmp_path / "x.jsonl"
    path.write_text("no\n" + json.dumps(authoring_row(article)), encoding="utf-8")
    assert detect_format(path) == "authoring"
    path.write_text('{"id": 1, "text": "نص", "label": []}', encoding="utf-8")
    assert detect_format(path) == "doccano"
    path.write_text("", encoding="utf-8")
    assert detect_format(path) == "standoff"


@pytest.mark.parametrize(
    ("name", "said"), [("x.docx", "Name one of standoff, authoring"), ("absent", "does not exist")]
)
def test_a_path_that_tells_nothing_is_an_error(tmp_path, name, said):
    (tmp_path / "x.docx").write_text("")
    with pytest.raises(InputError, match=said):
        detect_format(tmp_path / name)


def test_bad_rows_of_standoff_are_findings(tmp_path, article):
    path = tmp_path / "x.jsonl"
    path.write_text(f"{{\n{json.dumps(article.to_dict())}\n", encoding="utf-8")
    articles, findings = read_corpus(path, "standoff", ONTOLOGY, Audit())
    assert articles == [article]
    assert (findings[0].code, findings[0].where) == ("row.malformed", f"{path}, line 1")
