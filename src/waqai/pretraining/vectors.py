"""Count vectors of the subwords, a cheap start for the encoder's embedding.

The positive pointwise mutual information of subwords within a window, factorised: what skip-gram with negative sampling
approximates (Levy and Goldberg 2014; smoothing, subsampling and the square root of the singular values after Levy,
Goldberg and Dagan 2015). It reads the whole corpus in a minute or two, in which the encoder reads a few tenths of a per
cent of it, and unlike skip-gram by several workers it gives the same vectors each time. The vectors are centred.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from waqai.errors import CheckpointError, must
from waqai.pretraining.config import VectorsConfig
from waqai.pretraining.packing import WORD_START, PackedCorpus
from waqai.pretraining.tokenizer import SPECIAL_TOKENS

_SMOOTHING = 0.75  # power of the context counts
_SPREAD = 0.05  # above a random start's 0.02: every step of Adam moves a row, and a wide one keeps its direction longer
_CHUNK = 4_000_000  # subwords counted at once


def train_vectors(
    corpus: PackedCorpus, config: VectorsConfig, *, width: int, vocabulary_size: int, seed: int
) -> Tensor:
    """Return (V, H) float32 vectors; a subword that the corpus lacks has zeros.

    Needs 12 bytes of memory for each pair of subwords, 7 GB for 24,000.
    """
    information = torch.from_numpy(_positive_information(_count_pairs(corpus, config, vocabulary_size, seed)))
    torch.manual_seed(seed)
    left, values, _ = torch.svd_lowrank(information, q=min(width + 32, vocabulary_size), niter=2)
    vectors = torch.zeros(vocabulary_size, width)
    rank = min(width, len(values))
    vectors[:, :rank] = left[:, :rank] * values[:rank].sqrt()
    return vectors


def _count_pairs(
    corpus: PackedCorpus, config: VectorsConfig, vocabulary_size: int, seed: int
) -> npt.NDArray[np.float32]:
    """Return (V, V) symmetric counts of pairs at most `window` apart, nearer ones weighing more.

    A pair at distance d weighs (window - d + 1) / window. Of a subword with the share f of the corpus, only
    sqrt(sample / f) of the places count, and the window goes over the places left out; special tokens are left out too.
    """
    frequency = corpus.frequencies(vocabulary_size)
    frequency[: len(SPECIAL_TOKENS)] = 0
    share = frequency / max(1, frequency.sum())
    chance = np.minimum(1.0, np.sqrt(config.sample / np.maximum(share, 1e-12))) * (frequency > 0)
    rng = np.random.default_rng(seed)
    counts = np.zeros(vocabulary_size * vocabulary_size, dtype=np.float32)
    for ids in corpus.ids:
        for start in range(0, len(ids), _CHUNK):
            chunk = (ids[start : start + _CHUNK] & (WORD_START - 1)).astype(np.int64)
            chunk = chunk[rng.random(len(chunk)) < chance[chunk]]
            for distance in range(1, config.window + 1):
                pairs = chunk[:-distance] * vocabulary_size + chunk[distance:]
                np.add.at(counts, pairs, np.float32((config.window - distance + 1) / config.window))
    square = counts.reshape(vocabulary_size, vocabulary_size)
    square += square.T.copy()
    return square


def _positive_information(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn (V, V) counts, in place, into max(0, log of P(a, b) / (P(a) P'(b))), P' being smoothed."""
    rows = counts.sum(axis=1, dtype=np.float64)
    contexts = rows**_SMOOTHING
    contexts /= max(contexts.sum(), 1e-12)
    for row, total in zip(counts, rows, strict=True):
        if total > 0:
            found = row > 0
            row[found] = np.maximum(0.0, np.log(row[found] / (total * contexts[found])))
    return counts


def initialise_embedding(embedding: torch.nn.Embedding, vectors: Tensor) -> None:
    """Copy `vectors` (V, H) into `embedding`, centred and with the spread `_SPREAD`; rows of zeros stay random.

    Raises:
        CheckpointError: The vectors have another shape.
    """
    if vectors.shape != embedding.weight.shape:
        raise CheckpointError(
            must(
                "vectors",
                f"of shape {tuple(embedding.weight.shape)}",
                tuple(vectors.shape),
                remedy="Remove the `vectors` folder of the run to train them again.",
            )
        )
    known = vectors.abs().sum(-1) > 0
    with torch.no_grad():
        rows = vectors[known] - vectors[known].mean(0)
        embedding.weight[known] = (rows * (_SPREAD / rows.std())).to(embedding.weight.dtype)


def save_vectors(vectors: Tensor, file: Path, tokenizer_print: str) -> None:
    """Write the vectors with the fingerprint of their tokenizer."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({"vectors": vectors}, file.with_suffix(".tmp"), metadata={"tokenizer": tokenizer_print})
    file.with_suffix(".tmp").replace(file)


def load_vectors(file: Path, tokenizer_print: str) -> Tensor:
    """Return saved vectors.

    Raises:
        CheckpointError: The file is damaged, or its vectors are of another tokenizer's subwords.
    """
    remedy = f"Remove {file} to make the vectors again."
    try:
        with safe_open(file, framework="pt") as content:
            found = (content.metadata() or {}).get("tokenizer")
            vectors: Tensor = content.get_tensor("vectors")
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"the vectors in {file} cannot be read: {error}. {remedy}") from error
    if found != tokenizer_print:
        raise CheckpointError(must("tokenizer", tokenizer_print, found, str(file), remedy))
    return vectors
