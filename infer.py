"""Extract events: `python infer.py --model models/waqai-compact --input in.jsonl --output out.jsonl`."""

import sys

from waqai.cli import main

if __name__ == "__main__":
    sys.exit(main(["infer", *sys.argv[1:]]))
