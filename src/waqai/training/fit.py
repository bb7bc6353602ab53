"""A fine-tuning run, from a config to a calibrated checkpoint, read from top to bottom.

    OUTPUT/config.yaml     the resolved config
    OUTPUT/state/          the last two states, to resume from (`waqai.training.state`)
    OUTPUT/best/           weights of the best validation so far
    OUTPUT/logs/           TensorBoard
    OUTPUT/checkpoint/     the finished checkpoint, with metrics.json, audit.json and config.yaml

Which texts a step sees depends on the config alone (`waqai.training.mixture`); a resumed run sees the same ones.
"""

import dataclasses
import itertools
import json
import logging
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, broadcast_object_list, set_seed
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm
from transformers import AutoConfig, AutoModel, AutoTokenizer, PretrainedConfig, PreTrainedModel

from waqai.audit import Audit
from waqai.checkpoints import Checkpoint, load_checkpoint, refuse_slip, save_checkpoint
from waqai.config import dump_config, require_same
from waqai.data.collate import collate, to_device
from waqai.data.cuts import CutText
from waqai.data.labels import Task
from waqai.data.normalizer import normalize_arabic
from waqai.errors import CheckpointError, ConfigError, OutputError, TrainingError
from waqai.inference.devices import choose_dtype
from waqai.inference.extractor import EventExtractor
from waqai.models import WaqaiConfig, WaqaiModel
from waqai.ontology import load_ontology
from waqai.records import AnnotatedArticle, Article
from waqai.scoring import Counts, Report, score_articles, score_cuts
from waqai.training.calibrate import calibrate
from waqai.training.mixture import load_mixture, read_articles_of, read_cuts_of
from waqai.training.optimization import parameter_groups, schedule_factor
from waqai.training.settings import DataSettings, ModelSettings, TrainSettings
from waqai.training.state import load_state, require_space, save_state, saved_states

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint"
_BYTES_PER_PARAMETER = 46  # three states of 12 bytes, one being written; two of the best weights, and the checkpoint


@dataclass(slots=True)
class _Progress:
    """What early stopping remembers; saved with the state."""

    step: int = 0
    seconds: float = 0.0
    best: float = -1.0
    best_step: int = 0
    stale: int = 0
    history: list[dict[str, float]] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """What a run is measured on: annotated articles, and texts of which the proclitics alone are known."""

    articles: tuple[AnnotatedArticle, ...]
    cut_texts: tuple[CutText, ...]


def _read_held_out(settings: TrainSettings, audit: Audit) -> _HeldOut:
    """Read the validation sets; an article's id is preceded by the name of its set."""
    articles: list[AnnotatedArticle] = []
    cut_texts: list[CutText] = []
    for data in settings.validation:
        if data.format == "proclitics":
            cut_texts += read_cuts_of(data, seed=settings.seed, audit=audit)
        else:
            articles += (
                dataclasses.replace(
                    article,
                    id=f"{data.name}/{article.id}",
                    entities=tuple(dataclasses.replace(e, type=_our_type(e.type, data)) for e in article.entities),
                )
                for article in read_articles_of(data, seed=settings.seed, audit=audit)
            )
    return _HeldOut(tuple(articles), tuple(cut_texts))


def _our_type(theirs: str, data: DataSettings) -> str:
    if data.types is None:
        return theirs
    if theirs not in data.types:
        raise ConfigError(f"data set {data.name!r}: `types` must name every source type, but misses {theirs!r}.")
    return data.types[theirs][0]


def train(settings: TrainSettings, *, resume: bool = False) -> Path:
    """Fine-tune, select by validation, calibrate, save; return the checkpoint's folder.

    Raises:
        ConfigError: The output holds another run, or the config does not fit the encoder or the ontology.
        InputError: A data set cannot be read.
        CheckpointError: The encoder cannot be loaded, or a state does not fit.
        OutputError: The disk has too little room.
        TrainingError: The loss or its gradient is not finite.
    """
    # Only CUDA and CPU are supported; without this, several processes on a CPU would not know of each other.
    accelerator = Accelerator(
        cpu=not torch.cuda.is_available(),
        mixed_precision="no",  # `precision` says it, whatever the user's `accelerate config`
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if settings.batch_size < accelerator.num_processes:
        raise ConfigError(
            f"`batch_size` must be at least the number of processes, {accelerator.num_processes}, "
            f"but is {settings.batch_size} instead."
        )
    _open_output(settings, accelerator, resume=resume)
    set_seed(settings.seed)
    checkpoint = build(settings)
    model, task = checkpoint.model, checkpoint.model.config.task_shape()
    require_space(settings.output, _BYTES_PER_PARAMETER * sum(p.numel() for p in model.parameters()))
    dtype = choose_dtype(settings.precision, accelerator.device)
    model.encoder_autocast = None if dtype == torch.float32 else dtype
    for data in (*settings.train, *settings.validation):
        data.scheme().check(checkpoint.ontology, data.name)
    audit = Audit()
    held_out = _read_held_out(settings, audit)
    mixture = load_mixture(settings.train, checkpoint.text_encoder(), task, seed=settings.seed, audit=audit)
    if settings.selection == "tuple_f1" and not any(article.events for article in held_out.articles):
        raise ConfigError(
            "`selection` must be entity_f1 where the validation sets have no events, but is tuple_f1 instead."
        )
    rates = settings.optimizer
    groups: list[Any] = [
        *parameter_groups(
            model,
            encoder_lr=rates.encoder_lr,
            head_lr=rates.head_lr,
            layer_decay=rates.layer_decay,
            weight_decay=rates.weight_decay,
        )
    ]
    optimizer = torch.optim.AdamW(groups, fused=True)
    base_rates = [group["lr"] for group in optimizer.param_groups]
    progress = _Progress()
    saved = load_state(settings.output / "state", model=model, optimizer=optimizer) if resume else None
    if saved is not None:
        progress = _Progress(step=saved.step, **saved.extra)
        logger.info("resuming after step %d", progress.step)
    ddp, optimizer = accelerator.prepare(model, optimizer)
    log = SummaryWriter(str(settings.output / "logs")) if accelerator.is_main_process else None
    batches = itertools.islice(mixture.plan(settings.batch_size, settings.seed), progress.step, None)
    warmup = round(settings.steps * rates.warmup)
    bar = tqdm(
        total=settings.steps,
        initial=progress.step,
        disable=not (accelerator.is_main_process and sys.stderr.isatty()),
        unit="step",
    )
    pad_id = checkpoint.tokenizer.pad_token_id or 0
    started = time.monotonic()
    while progress.step < settings.steps and (not settings.patience or progress.stale < settings.patience):
        model.train()
        # Dropout depends on the step and the process alone: a resumed run draws what an uninterrupted one would.
        torch.manual_seed(
            settings.seed * 1_000_003 + progress.step * accelerator.num_processes + accelerator.process_index
        )
        batch = next(batches)[accelerator.process_index :: accelerator.num_processes]
        factor = schedule_factor(progress.step, warmup=warmup, total=settings.steps, kind="linear")
        for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
            group["lr"] = rate * factor
        tensors = collate([text for text, _ in batch], pad_id=pad_id, labels=[labels for _, labels in batch], task=task)
        output = ddp(**to_device(tensors, accelerator.device))
        accelerator.backward(output.loss)
        loss, norm = output.loss.item(), float(accelerator.clip_grad_norm_(model.parameters(), rates.max_grad_norm))
        for what, value in (("loss", loss), ("gradient", norm)):
            if not math.isfinite(value):
                raise TrainingError(
                    f"the {what} is {value} in step {progress.step + 1}. Lower `optimizer.encoder_lr` or "
                    "`optimizer.head_lr`, and start again with another `output`."
                )
        optimizer.step()
        optimizer.zero_grad()
        progress.step += 1
        bar.update()
        if log is not None:
            log.add_scalar("train/loss", loss, progress.step)
            log.add_scalar("train/gradient_norm", norm, progress.step)
            for name, value in output.losses.items():
                log.add_scalar(f"train/{name}", value.item(), progress.step)
        if progress.step % settings.evaluate_every == 0 or progress.step == settings.steps:
            _validate(settings, checkpoint, held_out, progress, accelerator, log)
            progress.seconds += time.monotonic() - started
            started = time.monotonic()
            if accelerator.is_main_process:
                extra = {k: v for k, v in dataclasses.asdict(progress).items() if k != "step"}
                save_state(settings.output / "state", model=model, optimizer=optimizer, step=progress.step, extra=extra)
            accelerator.wait_for_everyone()
    bar.close()
    folder = settings.output / CHECKPOINT
    if accelerator.is_main_process:
        assert log is not None
        log.close()
        _finish(settings, checkpoint, held_out, progress, audit, folder)
    accelerator.wait_for_everyone()
    accelerator.end_training()
    return folder


def build(settings: TrainSettings) -> Checkpoint:
    """Return an untrained model on the config's encoder, with its tokenizer and ontology."""
    ontology = load_ontology(settings.ontology)
    made = settings.model
    try:
        encoder, tokenizer = _load_encoder(made)
        encoder_config = encoder.config
        config = WaqaiConfig(
            encoder=encoder_config.to_dict(),
            task=dataclasses.asdict(Task.of(ontology, made.span_width)),
            ontology_fingerprint=ontology.fingerprint,
            span_head=made.span_head,
            head_size=made.head_size,
            dropout=made.dropout,
            window=made.window,
            overlap=made.overlap,
        )
        _check_window(config, encoder_config)
        model = WaqaiModel.from_encoder(encoder, config)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise CheckpointError(
            f"`model.encoder` {made.encoder!r} cannot be loaded: {(str(error).strip() or repr(error)).splitlines()[0]} "
            "Give a folder or a Hub id of an encoder with safetensors weights and a fast tokenizer, or of a checkpoint."
        ) from error
    return Checkpoint(model=model, tokenizer=tokenizer, ontology=ontology, name=str(settings.output))


def _load_encoder(made: ModelSettings) -> tuple[PreTrainedModel, Any]:
    """Return the encoder in float32 with its tokenizer; of a checkpoint of Waqai, the encoder alone is taken.

    Weights are read from safetensors only, and no code of a repository is run.
    """
    name, revision = made.encoder, made.revision
    refuse_slip(name, "encoder")
    kind, _ = PretrainedConfig.get_config_dict(name, revision=revision)
    if kind.get("model_type") == WaqaiConfig.model_type:
        checkpoint = load_checkpoint(name, revision=revision)
        return checkpoint.model.encoder, checkpoint.tokenizer
    encoder_config = AutoConfig.from_pretrained(name, revision=revision, trust_remote_code=False)
    tokenizer: Any = AutoTokenizer.from_pretrained(name, revision=revision, use_fast=True, trust_remote_code=False)
    if not tokenizer.is_fast:
        raise ConfigError(f"`model.encoder` must have a fast tokenizer, but {name} has none.")
    _check_tokenizer(tokenizer, encoder_config)
    normalize_arabic(tokenizer)
    encoder = AutoModel.from_pretrained(
        name, revision=revision, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
    )
    return encoder, tokenizer


def _check_tokenizer(tokenizer: Any, encoder_config: Any) -> None:
    # Where a tokenizer's files are missing, one is made up that knows next to nothing.
    if not encoder_config.vocab_size / 2 <= len(tokenizer) <= encoder_config.vocab_size:
        raise ValueError(
            f"its tokenizer has {len(tokenizer)} subwords, where the encoder knows {encoder_config.vocab_size}."
        )


def _check_window(config: WaqaiConfig, encoder_config: Any) -> None:
    positions = getattr(encoder_config, "max_position_embeddings", None)
    # RoBERTa's positions start after its padding id; four more are room for special subwords.
    if positions is not None and config.window + 4 > positions:
        raise ConfigError(
            f"`model.window` must be at most {positions - 4} for this encoder, but is {config.window} instead."
        )


def _open_output(settings: TrainSettings, accelerator: Accelerator, *, resume: bool) -> None:
    """Make the run's folder, or see that it holds the same run."""
    kept = settings.output / "config.yaml"
    if kept.exists():
        if not resume and (saved_states(settings.output / "state") or (settings.output / CHECKPOINT).exists()):
            raise ConfigError(
                f"`output` must be a new folder, but {settings.output} holds a run. Add --resume to go on with it, "
                "or give another folder by output=…"
            )
        if resume:
            require_same(kept, settings)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        settings.output.mkdir(parents=True, exist_ok=True)
        kept.write_text(dump_config(settings), encoding="utf-8")
    accelerator.wait_for_everyone()


def evaluate(checkpoint: Checkpoint, gold: tuple[AnnotatedArticle, ...], *, resamples: int = 0) -> Report:
    """Score the model as it is on gold articles, through the extractor that serves users."""
    extractor = _extractor(checkpoint)
    return score_articles(gold, extractor.extract(Article(id=a.id, text=a.text) for a in gold), resamples=resamples)


def evaluate_cuts(checkpoint: Checkpoint, texts: Sequence[CutText]) -> Counts:
    """Score where the model as it is cuts particles off, through the extractor that serves users.

    Words about which the corpus says nothing are left out.
    """
    extractor = _extractor(checkpoint)
    predicted = extractor.cut_proclitics(text.text for text in texts)
    return score_cuts(
        [text.cuts for text in texts],
        [[cut for cut in cuts if not text.is_silent(cut)] for text, cuts in zip(texts, predicted, strict=True)],
    )


def _extractor(checkpoint: Checkpoint) -> EventExtractor:
    """Return an extractor of mentions alone, in the precision in which thresholds are fitted."""
    device: Any = checkpoint.model.device.type
    return EventExtractor(checkpoint, device=device, dtype="fp32", values=False)


SELECTED: dict[str, Callable[[Report], float]] = {
    "tuple_f1": lambda report: report.tuple_f1,
    "entity_f1": lambda report: report.metrics["entities"].micro.f1 or 0.0,
}
"""What early stopping may follow."""


def _validate(
    settings: TrainSettings,
    checkpoint: Checkpoint,
    held_out: _HeldOut,
    progress: _Progress,
    accelerator: Accelerator,
    log: SummaryWriter | None,
) -> None:
    """Score on validation data, in the first process, and tell all whether it was the best so far."""
    result: list[Any] = [None]
    if log is not None:
        report = evaluate(checkpoint, held_out.articles)
        figures = {name: score.micro.f1 or 0.0 for name, score in report.metrics.items()}
        if held_out.cut_texts:
            figures["proclitics"] = evaluate_cuts(checkpoint, held_out.cut_texts).f1 or 0.0
        for name, value in figures.items():
            log.add_scalar(f"validation/{name}", value, progress.step)
        result = [(SELECTED[settings.selection](report), figures)]
    broadcast_object_list(result)
    score, figures = result[0]
    progress.history.append({"step": progress.step, "selected": score, **figures})
    logger.info("step %d: %s %.4f", progress.step, settings.selection, score)
    if score > progress.best:
        progress.best, progress.best_step, progress.stale = score, progress.step, 0
        if accelerator.is_main_process:
            best = settings.output / "best"
            try:
                best.mkdir(exist_ok=True)
                save_file(checkpoint.model.state_dict(), best / "model.safetensors.tmp")
                (best / "model.safetensors.tmp").replace(best / "model.safetensors")
            except (OSError, SafetensorError) as error:
                raise OutputError(f"the best weights cannot be written to {best}: {error}.") from error
    else:
        progress.stale += 1


def _finish(
    settings: TrainSettings,
    checkpoint: Checkpoint,
    held_out: _HeldOut,
    progress: _Progress,
    audit: Audit,
    folder: Path,
) -> None:
    """Take the best weights as they will be saved, calibrate them, score them with intervals and save all."""
    weights = load_file(settings.output / "best" / "model.safetensors")
    rounded = {k: v.to(torch.bfloat16).to(v.dtype) if v.is_floating_point() else v for k, v in weights.items()}
    checkpoint.model.load_state_dict(rounded)
    extractor = _extractor(checkpoint)
    calibration = calibrate(extractor, held_out.articles)
    report = evaluate(checkpoint, held_out.articles, resamples=1000)
    metrics = {
        "validation": report.to_dict(),
        "proclitics": evaluate_cuts(checkpoint, held_out.cut_texts).to_dict() if held_out.cut_texts else None,
        "calibration": calibration,
        "best_step": progress.best_step,
        "steps": progress.step,
        "seconds": round(progress.seconds),
        "parameters": sum(p.numel() for p in checkpoint.model.parameters()),
        "history": progress.history,
    }
    save_checkpoint(
        checkpoint,
        folder,
        {
            "metrics.json": json.dumps(metrics, ensure_ascii=False, indent=1) + "\n",
            "audit.json": json.dumps(audit.to_dict(), ensure_ascii=False, indent=2) + "\n",
            "training.yaml": dump_config(settings),
        },
    )
