import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from waqai.audit import Audit
from waqai.data.label_studio import label_config, label_studio_task, read_label_studio, write_label_studio
from waqai.errors import InputError
from waqai.ontology import load_ontology

TEXT = "قُتِلَ ٣ جنود 😀 بدمشق"


def region(region_id, label, start, end, surface, control="label"):
    value = {"start": start, "end": end, "text": surface, "labels": [label]}
    return {"id": region_id, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def choice(region_id, *choices):
    value = {"start": 0, "end": 6, "text": "قُتِلَ", "choices": list(choices)}
    return {"id": region_id, "from_name": "f", "to_name": "text", "type": "choices", "value": value}


def relation(head, tail, *labels, direction="right"):
    return {"from_id": head, "to_id": tail, "type": "relation", "direction": direction, "labels": list(labels)}


@pytest.fixture
def read(tmp_path):
    def go(tasks, audit=None):
        path = tmp_path / "project.json"
        path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks), encoding="utf-8")
        return read_label_studio(path, audit=audit or Audit())

    return go


def exported(*results, text=TEXT, **task):
    """A task as the program exports it, with what we do not read."""
    annotation = {"id": 5, "completed_by": 1, "result": list(results), "was_cancelled": False, "ground_truth": False}
    annotation |= {"created_at": "2023-03-09T22:16:08.728353Z", "lead_time": 4.288, "prediction": {}}
    about = {"id": 77, "file_upload": "1-x.json", "drafts": [], "predictions": [], "meta": {}, "project": 8}
    return {**about, "annotations": [annotation], "data": {"text": text}, **task}


def test_an_article_goes_there_and_back(tmp_path, article):
    audit = Audit()
    write_label_studio([article], tmp_path / "p.json", audit=audit)
    assert read_label_studio(tmp_path / "p.json", audit=audit) == (article,)
    assert audit.to_dict() == {}


def test_a_predicted_article_keeps_its_scores(tmp_path, rich):
    audit = Audit()
    write_label_studio([rich], tmp_path / "p.json", audit=audit)
    (back,) = read_label_studio(tmp_path / "p.json", audit=audit)
    assert back == replace(rich, entities=(replace(rich.entities[0], value=None), *rich.entities[1:]), tuples=None)
    assert audit.to_dict() == {"label_studio.value_dropped": 1}


def test_an_export_of_another_project_is_read(read):
    (article,) = read(
        [
            exported(
                region("x1", "KILL", 0, 6, "قُتِلَ"),
                region("x2", "GROUP", 9, 13, "جنود"),
                region("x3", "NUM", 7, 8, "٣"),
                choice("x1", "NEGATED"),
                relation("x1", "x2", "TARGET"),
                relation("x1", "x3", "COUNT", direction="left"),
                relation("x3", "x2", "OF"),
            )
        ]
    )
    assert (article.id, article.text) == ("77", TEXT)
    (event,) = article.events
    assert (event.text, event.factuality) == ("قُتِلَ", "NEGATED")
    assert [(a.role, a.entity) for a in event.arguments] == [("TARGET", "x2"), ("COUNT", "x3")]
    assert [(r.type, r.head, r.tail) for r in article.relations] == [("OF", "x3", "x2")]


@pytest.mark.parametrize(("start", "end"), [(17, 21), (18, 22), (2, 6)])
def test_offsets_in_either_unit_are_fitted(read, start, end):
    (article,) = read([exported(region("x1", "GPE", start, end, "دمشق"))])
    assert (article.entities[0].start, article.entities[0].text) == (17, "دمشق")


def test_a_region_without_its_text_is_read_in_code_points(read):
    (article,) = read([exported(region("x1", "GPE", 17, 21, None))])
    assert article.entities[0].text == "دمشق"


def test_a_line_break_in_a_region_is_stored_as_two_characters(read):
    (article,) = read([exported(region("x1", "ORG", 0, 5, "أ\\nب ج"), text="أ\nب ج")])
    assert article.entities[0].text == "أ\nب ج"


def test_what_is_passed_over_is_counted(read):
    audit = Audit()
    two = region("x2", "GPE", 17, 21, "دمشق")
    two["value"]["labels"] = ["GPE", "LOC"]
    none = region("x3", "GPE", 17, 21, "دمشق")
    none["value"]["labels"] = []
    (article,) = read(
        [
            exported(
                region("x1", "KILL", 0, 6, "قُتِلَ"),
                two,
                none,
                region("x2", "GROUP", 17, 21, "دمشق", control="other"),
                region("x4", "GPE", 0, 4, "حلب"),
                choice("x9", "Good"),
                relation("x1", "x2"),
                relation("x1", "x9", "TARGET"),
                {"type": "textarea", "id": "x1", "value": {"text": ["?"]}},
            )
        ],
        audit,
    )
    assert [(e.type, e.text) for e in article.entities] == [("GPE", "دمشق")]
    assert audit.to_dict() == {
        "label_studio.label_dropped": 2,
        "label_studio.region_without_label": 1,
        "label_studio.mark_lost": 1,
        "label_studio.choices_dropped": 1,
        "label_studio.relation_without_label": 1,
        "label_studio.textarea_dropped": 1,
        "label_studio.factuality_assumed": 1,
        "label_studio.link_dangling": 1,
    }


def test_one_annotation_of_several_is_read(read):
    def made(label, **about):
        return {"result": [region("x", label, 17, 21, "دمشق")], **about}

    audit = Audit()
    tasks = [
        exported(annotations=[made("GPE"), made("LOC"), made("FAC", was_cancelled=True)]),
        exported(annotations=[made("GPE", ground_truth=True), made("LOC")]),
        exported(annotations=[made("FAC", was_cancelled=True)]),
        {"id": 4, "data": {"body": TEXT}, "completions": [made("GPE")]},
        {"id": 5, "data": {"text": TEXT}, "predictions": [made("GPE", model_version="v3")]},
    ]
    articles = read(tasks, audit)
    assert [[e.type for e in a.entities] for a in articles] == [["LOC"], ["GPE"], [], ["GPE"], ["GPE"]]
    assert [a.model for a in articles] == [None, None, None, None, "v3"]
    assert audit.to_dict() == {"label_studio.annotation_passed_over": 4}


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ("no", "the file must be JSON"),
        ({}, "`file` must be a list of tasks, but is {}"),
        ([{"id": 1, "text": "نص", "label": []}], "KeyError('data') (PATH, task 1)"),
        ([{"id": 1, "data": {"a": "x", "b": "y"}}], "`data.text` must be the article's text"),
        ([exported({"type": "labels"})], "must be of Label Studio's form"),
        (["x"], "must be of Label Studio's form"),
    ],
)
def test_a_file_that_is_no_export_is_an_error(read, tmp_path, tasks, said):
    with pytest.raises(InputError, match=re.escape(said.replace("PATH", str(tmp_path / "project.json")))):
        read(tasks)


def test_lone_surrogates_survive(tmp_path, article):
    junk = replace(article, text="نص \ud800", entities=(), events=(), relations=())
    write_label_studio([junk], tmp_path / "p.json", audit=Audit())
    assert read_label_studio(tmp_path / "p.json", audit=Audit()) == (junk,)


def test_the_configuration_has_every_type_and_the_controls_of_the_results(article):
    ontology = load_ontology()
    view = ET.fromstring(label_config(ontology))

    def values(path):
        return tuple(item.get("value") for item in view.iterfind(path))

    assert values("Labels[@name='entity']/Label") == ontology.entity_names
    assert values("Labels[@name='event']/Label") == ontology.event_names
    assert values("Relations/Relation") == (*ontology.role_names, *ontology.relation_names)
    assert values("Choices[@perRegion='true']/Choice") == ontology.factualities
    assert all(label.get("hint") for label in view.iterfind("Labels/Label"))
    assert view.find("Text").attrib == {"name": "text", "value": "$text", "granularity": "symbol"}
    names = {result["from_name"] for result in label_studio_task(article)["annotations"][0]["result"] if "id" in result}
    assert names == {control.get("name") for control in view if control.get("toName") == "text"}


def test_real_gold_goes_there_and_back(tmp_path, real_gold, same):
    audit = Audit()
    write_label_studio(real_gold, tmp_path / "p.json", audit=audit)
    back = read_label_studio(tmp_path / "p.json", audit=audit)
    assert all(same(*pair) for pair in zip(back, real_gold, strict=True))
    assert [a.date for a in back] == [a.date for a in real_gold]
    assert audit.to_dict() == {}
