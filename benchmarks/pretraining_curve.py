"""Draw the loss of pre-training runs, by subwords and by minutes, from their `metrics.jsonl`; print a line about each.

python benchmarks/pretraining_curve.py docs/encoder-loss.png compact=runs/pretrain [NAME=FOLDER ...]
"""

import json
import sys
from itertools import accumulate, pairwise
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot


def main(target: Path, runs: dict[str, Path]) -> None:
    """Write the picture and print step, subwords, minutes, loss and speed of each run."""
    figure, (by_subwords, by_minutes) = pyplot.subplots(1, 2, figsize=(11, 3.6), sharey=True, constrained_layout=True)
    for name, folder in runs.items():
        rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
        tokens = [row["tokens"] / 1e6 for row in rows]
        # Of the subwords and the speed, since the clock also counts what a cut run did twice.
        read = [later["tokens"] - earlier["tokens"] for earlier, later in pairwise([{"tokens": 0}, *rows])]
        minutes = list(
            accumulate(amount / row["tokens_per_second"] / 60 for amount, row in zip(read, rows, strict=True))
        )
        losses = [row["mlm"] for row in rows]
        by_subwords.plot(tokens, losses, label=name, linewidth=1)
        by_minutes.plot(minutes, losses, label=name, linewidth=1)
        tail = losses[-4:]
        speed = sorted(row["tokens_per_second"] for row in rows)[len(rows) // 2]
        print(
            f"{name}: {rows[-1]['step']} steps, {tokens[-1]:.2f} M subwords, {rows[-1]['epoch']:.3f} epochs, "
            f"{minutes[-1]:.0f} minutes, loss {sum(tail) / len(tail):.3f} (mean of the last {len(tail)} lines), "
            f"median {speed} subwords/s"
        )
    by_subwords.set(xlabel="subwords read, millions", ylabel="masked-word loss, nats")
    by_minutes.set(xlabel="minutes of training")
    for axes in (by_subwords, by_minutes):
        axes.grid(alpha=0.3)
    figure.legend(*by_subwords.get_legend_handles_labels(), loc="outside right upper")
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), {name: Path(folder) for name, _, folder in (pair.partition("=") for pair in sys.argv[2:])})
