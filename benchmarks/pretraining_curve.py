"""Draw the loss and the speed of pre-training runs from their `metrics.jsonl`, and print a line about each.

python benchmarks/pretraining_curve.py docs/encoder-loss.png compact=runs/pretrain [NAME=FOLDER ...]
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot


def main(target: Path, runs: dict[str, Path]) -> None:
    """Write the picture and print step, subwords, hours, loss and speed of each run."""
    figure, (loss, rate) = pyplot.subplots(1, 2, figsize=(10, 3.6), constrained_layout=True)
    for name, folder in runs.items():
        rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
        tokens = [row["tokens"] / 1e6 for row in rows]
        loss.plot(tokens, [row["mlm"] for row in rows], label=name, linewidth=1)
        rate.plot(tokens, [row["tokens_per_second"] for row in rows], label=name, linewidth=1)
        tail = rows[-8:]
        mean = sum(row["mlm"] for row in tail) / len(tail)
        speed = sorted(row["tokens_per_second"] for row in rows)[len(rows) // 2]
        print(
            f"{name}: {rows[-1]['step']} steps, {tokens[-1]:.2f} M subwords, {rows[-1]['epoch']:.3f} epochs, "
            f"loss {mean:.3f} (mean of the last {len(tail)} lines), median {speed} subwords/s"
        )
    loss.set(xlabel="subwords read, millions", ylabel="masked-word loss, nats")
    rate.set(xlabel="subwords read, millions", ylabel="subwords a second", ylim=(0, None))
    for axes in (loss, rate):
        axes.grid(alpha=0.3)
    loss.legend()
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), {name: Path(folder) for name, _, folder in (pair.partition("=") for pair in sys.argv[2:])})
