"""The state of a run on disk, so that a cut run goes on to the very curve it would have had. No pickle.

    FOLDER/step-00000500/model.safetensors        parameters and buffers
    FOLDER/step-00000500/optimizer.safetensors    moments, `INDEX.NAME`
    FOLDER/step-00000500/state.json               step, the optimizer's groups, what the caller adds

A state is written under another name and then renamed; the last two are kept. Where the data stood is the caller's
to restore from `step` and `extra`; so is chance, which both loops draw from the number of the step.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from waqai.errors import CheckpointError, OutputError, must

_NAME = re.compile(r"step-(\d{8})")


@dataclass(frozen=True, slots=True)
class SavedState:
    """Where a run stood: steps done, and what was given as `extra`."""

    step: int
    extra: dict[str, Any]


def save_state(
    folder: Path,
    *,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    extra: Mapping[str, Any] | None = None,
    keep: int = 2,
) -> Path:
    """Write the state after `step` steps into a folder of its own in `folder`, drop all but the last `keep`.

    Args:
        folder: Holds the states of one run.
        model: Its parameters and buffers are kept; tied ones once.
        optimizer: Its moments and groups are kept.
        step: Steps done.
        extra: What JSON can hold.
        keep: States that stay.

    Raises:
        OutputError: The state cannot be written, as when the disk is full.
    """
    target = folder / f"step-{step:08d}"
    temporary = folder / f"{target.name}.tmp"
    packed = optimizer.state_dict()
    moments, scalars = {}, {}
    for index, values in packed["state"].items():
        for name, value in values.items():
            if isinstance(value, Tensor):
                moments[f"{index}.{name}"] = value.detach().cpu().contiguous()
            else:
                scalars[f"{index}.{name}"] = value
    content = {"step": step, "groups": packed["param_groups"], "scalars": scalars, "extra": dict(extra or {})}
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        save_file(_distinct(model), temporary / "model.safetensors")
        save_file(moments, temporary / "optimizer.safetensors")
        (temporary / "state.json").write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        temporary.rename(target)
        for old in saved_states(folder)[:-keep]:
            shutil.rmtree(old)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise OutputError(f"the state of step {step} cannot be written to {folder}: {error}.") from error
    return target


def saved_states(folder: Path) -> list[Path]:
    """Return the states in `folder`, oldest first; one that was being written when the run was cut is left out."""
    return sorted(path for path in folder.glob("step-*") if _NAME.fullmatch(path.name)) if folder.exists() else []


def require_space(folder: Path, needed: int) -> None:
    """Raise an OutputError unless `folder` has room for `needed` more bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError(
            f"{folder} needs {needed / 1e6:,.0f} MB of free disk, but has {free / 1e6:,.0f} MB instead. "
            "Free some or choose another `output`."
        )


def load_state(folder: Path, *, model: nn.Module, optimizer: torch.optim.Optimizer) -> SavedState | None:
    """Restore the last state in `folder` into `model` and `optimizer`; None where there is none.

    Raises:
        CheckpointError: The state is damaged, or is of a model or an optimizer of another shape.
    """
    states = saved_states(folder)
    if not states:
        return None
    path = states[-1]
    remedy = "Remove it to go on from the one before, or give the config it was made with."
    try:
        content = json.loads((path / "state.json").read_text(encoding="utf-8"))
        tensors = load_file(path / "model.safetensors")
        moments = load_file(path / "optimizer.safetensors")
        step, groups, scalars, extra = (content[key] for key in ("step", "groups", "scalars", "extra"))
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"the state {path} cannot be read: {error!r}. {remedy}") from error
    expected = {name: tuple(tensor.shape) for name, tensor in _distinct(model).items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if expected != found:
        name = next(n for n in sorted(expected.keys() | found.keys()) if expected.get(n) != found.get(n))
        raise CheckpointError(
            must(name, f"of shape {expected.get(name, 'none')}", found.get(name, "none"), str(path), remedy)
        )
    current = optimizer.state_dict()["param_groups"]
    if [group["params"] for group in current] != [group["params"] for group in groups]:
        raise CheckpointError(f"the state {path} is of an optimizer with other parameter groups. {remedy}")
    state: dict[int, dict[str, Any]] = {}
    for key, value in [*moments.items(), *scalars.items()]:
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    model.load_state_dict(tensors, strict=False)
    # JSON knows no tuples; torch's own defaults (betas) are tuples.
    groups = [{k: tuple(v) if k == "betas" else v for k, v in group.items()} for group in groups]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    return SavedState(step, extra)


def _distinct(model: nn.Module) -> dict[str, Tensor]:
    """Return the state dict with each tied tensor once, under its first name."""
    seen: set[tuple[int, int]] = set()
    distinct = {}
    for name, tensor in model.state_dict().items():
        key = (tensor.data_ptr(), tensor.numel())
        if tensor.numel() and key in seen:
            continue
        seen.add(key)
        distinct[name] = tensor.detach().cpu().contiguous()
    return distinct
