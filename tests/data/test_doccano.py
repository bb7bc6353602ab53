import json
import re
from dataclasses import replace

import pytest

from waqai.audit import Audit
from waqai.data.doccano import read_doccano, write_doccano
from waqai.errors import InputError

TEXT = "😀 قتل ٣ جنود"


@pytest.fixture
def read(tmp_path):
    def go(*rows, audit=None):
        path = tmp_path / "in.jsonl"
        path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
        return read_doccano(path, audit=audit or Audit())

    return go


def span(span_id, label, start, end):
    return {"id": span_id, "label": label, "start_offset": start, "end_offset": end}


def test_an_article_goes_there_and_back(tmp_path, article, rich, same):
    audit = Audit()
    rich = replace(rich, id="a-2")
    write_doccano([article, rich], tmp_path / "x.jsonl", audit=audit)
    first, second = read_doccano(tmp_path / "x.jsonl", audit=audit)
    assert same(first, article)
    assert same(second, rich)
    assert (second.id, second.date, second.source, second.meta) == ("a-2", rich.date, rich.source, rich.meta)
    assert audit.to_dict() == {"doccano.score_dropped": 1, "doccano.value_dropped": 1, "doccano.model_dropped": 1}


def test_the_written_row(tmp_path, article):
    write_doccano([article, article], tmp_path / "x.jsonl", audit=Audit())
    first, second = (json.loads(line) for line in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines())
    assert first["entities"][0] == span(1, "NUM", 11, 12)
    assert first["entities"][-1] == span(8, "NEGATED", 32, 42)
    assert first["relations"][0] == {"id": 1, "from_id": 6, "to_id": 2, "type": "TARGET"}
    assert second["entities"][0]["id"] == 9
    assert second["relations"][0] == {"id": 6, "from_id": 14, "to_id": 10, "type": "TARGET"}


def test_an_export_of_another_project_is_read(read):
    row = {
        "id": 6400,
        "text": TEXT,
        "Comments": ["?"],
        "entities": [span(1662, "KILL", 3, 6), span(1663, "GROUP", 9, 13), span(9, "FUTURE", 3, 6), span(8, "X", 1, 2)],
        "relations": [{"id": 273, "from_id": 1662, "to_id": 1663, "type": "TARGET"}],
    }
    audit = Audit()
    (article,) = read(row, audit=audit)
    assert article.id == "6400"
    assert [(e.type, e.text) for e in article.entities] == [("GROUP", "جنود")]
    assert [(v.text, v.factuality, v.arguments[0].entity) for v in article.events] == [("قتل", "FUTURE", "1663")]
    assert audit.to_dict() == {"doccano.mark_lost": 1, "doccano.comment_dropped": 1}


def test_the_older_form_is_read(read):
    (first, second) = read({"id": 1, "text": TEXT, "label": [[9, 13, "GROUP"]]}, {"id": 2, "data": "نص", "labels": []})
    assert [(e.type, e.text) for e in first.entities] == [("GROUP", "جنود")]
    assert (second.text, second.entities) == ("نص", ())


def test_triggers_on_the_same_characters_share_their_factuality(tmp_path, article):
    killed = article.events[0]
    both = replace(article, events=(killed, replace(killed, id="v2", factuality="FUTURE")), relations=())
    audit = Audit()
    write_doccano([both], tmp_path / "x.jsonl", audit=audit)
    assert audit.to_dict() == {"doccano.factuality_dropped": 1}
    (back,) = read_doccano(tmp_path / "x.jsonl", audit=audit)
    assert {event.factuality for event in back.events} == {"FUTURE"}


def test_a_factuality_on_no_trigger_is_counted(read):
    audit = Audit()
    read({"id": 1, "text": TEXT, "entities": [span(1, "FUTURE", 3, 6)]}, audit=audit)
    assert audit.to_dict() == {"doccano.factuality_dangling": 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("no", "`line` must be a JSON object"),
        ({"id": 1}, "KeyError('data')"),
        ({"id": 1, "text": 5}, "the text is no string"),
        ({"id": 1, "text": "نص", "label": ["POSITIVE"]}, "must be of doccano's form"),
    ],
)
def test_a_line_of_another_form_is_an_error(read, row, said):
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        read({"id": 1, "text": "نص"}, row)
    assert "line 2" in str(caught.value)


def test_real_gold_goes_there_and_back(tmp_path, real_gold, same):
    audit = Audit()
    write_doccano(real_gold, tmp_path / "x.jsonl", audit=audit)
    back = read_doccano(tmp_path / "x.jsonl", audit=audit)
    assert all(same(*pair) for pair in zip(back, real_gold, strict=True))
    assert audit.to_dict() == {}
