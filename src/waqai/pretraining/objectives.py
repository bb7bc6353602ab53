"""The encoder and the two things it can be trained to do: predict masked words, or find replaced subwords.

Both take the same `Masked` batch, so that they can be compared at equal compute. What is exported in the end is
`objective.encoder` alone; heads and generator are thrown away.

Shapes: B sequences, T subwords, M masked positions, V vocabulary, H width.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import ModernBertConfig, ModernBertModel

from waqai.pretraining.config import EncoderConfig, ObjectiveConfig


class Masked(NamedTuple):
    """A batch: `input_ids` (B, T) with masked words, `original_ids` (B, T), `positions` (M,) into the flat B * T."""

    input_ids: Tensor
    original_ids: Tensor
    positions: Tensor


class Losses(NamedTuple):
    """`total` is what is minimised; `parts` are named scalars for the log, detached."""

    total: Tensor
    parts: dict[str, Tensor]


def build_encoder(config: EncoderConfig, *, vocabulary_size: int, layers: int | None = None) -> ModernBertModel:
    """Return a randomly initialised encoder; the special ids are those of `tokenizer.SPECIAL_TOKENS`."""
    return ModernBertModel(
        ModernBertConfig(
            vocab_size=vocabulary_size,
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            num_hidden_layers=layers or config.layers,
            num_attention_heads=config.heads,
            max_position_embeddings=config.max_positions,
            layer_types=[
                "sliding_attention" if layer % config.global_every else "full_attention"
                for layer in range(layers or config.layers)
            ],
            local_attention=config.local_window,
            pad_token_id=0,
            cls_token_id=2,
            bos_token_id=2,
            sep_token_id=3,
            eos_token_id=3,
        )
    )


def build_objective(
    encoder: ModernBertModel, config: ObjectiveConfig, shape: EncoderConfig
) -> "MaskedWords | Replaced":
    """Return the objective that `config.kind` names, around `encoder`."""
    if config.kind == "mlm":
        return MaskedWords(encoder, config.candidates)
    generator = build_encoder(shape, vocabulary_size=encoder.config.vocab_size, layers=config.generator_layers)
    return Replaced(encoder, generator, config.detection_weight)


class VocabularyHead(nn.Module):
    """Scores every subword of the vocabulary by the embedding it shares with the encoder: (M, H) → (M, V).

    With `candidates`, `cross_entropy` tells the right subword apart from that many alone: half are the most frequent
    ones, and half drawn anew each time from the rest, by frequency. `start_from` must then have been called.
    """

    always: Tensor
    rest: Tensor
    shares: Tensor

    def __init__(self, embedding: nn.Embedding, candidates: int | None = None) -> None:
        super().__init__()
        width = embedding.embedding_dim
        self.dense = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(embedding.num_embeddings))
        self.dense.weight.data.normal_(std=0.02)
        self.candidates = candidates
        for name in ("always", "rest", "shares"):
            self.register_buffer(name, torch.empty(0), persistent=False)

    def start_from(self, frequencies: npt.NDArray[np.int64]) -> None:
        """Start the bias at the logarithm of the subwords' shares, so that no step is spent on learning these."""
        counts = torch.from_numpy(frequencies + 1).float()
        with torch.no_grad():
            self.bias.copy_((counts / counts.sum()).log())
        if self.candidates is not None:
            order = counts.argsort(descending=True, stable=True)
            self.always, self.rest = order[: self.candidates // 2], order[self.candidates // 2 :]
            self.shares = counts[self.rest] / counts[self.rest].sum()

    def forward(self, states: Tensor, embedding: nn.Embedding) -> Tensor:
        """Return the logits of `states`."""
        return functional.linear(self._transformed(states), embedding.weight, self.bias)

    def _transformed(self, states: Tensor) -> Tensor:
        transformed: Tensor = self.norm(functional.gelu(self.dense(states)))
        return transformed

    def cross_entropy(self, states: Tensor, embedding: nn.Embedding, targets: Tensor) -> Tensor:
        """Return the mean cross-entropy in nats of `targets` (M,), or with `candidates` an estimate of it.

        The partition sum is estimated by importance sampling (Bengio and Senécal 2003): a drawn subword counts as one
        over the number of times that it was expected to be drawn, and whatever equals the target is left out beside it.
        The sum is unbiased, its logarithm a little too small.
        """
        if self.candidates is None:
            return functional.cross_entropy(self(states, embedding).float(), targets)
        draws = self.candidates - len(self.always)
        drawn = torch.multinomial(self.shares, draws, replacement=True)
        others = torch.cat((self.always, self.rest[drawn]))
        expected = torch.cat((torch.zeros(len(self.always), device=drawn.device), (draws * self.shares[drawn]).log()))
        states = self._transformed(states)
        logits = functional.linear(states, embedding.weight[others], self.bias[others]).float() - expected
        logits = logits.masked_fill(others == targets[:, None], float("-inf"))
        right = (states * embedding.weight[targets]).sum(-1).float() + self.bias[targets]
        return (torch.cat((right[:, None], logits), dim=1).logsumexp(dim=1) - right).mean()


class MaskedWords(nn.Module):
    """Masked language model; logits are made at the masked positions alone."""

    def __init__(self, encoder: ModernBertModel, candidates: int | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.vocabulary = VocabularyHead(encoder.get_input_embeddings(), candidates)

    def forward(self, batch: Masked) -> Losses:
        """Return the mean cross-entropy in nats over the masked subwords."""
        states = self.encoder(input_ids=batch.input_ids).last_hidden_state
        masked = states.flatten(0, 1)[batch.positions]
        targets = batch.original_ids.flatten()[batch.positions]
        loss = self.vocabulary.cross_entropy(masked, self.encoder.get_input_embeddings(), targets)
        return Losses(loss, {"mlm": loss.detach()})


class Replaced(nn.Module):
    """Replaced-token detection (ELECTRA, Clark et al. 2020); generator and encoder share the embedding."""

    def __init__(self, encoder: ModernBertModel, generator: ModernBertModel, detection_weight: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.generator = MaskedWords(generator)
        self.generator.encoder.set_input_embeddings(encoder.get_input_embeddings())
        self.detector = nn.Sequential(
            nn.Linear(encoder.config.hidden_size, encoder.config.hidden_size),
            nn.GELU(),
            nn.Linear(encoder.config.hidden_size, 1),
        )
        self.detection_weight = detection_weight

    @property
    def vocabulary(self) -> VocabularyHead:
        """The generator's head."""
        return self.generator.vocabulary

    def forward(self, batch: Masked) -> Losses:
        """Return the generator's cross-entropy plus the weighted cross-entropy of "was this subword replaced"."""
        embedding = self.encoder.get_input_embeddings()
        states = self.generator.encoder(input_ids=batch.input_ids).last_hidden_state
        logits = self.generator.vocabulary(states.flatten(0, 1)[batch.positions], embedding).float()
        original = batch.original_ids.flatten()
        generation = functional.cross_entropy(logits, original[batch.positions])
        with torch.no_grad():
            noise = torch.rand_like(logits).clamp_(1e-9, 1 - 1e-6)
            sampled = (logits - (-noise.log()).log()).argmax(-1)  # Gumbel: a draw from the softmax
            corrupted = original.clone()
            corrupted[batch.positions] = sampled
            replaced = (corrupted != original).float()
            real = original > 3  # [PAD], [CLS] and [SEP] are never replaced, [UNK] may be anything
        states = self.encoder(input_ids=corrupted.view_as(batch.input_ids)).last_hidden_state
        scores = self.detector(states).flatten().float()
        detection = functional.binary_cross_entropy_with_logits(scores[real], replaced[real])
        total = generation + self.detection_weight * detection
        return Losses(total, {"mlm": generation.detach(), "detection": detection.detach()})
