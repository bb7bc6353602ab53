"""Batches from the packed corpus: which blocks in which order, and which words are masked.

Every batch is a function of the seed, the step and the process, so a run that goes on from a step needs no other
state and several processes read different blocks. An epoch reads every block of a kind of weight 1, and a share of the
others.
"""

import numpy as np
import numpy.typing as npt
import torch

from waqai.errors import InputError, must
from waqai.pretraining.objectives import Masked
from waqai.pretraining.packing import WORD_START, PackedCorpus
from waqai.pretraining.tokenizer import SPECIAL_TOKENS

_CLS, _SEP, _MASK = (SPECIAL_TOKENS.index(token) for token in ("[CLS]", "[SEP]", "[MASK]"))


class BatchSource:
    """Makes the batch of any step.

    A block is `sequence_length - 2` subwords in a row of one shard, put between `[CLS]` and `[SEP]`; where a document
    ends inside, a `[SEP]` stands between it and the next.

    Args:
        corpus: Where the ids are.
        weights: For each kind the share of its blocks that an epoch reads.
        sequence_length: Subwords of a sequence, T.
        batch_size: Sequences of a batch, B.
        mask_share: The chance of each word to be masked.
        seed: Of the order and the masks.
        rank: This process among `processes`.
        processes: Processes that train together; each step reads B blocks in each.

    Raises:
        InputError: The corpus has no block of this length.
    """

    def __init__(
        self,
        corpus: PackedCorpus,
        weights: dict[str, float],
        *,
        sequence_length: int,
        batch_size: int,
        mask_share: float,
        seed: int,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        self._corpus = corpus
        self._length = sequence_length - 2
        self._batch_size = batch_size
        self._mask_share = mask_share
        self._seed = seed
        self._rank, self._processes = rank, processes
        self._blocks: dict[str, npt.NDArray[np.int32]] = {}
        # In the order of the corpus, whatever that of the config is.
        for kind in dict.fromkeys(part.kind for part in corpus.parts if part.kind in weights):
            pairs = [
                np.stack([np.full(n, index), np.arange(n)], axis=1)
                for index, part in enumerate(corpus.parts)
                if part.kind == kind and (n := part.tokens // self._length)
            ]
            if pairs:
                self._blocks[kind] = np.concatenate(pairs).astype(np.int32)
        self._weights = weights
        self.epoch_size = sum(self._share(kind) for kind in self._blocks)
        if not self.epoch_size:
            raise InputError(must("corpus", f"at least one block of {self._length} subwords", corpus.tokens))
        self._order: tuple[int, npt.NDArray[np.int32]] = (-1, np.empty((0, 2), np.int32))

    def epoch(self, step: int) -> float:
        """Return how many epochs have been read before `step`."""
        return step * self._batch_size * self._processes / self.epoch_size

    def batch(self, step: int) -> Masked:
        """Return the batch of `step`, on the CPU; `input_ids` is (B, T)."""
        first = (step * self._processes + self._rank) * self._batch_size
        packed = np.stack([self._block(row) for row in range(first, first + self._batch_size)])
        rng = np.random.default_rng([self._seed, step, self._rank])
        original = np.full((self._batch_size, self._length + 2), _SEP, dtype=np.int64)
        original[:, 0] = _CLS
        original[:, 1:-1] = packed & (WORD_START - 1)
        chosen = np.zeros(original.shape, dtype=bool)
        chosen[:, 1:-1] = choose_words(packed >= WORD_START, self._mask_share, rng)
        chosen &= original != _SEP
        if not chosen.any():  # a batch of a few subwords; the loss needs one
            chosen[0, 1] = True
        return Masked(
            torch.from_numpy(np.where(chosen, _MASK, original)),
            torch.from_numpy(original),
            torch.from_numpy(np.flatnonzero(chosen)),
        )

    def _share(self, kind: str) -> int:
        return max(1, round(self._weights[kind] * len(self._blocks[kind])))

    def _block(self, row: int) -> npt.NDArray[np.uint16]:
        epoch, position = divmod(row, self.epoch_size)
        if self._order[0] != epoch:
            rng = np.random.default_rng([self._seed, epoch])
            chosen = [rng.permutation(blocks)[: self._share(kind)] for kind, blocks in self._blocks.items()]
            self._order = (epoch, rng.permutation(np.concatenate(chosen)))
        part, block = self._order[1][position]
        return self._corpus.ids[part][block * self._length : (block + 1) * self._length]


def choose_words(starts: npt.NDArray[np.bool_], share: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Choose each word with the chance `share`; all its subwords are chosen with it.

    Args:
        starts: (B, T), true where a word starts; what stands before the first start of a row is a word too.
        share: The chance.
        rng: The source of chance.

    Returns:
        (B, T), true at the subwords of the chosen words.
    """
    words = np.cumsum(starts, axis=1, dtype=np.int64)
    chances = rng.random((len(starts), starts.shape[1] + 1))
    return np.asarray(np.take_along_axis(chances, words, axis=1) < share)
