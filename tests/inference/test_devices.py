import copy

import pytest
import torch

from waqai.errors import ConfigError
from waqai.inference import devices
from waqai.inference.devices import choose_device, choose_dtype, cpu_has_bfloat16, set_dtype

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def test_without_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == CPU
    with pytest.raises(ConfigError, match=r"`--device cuda` needs a CUDA device"):
        choose_device("cuda")


def test_with_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == choose_device("cuda") == CUDA
    assert choose_device("cpu") == CPU


@pytest.mark.parametrize("device", [CPU, CUDA])
def test_a_format_that_is_asked_for_is_taken(device):
    assert choose_dtype("fp32", device) == torch.float32
    assert choose_dtype("bf16", device) == torch.bfloat16


@pytest.mark.parametrize(("fast", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_takes_bfloat16_where_it_is_fast(monkeypatch, fast, dtype):
    monkeypatch.setattr(devices, "cpu_has_bfloat16", lambda: fast)
    assert choose_dtype("auto", CPU) == dtype
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: fast and not including_emulation)
    assert choose_dtype("auto", CUDA) == dtype


def test_the_processor_can_be_asked():
    assert cpu_has_bfloat16() in (True, False)


def test_int8_rounds_the_linear_layers_and_is_for_the_cpu():
    encoder = torch.nn.Sequential(torch.nn.Linear(8, 4), torch.nn.LayerNorm(4))
    numbers = torch.linspace(-1, 1, 24).view(3, 8)
    rounded = set_dtype(copy.deepcopy(encoder), choose_dtype("int8", torch.device("cpu")))
    assert "DynamicQuantizedLinear" in str(rounded)
    difference = (rounded(numbers) - encoder(numbers)).abs().max().item()
    assert 0 < difference < 0.1
    with pytest.raises(ConfigError, match="for the CPU"):
        choose_dtype("int8", torch.device("cuda"))
