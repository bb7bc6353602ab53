"""Train from a config: `python train.py --config configs/compact.yaml [section.key=value …]`."""

import sys

from waqai.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
