"""What the project's own corpus adds: the same training with a growing share of it, scored on the same real news.

    python benchmarks/learning_curve.py --fractions 0 0.25 0.5 0.75 1 [--seeds 13] [--threads 2] [key=value …]
    python benchmarks/learning_curve.py --report

Each run is `configs/compact.yaml` with another `fraction` of the data set `waqai`, or without it (0), and the overrides
given. Runs that are there are not made again. `--report` prints the scores of those that are, with their intervals, and
the paired difference of each from the run without the corpus.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from waqai.config import load_config
from waqai.data.standoff import read_annotated
from waqai.inference.extractor import EventExtractor
from waqai.records import AnnotatedArticle, Article
from waqai.scoring import compare, score_articles
from waqai.training.fit import CHECKPOINT, train
from waqai.training.settings import TrainSettings

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT / "runs" / "curve"
METRICS = ("entities", "triggers", "arguments", "tuples")


def settings_of(fraction: float, seed: int, overrides: list[str]) -> TrainSettings:
    """Return the config of one point of the curve."""
    base = load_config(TrainSettings, ROOT / "configs" / "compact.yaml", overrides)
    kept = tuple(
        replace(data, fraction=fraction or 1.0) if data.name == "waqai" else data
        for data in base.train
        if fraction or data.name != "waqai"
    )
    return replace(base, train=kept, seed=seed, output=RUNS / f"{fraction:g}-{seed}")


def report(gold: tuple[AnnotatedArticle, ...]) -> None:
    """Print a row for each run, least of the corpus first."""
    predicted: dict[str, list[AnnotatedArticle]] = {}
    for folder in sorted(RUNS.glob(f"*/{CHECKPOINT}"), key=lambda f: float(f.parent.name.split("-")[0])):
        extractor = EventExtractor.from_pretrained(folder, values=False)
        predicted[folder.parent.name] = extractor.extract(Article(id=a.id, text=a.text) for a in gold)
    print("| share-seed | " + " | ".join(METRICS) + " | tuples against none |")
    print("| --- |" + " --- |" * (len(METRICS) + 1))
    for name, articles in predicted.items():
        scores = score_articles(gold, articles)
        cells = []
        for metric in METRICS:
            score = scores.metrics[metric]
            low, high = score.intervals["f1"]
            cells.append(f"{100 * (score.micro.f1 or 0):.1f} ({100 * low:.1f}-{100 * high:.1f})")
        none = predicted.get(f"0-{name.split('-')[1]}")
        difference = ""
        if none is not None and none is not articles:
            figure = compare(gold, none, articles).figures["tuples.f1"]
            if figure.difference is not None and figure.interval is not None:
                low, high = figure.interval
                difference = f"{100 * figure.difference:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
        print(f"| {name} | " + " | ".join(cells) + f" | {difference} |")


def main() -> None:
    """Make runs, or report those that are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fractions", type=float, nargs="+", default=[0, 0.25, 0.5, 0.75, 1])
    parser.add_argument("--seeds", type=int, nargs="+", default=[13])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--report", action="store_true")
    args, overrides = parser.parse_known_args()
    torch.set_num_threads(args.threads)
    if args.report:
        report(read_annotated(ROOT.parent / "shared" / "events" / "news-validation.jsonl"))
        return
    for seed in args.seeds:
        for fraction in args.fractions:
            settings = settings_of(fraction, seed, overrides)
            if not (settings.output / CHECKPOINT).exists():
                train(settings, resume=(settings.output / "state").exists())


if __name__ == "__main__":
    main()
