import math

import pytest
import torch

from waqai.data.collate import IGNORED, NEGATIVE, POSITIVE, SILENT
from waqai.models.heads import IMPOSSIBLE
from waqai.models.losses import class_loss, link_loss, span_loss


def targets(spans, cells=(), types=()):
    num_types = len(spans[0][0])
    return {
        "spans": torch.tensor(spans, dtype=torch.int8),
        "unclear_cells": torch.tensor(cells, dtype=torch.long).view(-1, 2),
        "unclear_types": torch.tensor(types, dtype=torch.bool).view(-1, num_types),
    }


def softplus(x):
    return math.log1p(math.exp(x))


def test_span_loss_by_hand():
    logits = torch.tensor([[[2.0, -1.0], [0.5, 3.0]], [[-2.0, 1.0], [IMPOSSIBLE, IMPOSSIBLE]]])
    possible = torch.tensor([[True, True], [True, False]])
    labels = [[[POSITIVE, NEGATIVE], [SILENT, NEGATIVE]], [[NEGATIVE, SILENT], [NEGATIVE, NEGATIVE]]]
    expected = softplus(-2.0) + softplus(-1.0) + softplus(3.0) + softplus(-2.0)
    assert span_loss(logits, possible, targets(labels)).item() == pytest.approx(expected, rel=1e-5)


def test_a_data_set_that_says_nothing_has_no_loss():
    logits = torch.randn(3, 2, 4, requires_grad=True)
    loss = span_loss(logits, torch.ones(3, 2, dtype=torch.bool), targets([[[SILENT] * 4] * 2] * 3))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert not logits.grad.any()


@pytest.mark.parametrize("logit", [[0.3, -1.2, 2.0], [-6.0, -7.0, 0.0], [-20.0, -22.0, 9.0], [4.0, 8.0, 0.0]])
def test_of_several_types_at_least_one_is_meant(logit):
    """-log(1 - (1 - p)(1 - q)) of the two types that the span may be of; the third has a label of its own."""
    logits = torch.tensor([[logit]], dtype=torch.float32, requires_grad=True)
    possible = torch.ones(1, 1, dtype=torch.bool)
    given = targets([[[SILENT, SILENT, SILENT]]], [[0, 0]], [[True, True, False]])
    loss = span_loss(logits, possible, given)
    p, q = (1 / (1 + math.exp(-x)) for x in logit[:2])
    union = p + q - p * q
    assert loss.item() == pytest.approx(-math.log(union), rel=1e-4, abs=1e-6)
    loss.backward()
    slopes = [-p * (1 - p) * (1 - q) / union, -q * (1 - q) * (1 - p) / union, 0]
    assert logits.grad[0, 0].tolist() == pytest.approx(slopes, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("logit", [-60.0, -1000.0, IMPOSSIBLE, 60.0, 1000.0])
def test_an_unclear_type_has_a_finite_loss_at_any_logit(logit):
    logits = torch.full((1, 1, 2), logit, requires_grad=True)
    given = targets([[[SILENT, SILENT]]], [[0, 0]], [[True, True]])
    loss = span_loss(logits, torch.ones(1, 1, dtype=torch.bool), given)
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


def test_an_improbable_unclear_type_is_still_pulled_up():
    logits = torch.full((1, 1, 2), -18.0, requires_grad=True)
    given = targets([[[SILENT, SILENT]]], [[0, 0]], [[True, True]])
    span_loss(logits, torch.ones(1, 1, dtype=torch.bool), given).backward()
    assert logits.grad[0, 0].tolist() == pytest.approx([-0.5, -0.5], rel=1e-3)


def test_link_loss_counts_legal_links_alone():
    logits = torch.tensor([[1.0, -2.0], [3.0, 0.0]])
    legal = torch.tensor([[True, True], [False, True]])
    labels = torch.tensor([[1, 0], [1, 0]])
    expected = softplus(-1.0) + softplus(-2.0) + math.log(2)
    assert link_loss(logits, legal, labels).item() == pytest.approx(expected, rel=1e-5)


def test_class_loss_is_a_sum_over_what_is_labelled():
    logits = torch.tensor([[0.0, 0.0], [1.0, 2.0], [5.0, 5.0]])
    labels = torch.tensor([1, 0, IGNORED])
    assert class_loss(logits, labels).item() == pytest.approx(math.log(2) + softplus(1.0), rel=1e-5)
    assert class_loss(logits, torch.full((3,), IGNORED)).item() == 0
