"""Compares the shape of two annotated corpora: lengths, vocabulary, density, and the countries that articles are about.

    python benchmarks/corpus_shape.py --corpus NAME PATH [PATH …] --corpus NAME PATH [PATH …] [--plots DIR]

Prints numbers alone, never a text, so that a corpus which may not be copied can be compared. The vocabulary is measured
by the type/token ratio of windows of words, which does not depend on a corpus's size as the plain ratio does.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from matplotlib.figure import Figure

from waqai.data.standoff import read_annotated
from waqai.data.statistics import corpus_statistics, five_numbers
from waqai.normalization.places import resolve_places
from waqai.records import AnnotatedArticle
from waqai.text import fold, segment

WINDOWS = (100, 300, 1000, 3000, 10_000, 30_000)
COLORS = ("#3b6ea5", "#c0783c")


def words_of(articles: Sequence[AnnotatedArticle]) -> list[str]:
    """Return the folded words of the articles, in order."""
    return [
        fold(article.text[word.start : word.end]).text
        for article in articles
        for word in segment(article.text)
        if article.text[word.start].isalnum()
    ]


def type_token_ratio(words: Sequence[str], window: int) -> float | None:
    """Return the mean ratio of windows that follow each other, None if there is no whole one."""
    bounds = list(pairwise(range(0, len(words) + 1, window)))
    return sum(len(set(words[start:end])) / window for start, end in bounds) / len(bounds) if bounds else None


def countries(articles: Sequence[AnnotatedArticle]) -> Counter[str]:
    """Return for each country how many articles resolve most of their places to it."""
    found: Counter[str] = Counter()
    for article in articles:
        votes = Counter(value.country for value in resolve_places(article.entities) if value and value.country)
        if votes:
            found[votes.most_common(1)[0][0]] += 1
    return found


def main() -> None:
    """Print the comparison, and draw it if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", nargs="+", action="append", required=True, metavar=("NAME", "PATH"))
    parser.add_argument("--plots", type=Path)
    args = parser.parse_args()
    corpora = {name: [article for path in paths for article in read_annotated(path)] for name, *paths in args.corpus}
    words = {name: words_of(articles) for name, articles in corpora.items()}
    for name, articles in corpora.items():
        found = corpus_statistics(articles)
        thousand = found.words / 1000
        print(f"{name}: {found.articles} articles, {found.words} words, {found.distinct_words} distinct")
        print("  words an article (least, quartiles, most):", *five_numbers(found.article_words))
        ratios = [(n, ratio) for n in WINDOWS if (ratio := type_token_ratio(words[name], n)) is not None]
        print("  type/token ratio of windows:", *(f"{n}: {ratio:.3f}" for n, ratio in ratios))
        entities, events, arguments = (
            round(counts.total() / thousand) for counts in (found.entities, found.events, found.roles)
        )
        print(f"  a thousand words: {entities} entities, {events} events, {arguments} arguments")
        print("  countries:", *(f"{country} {count}" for country, count in countries(articles).most_common()))
    if args.plots is not None:
        draw(corpora, words, args.plots)


def draw(corpora: dict[str, list[AnnotatedArticle]], words: dict[str, list[str]], folder: Path) -> None:
    """Write `shape.png`: the lengths as shares of the articles, and the type/token ratio by the size of the window."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    lengths, ratios = figure.subplots(1, 2)
    bins = list(range(0, 185, 8))
    for color, (name, articles) in zip(COLORS, corpora.items(), strict=False):
        values = corpus_statistics(articles).article_words
        weights = [1 / len(values)] * len(values)
        lengths.hist(values, bins=bins, weights=weights, histtype="step", linewidth=1.8, color=color, label=name)
        points = [(n, ratio) for n in WINDOWS if (ratio := type_token_ratio(words[name], n)) is not None]
        ratios.plot(*zip(*points, strict=True), marker="o", color=color, label=name)
    lengths.set(xlabel="words an article", ylabel="share of articles")
    ratios.set(xlabel="words in the window", ylabel="distinct words / words", xscale="log", ylim=(0, 1))
    lengths.legend()
    figure.savefig(folder / "shape.png", dpi=110)


if __name__ == "__main__":
    main()
