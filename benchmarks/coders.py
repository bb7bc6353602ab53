"""Compares what a model finds with what human coders marked in the sentences of openeventdata/arabic_event_gsr.

    python benchmarks/coders.py --model models/waqai-compact --spans ../shared/events/gsr-spans.jsonl
        --votes ../shared/events/gsr-detection.jsonl

The coders worked by other guidelines, for the PLOVER events ASSAULT and PROTEST alone, and no label of this corpus is
trained on: this measures agreement with other people's reading of an event, not F1 by our own guidelines.

In `--spans` the coders of a sentence, who are not named, gave rows of action, source and target. Two rows agree on a
slot if they have a word in common that is not a preposition. In `--votes` each sentence was voted on, and its votes
summed up in a label: `ambiguous` where there were too few.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from waqai import EventExtractor
from waqai.data.json_lines import load_json_lines
from waqai.records import AnnotatedArticle, Filler

SLOTS = {"action": "verb", "source": "source_actor", "target": "target_actor"}
"""Our names, and the corpus's."""
LABELS = ("yes", "difficult no", "easy no", "ambiguous")
_PREPOSITIONS = frozenset({"من", "في", "عن", "مع", "على", "علي", "إلى", "الى", "بين", "ضد", "قرب"})

Row = dict[str, frozenset[int]]
"""The characters of the text that stand in each slot."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was coded for one PLOVER event; `rows` is empty where it was only voted on."""

    text: str
    event: str
    label: str = ""
    rows: tuple[Row, ...] = ()


def read(path: Path) -> list[Sentence]:
    """Read one of the corpus's two files."""
    sentences = []
    for _, item in load_json_lines(path):
        if isinstance(item, str):
            sys.exit(item)
        rows = tuple(
            {slot: _places(row[theirs], item["text"]) for slot, theirs in SLOTS.items()}
            for row in item.get("annotations", ())
        )
        sentences.append(Sentence(item["text"], item["event_type"], item.get("label", ""), rows))
    return sentences


def _places(words: Iterable[str], text: str) -> frozenset[int]:
    """Return the characters of `words` wherever they stand in `text`; the corpus gives words without offsets."""
    return frozenset(
        place
        for word in set(words) - _PREPOSITIONS
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)
        if any(map(str.isalnum, word))
        for place in range(*found.span())
    )


def found_rows(article: AnnotatedArticle, event: str) -> Iterator[Row]:
    """Yield the model's events that are coded as the PLOVER event."""
    entities = {mention.id: mention.span for mention in article.entities}
    triggers = {mention.id: mention.span for mention in article.events}

    def places(fillers: Sequence[Filler]) -> frozenset[int]:
        spans = [entities[filler.entity] for filler in fillers if filler.entity]
        return frozenset(place for span in spans for place in range(span.start, span.end))

    for row in article.tuples or ():
        if row.codes and row.codes.get("plover_event") == event:
            action = range(triggers[row.event].start, triggers[row.event].end)
            yield {"action": frozenset(action), "source": places(row.actor), "target": places(row.target)}


def shares(sentences: Sequence[Sentence], found: Sequence[Sequence[Row]]) -> Iterator[tuple[str, Counter[str]]]:
    """Yield for each slot how many rows fill it, and with how many of them another one agrees.

    `coded`, `by_model`, `by_other`: the coders' rows, those that the model agrees with, those that another row does.
    `found`, `confirmed`: the model's rows, and those that a coder's row agrees with.
    """
    for slot in SLOTS:
        counts: Counter[str] = Counter()
        for sentence, ours in zip(sentences, found, strict=True):
            theirs = [row[slot] for row in sentence.rows]
            model = [row[slot] for row in ours]
            for index, places in enumerate(theirs):
                if places:
                    others = theirs[:index] + theirs[index + 1 :]
                    counts["coded"] += 1
                    counts["by_model"] += any(places & other for other in model)
                    counts["by_other"] += any(places & other for other in others)
            for places in filter(None, model):
                counts["found"] += 1
                counts["confirmed"] += any(places & other for other in theirs)
        yield slot, counts


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--spans", type=Path, required=True)
    parser.add_argument("--votes", type=Path, required=True)
    args = parser.parse_args()
    extractor = EventExtractor.from_pretrained(args.model)

    def extract(sentences: Sequence[Sentence]) -> list[list[Row]]:
        articles = extractor.extract(sentence.text for sentence in sentences)
        return [list(found_rows(article, s.event)) for s, article in zip(sentences, articles, strict=True)]

    coded = read(args.spans)
    print("| slot | coders' rows | the model agrees | another row agrees | the model's rows | a coder's row agrees |")
    print("| --- | --- | --- | --- | --- | --- |")
    for slot, n in shares(coded, extract(coded)):
        by_model, by_other = (f"{100 * n[name] / n['coded']:.0f} %" for name in ("by_model", "by_other"))
        confirmed = f"{100 * n['confirmed'] / n['found']:.0f} %" if n["found"] else ""
        print(f"| {slot} | {n['coded']:,} | {by_model} | {by_other} | {n['found']:,} | {confirmed} |")

    voted = read(args.votes)
    hits: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for sentence, rows in zip(voted, extract(voted), strict=True):
        hits[sentence.event, sentence.label].append(bool(rows))
    print("\n| share of sentences with the event | " + " | ".join(LABELS) + " |")
    print("| --- |" + " --- |" * len(LABELS))
    for event in sorted({event for event, _ in hits}):
        cells = []
        for label in LABELS:
            found = hits[event, label]
            cells.append(f"{100 * sum(found) / len(found):.0f} % of {len(found):,}" if found else "")
        print(f"| {event} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
