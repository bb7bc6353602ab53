"""`waqai train`: fine-tunes a model, or pre-trains an encoder, from a config file."""

import argparse
import os
from pathlib import Path

from waqai.config import load_config, read_yaml


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--config", type=Path, required=True, help="a YAML file, such as configs/compact.yaml")
    parser.add_argument("--resume", action="store_true", help="go on with the run in the config's output folder")
    parser.add_argument("overrides", nargs="*", metavar="section.key=value", help="values that replace the config's")


def run(args: argparse.Namespace) -> int:
    """Train, and print where the checkpoint is."""
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415 - imports torch

    transformers_logging.disable_progress_bar()
    data = read_yaml(args.config)
    if isinstance(data, dict) and "corpus" in data:  # a pre-training config must have one, no other may
        from waqai.pretraining import run as pretrain  # noqa: PLC0415 - imports torch

        outcome = pretrain(args.config, args.overrides)
        if not _speaks():
            return 0
        done = [f"{outcome.steps} steps", f"{outcome.tokens / 1e6:.1f} M subwords"]
        done += [f"{name} {value:.3f}" for name, value in outcome.losses.items()]
        print(f"{', '.join(done)}; {'finished' if outcome.finished else 'goes on with the same command'}")
        return 0
    from waqai.training.fit import train  # noqa: PLC0415 - imports torch
    from waqai.training.settings import TrainSettings  # noqa: PLC0415

    settings = load_config(TrainSettings, args.config, args.overrides)
    folder = train(settings, resume=args.resume)
    if _speaks():
        print(f"checkpoint: {folder}")
    return 0


def _speaks() -> bool:
    """Return whether this is the first of the processes, which speaks for all."""
    return os.environ.get("RANK", "0") == "0"
