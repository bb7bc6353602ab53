"""What encoders are worth: the same fine-tuning from each, several seeds, scored on what neither has seen.

    python benchmarks/encoders.py compact=runs/pretrain/encoder scratch=runs/pretrain/encoder [--tasks anercorp wojood]
        [--seeds 13 14 15] [--threads 2] [--runs FOLDER] [--set key=value …]
    python benchmarks/encoders.py --report [--runs FOLDER]

To be started in the project's folder. `NAME=FOLDER` names an encoder; under the name `scratch` its shape and tokenizer
are taken and its weights drawn anew. A run is kept in RUNS/TASK/NAME@DIGEST-SEED, where the digest is of the encoder's
weights; one that is there is not made again, and another config for it is refused. A score is that of the last step,
with the thresholds that a model starts with: validation articles choose nothing. `--report` prints the mean over the
seeds, and the least and the greatest.
"""

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from waqai.config import load_config, require_same
from waqai.errors import ConfigError
from waqai.training.fit import CHECKPOINT, train
from waqai.training.settings import TrainSettings

SCRATCH = "scratch"
TASKS = {
    "anercorp": Path("benchmarks/ner/anercorp.yaml"),
    "wojood": Path("benchmarks/ner/wojood.yaml"),
    "news": Path("configs/compact.yaml"),
}
METRICS = ("entities", "entities_outermost", "triggers", "arguments", "relations", "tuples", "proclitics")


def digest(encoder: Path) -> str:
    """Return six hexadecimal digits for the weights of an encoder."""
    with (encoder / "model.safetensors").open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:6]


def scratch(like: Path, runs: Path, seed: int) -> Path:
    """Write an encoder of the shape of another, with its tokenizer and random weights; return its folder."""
    shape = hashlib.sha256((like / "config.json").read_bytes()).hexdigest()[:6]
    folder = runs / f"{SCRATCH}-{shape}-{seed}"
    if not folder.exists():
        temporary = folder.with_suffix(".tmp")
        torch.manual_seed(seed)
        AutoModel.from_config(AutoConfig.from_pretrained(like)).save_pretrained(temporary)
        AutoTokenizer.from_pretrained(like).save_pretrained(temporary)
        temporary.rename(folder)
    return folder


def fine_tune(task: str, name: str, encoder: Path, seed: int, runs: Path, overrides: Sequence[str]) -> None:
    """Make one run, or go on with it."""
    folder = scratch(encoder, runs, seed) if name == SCRATCH else encoder
    output = runs / task / (f"{name}-{seed}" if name == SCRATCH else f"{name}@{digest(folder)}-{seed}")
    fixed = (f"model.encoder={folder}", f"output={output}", f"seed={seed}", "patience=0")
    settings = load_config(TrainSettings, TASKS[task], [*overrides, *fixed])
    known = output / "config.yaml"
    if known.exists():
        try:
            require_same(known, settings)
        except ConfigError as error:
            sys.exit(f"{error} Or remove it, or give other --runs.")
    if not (output / CHECKPOINT).exists():
        train(settings, resume=known.exists())


def report(runs: Path) -> None:
    """Print a row for each task and encoder."""
    found: defaultdict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for file in sorted(runs.glob(f"*/*/{CHECKPOINT}/metrics.json")):
        run = file.parents[1]
        metrics = json.loads(file.read_text(encoding="utf-8"))
        scored = {name for name, score in metrics["validation"]["metrics"].items() if score["support"]}
        last = {name: value for name, value in metrics["history"][-1].items() if name in scored or name == "proclitics"}
        found[run.parent.name, run.name.rpartition("-")[0]].append(last)
    print("| task | encoder | seeds | " + " | ".join(METRICS) + " |")
    print("| --- |" + " --- |" * (len(METRICS) + 2))
    for (task, name), rows in found.items():
        cells = [_cell([100 * row[metric] for row in rows if metric in row]) for metric in METRICS]
        print(f"| {task} | {name} | {len(rows)} | " + " | ".join(cells) + " |")


def _cell(values: list[float]) -> str:
    if len(values) < 2:
        return "".join(f"{value:.1f}" for value in values)
    return f"{mean(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def main() -> None:
    """Make runs, or report those that are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoders", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--runs", type=Path, default=Path("runs/encoders"))
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="key=value", help="replaces values of the tasks' configs"
    )
    parser.add_argument("--report", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.report:
        report(args.runs)
        return
    encoders = [(name, Path(folder)) for name, _, folder in (pair.partition("=") for pair in args.encoders)]
    if not encoders:
        parser.error("name an encoder, such as compact=runs/pretrain/encoder")
    for name, folder in encoders:
        if not (folder / "model.safetensors").exists():
            parser.error(f"{name}: there is no encoder in {str(folder)!r}")
    for task in args.tasks:
        for name, folder in encoders:
            for seed in args.seeds:
                fine_tune(task, name, folder, seed, args.runs, args.set)


if __name__ == "__main__":
    main()
