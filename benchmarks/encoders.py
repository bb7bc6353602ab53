"""What encoders are worth: the same fine-tuning from each, several seeds, scored on what neither has seen.

    python benchmarks/encoders.py compact=runs/pretrain/encoder scratch=runs/pretrain/encoder [--tasks anercorp wojood]
        [--seeds 13 14 15] [--threads 2] [--runs FOLDER] [key=value …]
    python benchmarks/encoders.py --report [--runs FOLDER]

`NAME=FOLDER` names an encoder; under the name `scratch` its shape and tokenizer are taken and its weights drawn anew.
A score is that of the last step with the thresholds that a model starts with: validation articles choose nothing.
Runs that are there are not made again; `--report` prints the mean of the seeds of each, and the least and the greatest.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import mean

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from waqai.config import load_config
from waqai.training.fit import CHECKPOINT, train
from waqai.training.settings import TrainSettings

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = "scratch"
TASKS = {
    "anercorp": ROOT / "benchmarks" / "ner" / "anercorp.yaml",
    "wojood": ROOT / "benchmarks" / "ner" / "wojood.yaml",
    "news": ROOT / "configs" / "compact.yaml",
}
METRICS = ("entities", "triggers", "arguments", "relations", "tuples", "proclitics")


def scratch(like: Path, folder: Path, seed: int) -> Path:
    """Write an encoder of the shape of another, with its tokenizer and random weights; return its folder."""
    if not folder.exists():
        torch.manual_seed(seed)
        AutoModel.from_config(AutoConfig.from_pretrained(like)).save_pretrained(folder)
        AutoTokenizer.from_pretrained(like).save_pretrained(folder)
    return folder


def fine_tune(task: str, name: str, encoder: Path, seed: int, runs: Path, overrides: Iterable[str]) -> None:
    """Make one run, or go on with it."""
    folder = scratch(encoder, runs / f"{SCRATCH}-{seed}", seed) if name == SCRATCH else encoder
    output = runs / task / f"{name}-{seed}"
    fixed = (f"model.encoder={folder}", f"output={output}", f"seed={seed}", "patience=0")
    settings = load_config(TrainSettings, TASKS[task], [*overrides, *fixed])
    if not (output / CHECKPOINT).exists():
        train(settings, resume=(output / "state").exists())


def report(runs: Path) -> None:
    """Print a row for each task and encoder."""
    found: defaultdict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for file in sorted(runs.glob(f"*/*/{CHECKPOINT}/metrics.json")):
        run = file.parents[1]
        last = json.loads(file.read_text(encoding="utf-8"))["history"][-1]
        found[run.parent.name, run.name.rpartition("-")[0]].append(last)
    print("| task | encoder | seeds | " + " | ".join(METRICS) + " |")
    print("| --- |" + " --- |" * (len(METRICS) + 2))
    for (task, name), rows in found.items():
        cells = [_cell([100 * row[metric] for row in rows if metric in row]) for metric in METRICS]
        print(f"| {task} | {name} | {len(rows)} | " + " | ".join(cells) + " |")


def _cell(values: list[float]) -> str:
    if not any(values):
        return ""
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{mean(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def main() -> None:
    """Make runs, or report those that are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "encoders")
    parser.add_argument("--report", action="store_true")
    args, pairs = parser.parse_known_args()
    torch.set_num_threads(args.threads)
    if args.report:
        report(args.runs)
        return
    given = dict(pair.split("=", 1) for pair in pairs)
    encoders = {name: Path(folder) for name, folder in given.items() if (Path(folder) / "config.json").exists()}
    overrides = [f"{key}={value}" for key, value in given.items() if key not in encoders]
    for task in args.tasks:
        for name, encoder in encoders.items():
            for seed in args.seeds:
                fine_tune(task, name, encoder, seed, args.runs, overrides)


if __name__ == "__main__":
    main()
