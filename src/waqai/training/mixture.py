"""The training mixture: reads the data sets, encodes and labels them once, and plans which texts each step sees.

The plan depends only on the seed, the sets' sizes and their weights, so that a resumed run, and one on several
processes, sees exactly what an uninterrupted run on one would.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from waqai.audit import Audit
from waqai.data.authoring import read_authoring
from waqai.data.conll import read_conll
from waqai.data.cuts import CutText, read_cuts
from waqai.data.joining import join_articles
from waqai.data.labels import Labels, Task, label
from waqai.data.standoff import read_annotated
from waqai.data.windows import EncodedText, TextEncoder
from waqai.errors import InputError
from waqai.records import AnnotatedArticle
from waqai.text import proclitic_lengths, stem_start
from waqai.training.settings import DataSettings

Example = tuple[EncodedText, Labels]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mixture:
    """The examples of each data set, and how often each set is drawn."""

    names: tuple[str, ...]
    examples: tuple[tuple[Example, ...], ...]
    weights: tuple[float, ...]

    def plan(self, batch_size: int, seed: int) -> Iterator[list[Example]]:
        """Yield batches without end: sets are drawn by weight, the texts of a set in shuffled rounds."""
        draw = random.Random(seed)
        rounds = [_rounds(len(examples), seed + 1 + index) for index, examples in enumerate(self.examples)]
        numbers = range(len(self.examples))
        while True:
            chosen = draw.choices(numbers, weights=self.weights, k=batch_size)
            yield [self.examples[number][next(rounds[number])] for number in chosen]


def _rounds(size: int, seed: int) -> Iterator[int]:
    """Yield the indices of a set without end, each once a round, every round in an order of its own."""
    shuffle = random.Random(seed)
    while True:
        order = list(range(size))
        shuffle.shuffle(order)
        yield from order


def read_articles_of(settings: DataSettings, *, seed: int, audit: Audit) -> tuple[AnnotatedArticle, ...]:
    """Read an annotated data set, or what `part` and `fraction` choose of it, joined if the settings say so.

    Raises:
        InputError: The file is missing, empty or not of its format.
    """
    if settings.format == "authoring":
        articles, faults = read_authoring(settings.path)
        errors = [fault for fault in faults if fault.level == "error"]
        if errors:
            raise InputError(f"{settings.path}: {len(errors)} error(s), the first: {errors[0]}")
    elif settings.format == "conll":
        articles = read_conll(settings.path, audit=audit)
    else:
        articles = read_annotated(settings.path)
    texts = _part(articles, settings, audit=audit)
    if settings.join_words is not None:
        texts = tuple(join_articles(texts, settings.join_words))
    return tuple(_fraction(texts, settings, seed=seed, audit=audit))


def load_mixture(
    sets: Sequence[DataSettings], text_encoder: TextEncoder, task: Task, *, seed: int, audit: Audit
) -> Mixture:
    """Read, encode and label all training sets; what cannot be expressed is counted in the audit."""
    kept: list[DataSettings] = []
    examples: list[tuple[Example, ...]] = []
    for settings in sets:
        if settings.optional and not settings.path.exists():
            audit.add(f"{settings.name}.not_there", str(settings.path))
            continue
        found: list[Example] = []
        if settings.format == "proclitics":
            found.extend(_proclitic_examples(settings, text_encoder, seed=seed, audit=audit))
        else:
            scheme = settings.scheme()
            for article in read_articles_of(settings, seed=seed, audit=audit):
                sections = tuple(text_encoder.encode(article.text))
                labels = label(article, sections, task, scheme, audit=audit, name=settings.name)
                found.extend(zip(sections, labels, strict=True))
        if not found:
            raise InputError(f"the data set {settings.name!r} ({settings.path}) must have a text, but has none.")
        kept.append(settings)
        examples.append(tuple(found))
    if not kept:
        raise InputError("none of the training sets is there. Check their paths.")
    return Mixture(tuple(s.name for s in kept), tuple(examples), tuple(s.weight for s in kept))


def read_cuts_of(settings: DataSettings, *, seed: int, audit: Audit) -> tuple[CutText, ...]:
    """Read a data set of the format `proclitics`, or what `part` and `fraction` choose of it.

    Raises:
        InputError: The file is missing, empty or not of its format.
    """
    texts = _part(read_cuts(settings.path, settings.cut_letters), settings, audit=audit)
    return tuple(_fraction(texts, settings, seed=seed, audit=audit))


def _proclitic_examples(
    settings: DataSettings, text_encoder: TextEncoder, *, seed: int, audit: Audit
) -> Iterator[Example]:
    """Yield texts in which words have proclitic labels, where the corpus speaks, and nothing else is said."""
    for known in read_cuts_of(settings, seed=seed, audit=audit):
        outside = set(known.cuts)
        for section in text_encoder.encode(known.text):
            found = []
            for index, word in enumerate(section.words):
                if known.is_silent(word.start):
                    continue
                surface = known.text[word.start : word.end]
                inside = [cut for cut in known.cuts if word.start < cut < word.end]
                outside.difference_update(inside)
                allowed = [k for k in proclitic_lengths(surface) if word.start + stem_start(surface, k) in inside]
                if inside and not allowed:
                    audit.add(f"{settings.name}.proclitic.not_by_letters", f"{known.where}, {surface!r}")
                    continue
                found.append((index, max(allowed, default=0)))
            yield section, Labels(proclitics=tuple(found))
        audit.add(f"{settings.name}.proclitic.outside_word", known.where, len(outside))


def _part(items: Sequence[T], settings: DataSettings, *, audit: Audit) -> Sequence[T]:
    """Return the items of a data set that lie in its `part`.

    Raises:
        InputError: There is none.
    """
    first, last = (round(len(items) * end) for end in settings.part)
    if last == first:
        raise InputError(
            f"the data set {settings.name!r} ({settings.path}) must have a text, but has none among the {len(items)} "
            f"texts of the file from {settings.part[0]:g} to {settings.part[1]:g}."
        )
    audit.add(f"{settings.name}.article.outside_part", amount=len(items) - (last - first))
    return items[first:last]


def _fraction(items: Sequence[T], settings: DataSettings, *, seed: int, audit: Audit) -> Sequence[T]:
    """Return the fraction of a data set's items that the seed chooses."""
    if settings.fraction == 1:
        return items
    keep = max(1, round(len(items) * settings.fraction))
    chosen = sorted(random.Random(seed).sample(range(len(items)), keep))
    audit.add(f"{settings.name}.article.outside_fraction", amount=len(items) - keep)
    return [items[index] for index in chosen]
