"""The card of a model on the Hub (README.md), made of the files of its checkpoint: what is measured is never typed.

It reads `config.json`, `ontology.yaml`, and what training wrote: `metrics.json`, `audit.json`, `training.yaml`. A file
that is not there leaves a sentence that says so. The words around the figures stand in `model_card.md`; who saves and
uploads is `waqai.checkpoints`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import yaml

from waqai.config import read_yaml
from waqai.data.labels import MAX_PAIR_WORDS
from waqai.ontology import load_ontology
from waqai.version import __version__

MARKER = "<!-- Made by waqai from the files beside it. Remove this line to keep your own changes. -->"
"""Stands in every card that was made here; one without it was written by somebody and is left as it is."""

_TEMPLATE = Path(__file__).with_name("model_card.md")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_SHOWN = {
    "entities": "entities, exact span and type",
    "triggers": "triggers, exact span and type",
    "arguments": "arguments, end to end",
    "relations": "OF and CAUSE, end to end",
    "tuples": "tuples (facts of events)",
}
"""The rows of the table of scores: metrics of `waqai.scoring` with what they say."""

_NOT_THERE = "`{}` is not beside this checkpoint."


def model_card(folder: Path, name: str) -> str:
    """Return the text of README.md, with its YAML front matter, for the checkpoint in `folder`.

    Args:
        folder: Holds at least `config.json`, `ontology.yaml` and the weights.
        name: What the model is called in the example: a Hub id or a path.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    metrics = _read_json(folder / "metrics.json")
    training = _read_training(folder / "training.yaml")
    ontology = load_ontology(folder / "ontology.yaml")
    body = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=name.rstrip("/").rsplit("/", 1)[-1],
        repo=name,
        version=__version__,
        encoder_type=config["encoder"]["model_type"],
        ontology=f"{ontology.name} {ontology.version}",
        fingerprint=ontology.fingerprint,
        ontology_sizes=(
            f"{len(ontology.entity_types)} entity types, {len(ontology.event_types)} event types, "
            f"{len(ontology.roles)} roles, {len(ontology.relations)} relations, "
            f"{len(ontology.factualities)} values of factuality"
        ),
        sizes=_sizes(folder, config, metrics),
        sources=_sources(training),
        training=_training(training, metrics),
        losses=_losses(folder),
        scores=_scores(metrics),
        calibration=_calibration(metrics),
        reach=MAX_PAIR_WORDS,
    )
    front = yaml.safe_dump(_front_matter(training, metrics, name), allow_unicode=True, sort_keys=False)
    return f"---\n{front}---\n\n{MARKER}\n\n{body}"


def _read_json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _read_training(path: Path) -> dict[str, Any]:
    """Return the config of the training, or nothing where it is not there or is not one."""
    data = read_yaml(path) if path.is_file() else None
    needed = {"model", "train", "validation", "optimizer", "steps", "batch_size", "seed"}
    return data if isinstance(data, dict) and needed <= data.keys() else {}


def _front_matter(training: Mapping[str, Any], metrics: Mapping[str, Any], name: str) -> dict[str, Any]:
    front: dict[str, Any] = {
        "language": ["ar"],
        "library_name": "waqai",
        "license": "other",
        "license_name": "terms-of-the-training-texts",
        "pipeline_tag": "token-classification",
        "tags": ["arabic", "news", "event-extraction", "information-extraction", "named-entity-recognition"],
        "metrics": ["f1", "precision", "recall"],
    }
    encoder = str(training.get("model", {}).get("encoder", ""))
    if _HUB_ID.fullmatch(encoder) and not Path(encoder).exists():
        front["base_model"] = encoder
    figures = metrics.get("validation", {}).get("metrics", {})
    if figures:
        front["model-index"] = [{"name": name.rsplit("/", 1)[-1], "results": [_index(figures, training)]}]
    return front


def _index(figures: Mapping[str, Any], training: Mapping[str, Any]) -> dict[str, Any]:
    annotated = [data["name"] for data in training.get("validation", ()) if data.get("format") != "proclitics"]
    return {
        "task": {"type": "token-classification", "name": "event extraction"},
        "dataset": {"type": "waqai-validation", "name": ", ".join(annotated) or "validation"},
        "metrics": [
            {"type": "f1", "name": f"F1, {shown}", "value": round(figures[metric]["f1"], 4)}
            for metric, shown in _SHOWN.items()
            if figures.get(metric, {}).get("f1") is not None
        ],
    }


def _sizes(folder: Path, config: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    encoder = config["encoder"]
    bytes_ = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    shape = ", ".join(
        f"{encoder[key]} {words}"
        for key, words in (
            ("num_hidden_layers", "layers"),
            ("hidden_size", "wide"),
            ("vocab_size", "subwords in the vocabulary"),
        )
        if key in encoder
    )
    parameters = f"{metrics['parameters']:,} parameters, " if "parameters" in metrics else ""
    return (
        f"{parameters}{bytes_ / 1e6:.1f} MB of weights in bfloat16. Encoder: {encoder['model_type']}, {shape}. "
        f"It reads windows of {config['window']} subwords that overlap by {config['overlap']}; articles of any length "
        f"are read whole. Span head: {config['span_head']}, spans of up to {config['task']['span_width']} words."
    )


def _sources(training: Mapping[str, Any]) -> str:
    if not training:
        return _NOT_THERE.format("training.yaml")
    rows = [
        (data["name"], use, data.get("source") or f"`{data['path']}`", data.get("terms") or "not given")
        for use in ("train", "validation")
        for data in training[use]
    ]
    model = training["model"]
    of_encoder = ", ".join(model.get("sources") or ()) or "see its own card"
    return (
        _table(("data set", "use", "source", "terms"), rows)
        + f"\n\nThe encoder it started from, `{model['encoder']}`, was pre-trained on: {of_encoder}."
    )


def _training(training: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    if not training:
        return _NOT_THERE.format("training.yaml")
    rates = training["optimizer"]
    ended = (
        f" The best validation was at step {metrics['best_step']} of {metrics['steps']}; the run took "
        f"{metrics['seconds'] / 60:.0f} minutes."
        if "best_step" in metrics
        else ""
    )
    return (
        f"Up to {training['steps']} steps of {training['batch_size']} texts, seed {training['seed']}, AdamW with "
        f"{rates['encoder_lr']:g} for the encoder and {rates['head_lr']:g} for the heads.{ended} The whole config is "
        "`training.yaml`." + "".join(f"\n\n{note}" for note in training.get("notes", ()))
    )


def _losses(folder: Path) -> str:
    if not (folder / "audit.json").is_file():
        return _NOT_THERE.format("audit.json")
    counts = _read_json(folder / "audit.json")
    return ", ".join(f"`{reason}` {count}" for reason, count in counts.items()) + "." if counts else "nothing."


def _scores(metrics: Mapping[str, Any]) -> str:
    validation = metrics.get("validation")
    if not validation:
        return _NOT_THERE.format("metrics.json")
    rows = [
        (shown, *(_percent(figures[key]) for key in ("precision", "recall", "f1")), _interval(figures, "f1"))
        for metric, shown in _SHOWN.items()
        if (figures := validation["metrics"].get(metric)) and figures["support"]
    ]
    factuality = validation["factuality"]
    if factuality["support"]:
        rows.append(
            ("factuality of found triggers, accuracy", "", "", _percent(factuality["accuracy"]),
             _interval(factuality, "accuracy"))
        )  # fmt: skip
    cuts = metrics.get("proclitics")
    of_cuts = (
        f"\n\nAttached particles cut off: precision {_percent(cuts['precision'])}, recall {_percent(cuts['recall'])}, "
        f"F1 {_percent(cuts['f1'])}, of {cuts['support']:,} in texts that chose nothing; what their "
        "corpus says nothing about is not counted."
        if cuts
        else ""
    )
    return (
        f"On the {validation['articles']} validation articles, which also chose the step and the thresholds; 95 % "
        f"intervals by {validation['resamples']} bootstrap resamples of articles. By type and role: `metrics.json`.\n\n"
        + _table(("", "precision", "recall", "F1", "95 %"), rows)
        + of_cuts
    )


def _calibration(metrics: Mapping[str, Any]) -> str:
    fitted = metrics.get("calibration")
    if not fitted:
        return "The scores of this checkpoint were not calibrated."
    rows = [
        (family, _fixed(known.get("ece")), _fixed(known.get("threshold")), str(known.get("decisions", "")))
        for family, known in fitted.items()
    ]
    return (
        "Scores are fitted to validation data so that they are probabilities of being right. Expected calibration "
        "error, where each half of the articles is judged by what the other half was fitted on:\n\n"
        + _table(("family", "error", "threshold", "decisions"), rows)
    )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _fixed(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _interval(figures: Mapping[str, Any], name: str) -> str:
    ends = figures.get("intervals", {}).get(name)
    return f"{100 * ends[0]:.1f}–{100 * ends[1]:.1f}" if ends else ""
