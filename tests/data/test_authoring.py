import json
from pathlib import Path

import pytest

from waqai.data.authoring import authoring_row, parse_authoring, read_authoring, write_authoring
from waqai.data.standoff import read_annotated
from waqai.records import RelationMention

ROW = {
    "id": "x1",
    "style": "agency",
    "date": "2020-01-02",
    "text": "أدى انفجار إلى مقتل ٣ جنود بدمشق، ثم انفجار آخر في دمشق.",
    "entities": [["e1", "NUM", "٣"], ["e2", "GROUP", "جنود"], ["e3", "GPE", "دمشق"], ["e4", "GPE", "دمشق", 2]],
    "events": [
        ["v1", "BOMBING", "انفجار", {"LOCATION": "e3"}, "ACTUAL"],
        ["v2", "KILL", "مقتل", {"TARGET": ["e2"], "COUNT": ["e1"], "LOCATION": ["e3"]}, "ACTUAL"],
        ["v3", "BOMBING", "انفجار", {"LOCATION": ["e4"]}, "ACTUAL", 2],
    ],
    "of": [["e1", "e2"]],
    "cause": [["v1", "v2"]],
}


def put(tmp_path, *rows):
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    return path


def test_names_become_offsets(tmp_path):
    (article,), findings = read_authoring(put(tmp_path, ROW))
    assert findings == ()
    assert [(e.start, e.end) for e in article.entities] == [(20, 21), (22, 26), (28, 32), (51, 55)]
    assert [(v.start, v.end) for v in article.events] == [(4, 10), (15, 19), (37, 43)]
    assert [(a.role, a.entity) for a in article.events[1].arguments] == [
        ("TARGET", "e2"),
        ("COUNT", "e1"),
        ("LOCATION", "e3"),
    ]
    assert article.relations == (
        RelationMention(type="OF", head="e1", tail="e2"),
        RelationMention(type="CAUSE", head="v1", tail="v2"),
    )
    assert (article.date, article.meta) == ("2020-01-02", {"style": "agency"})


def test_what_is_written_is_read_back(tmp_path):
    (article,), _ = read_authoring(put(tmp_path, ROW))
    write_authoring([article], tmp_path / "out.jsonl")
    assert read_authoring(tmp_path / "out.jsonl")[0] == (article,)
    written = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert written == ROW | {"events": [[*ROW["events"][0][:3], {"LOCATION": ["e3"]}, "ACTUAL"], *ROW["events"][1:]]}


def test_occurrences_may_overlap():
    row = {"id": "a", "text": "بببب", "entities": [["e1", "PER", "بب", 2]]}
    article, findings = parse_authoring(row)
    assert (article.entities[0].start, findings) == (1, [])
    assert authoring_row(article)["entities"] == [["e1", "PER", "بب", 2]]


def test_relations_of_other_ontologies_are_kept():
    row = {
        "id": "a",
        "text": "ا ب",
        "entities": [["e1", "X", "ا"], ["e2", "X", "ب"]],
        "relations": [["NEAR", "e1", "e2"]],
    }
    article, findings = parse_authoring(row)
    assert (article.relations[0].type, findings) == ("NEAR", [])
    assert authoring_row(article)["relations"] == [["NEAR", "e1", "e2"]]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (
            {"entities": [["e1", "GPE", "دمشق", 3]]},
            "span.not_found",
            "occurrence 3 of 'دمشق' is not in the text; there are 2",
        ),
        ({"entities": [["e1", "GPE", ""]]}, "span.empty", "names none"),
        ({"entities": [["e1", "GPE", "دمشق"], ["e1", "NUM", "٣"]]}, "id.twice", "e1 is named twice"),
        ({"events": [["v1", "KILL", "مقتل", {"TARGET": ["e9"]}, "ACTUAL"]]}, "reference.dangling", "names 'e9'"),
        ({"of": [["e1", "e9"]]}, "reference.dangling", "OF e1 → e9"),
        ({"events": [["v1", "KILL", "مقتل", {"TIME": ["e2"]}, "ACTUAL"]]}, "role.illegal", "must not be TIME"),
        ({"entities": [["e1", "GPE"]]}, "row.malformed", "authoring form"),
        ({"entities": [["e1", "GPE", 3]]}, "row.malformed", "authoring form"),
        ({"text": None}, "row.malformed", "`text` must be a string"),
    ],
)
def test_faults_name_the_line(tmp_path, change, code, said):
    base = ROW | {"entities": ROW["entities"][:3], "events": [], "of": [], "cause": []}
    _, findings = read_authoring(put(tmp_path, ROW | {"id": "x0"}, base | change))
    found = [f for f in findings if f.level == "error"]
    assert [f.code for f in found] == [code]
    assert said in found[0].message
    assert found[0].where == f"{tmp_path / 'in.jsonl'}, line 2"


def test_bad_lines_and_repeated_ids_are_errors(tmp_path):
    articles, findings = read_authoring(put(tmp_path, ROW, "{", ROW))
    assert len(articles) == 1
    assert [f.code for f in findings] == ["row.malformed", "id.twice"]


def test_real_gold_goes_there_and_back():
    path = Path(__file__).parents[2].parent / "shared" / "events" / "news-validation.jsonl"
    if not path.exists():
        pytest.skip("the shared corpora are not here")
    for article in read_annotated(path):
        again, findings = parse_authoring(authoring_row(article))
        assert findings == []
        assert (again.entities, again.events) == (article.entities, article.events)
        assert set(again.relations) == set(article.relations)
