import json
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from invented_news import ARTICLES
from small_ontology import NAMES_ONLY
from two_processes import launch
from waqai import EventExtractor
from waqai.checkpoints import load_checkpoint
from waqai.config import dump_config, load_config
from waqai.data.cuts import read_cuts
from waqai.data.standoff import read_annotated
from waqai.errors import CheckpointError, ConfigError, InputError, OutputError, TrainingError
from waqai.ontology import save_ontology
from waqai.scoring import Counts, score_articles
from waqai.training import fit
from waqai.training.fit import build, evaluate_cuts, train
from waqai.training.settings import DataSettings, ModelSettings, OptimizerSettings, TrainSettings


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(a.to_dict(), ensure_ascii=False) for a in ARTICLES), encoding="utf-8")
    return path


@pytest.fixture
def settings(bert, gold, tmp_path):
    """Six steps over the six articles, validated on the same ones every two steps."""
    return TrainSettings(
        output=tmp_path / "run",
        model=ModelSettings(encoder=str(bert), window=126, overlap=20, head_size=16, span_width=6),
        train=(DataSettings(name="gold", path=gold, terms="none stated"),),
        validation=(DataSettings(name="held-out", path=gold),),
        optimizer=OptimizerSettings(encoder_lr=3e-3, head_lr=1e-2, layer_decay=0.9),
        steps=6,
        batch_size=4,
        evaluate_every=2,
        precision="fp32",
    )


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def scalars(run):
    log = EventAccumulator(str(run / "logs"))
    log.Reload()
    return {tag: [(event.step, event.value) for event in log.Scalars(tag)] for tag in log.Tags()["scalars"]}


def test_three_articles_are_learnt_by_heart(settings):
    """And what the finished checkpoint says of them is what was measured."""
    few = replace(settings.train[0], fraction=0.5)
    settings = replace(
        settings,
        model=replace(settings.model, dropout=0.0),
        train=(few,),
        validation=(replace(few, name="held-out"),),
        steps=80,
        evaluate_every=80,
        batch_size=3,
    )
    folder = train(settings)
    losses = [value for _, value in scalars(settings.output)["train/loss"]]
    assert sum(losses[:5]) > 20 * sum(losses[-5:])
    metrics = read(folder / "metrics.json")["validation"]["metrics"]
    assert {name: metrics[name]["f1"] for name in ("entities", "triggers", "arguments", "relations", "tuples")} == {
        "entities": pytest.approx(1.0, abs=0.05),
        "triggers": pytest.approx(1.0, abs=0.05),
        "arguments": pytest.approx(1.0, abs=0.05),
        "relations": pytest.approx(1.0, abs=0.05),
        "tuples": pytest.approx(1.0, abs=0.05),
    }
    extractor = EventExtractor.from_pretrained(folder, dtype="fp32")
    known = {f"held-out/{a.id}" for a in ARTICLES}
    found = [a for a in extractor.extract([{"id": a.id, "text": a.text} for a in ARTICLES]) if a.tuples is not None]
    assert {f"held-out/{a.id}" for a in found} == known
    scored = [score_articles([g], [f]).metrics["entities"].micro.f1 for g, f in zip(ARTICLES, found, strict=True)]
    assert sum(f1 == 1.0 for f1 in scored) >= 3


def test_all_that_a_run_leaves_behind(settings):
    folder = train(settings)
    assert folder == settings.output / "checkpoint"
    run = {path.relative_to(settings.output).as_posix() for path in settings.output.rglob("*") if path.is_file()}
    assert {name for name in run if not name.startswith("logs/")} == {
        "config.yaml",
        "best/model.safetensors",
        *(
            f"state/step-0000000{step}/{name}"
            for step in (4, 6)
            for name in ("model.safetensors", "optimizer.safetensors", "state.json")
        ),
        *(
            f"checkpoint/{name}"
            for name in (
                "README.md", "audit.json", "config.json", "metrics.json", "model.safetensors", "ontology.yaml",
                "tokenizer.json", "tokenizer_config.json", "training.yaml",
            )
        ),
    }  # fmt: skip
    assert load_config(TrainSettings, folder / "training.yaml") == settings
    assert read(folder / "audit.json") == {}
    metrics = read(folder / "metrics.json")
    assert metrics.keys() == {
        "validation", "proclitics", "calibration", "best_step", "steps", "seconds", "parameters", "history"
    }  # fmt: skip
    assert [row["step"] for row in metrics["history"]] == [2, 4, 6]
    assert metrics["best_step"] in (2, 4, 6)
    assert metrics["validation"]["articles"] == 6
    assert metrics["validation"]["metrics"]["entities"]["intervals"].keys() >= {"f1"}
    assert metrics["parameters"] == sum(p.numel() for p in load_checkpoint(folder).model.parameters())
    logged = scalars(settings.output)
    assert [step for step, _ in logged["train/loss"]] == [1, 2, 3, 4, 5, 6]
    assert [step for step, _ in logged["validation/tuples"]] == [2, 4, 6]
    assert {"train/spans", "train/links", "train/factuality", "train/proclitics", "train/gradient_norm"} <= set(logged)
    assert "| gold | train |" in (folder / "README.md").read_text(encoding="utf-8")


def test_what_the_labels_cannot_hold_is_in_the_audit(settings):
    folder = train(replace(settings, steps=1, model=replace(settings.model, span_width=2)))
    assert read(folder / "audit.json").keys() == {"gold.span.too_long", "gold.link.mention_lost"}


class Killed(BaseException):
    """What a test kills a run with; no handler expects it."""


def outcome(run):
    """Return what must not depend on whether a run was cut: the last state, the best weights, the checkpoint."""
    metrics = read(run / "checkpoint" / "metrics.json")
    states = {
        path.relative_to(run).as_posix(): path.read_bytes()
        for part in ("state", "best", "checkpoint")
        for path in sorted((run / part).rglob("*.safetensors"))
    }
    return states, {key: metrics[key] for key in ("history", "best_step", "steps", "validation", "calibration")}


@pytest.mark.parametrize("killed_at", [1, 3, 4, 6])
def test_a_run_that_was_killed_goes_on_to_the_same_end(settings, monkeypatch, killed_at):
    """Bit by bit: in the middle between two states, or after validating but before the state is written."""
    whole = replace(settings, output=settings.output.with_name("whole"))
    train(whole)
    if killed_at % 2:
        counted = iter(range(1, 100))
        collate = fit.collate

        def cut(*args, **kwargs):
            if next(counted) > killed_at:
                raise Killed
            return collate(*args, **kwargs)

        monkeypatch.setattr(fit, "collate", cut)
    else:

        def cut(folder, *, step, save=fit.save_state, **kwargs):
            if step == killed_at:
                raise Killed
            return save(folder, step=step, **kwargs)

        monkeypatch.setattr(fit, "save_state", cut)
    with pytest.raises(Killed):
        train(settings)
    monkeypatch.undo()
    torch.manual_seed(99)
    train(settings, resume=True)
    left, right = outcome(whole.output), outcome(settings.output)
    assert left[0].keys() == right[0].keys()
    assert left == right


def test_a_finished_run_can_be_resumed_without_effect(settings):
    train(settings)
    before = outcome(settings.output)
    train(settings, resume=True)
    assert outcome(settings.output) == before


def test_two_runs_of_one_config_are_equal(settings):
    one, two = (replace(settings, output=settings.output.with_name(name)) for name in ("one", "two"))
    train(one)
    train(two)
    assert outcome(one.output) == outcome(two.output)
    other = replace(settings, output=settings.output.with_name("other"), seed=14)
    train(other)
    assert outcome(other.output)[0] != outcome(one.output)[0]


def test_an_output_that_holds_a_run_is_not_overwritten(settings):
    train(settings)
    with pytest.raises(ConfigError, match=r"`output` must be a new folder, but .*run holds a run\. Add --resume"):
        train(settings)
    with pytest.raises(ConfigError, match=r"run was made with another `seed` \(13, now 3\)\. Set these back"):
        train(replace(settings, seed=3), resume=True)


def test_a_run_that_broke_before_its_first_state_may_be_started_again(settings):
    with pytest.raises(InputError):
        train(replace(settings, train=(replace(settings.train[0], path=Path("nowhere.jsonl")),)))
    assert train(settings).is_dir()


def test_training_stops_early(settings, monkeypatch):
    """After `patience` validations that were no better, and the best weights are the ones that are kept."""
    scores = iter([0.1, 0.3, 0.2, 0.3, 0.9, 0.9])
    monkeypatch.setitem(fit.SELECTED, "tuple_f1", lambda report: next(scores))
    kept = {}
    validate = fit._validate

    def spy(settings, checkpoint, *args):
        kept[len(kept) + 1] = checkpoint.model.proclitics.out.bias.detach().clone()
        validate(settings, checkpoint, *args)

    monkeypatch.setattr(fit, "_validate", spy)
    folder = train(replace(settings, steps=12, evaluate_every=2, patience=2))
    metrics = read(folder / "metrics.json")
    assert [row["selected"] for row in metrics["history"]] == [0.1, 0.3, 0.2, 0.3]
    assert (metrics["best_step"], metrics["steps"]) == (4, 8)
    best = load_file(settings.output / "best" / "model.safetensors")
    assert torch.equal(best["proclitics.out.bias"], kept[2])
    saved = load_checkpoint(folder).model.proclitics.out.bias
    assert torch.equal(saved, kept[2].to(torch.bfloat16).float())


def test_without_patience_it_goes_on(settings, monkeypatch):
    monkeypatch.setitem(fit.SELECTED, "tuple_f1", lambda report: 0.0)
    assert read(train(replace(settings, patience=0)) / "metrics.json")["steps"] == 6


def test_the_encoder_learns_at_its_own_rate(settings, bert):
    frozen = replace(settings, optimizer=OptimizerSettings(encoder_lr=0.0, head_lr=1e-2, weight_decay=0.0))
    folder = train(frozen)
    before = load_file(bert / "model.safetensors")
    after = load_file(folder / "model.safetensors")
    assert all(torch.equal(after[f"encoder.{name}"], tensor.to(torch.bfloat16)) for name, tensor in before.items())


def test_training_in_bfloat16(settings):
    folder = train(replace(settings, precision="bf16"))
    assert read(folder / "metrics.json")["steps"] == 6
    assert {p.dtype for p in load_checkpoint(folder).model.parameters()} == {torch.float32}


def test_an_ontology_of_names_alone_is_trained_and_used(settings, tmp_path):
    save_ontology(NAMES_ONLY, tmp_path / "names.yaml")
    bare = [
        replace(a, events=(), relations=(), entities=tuple(e for e in a.entities if e.type in ("PER", "ORG", "GPE")))
        for a in ARTICLES
    ]
    path = tmp_path / "names.jsonl"
    path.write_text("\n".join(json.dumps(a.to_dict(), ensure_ascii=False) for a in bare), encoding="utf-8")
    names = replace(
        settings,
        ontology=tmp_path / "names.yaml",
        train=(DataSettings(name="gold", path=path),),
        validation=(DataSettings(name="held-out", path=path),),
        selection="entity_f1",
        steps=40,
        evaluate_every=40,
    )
    folder = train(names)
    assert read(folder / "metrics.json")["validation"]["metrics"]["entities"]["f1"] > 0.8
    assert load_checkpoint(folder).ontology == NAMES_ONLY
    articles = EventExtractor.from_pretrained(folder).extract([a.text for a in ARTICLES])
    assert {e.type for a in articles for e in a.entities} == {"PER", "ORG", "GPE"}
    with pytest.raises(ConfigError, match=r"`selection` must be entity_f1 .* no events"):
        train(replace(names, selection="tuple_f1", output=tmp_path / "other"))


def test_sets_of_other_types_are_trained_together(settings, tmp_path):
    """One of our own, one with types to be mapped, one with proclitics alone."""
    rename = {"PER": "PERS", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
    foreign = [
        replace(
            a,
            events=(),
            relations=(),
            entities=tuple(replace(e, type=rename.get(e.type, "MISC")) for e in a.entities),
        )
        for a in ARTICLES
    ]
    (tmp_path / "foreign.jsonl").write_text("\n".join(json.dumps(a.to_dict()) for a in foreign), encoding="utf-8")
    (tmp_path / "cuts.jsonl").write_text('{"text": "وبدمشق", "cuts": [2]}\n', encoding="utf-8")
    mapped = DataSettings(
        name="foreign",
        path=tmp_path / "foreign.jsonl",
        types={"PERS": ("PER",), "LOC": ("GPE", "LOC", "FAC"), "MISC": ()},
        complete=("PER", "GPE", "LOC", "FAC"),
        nested=False,
        events=False,
    )
    cuts = DataSettings(name="cuts", path=tmp_path / "cuts.jsonl", format="proclitics")
    folder = train(replace(settings, train=(*settings.train, mapped, cuts)))
    losses = read(folder / "audit.json")
    misc = sum(e.type == "MISC" for a in foreign for e in a.entities)
    assert losses == {"foreign.span.type_without_counterpart.MISC": misc}


def test_proclitics_are_scored_beside_the_articles(settings, tmp_path):
    """Learnt by heart from few words, and scored as the finished checkpoint cuts them."""
    path = tmp_path / "cuts.jsonl"
    rows = [
        {"text": "وبدمشق وحلب", "cuts": [1, 2, 8]},
        {"text": "وعاصمة ولبنان", "cuts": [1, 8]},
        {"text": "دمشق", "cuts": []},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    cuts = DataSettings(name="cuts", path=path, format="proclitics", weight=3)
    held_out = replace(cuts, name="cuts-held-out", part=(0.0, 0.7))
    settings = replace(
        settings,
        train=(*settings.train, cuts),
        validation=(*settings.validation, held_out),
        steps=60,
        evaluate_every=60,
    )
    folder = train(settings)
    metrics = read(folder / "metrics.json")
    assert metrics["proclitics"] == {
        "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 5, "tp": 5, "fp": 0, "fn": 0
    }  # fmt: skip
    assert [row["proclitics"] for row in metrics["history"]] == [1.0]
    assert "F1 100.0, of 5 in texts that chose nothing;" in (folder / "README.md").read_text(encoding="utf-8")
    assert scalars(settings.output)["validation/proclitics"] == [(60, 1.0)]
    assert read(folder / "audit.json") == {"cuts-held-out.article.outside_part": 1}
    extractor = EventExtractor.from_pretrained(folder)
    assert extractor.cut_proclitics(["وبدمشق وحلب", ""]) == [(1, 2, 8), ()]


def test_a_cut_in_a_word_about_which_nothing_is_known_does_not_count(settings, tmp_path, monkeypatch):
    (tmp_path / "cuts.jsonl").write_text(json.dumps({"text": "بقوات وحلب لبنان", "cuts": [7]}), encoding="utf-8")
    monkeypatch.setattr(EventExtractor, "cut_proclitics", lambda self, texts: [(1, 7, 12) for _ in texts])
    checkpoint = build(settings)
    assert evaluate_cuts(checkpoint, read_cuts(tmp_path / "cuts.jsonl")) == Counts(tp=1, fp=2, fn=0)
    assert evaluate_cuts(checkpoint, read_cuts(tmp_path / "cuts.jsonl", "ول")) == Counts(tp=1, fp=1, fn=0)


def test_a_validation_set_with_names_of_its_own_for_our_types(settings, tmp_path):
    """The same articles under other names score the same, and a name that is not given one of ours is an error."""
    path = tmp_path / "renamed.jsonl"
    renamed = [
        replace(a, entities=tuple(replace(e, type=f"MY_{e.type}") for e in a.entities)).to_dict() for a in ARTICLES
    ]
    path.write_text("\n".join(json.dumps(row) for row in renamed), encoding="utf-8")
    types = {f"MY_{e.type}": (e.type,) for a in ARTICLES for e in a.entities}
    held_out = replace(settings.validation[0], path=path, types=types)
    one = train(replace(settings, steps=2))
    two = train(replace(settings, steps=2, validation=(held_out,), output=tmp_path / "renamed"))
    assert read(one / "metrics.json")["validation"] == read(two / "metrics.json")["validation"]
    few = replace(held_out, types={key: ours for key, ours in types.items() if key != "MY_PER"})
    with pytest.raises(ConfigError, match=r"data set 'held-out': `types` must name .* but misses 'MY_PER'"):
        train(replace(settings, validation=(few,), output=tmp_path / "few"))


def test_a_type_that_the_ontology_does_not_know(settings):
    with pytest.raises(ConfigError, match=r"data set 'gold': RIVER must be entity types of the ontology"):
        train(replace(settings, train=(replace(settings.train[0], complete=("RIVER",)),)))


def test_a_window_longer_than_the_encoder(settings):
    with pytest.raises(ConfigError, match=r"`model\.window` must be at most 508 for this encoder, but is 510 instead"):
        train(replace(settings, model=replace(settings.model, window=510, overlap=20)))


def test_the_path_of_no_encoder_is_no_hub_id(settings, tmp_path):
    for path in ("no/such/encoder", f"{tmp_path}/encoder"):
        with pytest.raises(CheckpointError, match=r"there is no encoder 'encoder' in the folder '.*'\. Check the path"):
            train(replace(settings, model=replace(settings.model, encoder=path)))


@pytest.mark.parametrize("encoder", ["", "./nowhere"])
def test_an_encoder_that_is_not_there(settings, encoder):
    with pytest.raises(CheckpointError, match=rf"`model\.encoder` '{encoder}' cannot be loaded: .* Give a folder or"):
        train(replace(settings, model=replace(settings.model, encoder=encoder)))


def test_a_checkpoint_lends_its_encoder(settings):
    """So that labels of one's own can start from the shipped model, where there is no hub."""
    first = train(replace(settings, steps=2))
    names = replace(settings, output=settings.output.with_name("second"), ontology=None, seed=99)
    model = build(replace(names, model=replace(settings.model, encoder=str(first)))).model
    expected = load_checkpoint(first).model.encoder.state_dict()
    assert all(torch.equal(model.encoder.state_dict()[name], tensor) for name, tensor in expected.items())
    folder = train(replace(names, steps=2, model=replace(settings.model, encoder=str(first))))
    assert load_checkpoint(folder).model.config.encoder == load_checkpoint(first).model.config.encoder


def test_a_loss_that_is_no_number(settings):
    wild = OptimizerSettings(encoder_lr=1e30, head_lr=1e30, max_grad_norm=1e30, warmup=0)
    with pytest.raises(TrainingError, match=r"the loss is (nan|inf) in step .* Lower `optimizer\.encoder_lr`"):
        train(replace(settings, optimizer=wild, evaluate_every=6))
    assert not (settings.output / "checkpoint").exists()


def test_too_little_disk(settings, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1000, 990, 10))
    with pytest.raises(OutputError, match="of free disk"):
        train(settings)


def test_an_encoder_without_safetensors(settings, bert, tmp_path):
    folder = shutil.copytree(bert, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match=r"cannot be loaded"):
        train(replace(settings, model=replace(settings.model, encoder=str(folder))))


def test_an_encoder_without_a_tokenizer(settings, bert, tmp_path):
    folder = shutil.copytree(bert, tmp_path / "mute")
    for path in folder.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(CheckpointError, match=r"cannot be loaded: its tokenizer has 5 subwords, where .* knows"):
        train(replace(settings, model=replace(settings.model, encoder=str(folder))))


def test_every_family_is_built_and_trained(settings, encoders, family):
    chosen = replace(settings, model=replace(settings.model, encoder=str(encoders(family))), steps=2)
    checkpoint = build(chosen)
    assert checkpoint.model.config.encoder_config().model_type == family
    folder = train(chosen)
    [article] = EventExtractor.from_pretrained(folder).extract([ARTICLES[0].text])
    assert article.coverage == 1.0


@pytest.mark.slow
def test_two_processes(settings, tmp_path):
    """The same texts in each step as one process sees, one checkpoint, and the same end after a kill."""
    (tmp_path / "config.yaml").write_text(dump_config(settings), encoding="utf-8")
    done = launch("--config", "config.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("checkpoint: ") == 1
    metrics = read(settings.output / "checkpoint" / "metrics.json")
    assert [row["step"] for row in metrics["history"]] == [2, 4, 6]
    assert len(list((settings.output / "logs").iterdir())) == 1
    two = outcome(settings.output)
    shutil.rmtree(settings.output / "checkpoint")
    shutil.rmtree(settings.output / "state" / "step-00000006")
    again = launch("--config", "config.yaml", "--resume", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    resumed = outcome(settings.output)
    assert {k: v for k, v in resumed[0].items() if "step-00000004" not in k} == {
        k: v for k, v in two[0].items() if "step-00000004" not in k
    }
    assert resumed[1] == two[1]
    alone = replace(settings, output=tmp_path / "alone")
    train(alone)
    one = load_file(alone.output / "state" / "step-00000006" / "model.safetensors")
    both = load_file(settings.output / "state" / "step-00000006" / "model.safetensors")
    assert max((one[name].float() - tensor.float()).abs().max().item() for name, tensor in both.items()) < 0.1
    assert read_annotated(settings.train[0].path)


@pytest.mark.slow
def test_fewer_texts_than_processes(settings, tmp_path):
    (tmp_path / "config.yaml").write_text(dump_config(replace(settings, batch_size=1)), encoding="utf-8")
    done = launch("--config", "config.yaml", folder=tmp_path)
    assert done.returncode != 0
    assert "`batch_size` must be at least the number of processes, 2, but is 1 instead" in done.stderr
