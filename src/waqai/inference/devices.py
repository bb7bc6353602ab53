"""Chooses the device and the number format of the encoder."""

from typing import Literal

import torch

from waqai.errors import ConfigError

Device = Literal["auto", "cpu", "cuda"]
Dtype = Literal["auto", "fp32", "bf16"]


def choose_device(device: Device) -> torch.device:
    """Return the device; `auto` takes CUDA where there is one.

    Raises:
        ConfigError: CUDA is asked for and not there.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("`--device cuda` needs a CUDA device, but PyTorch finds none. Use `--device cpu` or `auto`.")
    return torch.device("cuda" if device == "cuda" or (device == "auto" and torch.cuda.is_available()) else "cpu")


def choose_dtype(dtype: Dtype, device: torch.device) -> torch.dtype:
    """Return the encoder's number format; `auto` takes bfloat16 where the processor computes in it."""
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
