import numpy as np
import pytest

from waqai.errors import InputError
from waqai.pretraining.batches import BatchSource, choose_words
from waqai.pretraining.packing import WORD_START

LENGTH = 18


def source(packed, **options):
    defaults = {"sequence_length": LENGTH, "batch_size": 4, "mask_share": 0.3, "seed": 1}
    return BatchSource(packed, {"news": 1.0, "books": 0.5}, **(defaults | options))


def test_whole_words_are_chosen():
    starts = np.array([[1, 0, 0, 1, 1, 0], [0, 0, 1, 0, 1, 1]], dtype=bool)

    class Fixed:
        def random(self, shape):
            assert shape == (2, 7)
            return np.array([[0.9, 0.1, 0.5, 0.2, 0, 0, 0], [0.1, 0.9, 0.2, 0.9, 0, 0, 0]])

    chosen = choose_words(starts, 0.3, Fixed())
    assert chosen.astype(int).tolist() == [[1, 1, 1, 0, 1, 1], [1, 1, 0, 0, 1, 0]]


def test_a_batch(packed):
    batch = source(packed).batch(0)
    assert batch.input_ids.shape == batch.original_ids.shape == (4, LENGTH)
    assert batch.original_ids[:, 0].tolist() == [2] * 4
    assert batch.original_ids[:, -1].tolist() == [3] * 4
    masked = batch.input_ids.flatten() != batch.original_ids.flatten()
    assert masked.nonzero().flatten().tolist() == batch.positions.tolist()
    assert set(batch.input_ids.flatten()[batch.positions].tolist()) == {4}
    assert not {2, 3} & set(batch.original_ids.flatten()[batch.positions].tolist())


def test_the_share_that_is_masked(packed):
    batches = source(packed, batch_size=64)
    share = np.mean([len(batches.batch(step).positions) for step in range(8)]) / (64 * (LENGTH - 2))
    assert 0.22 < share < 0.32  # separators are never masked


def test_a_batch_depends_on_seed_step_and_process_alone(packed):
    one, two = source(packed), source(packed)
    two.batch(7)
    assert one.batch(3).input_ids.equal(two.batch(3).input_ids)
    assert not one.batch(3).input_ids.equal(one.batch(4).input_ids)
    assert not one.batch(3).input_ids.equal(source(packed, seed=2).batch(3).input_ids)


def test_the_order_of_the_config_changes_nothing(packed):
    other = BatchSource(
        packed, {"books": 0.5, "news": 1.0}, sequence_length=LENGTH, batch_size=4, mask_share=0.3, seed=1
    )
    assert other.batch(3).input_ids.equal(source(packed).batch(3).input_ids)


def test_an_epoch_reads_each_block_once(packed):
    batches = source(packed, batch_size=1)
    news = sum(part.tokens // (LENGTH - 2) for part in packed.parts if part.kind == "news")
    books = sum(part.tokens // (LENGTH - 2) for part in packed.parts if part.kind == "books")
    assert batches.epoch_size == news + round(0.5 * books)
    rows = [tuple(batches.batch(step).original_ids[0].tolist()) for step in range(batches.epoch_size)]
    blocks = [
        tuple((ids[start : start + LENGTH - 2] & (WORD_START - 1)).tolist())
        for part, ids in zip(packed.parts, packed.ids, strict=True)
        if part.kind == "news"
        for start in range(0, len(ids) - LENGTH + 3, LENGTH - 2)
    ]
    assert {(2, *block, 3) for block in blocks} <= set(rows)
    assert batches.epoch(batches.epoch_size) == 1.0


def test_processes_read_what_one_would(packed):
    one = source(packed, batch_size=4)
    ranks = [source(packed, batch_size=2, rank=rank, processes=2) for rank in (0, 1)]
    together = [row for rank in ranks for row in rank.batch(5).original_ids.tolist()]
    assert together == one.batch(5).original_ids.tolist()


def test_too_short_a_corpus(packed):
    with pytest.raises(InputError, match="at least one block of 99998 subwords"):
        source(packed, sequence_length=100_000)
