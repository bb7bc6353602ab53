"""Learning rates: which parameter gets which, and how it changes over a run. Shared by pre-training and fine-tuning.

What is optimised, and for how long, is the caller's business.
"""

import math
import re
from typing import Literal, TypedDict

from torch import nn

Schedule = Literal["constant", "linear", "cosine", "wsd"]

_LAYER = re.compile(r"(?:^|\.)(?:layer|layers)\.(\d+)\.")  # encoder.layer.3. (BERT and kin), layers.3. (ModernBERT)
_EMBEDDINGS = re.compile(r"(?:^|\.)(?:embeddings|tok_embeddings|embeddings_project)\.")


class ParameterGroup(TypedDict):
    """One group as `torch.optim` takes it."""

    params: list[nn.Parameter]
    lr: float
    weight_decay: float


def parameter_groups(
    model: nn.Module, *, encoder_lr: float, head_lr: float, layer_decay: float = 1.0, weight_decay: float = 0.01
) -> list[ParameterGroup]:
    """Group the trainable parameters of a model that keeps its encoder in `model.encoder`.

    The encoder's last layer, and what follows its layers, learns at `encoder_lr`, each layer below it at `layer_decay`
    times the rate of the one above, the embeddings at that of a layer below the first (Howard and Ruder 2018). All
    else learns at `head_lr`. Biases and norms, which have one dimension, have no weight decay.

    Raises:
        AttributeError: The model has no `encoder`.
    """
    encoder = model.encoder
    assert isinstance(encoder, nn.Module)
    depths = {name: _depth(name) for name, _ in encoder.named_parameters()}
    top = max((depth for depth in depths.values() if depth is not None), default=0)
    rates = {
        id(parameter): encoder_lr * layer_decay ** (top - (top if depths[name] is None else depths[name] or 0))
        for name, parameter in encoder.named_parameters()
    }
    groups: dict[tuple[float, float], ParameterGroup] = {}
    for parameter in model.parameters():
        if not parameter.requires_grad:
            continue
        rate = rates.get(id(parameter), head_lr)
        decay = weight_decay if parameter.ndim > 1 else 0.0
        group = groups.setdefault((rate, decay), {"params": [], "lr": rate, "weight_decay": decay})
        group["params"].append(parameter)
    return list(groups.values())


def schedule_factor(
    step: int,
    *,
    warmup: int,
    total: int,
    kind: Schedule,
    decay_share: float = 0.15,
    progress: float | None = None,
) -> float:
    """Return what the learning rates are multiplied by in step `step`, counted from 0.

    It rises linearly over `warmup` steps. Then it falls to zero at `total` in a line (`linear`), along half a cosine
    (`cosine`), in a line over the last `decay_share` alone (`wsd`), or not at all (`constant`). `progress`, from 0 to
    1, takes the place of `step / total` where something else, such as the clock, ends the run.

    >>> [schedule_factor(step, warmup=2, total=10, kind="wsd", decay_share=0.2) for step in (0, 1, 5, 9)]
    [0.5, 1.0, 1.0, 0.5]
    """
    rise = min(1.0, (step + 1) / warmup) if warmup else 1.0
    done = min(1.0, step / total if progress is None else progress)
    if kind == "wsd":
        return rise * min(1.0, (1.0 - done) / decay_share)
    if kind == "constant" or rise < 1.0:
        return rise
    start = min(warmup / total, 1.0 - 1e-9)
    done = max(0.0, (done - start) / (1.0 - start))
    return 1.0 - done if kind == "linear" else 0.5 * (1.0 + math.cos(math.pi * done))


def _depth(name: str) -> int | None:
    """Return 0 for the embeddings, 1 for the first layer and so on, None for what is in no layer."""
    if found := _LAYER.search(name):
        return int(found[1]) + 1
    return 0 if _EMBEDDINGS.search(name) else None
