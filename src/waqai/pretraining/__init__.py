"""Pre-training of a compact Arabic encoder from raw text. `run` does it all; `configs/pretrain.yaml` says what."""

from waqai.pretraining.run import run

__all__ = ["run"]
