"""Packs encoded texts, and their labels when there are any, into the tensors of one forward pass.

Windows are padded to the longest of the batch; words are not padded but packed, one text after the other, so that what
a word gets does not depend on its neighbours in the batch.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

import torch
from torch import Tensor

from waqai.data.labels import MAX_PAIR_WORDS, Labels, Task
from waqai.data.windows import EncodedText
from waqai.text.letters import NUM_LETTER_FEATURES, letter_ids

NEGATIVE, POSITIVE, SILENT = 0, 1, -1
IGNORED = -100


class Targets(TypedDict):
    """What the losses are taken from; see `waqai.data.labels.Labels`.

    Shapes: N words, V widths of spans, C types, M mentions, P pairs, R relation labels, U unclear spans.
    """

    spans: Tensor  # [N, V, C] int8: POSITIVE, NEGATIVE or SILENT
    unclear_cells: Tensor  # [U, 2] word and width - 1 of a span that may be of several types
    unclear_types: Tensor  # [U, C] bool
    proclitics: Tensor  # [N] letters before the stem, or IGNORED
    mentions: Tensor  # [M, 3] first word, last word, type
    pairs: Tensor  # [P, 2] head and tail mention
    pair_labels: Tensor  # [P, R] 0 or 1
    triggers: Tensor  # [E] mentions that are triggers
    factuality: Tensor  # [E]


class Batch(TypedDict):
    """The inputs of the model. Shapes: B windows, T subwords, N words, F letter features."""

    input_ids: Tensor  # [B, T]
    attention_mask: Tensor  # [B, T]
    word_window: Tensor  # [N] row of input_ids in which the word is read
    word_first: Tensor  # [N] its first subword there
    word_last: Tensor  # [N] its last subword there, inside
    word_limit: Tensor  # [N] the word at which spans that start here must have ended
    word_sentence: Tensor  # [N]
    letters: Tensor  # [N, F]
    targets: NotRequired[Targets]


def collate(
    texts: Sequence[EncodedText],
    *,
    pad_id: int,
    labels: Sequence[Labels] | None = None,
    task: Task | None = None,
) -> Batch:
    """Pack texts into one batch.

    Args:
        texts: At least one; their words are packed in this order.
        pad_id: The tokenizer's padding id.
        labels: One for each text, or None for prediction.
        task: What the labels index into; needed with labels.
    """
    windows = [window for text in texts for window in text.windows]
    length = max(map(len, windows), default=1)
    batch = Batch(
        input_ids=torch.tensor([[*w, *[pad_id] * (length - len(w))] for w in windows], dtype=torch.long).view(
            -1, length
        ),
        attention_mask=torch.tensor([[1] * len(w) + [0] * (length - len(w)) for w in windows]).view(-1, length),
        word_window=_packed([t.word_window for t in texts], [len(t.windows) for t in texts]),
        word_first=_packed([t.word_first for t in texts]),
        word_last=_packed([t.word_last for t in texts]),
        word_limit=_packed([[len(t.words)] * len(t.words) for t in texts], [len(t.words) for t in texts]),
        word_sentence=_packed([t.word_sentence for t in texts], [1 + t.word_sentence[-1] for t in texts]),
        letters=torch.tensor(
            [letter_ids(t.text[w.start : w.end]) for t in texts for w in t.words], dtype=torch.long
        ).view(-1, NUM_LETTER_FEATURES),
    )
    if labels is not None and task is not None:
        batch["targets"] = _targets(texts, labels, task)
    return batch


def _packed(columns: Sequence[Sequence[int]], sizes: Sequence[int] | None = None) -> Tensor:
    """Concatenate columns; with sizes, shift each by the sizes before it."""
    shift = 0
    values: list[int] = []
    for index, column in enumerate(columns):
        values.extend(value + shift for value in column)
        if sizes is not None:
            shift += sizes[index]
    return torch.tensor(values, dtype=torch.long)


def _targets(texts: Sequence[EncodedText], labels: Sequence[Labels], task: Task) -> Targets:
    num_words = sum(len(text.words) for text in texts)
    spans = torch.full((num_words, task.span_width, task.num_types), SILENT, dtype=torch.int8)
    proclitics = torch.full((num_words,), IGNORED, dtype=torch.long)
    cells: list[tuple[int, int]] = []
    cell_types: list[tuple[int, ...]] = []
    mentions: list[tuple[int, int, int]] = []
    pairs: list[tuple[int, int]] = []
    linked: dict[tuple[int, int], list[int]] = {}
    triggers: list[int] = []
    factuality: list[int] = []
    base = 0
    for text, target in zip(texts, labels, strict=True):
        block = spans[base : base + len(text.words)]
        block[:, :, list(target.complete)] = NEGATIVE
        for first, last in target.silent:
            for start in range(first, last + 1):
                block[start, : last - start + 1] = SILENT
        for first, last, types in target.spans:
            if len(types) == 1:
                block[first, last - first, types[0]] = POSITIVE
            else:
                block[first, last - first, list(types)] = SILENT
                cells.append((base + first, last - first))
                cell_types.append(types)
        for word, letters in target.proclitics:
            proclitics[base + word] = letters
        offset = len(mentions)
        mentions.extend((first + base, last + base, kind) for first, last, kind in target.mentions)
        pairs.extend((h + offset, t + offset) for h, t in candidate_pairs(target.mentions, task))
        for head, tail, relation in target.links:
            linked.setdefault((head + offset, tail + offset), []).append(relation)
        for mention, value in target.factuality:
            triggers.append(mention + offset)
            factuality.append(value)
        base += len(text.words)
    pair_labels = torch.zeros(len(pairs), task.num_links)
    for index, pair in enumerate(pairs):
        pair_labels[index, linked.get(pair, [])] = 1
    unclear = torch.zeros(len(cells), task.num_types, dtype=torch.bool)
    for index, types in enumerate(cell_types):
        unclear[index, list(types)] = True
    return Targets(
        spans=spans,
        unclear_cells=torch.tensor(cells, dtype=torch.long).view(-1, 2),
        unclear_types=unclear,
        proclitics=proclitics,
        mentions=torch.tensor(mentions, dtype=torch.long).view(-1, 3),
        pairs=torch.tensor(pairs, dtype=torch.long).view(-1, 2),
        pair_labels=pair_labels,
        triggers=torch.tensor(triggers, dtype=torch.long),
        factuality=torch.tensor(factuality, dtype=torch.long),
    )


def candidate_pairs(mentions: Sequence[tuple[int, int, int]], task: Task) -> list[tuple[int, int]]:
    """Return the ordered pairs of one section's mentions that the ontology allows to be linked by anything.

    The two stand at most `MAX_PAIR_WORDS` apart. A mention is (first word, last word, type).
    """
    order = sorted(range(len(mentions)), key=lambda index: mentions[index][0])
    firsts = [mentions[index][0] for index in order]
    pairs: list[tuple[int, int]] = []
    for h, (first, _, kind) in enumerate(mentions):
        allowed = task.linkable[kind]
        if any(allowed):
            near = order[bisect_left(firsts, first - MAX_PAIR_WORDS) : bisect_right(firsts, first + MAX_PAIR_WORDS)]
            pairs.extend((h, t) for t in sorted(near) if t != h and allowed[mentions[t][2]])
    return pairs


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Return the batch, its targets included, on another device."""
    moved = {
        name: {key: tensor.to(device) for key, tensor in value.items()} if isinstance(value, dict) else value.to(device)
        for name, value in cast("Mapping[str, Any]", batch).items()
    }
    return cast("Batch", moved)
