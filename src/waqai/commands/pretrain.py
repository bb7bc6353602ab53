"""`waqai pretrain`: make an encoder from raw text."""

import argparse
from pathlib import Path

from waqai.pretraining import run as run_pretraining


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the config and its overrides."""
    parser.add_argument("--config", type=Path, default=Path("configs/pretrain.yaml"), help="config of the run")
    parser.add_argument("overrides", nargs="*", metavar="SECTION.KEY=VALUE", help="values that replace the config's")


def run(args: argparse.Namespace) -> int:
    """Pre-train and say how far it came."""
    outcome = run_pretraining(args.config, args.overrides)
    state = "finished" if outcome.finished else "goes on with the same command"
    losses = ", ".join(f"{name} {value:.3f}" for name, value in outcome.losses.items())
    print(f"{outcome.steps} steps, {outcome.tokens / 1e6:.1f} M subwords, {losses}; {state}")
    return 0
