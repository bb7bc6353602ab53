import numpy as np
import pytest
import torch
from torch import nn

from waqai.errors import CheckpointError
from waqai.pretraining.config import VectorsConfig
from waqai.pretraining.packing import WORD_START, PackedCorpus, Part
from waqai.pretraining.vectors import (
    _count_pairs,
    initialise_embedding,
    load_vectors,
    save_vectors,
    train_vectors,
)


@pytest.fixture(scope="module")
def corpus():
    """A corpus of 12 subwords, of which 5 and 6 stand in the same places, 7 and 8 in others, and 11 nowhere."""
    rng = np.random.default_rng(0)
    rows = [(rng.choice([5, 6]), 9) if rng.random() < 0.5 else (rng.choice([7, 8]), 10) for _ in range(2000)]
    ids = np.array([subword | WORD_START for row in rows for subword in row], dtype=np.uint16)
    part = Part(name="a", kind="news", source="", documents=1, tokens=len(ids), checksum="", audit={})
    return PackedCorpus((part,), (ids,))


def make_vectors(corpus, seed=1):
    return train_vectors(corpus, VectorsConfig(window=1, sample=1.0), width=4, vocabulary_size=12, seed=seed)


def test_subwords_of_the_same_places_are_near(corpus):
    unit = nn.functional.normalize(make_vectors(corpus), dim=-1)
    assert unit[5] @ unit[6] > 0.95
    assert unit[7] @ unit[8] > 0.95
    assert unit[5] @ unit[7] < 0.5


def test_the_same_each_time_and_zeros_for_what_is_not_there(corpus):
    vectors = make_vectors(corpus)
    assert torch.equal(vectors, make_vectors(corpus))
    assert vectors[[0, 1, 2, 3, 4, 11]].abs().max() < 1e-6
    assert vectors[5:11].abs().sum(-1).min() > 0.1


def test_counts_weigh_near_pairs_more():
    ids = np.array([5, 6, 7], dtype=np.uint16)
    part = Part(name="a", kind="news", source="", documents=1, tokens=3, checksum="", audit={})
    corpus = PackedCorpus((part,), (ids,))
    counts = _count_pairs(corpus, VectorsConfig(window=2, sample=1.0), 8, 1)
    expected = np.zeros((8, 8), np.float32)
    for one, other, weight in ((5, 6, 1.0), (6, 7, 1.0), (5, 7, 0.5)):
        expected[one, other] = expected[other, one] = weight
    np.testing.assert_array_equal(counts, expected)


def test_an_embedding_starts_from_them():
    embedding = nn.Embedding(3, 2)
    before = embedding.weight[1].clone()
    initialise_embedding(embedding, torch.tensor([[3.0, 1.0], [0.0, 0.0], [1.0, 3.0]]))
    # Centred rows are (1, -1) and (-1, 1); their standard deviation, sqrt(4 / 3), becomes 0.05.
    size = 0.05 / (4 / 3) ** 0.5
    torch.testing.assert_close(embedding.weight[[0, 2]], torch.tensor([[size, -size], [-size, size]]))
    assert torch.equal(embedding.weight[1], before)


def test_vectors_of_another_shape():
    with pytest.raises(CheckpointError, match=r"`vectors` must be of shape \(3, 2\), but is \(3, 4\) instead"):
        initialise_embedding(nn.Embedding(3, 2), torch.ones(3, 4))


def test_saved_and_damaged(tmp_path):
    vectors = torch.rand(3, 2)
    file = tmp_path / "vectors" / "vectors.safetensors"
    save_vectors(vectors, file, "0123")
    assert torch.equal(load_vectors(file, "0123"), vectors)
    with pytest.raises(CheckpointError, match=r"`tokenizer` must be 4567, but is '0123' instead"):
        load_vectors(file, "4567")
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_vectors(file, "0123")
