"""The training loop: steps, learning rates, log, and a state and an exported encoder every few minutes.

It knows nothing of the corpus or the objective beyond a batch and its losses.
"""

import json
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import Tensor
from torch._dynamo import maybe_mark_dynamic
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm
from transformers import ModernBertModel

from waqai.errors import CheckpointError, TrainingError
from waqai.pretraining.batches import BatchSource
from waqai.pretraining.config import TrainingConfig
from waqai.pretraining.objectives import Losses, Masked, MaskedWords, Replaced
from waqai.training.optimization import schedule_factor
from waqai.training.state import SavedState, load_state, save_state

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
        export: Called after every state is written, and where there is no step to do, on the main process.

    Raises:
        CheckpointError: The last state is of another shape, or of steps of another size.
        TrainingError: The loss or a weight is not finite.
    """
    began = time.monotonic()
    peaks = [group["peak"] for group in optimizer.param_groups]  # of the config, not of the state
    saved = load_state(folder / "checkpoints", model=objective, optimizer=optimizer)
    step = first = saved.step if saved else 0
    log = _Log(folder, config, accelerator, began, saved)
    if config.compile:
        if accelerator.device.type == "cpu":  # its flash kernel is slow backwards; compiled plain attention is not
            for module in objective.modules():
                if isinstance(module, ModernBertModel):
                    module.set_attn_implementation("eager")
        objective.compile()
    model, wrapped = accelerator.prepare(objective, optimizer)
    model.train()
    bar = tqdm(total=config.steps, initial=step, desc="pre-training", disable=None if log.active else True)

    def save() -> None:
        if not all(bool(parameter.isfinite().all()) for parameter in objective.parameters()):
            raise _not_finite("a weight", step)
        if log.active:  # the other processes wait for this one where they next exchange gradients
            save_state(folder / "checkpoints", model=objective, optimizer=optimizer, step=step, extra=log.state())
            export()

    last_save = began
    while (done := _progress(step, began, config, accelerator)) < 1.0:
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
            log.write(step, epoch=source.epoch(step), rate=config.learning_rate * factor)
        if time.monotonic() - last_save > 60 * config.save_every_minutes:
            save()
            last_save = time.monotonic()
    if step > first:
        save()
    elif log.active:  # the last sitting may have been cut between its state and its encoder
        export()
    accelerator.wait_for_everyone()
    log.close()
    bar.close()
    accelerator.end_training()
    return Outcome(steps=step, tokens=step * log.tokens_per_step, finished=step >= config.steps, losses=log.means)


def _progress(step: int, began: float, config: TrainingConfig, accelerator: Accelerator) -> float:
    """Return the share of the run that is done, by steps or by this sitting's minutes, whichever is further on.

    Clocks differ and all processes must stop at the same step, so the main process's clock counts.
    """
    done = step / config.steps
    if config.max_minutes is None:
        return done
    clock = (time.monotonic() - began) / 60 / config.max_minutes
    if accelerator.num_processes > 1:
        clock = broadcast(torch.tensor(clock, device=accelerator.device)).item()
    return max(done, min(1.0, clock))


class _Log:
    """Means of the losses over `log_every` steps, to `metrics.jsonl` and TensorBoard, from the main process.

    A run that goes on from a state takes up the sums of that state, and lines of later steps are struck out.
    """

    def __init__(
        self, folder: Path, config: TrainingConfig, accelerator: Accelerator, began: float, saved: SavedState | None
    ) -> None:
        self.active = accelerator.is_main_process
        self.tokens_per_step = config.batch_size * config.sequence_length * accelerator.num_processes
        self.means: dict[str, float] = {}
        self._sums: dict[str, Tensor] = {}
        self._count, self._began = 0, began
        self._speed_from, self._speed_count = began, 0
        self._file = folder / "metrics.jsonl"
        if saved:
            # The place in the corpus is counted in steps.
            before = saved.extra.get("tokens_per_step", self.tokens_per_step)
            if before != self.tokens_per_step:
                raise CheckpointError(
                    "`training.batch_size`, times the processes and the sequence's length, must stay what it was, "
                    f"{before} subwords a step, but is {self.tokens_per_step} instead."
                )
            self._began -= saved.extra["seconds"]
            self._count = saved.extra["count"]
            self._sums = {
                name: torch.tensor(total, device=accelerator.device) for name, total in saved.extra["sums"].items()
            }
        if self.active:
            last = saved.step if saved else 0
            lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
            kept = [line + "\n" for line in lines if _step_of(line) <= last]
            self._file.write_text("".join(kept), encoding="utf-8")
        self._board = SummaryWriter(str(folder / "logs"), purge_step=saved and saved.step + 1) if self.active else None

    def state(self) -> dict[str, Any]:
        """Return what a run that goes on needs."""
        sums = {name: total.item() for name, total in self._sums.items()}
        return {
            "seconds": time.monotonic() - self._began,
            "count": self._count,
            "sums": sums,
            "tokens_per_step": self.tokens_per_step,
        }

    def add(self, losses: dict[str, Tensor]) -> None:
        """Add the losses of one step; nothing waits for the device."""
        for name, value in losses.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value
        self._count += 1
        self._speed_count += 1

    def write(self, step: int, *, epoch: float, rate: float) -> None:
        """Write the means and start anew."""
        self.means = {name: total.item() / self._count for name, total in self._sums.items()}
        now = time.monotonic()
        speed = self._speed_count * self.tokens_per_step / (now - self._speed_from)
        self._sums, self._count, self._speed_from, self._speed_count = {}, 0, now, 0
        bad = [name for name, mean in self.means.items() if not math.isfinite(mean)]
        if bad:
            raise _not_finite(f"the loss {bad[0]}", step)
        if self._board is None:
            return
        row: dict[str, float] = {"step": step, "tokens": step * self.tokens_per_step, "epoch": round(epoch, 4)}
        row |= {"seconds": round(now - self._began, 1), "tokens_per_second": round(speed), "learning_rate": rate}
        row |= {name: round(mean, 5) for name, mean in self.means.items()}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        for name, value in row.items():
            if name != "step":
                self._board.add_scalar(name, value, step)
        logger.info("step %d: %s", step, {name: round(mean, 3) for name, mean in self.means.items()})

    def close(self) -> None:
        """Flush the board."""
        if self._board is not None:
            self._board.close()


def _step_of(line: str) -> float:
    """Return the step of a line of the log, infinity for one that was being written when the run was cut."""
    try:
        step: float = json.loads(line)["step"]
    except ValueError:
        return math.inf
    return step


def _not_finite(what: str, step: int) -> TrainingError:
    return TrainingError(
        f"{what} is not finite after step {step}. Lower `training.learning_rate` or use fp32; "
        "the run goes on from its last state."
    )
