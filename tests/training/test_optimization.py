import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel

from waqai.training.optimization import parameter_groups, schedule_factor

SIZES = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 9}


class Tagger(nn.Module):
    """An encoder and one head."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(8, 2)


@pytest.fixture(params=["bert", "modernbert"])
def model(request):
    """A tagger on an encoder of two layers, of either naming."""
    if request.param == "bert":
        return Tagger(BertModel(BertConfig(**SIZES)))
    return Tagger(ModernBertModel(ModernBertConfig(**SIZES, pad_token_id=0)))


def groups_by_name(model, **options):
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    groups = parameter_groups(model, **options)
    return {names[id(p)]: (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}


def test_every_parameter_is_in_one_group_with_its_rate(model):
    found = groups_by_name(model, encoder_lr=1.0, head_lr=3.0, layer_decay=0.5, weight_decay=0.1)
    assert set(found) == {name for name, _ in model.named_parameters()}
    for name, parameter in model.named_parameters():
        rate = 1.0
        if name.startswith("head"):
            rate = 3.0
        elif "embeddings" in name:
            rate = 0.25
        elif ".0." in name.split("mlp")[0]:
            rate = 0.5
        assert found[name] == (rate, 0.1 if parameter.ndim > 1 else 0.0), name


def test_groups_are_what_torch_takes_and_frozen_parameters_are_left_out(model):
    model.head.bias.requires_grad_(False)
    groups = parameter_groups(model, encoder_lr=1.0, head_lr=3.0)
    torch.optim.AdamW(groups)
    parameters = [p for group in groups for p in group["params"]]
    assert len(parameters) == len(list(model.parameters())) - 1
    assert all(p is not model.head.bias for p in parameters)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", [0.5, 1.0, 1.0, 1.0, 1.0]),
        ("linear", [0.5, 1.0, 1.0, 0.5, 0.125]),
        ("cosine", [0.5, 1.0, 1.0, 0.5, 0.0380602]),
        ("wsd", [0.5, 1.0, 1.0, 1.0, 0.5]),
    ],
)
def test_schedules(kind, expected):
    found = [schedule_factor(step, warmup=2, total=10, kind=kind, decay_share=0.2) for step in (0, 1, 2, 6, 9)]
    assert found == pytest.approx(expected)


def test_the_clock_takes_the_place_of_steps():
    assert schedule_factor(500, warmup=2, total=10_000, kind="wsd", decay_share=0.2, progress=0.9) == pytest.approx(0.5)
    assert schedule_factor(500, warmup=2, total=10_000, kind="linear", progress=1.0) == 0.0


def test_no_warmup():
    assert schedule_factor(0, warmup=0, total=4, kind="linear") == 1.0
