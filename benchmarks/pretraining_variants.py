"""Objectives, shapes and starts of the encoder at equal time, from one tokenizer and one packed corpus.

    python benchmarks/pretraining_variants.py [--only masked deep wide replaced random] [--minutes 15] [--threads 1]

Each variant is `configs/pretrain.yaml` with the overrides below, in `runs/compare/NAME`; `--like` is a run whose
tokenizer and corpus are taken. Two steps are made before the clock starts, so that all find their compiled code in the
cache. `benchmarks/pretraining_curve.py` draws the losses, `benchmarks/encoders.py` says what the encoders are worth.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = ("objective.candidates=null", "training.warmup_steps=100", "training.compile=true", "training.log_every=25")
VARIANTS: dict[str, tuple[str, ...]] = {
    "masked": (),
    "deep": ("encoder.hidden_size=192", "encoder.layers=12", "encoder.intermediate_size=384"),
    "wide": ("encoder.hidden_size=384", "encoder.layers=3", "encoder.heads=6", "encoder.intermediate_size=768"),
    "replaced": ("objective.kind=rtd",),
    "random": ("vectors=null",),
}


def pretrain(*overrides: str, threads: int) -> None:
    """Run the program as users do."""
    command = [sys.executable, "train.py", "--config", "configs/pretrain.yaml", *COMMON, *overrides]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    subprocess.run([*command, f"training.threads={threads}"], cwd=ROOT, env=environment, check=True)


def main() -> None:
    """Train the variants that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--like", type=Path, default=ROOT / "runs" / "pretrain")
    args = parser.parse_args()
    for name in args.only:
        output = ROOT / "runs" / "compare" / name
        if output.exists():
            sys.exit(f"{output} is there already. Remove it to run {name} again.")
        for part in ("tokenizer", "packed"):
            shutil.copytree(args.like / part, output / part)
        chosen = (*VARIANTS[name], f"output={output}")
        pretrain(*chosen, "training.steps=2", threads=args.threads)
        for made in ("checkpoints", "encoder", "logs"):
            shutil.rmtree(output / made)
        (output / "metrics.jsonl").unlink()
        pretrain(*chosen, f"training.max_minutes={args.minutes}", threads=args.threads)


if __name__ == "__main__":
    main()
