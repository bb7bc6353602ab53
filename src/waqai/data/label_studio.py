"""Reads and writes the JSON of Label Studio projects, and generates a project's labelling configuration.

An article is a task: its text in `data.text`, its id, date and source beside it. Mentions are `labels` regions of the
controls `entity` and `event`, roles and relations `relation` results, factuality a per-region choice. Gold becomes an
annotation; what a model predicted, a prediction, with its scores. Export a project as "JSON"; "JSON-MIN" has no
relations and is not read.

Newer versions count offsets in code points, older ones in UTF-16 units; the text that is stored with a
region tells which (`marks.fit_span`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from waqai.audit import Audit
from waqai.data.files import READ_ERRORS, open_bytes
from waqai.data.json_lines import first_line, not_utf8, write_bytes
from waqai.data.marks import Drawing, Link, Mark, count_losses, draw, fit_span, undraw
from waqai.errors import InputError, must
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle

ENTITY, EVENT, FACTUALITY, TEXT = "entity", "event", "factuality", "text"
"""The names of the controls and of the text in the labelling configuration."""

_FORM = "label_studio"
_EXPORT = 'Export the project as "JSON".'
_STYLE = ".htx-text { white-space: pre-wrap; direction: rtl; text-align: right; line-height: 2.4; font-size: 1.2em }"


def read_label_studio(
    path: Path | str, *, ontology: Ontology | None = None, audit: Audit
) -> tuple[AnnotatedArticle, ...]:
    """Return the articles of an exported or importable project file.

    Of several annotations of a task the ground truth, else the last that was not cancelled, is read
    (`label_studio.annotation_passed_over`); a task that has none but a prediction is read as a predicted article, whose
    `model` is the prediction's version. Controls may have any names: a choice that is a factuality of the ontology
    sets it. Passed over and counted: regions without labels or of other kinds, further labels of one region, other
    results, relations without labels, and regions whose offsets fit nothing (`label_studio.mark_lost`).

    Raises:
        InputError: The file cannot be read, is no JSON list of tasks, or a task has no text.
    """
    path, ontology = Path(path), ontology or load_ontology()
    try:
        with open_bytes(path) as stream:
            tasks = json.loads(stream.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(not_utf8(error, str(path))) from error
    except READ_ERRORS as error:
        raise InputError(f"the file must be readable to its end, but: {first_line(error)} ({path}).") from error
    except ValueError as error:
        raise InputError(f"the file must be JSON, but: {first_line(error)} ({path}). {_EXPORT}") from error
    if not isinstance(tasks, list):
        raise InputError(must("file", "a list of tasks", tasks, str(path), _EXPORT))
    articles = []
    for number, task in enumerate(tasks, 1):
        where = f"{path}, task {number}"
        try:
            drawing = _read_task(task, ontology, where, audit)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise InputError(f"the task must be of Label Studio's form, but: {error!r} ({where}). {_EXPORT}") from error
        articles.append(undraw(drawing, ontology, form=_FORM, where=where, audit=audit))
    return tuple(articles)


def write_label_studio(
    articles: Sequence[AnnotatedArticle], path: Path | str, *, ontology: Ontology | None = None, audit: Audit
) -> None:
    """Write tasks that a project with `label_config` imports; values and tuples are lost and counted.

    Raises:
        OutputError: The file cannot be written.
    """
    ontology = ontology or load_ontology()
    keeps = frozenset({"score", "model", "date", "source", "meta"})
    tasks = []
    for article in articles:
        keeps_scores = keeps if article.model is not None else keeps - {"score"}
        count_losses(article, form=_FORM, keeps=keeps_scores, audit=audit)
        tasks.append(label_studio_task(article))
    text = json.dumps(tasks, ensure_ascii=True, indent=1)
    write_bytes([text.encode(), b"\n"], Path(path))


def label_studio_task(article: AnnotatedArticle) -> dict[str, Any]:
    """Return one article as a task, annotated if it is gold and with a prediction if a model made it."""
    drawing = draw(article)
    results: list[dict[str, Any]] = []
    for mark in drawing.marks:
        place = {"start": mark.start, "end": mark.end, "text": article.text[mark.start : mark.end]}
        control = ENTITY if mark.factuality is None else EVENT
        scored = {} if mark.score is None else {"score": mark.score}
        region = {"id": mark.id, "to_name": TEXT}
        results.append(
            {**region, "from_name": control, "type": "labels", "value": {**place, "labels": [mark.type]}, **scored}
        )
        if mark.factuality is not None:
            choice = {**place, "choices": [mark.factuality]}
            results.append({**region, "from_name": FACTUALITY, "type": "choices", "value": choice})
    for link in drawing.links:
        scored = {} if link.score is None else {"score": link.score}
        ends = {"from_id": link.head, "to_id": link.tail, "direction": "right"}
        results.append({"type": "relation", **ends, "labels": [link.type], **scored})
    task: dict[str, Any] = {"data": {"id": article.id, "text": article.text, **drawing.about}}
    if article.model is None:
        task["annotations"] = [{"result": results}]
    else:
        task["predictions"] = [{"model_version": article.model, "result": results}]
    return task


def label_config(ontology: Ontology | None = None) -> str:
    """Return the labelling configuration of a project for an ontology, to paste under Settings, Labeling Interface.

    Spans may begin and end at any character, since particles stay outside; each label shows its definition as a hint.
    """
    ontology = ontology or load_ontology()

    def items(tag: str, named: Sequence[tuple[str, str]]) -> Iterator[str]:
        for name, definition in named:
            hint = f" hint={quoteattr(definition)}" if definition and tag == "Label" else ""
            yield f"    <{tag} value={quoteattr(name)}{hint}/>"

    lines = ["<View>", f"  <Style>{_STYLE}</Style>"]
    entities = [(item.name, item.definition) for item in ontology.entity_types]
    events = [(item.name, item.definition) for item in ontology.event_types]
    for control, named, color in ((ENTITY, entities, "#ffd27f"), (EVENT, events, "#9fc5e8")):
        labels = items("Label", named)
        lines += [f'  <Labels name="{control}" toName="{TEXT}" showInline="true">']
        lines += [label.replace("/>", f' background="{color}"/>') for label in labels]
        lines += ["  </Labels>"]
    lines += [f'  <Text name="{TEXT}" value="$text" granularity="symbol"/>', "  <Relations>"]
    lines += items("Relation", [(name, "") for name in (*ontology.role_names, *ontology.relation_names)])
    lines += ["  </Relations>"]
    lines += [
        f'  <Choices name="{FACTUALITY}" toName="{TEXT}" perRegion="true" whenTagName="{EVENT}" choice="single-radio">'
    ]
    lines += items("Choice", [(name, "") for name in ontology.factualities])
    return "\n".join([*lines, "  </Choices>", "</View>", ""])


def _read_task(task: Mapping[str, Any], ontology: Ontology, where: str, audit: Audit) -> Drawing:
    data = task["data"]
    texts = [value for value in data.values() if isinstance(value, str)]
    text = data.get("text", texts[0] if len(texts) == 1 else None)
    if not isinstance(text, str):
        raise InputError(must("data.text", "the article's text", text, where, "Import texts under the key `text`."))
    about = {key: data[key] for key in ("date", "source") if isinstance(data.get(key), str)}
    if isinstance(data.get("meta"), dict):
        about["meta"] = data["meta"]
    results, model = _choose_results(task, where, audit)
    marks: dict[str, Mark] = {}
    links: list[Link] = []
    factualities: dict[str, str] = {}
    for result in results:
        match result.get("type"):
            case "labels":
                mark = _read_region(result, text, where, audit)
                if mark and mark.id in marks:  # one region labelled by two controls
                    audit.add(f"{_FORM}.label_dropped", where)
                elif mark:
                    marks[mark.id] = mark
            case "relation":
                links += _read_relation(result, where, audit)
            case "choices" if chosen := set(result["value"].get("choices", ())) & set(ontology.factualities):
                factualities[str(result.get("id"))] = min(chosen, key=ontology.factualities.index)
            case kind:
                audit.add(f"{_FORM}.{kind}_dropped", where)
    return Drawing(
        id=str(data.get("id") or task.get("id") or where),
        text=text,
        marks=[replace(mark, factuality=factualities.get(mark.id)) for mark in marks.values()],
        links=links,
        about=about,
        model=model,
    )


def _choose_results(task: Mapping[str, Any], where: str, audit: Audit) -> tuple[list[dict[str, Any]], str | None]:
    """Return the results to read, and the model's version if they are a prediction's."""
    made = task.get("annotations") or task.get("completions") or []
    valid = [annotation for annotation in made if not annotation.get("was_cancelled")]
    chosen = next((annotation for annotation in valid if annotation.get("ground_truth")), valid[-1] if valid else None)
    predictions = [] if chosen else [p for p in task.get("predictions") or [] if isinstance(p, dict)]
    passed_over = len(made) - bool(chosen)
    if passed_over:
        audit.add(f"{_FORM}.annotation_passed_over", where, passed_over)
    if chosen:
        return chosen["result"], None
    if predictions:
        return predictions[-1]["result"], str(predictions[-1].get("model_version") or "unknown")
    return [], None


def _read_region(result: Mapping[str, Any], text: str, where: str, audit: Audit) -> Mark | None:
    value = result["value"]
    labels = value.get("labels") or []
    if not labels:
        audit.add(f"{_FORM}.region_without_label", where)
        return None
    if len(labels) > 1:
        audit.add(f"{_FORM}.label_dropped", where, len(labels) - 1)
    start, end = int(value["start"]), int(value["end"])
    span = fit_span(text, start, end, value.get("text") or text[start:end])
    if span is None:
        audit.add(f"{_FORM}.mark_lost", where)
        return None
    return Mark(id=str(result["id"]), type=labels[0], start=span[0], end=span[1], score=result.get("score"))


def _read_relation(result: Mapping[str, Any], where: str, audit: Audit) -> Iterator[Link]:
    head, tail = str(result["from_id"]), str(result["to_id"])
    if result.get("direction") == "left":
        head, tail = tail, head
    if not result.get("labels"):
        audit.add(f"{_FORM}.relation_without_label", where)
    for label in result.get("labels") or ():
        yield Link(type=label, head=head, tail=tail, score=result.get("score"))
