import json
from pathlib import Path

import pytest
import torch
from torch import nn

from waqai.errors import CheckpointError, OutputError
from waqai.training import state
from waqai.training.state import load_state, save_state, saved_states


class Tied(nn.Module):
    """Dropout, a tied weight, a buffer."""

    def __init__(self, width=4):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.second.weight = self.first.weight
        self.drop = nn.Dropout(0.5)
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen += 1
        return self.second(self.drop(self.first(x)))


def build(width=4):
    torch.manual_seed(0)
    model = Tied(width)
    groups = [{"params": [model.first.weight]}, {"params": [model.first.bias, model.second.bias], "lr": 0.2}]
    return model, torch.optim.AdamW(groups, lr=0.1, betas=(0.9, 0.98))


def step(model, optimizer, number):
    torch.manual_seed(number)  # as both loops do
    loss = model(torch.ones(3, 4)).square().sum()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def test_a_run_that_goes_on_has_the_curve_of_one_that_was_not_cut(tmp_path):
    model, optimizer = build()
    whole = [step(model, optimizer, number) for number in range(3)]
    save_state(tmp_path, model=model, optimizer=optimizer, step=3, extra={"epoch": 1, "الحال": "جيد"})
    whole += [step(model, optimizer, number) for number in range(3, 6)]

    again, again_optimizer = build()
    saved = load_state(tmp_path, model=again, optimizer=again_optimizer)
    assert (saved.step, saved.extra) == (3, {"epoch": 1, "الحال": "جيد"})
    assert [step(again, again_optimizer, number) for number in range(3, 6)] == whole[3:]
    for ours, theirs in zip(again.state_dict().values(), model.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    assert again.first.weight is again.second.weight


def test_only_safetensors_and_json_and_the_last_two(tmp_path):
    model, optimizer = build()
    step(model, optimizer, 0)
    for number in (1, 2, 3):
        save_state(tmp_path, model=model, optimizer=optimizer, step=number)
    assert [path.name for path in saved_states(tmp_path)] == ["step-00000002", "step-00000003"]
    assert {path.name for path in (tmp_path / "step-00000003").iterdir()} == {
        "model.safetensors",
        "optimizer.safetensors",
        "state.json",
    }


def test_nothing_saved(tmp_path):
    model, optimizer = build()
    assert load_state(tmp_path / "missing", model=model, optimizer=optimizer) is None


def test_a_write_that_was_cut_is_not_seen(tmp_path, monkeypatch):
    model, optimizer = build()
    save_state(tmp_path, model=model, optimizer=optimizer, step=1)
    (tmp_path / "step-00000002.tmp").mkdir()
    assert load_state(tmp_path, model=model, optimizer=optimizer).step == 1

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "save_file", full)
    with pytest.raises(OutputError, match="No space left on device"):
        save_state(tmp_path, model=model, optimizer=optimizer, step=2)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]


def test_a_state_of_another_shape(tmp_path):
    model, optimizer = build()
    save_state(tmp_path, model=model, optimizer=optimizer, step=1)
    wide, wide_optimizer = build(5)
    before = wide.first.weight.clone()
    with pytest.raises(CheckpointError, match=r"`first.bias` must be of shape \(5,\), but is \(4,\) instead"):
        load_state(tmp_path, model=wide, optimizer=wide_optimizer)
    assert torch.equal(wide.first.weight, before)


def test_an_optimizer_with_other_groups(tmp_path):
    model, optimizer = build()
    save_state(tmp_path, model=model, optimizer=optimizer, step=1)
    with pytest.raises(CheckpointError, match="other parameter groups"):
        load_state(tmp_path, model=model, optimizer=torch.optim.AdamW(model.parameters()))


def damage_json(path: Path):
    content = json.loads((path / "state.json").read_text())
    del content["groups"]
    (path / "state.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    "damage",
    [
        damage_json,
        lambda path: (path / "state.json").write_text("{"),
        lambda path: (path / "optimizer.safetensors").unlink(),
        lambda path: (path / "model.safetensors").write_bytes((path / "model.safetensors").read_bytes()[:-3]),
    ],
    ids=["key", "json", "missing", "cut"],
)
def test_a_damaged_state(tmp_path, damage):
    model, optimizer = build()
    step(model, optimizer, 0)
    damage(save_state(tmp_path, model=model, optimizer=optimizer, step=1))
    with pytest.raises(CheckpointError, match=r"step-00000001 cannot be read: .* Remove it to go on"):
        load_state(tmp_path, model=model, optimizer=optimizer)
