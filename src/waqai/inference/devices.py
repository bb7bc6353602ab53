"""Chooses the device and the number format of the encoder."""

import warnings
from typing import Literal

import torch
from torch import nn

from waqai.errors import ConfigError

Device = Literal["auto", "cpu", "cuda"]
Dtype = Literal["auto", "fp32", "bf16", "int8"]


def choose_device(device: Device) -> torch.device:
    """Return the device; `auto` takes CUDA where there is one.

    Raises:
        ConfigError: CUDA is asked for and not there.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("`--device cuda` needs a CUDA device, but PyTorch finds none. Use `--device cpu` or `auto`.")
    return torch.device("cuda" if device == "cuda" or (device == "auto" and torch.cuda.is_available()) else "cpu")


def choose_dtype(dtype: Dtype, device: torch.device) -> torch.dtype:
    """Return the encoder's number format; `auto` takes bfloat16 where the processor computes in it.

    Raises:
        ConfigError: int8 is asked for on a GPU.
    """
    if dtype == "int8":
        if device.type != "cpu":
            raise ConfigError("`--dtype int8` is for the CPU, but the device is a GPU. Use `--dtype bf16`.")
        return torch.qint8
    if dtype == "fp32":
        return torch.float32
    if dtype == "bf16":
        return torch.bfloat16
    on_cuda = device.type == "cuda"
    fast = torch.cuda.is_bf16_supported(including_emulation=False) if on_cuda else cpu_has_bfloat16()
    return torch.bfloat16 if fast else torch.float32


def cpu_has_bfloat16() -> bool:
    """Return whether the processor has instructions for bfloat16 products (AVX512-BF16 or AMX)."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - no public form exists


def set_dtype(encoder: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Return the encoder in a number format, changed in place.

    int8 is dynamic: the weights of its linear layers are rounded once, their inputs as they come, each tensor with a
    scale of its own. Nothing is calibrated, and all else stays in float32.
    """
    if dtype != torch.qint8:
        return encoder.to(dtype)
    with warnings.catch_warnings():
        # PyTorch points to torchao, a package of its own, for what its own kernels do as well.
        warnings.simplefilter("ignore")
        quantized: nn.Module = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            encoder, {nn.Linear}, dtype=torch.qint8, inplace=True
        )
    return quantized
