"""The heads on the packed word states: spans, links, factuality, proclitics.

All of them read words that are packed, one text after the other ([N, H]), and none mixes two texts: a span that would
pass its text's or section's end is impossible by mask. Shapes: N words, V widths of spans, C types, M mentions, P
pairs, R links, D head size, H width of the encoder.
"""

import math

import torch
from torch import Tensor, nn

from waqai.text.letters import NUM_LETTER_FEATURES, NUM_LETTER_IDS
from waqai.text.segmenter import MAX_PROCLITICS

IMPOSSIBLE = -1e4
"""The logit of what cannot be; finite, so that sums and half precision stay so."""

_PRIOR = 0.005
"""About one in two hundred candidates is positive in the first steps; the span bias starts there (as in RetinaNet)."""


def band(states: Tensor, widths: int) -> Tensor:
    """Return for each word the states of the words at which its spans may end: [N, D] → [N, D, V], zeros after N."""
    return nn.functional.pad(states, (0, 0, 0, widths - 1)).unfold(0, widths, 1)


class WordFeatures(nn.Module):
    """Adds letter features to pooled subword states: [N, H] → [N, H]."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.letters = nn.Embedding(NUM_LETTER_IDS, 16)
        self.project = nn.Linear(16 * NUM_LETTER_FEATURES, width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, letters: Tensor) -> Tensor:
        """Args: states [N, H], letters [N, F]."""
        return self.dropout(self.norm(states + self.project(self.letters(letters).flatten(1))))


class BiaffineSpans(nn.Module):
    """Scores start–end pairs by a biaffine form per type (Yu et al. 2020), with the mean of each type's inner words.

    `s[n, v, c] = start[n] · U[c] · end[n+v] + mean(inside[n..n+v, c]) + width[v, c]`.
    """

    def __init__(self, width: int, size: int, widths: int, types: int, dropout: float) -> None:
        super().__init__()
        self.start = nn.Sequential(nn.Linear(width, size), nn.GELU(), nn.Dropout(dropout))
        self.end = nn.Sequential(nn.Linear(width, size), nn.GELU(), nn.Dropout(dropout))
        self.bilinear = nn.Parameter(torch.empty(types, size + 1, size + 1))
        self.inside = nn.Linear(width, types)
        self.width = nn.Parameter(torch.zeros(widths, types))
        nn.init.normal_(self.bilinear, std=1 / size)
        nn.init.constant_(self.inside.bias, math.log(_PRIOR))

    def forward(self, states: Tensor) -> Tensor:
        """[N, H] → [N, V, C]."""
        widths = self.width.shape[0]
        start = nn.functional.pad(self.start(states), (0, 1), value=1.0)
        end = nn.functional.pad(self.end(states), (0, 1), value=1.0)
        directed = torch.einsum("nd,cde->nce", start, self.bilinear)
        pairs = torch.einsum("nce,nev->nvc", directed, band(end, widths))
        return pairs + _inner_means(self.inside(states), widths) + self.width


class PointerSpans(nn.Module):
    """Efficient global pointer (Su et al. 2022): one rotary start–end product for all types, biases per type.

    `s[n, v, c] = rope(q[n]) · rope(k[n+v]) / √D + start[n, c] + end[n+v, c]`.
    """

    def __init__(self, width: int, size: int, widths: int, types: int, dropout: float) -> None:
        super().__init__()
        self.query_key = nn.Linear(width, 2 * size)
        self.start_end = nn.Linear(width, 2 * types)
        self.dropout = nn.Dropout(dropout)
        self.widths = widths
        nn.init.constant_(self.start_end.bias, math.log(_PRIOR) / 2)

    def forward(self, states: Tensor) -> Tensor:
        """[N, H] → [N, V, C]."""
        query, key = self.dropout(self.query_key(states)).chunk(2, dim=-1)
        start, end = self.start_end(states).chunk(2, dim=-1)
        # Rotating by the distance alone equals rotating both ends, and needs no absolute position.
        half = query.shape[-1] // 2
        angles = torch.arange(self.widths, device=states.device)[:, None] * (
            10_000 ** (-torch.arange(half, device=states.device) / half)
        )
        cos, sin = angles.cos(), angles.sin()
        first, second = query[:, None, :half], query[:, None, half:]
        rotated = torch.cat((first * cos - second * sin, first * sin + second * cos), dim=-1)
        product = torch.einsum("nvd,ndv->nv", rotated, band(key, self.widths)) / math.sqrt(query.shape[-1])
        return product[:, :, None] + start[:, None] + band(end, self.widths).transpose(1, 2)


def _inner_means(scores: Tensor, widths: int) -> Tensor:
    """Return the means of `scores` over the words n … n+v: [N, C] → [N, V, C]."""
    sums = band(scores, widths).transpose(1, 2).cumsum(dim=1)
    return sums / torch.arange(1, widths + 1, device=scores.device)[:, None]


class Links(nn.Module):
    """Scores every link of a pair of mentions, from the mentions, what stands between them and their distance."""

    buckets: Tensor
    _BUCKETS = (-64, -32, -16, -12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64)

    def __init__(self, width: int, size: int, types: int, links: int, dropout: float) -> None:
        super().__init__()
        self.kind = nn.Embedding(types, size)
        self.mention = nn.Linear(4 * width, 2 * size)
        self.head = nn.Linear(3 * size, size)
        self.tail = nn.Linear(3 * size, size)
        self.product = nn.Linear(3 * size, 2 * size)
        self.between = nn.Linear(width, size)
        self.distance = nn.Embedding(len(self._BUCKETS) + 1, size)
        self.sentences = nn.Embedding(4, size)
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(2 * size, size)
        self.out = nn.Linear(size, links)
        self.register_buffer("buckets", torch.tensor(self._BUCKETS))
        nn.init.constant_(self.out.bias, -3.0)

    def mentions(self, states: Tensor, sentence: Tensor, mentions: Tensor) -> Tensor:
        """Represent mentions by their ends, the words before and after, and their type: [M, 3] → [M, 3D]."""
        first, last, kind = mentions.unbind(-1)
        # Only within the sentence: what stands beyond it may be another text of the batch, or nothing.
        previous, following = (first - 1).clamp(min=0), (last + 1).clamp(max=len(states) - 1)
        before = states[previous] * ((previous < first) & (sentence[previous] == sentence[first]))[:, None]
        after = states[following] * ((following > last) & (sentence[following] == sentence[last]))[:, None]
        ends = torch.cat((states[first], states[last], before, after), dim=-1)
        return torch.cat((nn.functional.gelu(self.mention(self.dropout(ends))), self.kind(kind)), dim=-1)

    def forward(self, states: Tensor, sentence: Tensor, mentions: Tensor, pairs: Tensor) -> Tensor:
        """Args: states [N, H], sentence [N], mentions [M, 3], pairs [P, 2]. Returns logits [P, R]."""
        vectors = self.mentions(states, sentence, mentions)
        head, tail = pairs.unbind(-1)
        head_first, tail_first = mentions[head, 0], mentions[tail, 0]
        distance = torch.bucketize(tail_first - head_first, self.buckets)
        sentences = (sentence[tail_first] - sentence[head_first]).clamp(-1, 2) + 1
        low = torch.minimum(head_first, tail_first)
        high = torch.maximum(head_first, tail_first)
        # In double precision a sum over the whole pack leaves no trace of the texts before this one.
        sums = nn.functional.pad(self.between(states).double().cumsum(dim=0), (0, 0, 1, 0))
        between = ((sums[high] - sums[low]) / (high - low).clamp(min=1)[:, None]).to(states.dtype)
        left, right = self.head(vectors)[head], self.tail(vectors)[tail]
        one, two = self.product(vectors).chunk(2, dim=-1)
        added = left + right + between + self.distance(distance) + self.sentences(sentences)
        hidden = torch.cat((nn.functional.gelu(added), one[head] * two[tail]), dim=-1)
        return self.out(nn.functional.gelu(self.hidden(self.dropout(hidden))))


class Factuality(nn.Module):
    """Classifies each trigger from itself and the words around it."""

    def __init__(self, width: int, size: int, values: int, dropout: float, reach: int = 4) -> None:
        super().__init__()
        self.reach = reach
        self.project = nn.Linear(width, size)
        self.hidden = nn.Linear((2 * reach + 1) * size, size)
        self.out = nn.Linear(size, values)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, sentence: Tensor, first: Tensor) -> Tensor:
        """Args: states [N, H], sentence [N], first word of each trigger [E]. Returns logits [E, K]."""
        around = first[:, None] + torch.arange(-self.reach, self.reach + 1, device=first.device)
        inside = around.clamp(0, len(states) - 1)
        # Words of another sentence, or of another text, say nothing about this trigger.
        same = (inside == around) & (sentence[inside] == sentence[first][:, None])
        near = self.project(states)[inside] * same[:, :, None]
        return self.out(self.dropout(nn.functional.gelu(self.hidden(near.flatten(1)))))


class Proclitics(nn.Module):
    """Classifies how many proclitic letters precede each word's stem: [N, H] → [N, 4]."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.letters = nn.Embedding(NUM_LETTER_IDS, 32)
        self.hidden = nn.Linear(width + 32 * NUM_LETTER_FEATURES, 2 * size)
        self.out = nn.Linear(2 * size, MAX_PROCLITICS + 1)

    def forward(self, states: Tensor, letters: Tensor) -> Tensor:
        """Args: states [N, H], letters [N, F]."""
        features = torch.cat((states, self.letters(letters).flatten(1)), dim=-1)
        return self.out(nn.functional.gelu(self.hidden(features)))
