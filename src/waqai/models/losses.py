"""The losses of the heads; each is a sum over its decisions, so that all of them weigh a decision alike."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's name for it

from waqai.data.collate import IGNORED, POSITIVE, SILENT, Targets


def span_loss(logits: Tensor, possible: Tensor, targets: Targets) -> Tensor:
    """Return the summed binary cross-entropy of all spans about which the data set says something.

    Args:
        logits: [N, V, C].
        possible: [N, V], whether a span of this width ends within its text.
        targets: Where a span may be of several types, their probabilities are united:
            -log(1 - Π(1 - p)) over the types, in a form that is stable for small p.
    """
    labels = targets["spans"]
    known = ((labels != SILENT) & possible[:, :, None]).to(logits.dtype)
    wanted = (labels == POSITIVE).to(logits.dtype)
    loss = F.binary_cross_entropy_with_logits(logits, wanted, weight=known, reduction="sum")
    if len(targets["unclear_cells"]):
        word, width = targets["unclear_cells"].unbind(-1)
        none = (F.logsigmoid(-logits[word, width]) * targets["unclear_types"]).sum(dim=-1)
        loss = loss - (-torch.expm1(none)).clamp(min=1e-30).log().sum()
    return loss


def link_loss(logits: Tensor, legal: Tensor, labels: Tensor) -> Tensor:
    """Return the summed binary cross-entropy of all legal links: logits, legal and labels are [P, R]."""
    return F.binary_cross_entropy_with_logits(
        logits, labels.to(logits.dtype), weight=legal.to(logits.dtype), reduction="sum"
    )


def class_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the summed cross-entropy of the labels that are not IGNORED: [N, K] and [N]."""
    return F.cross_entropy(logits, labels, ignore_index=IGNORED, reduction="sum")
