import numpy as np
import pytest
import torch
from torch.nn import functional

from waqai.pretraining.config import EncoderConfig, ObjectiveConfig
from waqai.pretraining.objectives import (
    Masked,
    MaskedWords,
    Replaced,
    VocabularyHead,
    build_encoder,
    build_objective,
)

SHAPE = EncoderConfig(hidden_size=16, layers=2, heads=2, intermediate_size=24, max_positions=32, local_window=8)


@pytest.fixture
def encoder():
    """A random encoder of two layers."""
    torch.manual_seed(0)
    return build_encoder(SHAPE, vocabulary_size=50)


@pytest.fixture
def batch():
    """Two sequences of eight subwords with three masked."""
    original = torch.randint(5, 50, (2, 8), generator=torch.Generator().manual_seed(1))
    original[:, 0], original[:, -1] = 2, 3
    positions = torch.tensor([2, 3, 12])
    masked = original.flatten().clone()
    masked[positions] = 4
    return Masked(masked.view(2, 8), original, positions)


def test_the_shape_of_the_encoder():
    config = build_encoder(EncoderConfig(), vocabulary_size=24_000).config
    assert config.layer_types == ["full_attention", "sliding_attention", "sliding_attention"] * 2
    assert (config.pad_token_id, config.cls_token_id, config.sep_token_id) == (0, 2, 3)
    parameters = sum(p.numel() for p in build_encoder(EncoderConfig(), vocabulary_size=24_000).parameters())
    assert parameters == 24_000 * 256 + 6 * (4 * 256**2 + 3 * 256 * 512) + 13 * 256


def test_masked_words_loss_is_the_cross_entropy_at_the_masked_positions(encoder, batch):
    objective = MaskedWords(encoder)
    losses = objective(batch)
    states = encoder(input_ids=batch.input_ids).last_hidden_state
    everywhere = objective.vocabulary(states, encoder.get_input_embeddings())
    expected = functional.cross_entropy(
        torch.stack([everywhere[0, 2], everywhere[0, 3], everywhere[1, 4]]),
        torch.stack([batch.original_ids[0, 2], batch.original_ids[0, 3], batch.original_ids[1, 4]]),
    )
    torch.testing.assert_close(losses.total, expected)
    torch.testing.assert_close(losses.parts["mlm"], expected.detach())


def test_the_bias_starts_at_the_shares(encoder):
    objective = build_objective(encoder, ObjectiveConfig(), SHAPE)
    frequencies = torch.zeros(50, dtype=torch.int64)
    frequencies[7] = 49
    objective.vocabulary.start_from(frequencies.numpy())
    shares = objective.vocabulary.bias.exp()
    assert shares.sum().item() == pytest.approx(1)
    assert shares[7].item() == pytest.approx(50 / 99)


def head(candidates):
    """A head over 50 subwords of uneven frequency, with states and targets that it has not learnt."""
    generator = torch.Generator().manual_seed(5)
    embedding = torch.nn.Embedding(50, 16)
    torch.nn.init.normal_(embedding.weight, std=0.3, generator=generator)
    vocabulary = VocabularyHead(embedding, candidates)
    torch.nn.init.normal_(vocabulary.dense.weight, std=0.3, generator=generator)
    vocabulary.start_from((1000 / np.arange(1, 51)).astype(np.int64)[::-1].copy())
    states = torch.randn(40, 16, generator=generator)
    return vocabulary, embedding, states, torch.randint(0, 50, (40,), generator=generator)


def gradient(candidates, seed=0):
    """Return the loss, and its gradient by the states."""
    vocabulary, embedding, states, targets = head(candidates)
    torch.manual_seed(seed)
    states.requires_grad_()
    loss = vocabulary.cross_entropy(states, embedding, targets)
    loss.backward()
    return loss.item(), states.grad.flatten()


def test_the_frequent_half_of_the_candidates_is_always_there():
    vocabulary, _, _, _ = head(10)
    assert vocabulary.always.tolist() == [49, 48, 47, 46, 45]
    assert sorted(vocabulary.rest.tolist()) == list(range(45))
    assert vocabulary.shares.sum().item() == pytest.approx(1)
    assert (vocabulary.shares.diff() <= 0).all()


def test_candidates_estimate_the_whole_cross_entropy():
    """Nearer the more there are, with a gradient of nearly the same direction."""
    exact, direction = gradient(None)
    errors = []
    for candidates in (6, 20, 48):
        losses, gradients = zip(*(gradient(candidates, seed) for seed in range(200)), strict=True)
        errors.append(abs(sum(losses) / 200 - exact))
        cosine = functional.cosine_similarity(torch.stack(gradients).mean(dim=0), direction, dim=0)
        assert cosine > 0.97
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.01 * exact


def test_the_target_is_no_candidate_beside_itself():
    """With all others among the candidates, and each drawn as often as expected, nothing is estimated."""
    vocabulary, embedding, states, _ = head(48)
    vocabulary.rest, vocabulary.shares = vocabulary.rest[:24], torch.full((24,), 1 / 24)
    targets = torch.full((40,), 49)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "multinomial", lambda shares, number, replacement: torch.arange(number))
        estimate = vocabulary.cross_entropy(states, embedding, targets)
    known = torch.cat((vocabulary.always, vocabulary.rest))
    logits = vocabulary(states, embedding)[:, known]
    torch.testing.assert_close(estimate, functional.cross_entropy(logits, torch.zeros(40, dtype=torch.int64)))


def test_replaced_shares_the_embedding_and_trains_both(encoder, batch):
    objective = build_objective(encoder, ObjectiveConfig(kind="rtd", generator_layers=1), SHAPE)
    assert isinstance(objective, Replaced)
    assert objective.generator.encoder.get_input_embeddings() is encoder.get_input_embeddings()
    torch.manual_seed(3)
    losses = objective(batch)
    torch.testing.assert_close(losses.total.detach(), losses.parts["mlm"] + 20 * losses.parts["detection"])
    losses.total.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in objective.detector.parameters())
    assert encoder.layers[0].mlp.Wi.weight.grad.abs().sum() > 0
    assert objective.generator.encoder.layers[0].mlp.Wi.weight.grad.abs().sum() > 0


def test_replaced_loss_leaves_out_special_subwords(encoder, batch):
    objective = build_objective(encoder, ObjectiveConfig(kind="rtd", generator_layers=1), SHAPE)
    seen = {}
    objective.detector.register_forward_hook(lambda module, inputs, output: seen.update(scores=output.flatten()))
    # A generator that is sure of the truth replaces nothing, so that every label is 0.
    objective.generator.vocabulary.forward = lambda states, embedding: (
        1e4 * functional.one_hot(batch.original_ids.flatten()[batch.positions], 50)
    )
    losses = objective(batch)
    real = torch.ones(2, 8, dtype=torch.bool)
    real[:, [0, -1]] = False
    expected = functional.softplus(seen["scores"][real.flatten()]).mean()
    torch.testing.assert_close(losses.parts["detection"], expected.detach())
