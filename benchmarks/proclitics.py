"""Where a model cuts attached particles off, letter by letter, on the held-out part of WikiFANE.

    python benchmarks/proclitics.py --model models/waqai-compact --cuts ../shared/segmentation/wikifane-proclitics.jsonl
        --entities ../shared/ner/wikifane-train.jsonl [--first 0.9062]

The corpus cuts ب ل ك ف off before names alone, so the score leaves out uncut words that begin with them, and cannot see
them cut wrongly. Where such a word begins an entity, though, its first letter is most likely the name's own; `names`
counts those, `cut` how many of them the model cuts. Words in لل are apart: WikiFANE leaves them whole by convention.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from waqai import EventExtractor
from waqai.data.cuts import read_cuts
from waqai.scoring import Counts
from waqai.text import PROCLITICS, segment


def main() -> None:
    """Print a row for each letter, and the names that are cut most often."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--cuts", type=Path, required=True)
    parser.add_argument("--entities", type=Path, required=True, help="the same texts with their entities")
    parser.add_argument("--first", type=float, default=0.9062, help="where the held-out part begins")
    args = parser.parse_args()
    texts = read_cuts(args.cuts, "و")
    with args.entities.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    held_out = slice(round(args.first * len(texts)), None)
    known = list(zip(texts, rows, strict=True))[held_out]
    extractor = EventExtractor.from_pretrained(args.model, dtype="fp32", values=False)
    scores: defaultdict[str, Counts] = defaultdict(Counts)
    names: defaultdict[str, Counter[str]] = defaultdict(Counter)
    examples: Counter[str] = Counter()
    for (text, row), found in zip(known, extractor.cut_proclitics(text.text for text, _ in known), strict=True):
        starts = {entity["start"] for entity in row["entities"]}
        for word in segment(text.text):
            surface = text.text[word.start : word.end]
            if surface[0] not in PROCLITICS:
                continue
            gold = {cut for cut in text.cuts if word.start < cut < word.end}
            predicted = {cut for cut in found if word.start < cut < word.end}
            if not text.is_silent(word.start):
                hits = len(gold & predicted)
                scores[surface[0]] += Counts(tp=hits, fp=len(predicted) - hits, fn=len(gold) - hits)
            elif word.start in starts:
                kind = "لل" if surface.startswith("لل") else surface[0]
                names[kind]["names"] += 1
                names[kind]["cut"] += bool(predicted)
                examples[surface] += bool(predicted)
    print("| letter | right | wrong | missed | F1 | names | cut |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for letter in (*PROCLITICS, "لل"):
        c = scores[letter]
        f1 = f"{100 * c.f1:.1f}" if c.f1 is not None else ""
        print(f"| {letter} | {c.tp} | {c.fp} | {c.fn} | {f1} | {names[letter]['names']} | {names[letter]['cut']} |")
    print("\ncut most often:", "، ".join(f"{name} ({number})" for name, number in examples.most_common(12)))


if __name__ == "__main__":
    main()
