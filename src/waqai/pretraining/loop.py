"""The training loop: steps, learning rates, log, and a state and an exported encoder every few minutes.

It knows nothing of the corpus or the objective beyond a batch and its losses.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor
from torch._dynamo import maybe_mark_dynamic
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from waqai.pretraining.batches import BatchSource
from waqai.pretraining.config import TrainingConfig
from waqai.pretraining.objectives import Losses, Masked, MaskedWords, Replaced
from waqai.training.optimization import schedule_factor
from waqai.training.state import load_state, save_state

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: steps and subwords in all sittings, and the mean losses since the last line of the log."""

    steps: int
    tokens: int
    finished: bool
    losses: dict[str, float]


def train(
    objective: MaskedWords | Replaced,
    optimizer: torch.optim.Optimizer,
    source: BatchSource,
    config: TrainingConfig,
    *,
    accelerator: Accelerator,
    folder: Path,
    export: Callable[[], None],
) -> Outcome:
    """Train from the last state in `folder` until the steps or this sitting's minutes are spent.

    Args:
        objective: Takes a `Masked` batch and returns `Losses`; on the CPU.
        optimizer: Over the objective's parameters; its groups' rates are the peaks.
        source: The batches of this process.
        config: Length, rates, log.
        accelerator: Device and processes.
        folder: Gets `checkpoints`, `metrics.jsonl` and TensorBoard's `logs`.
        export: Called after every state is written, on the main process.

    Raises:
        CheckpointError: The last state is of another shape.
        FloatingPointError: The loss is not finite.
    """
    began = time.monotonic()
    saved = load_state(folder / "checkpoints", model=objective, optimizer=optimizer)
    step = first = saved.step if saved else 0
    earlier = float(saved.extra["seconds"]) if saved else 0.0
    peaks = [group["peak"] for group in optimizer.param_groups]
    per_step = config.batch_size * config.sequence_length * accelerator.num_processes
    if config.compile:
        if (
            accelerator.device.type == "cpu"
        ):  # the CPU's flash kernel is slow backwards; compiled plain attention is not
            objective.encoder.set_attn_implementation("eager")
        objective.compile()
    model, wrapped = accelerator.prepare(objective, optimizer)
    model.train()
    log = _Log(folder, accelerator.is_main_process, per_step)
    bar = tqdm(total=config.steps, initial=step, desc="pretraining", disable=None if log.active else True)

    def minutes() -> float:
        return (time.monotonic() - began) / 60

    def progress() -> float:
        """Share of the run that is done; of this sitting's minutes where they are bounded and further on."""
        by_clock = minutes() / config.max_minutes if config.max_minutes else 0.0
        return max(step / config.steps, min(by_clock, 1.0))

    def save() -> None:
        accelerator.wait_for_everyone()
        if log.active:
            extra = {"seconds": earlier + time.monotonic() - began}
            save_state(folder / "checkpoints", model=objective, optimizer=optimizer, step=step, extra=extra)
            export()

    last_save = began
    while (done := _agreed(progress(), accelerator)) < 1.0:
        factor = schedule_factor(
            step,
            warmup=config.warmup_steps,
            total=config.steps,
            kind=config.schedule,
            decay_share=config.decay_share,
            progress=done,
        )
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * factor
        torch.manual_seed(hash((config.seed, step, accelerator.process_index)))
        batch = Masked(*(tensor.to(accelerator.device) for tensor in source.batch(step)))
        if config.compile:
            maybe_mark_dynamic(batch.positions, 0)
        with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=config.precision == "bf16"):
            losses: Losses = model(batch)
        accelerator.backward(losses.total)
        accelerator.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        wrapped.step()
        wrapped.zero_grad()
        step += 1
        log.add(losses.parts)
        bar.update()
        if step % config.log_every == 0:
            log.write(step, epoch=source.epoch(step), rate=peaks[-1] * factor)
        if time.monotonic() - last_save > 60 * config.save_every_minutes:
            save()
            last_save = time.monotonic()
    if step > first:
        save()
    log.close()
    bar.close()
    return Outcome(steps=step, tokens=step * per_step, finished=step >= config.steps, losses=log.means)


def _agreed(progress: float, accelerator: Accelerator) -> float:
    """Return the main process's progress everywhere, since clocks differ and all must stop at the same step."""
    if accelerator.num_processes == 1:
        return progress
    value = torch.tensor([progress if accelerator.is_main_process else 0.0], device=accelerator.device)
    return float(accelerator.reduce(value, reduction="sum").item())


class _Log:
    """Means of the losses, to `metrics.jsonl` and TensorBoard, from the main process."""

    def __init__(self, folder: Path, active: bool, tokens_per_step: int) -> None:  # noqa: FBT001 - private
        self.active = active
        self.means: dict[str, float] = {}
        self._sums: dict[str, Tensor] = {}
        self._count = 0
        self._since = time.monotonic()
        self._tokens_per_step = tokens_per_step
        self._file = folder / "metrics.jsonl"
        self._board = SummaryWriter(str(folder / "logs")) if active else None

    def add(self, losses: dict[str, Tensor]) -> None:
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, torch.zeros_like(value)) + value
        self._count += 1

    def write(self, step: int, *, epoch: float, rate: float) -> None:
        self.means = {name: float(total) / self._count for name, total in self._sums.items()}
        now = time.monotonic()
        speed = self._count * self._tokens_per_step / (now - self._since)
        self._sums, self._count, self._since = {}, 0, now
        bad = [name for name, mean in self.means.items() if mean != mean]  # noqa: PLR0124 - NaN alone differs from itself
        if bad:
            raise FloatingPointError(
                f"the loss {bad[0]} is not a number at step {step}. Lower `training.learning_rate` or use fp32."
            )
        if self._board is None:
            return
        row = {"step": step, "tokens": step * self._tokens_per_step, "epoch": round(epoch, 4)}
        row |= {"learning_rate": rate, "tokens_per_second": round(speed)}
        row |= {name: round(mean, 5) for name, mean in self.means.items()}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        for name, value in row.items():
            if name != "step":
                self._board.add_scalar(name, value, step)
        logger.info("step %d: %s", step, {name: round(mean, 3) for name, mean in self.means.items()})

    def close(self) -> None:
        if self._board is not None:
            self._board.close()
