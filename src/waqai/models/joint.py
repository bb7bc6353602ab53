"""The joint model: one encoder pass gives word states, from which all heads read.

`encode` makes packed word states; `score_spans`, `score_links`, `score_factuality` and `score_proclitics` read them.
`forward` does all of it for training, with the gold mentions as the ends of links. Decoding is `waqai.decoding`'s.
"""

from dataclasses import dataclass
from typing import Any, Self, cast

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel
from transformers.utils.generic import ModelOutput

from waqai.data.collate import Batch
from waqai.models.configuration import WaqaiConfig
from waqai.models.heads import IMPOSSIBLE, BiaffineSpans, Factuality, Links, PointerSpans, Proclitics, WordFeatures
from waqai.models.losses import class_loss, link_loss, span_loss


@dataclass
class WaqaiOutput(ModelOutput):
    """What `forward` returns; N words, V widths, C types, P pairs, R links, E triggers.

    Attributes:
        loss: The sum of all losses, per word; None without targets.
        losses: The parts, per word.
        states: [N, H].
        span_logits: [N, V, C], IMPOSSIBLE where a span would pass its text's end.
    """

    loss: Tensor | None = None
    losses: dict[str, Tensor] | None = None
    states: Tensor | None = None
    span_logits: Tensor | None = None


class WaqaiModel(PreTrainedModel):
    """A Hub encoder with the heads of `waqai.models.heads`."""

    legal: Tensor
    encoder_autocast: torch.dtype | None = None
    """In training mode the encoder computes in this format, while its weights stay in float32."""

    config_class = WaqaiConfig
    base_model_prefix = "encoder"
    _supports_sdpa = True

    def __init__(self, config: WaqaiConfig) -> None:
        super().__init__(config)
        task = config.task_shape()
        self.encoder = AutoModel.from_config(config.encoder_config())
        width, size, dropout = self.encoder.config.hidden_size, config.head_size, config.dropout
        self.features = WordFeatures(width, dropout)
        spans = BiaffineSpans if config.span_head == "biaffine" else PointerSpans
        self.spans = spans(width, size, task.span_width, task.num_types, dropout)
        self.proclitics = Proclitics(width, size)
        self.links = Links(width, 2 * size, task.num_types, task.num_links, dropout) if task.num_links else None
        events = task.num_types > task.num_entity_types
        self.factuality = Factuality(width, size, len(task.factualities), dropout) if events else None
        legal = torch.zeros(task.num_types, task.num_types, max(task.num_links, 1), dtype=torch.bool)
        for head, row in enumerate(task.legal):
            for tail, links in enumerate(row):
                legal[head, tail, list(links)] = True
        self.register_buffer("legal", legal)
        self.post_init()  # type: ignore[no-untyped-call]

    @classmethod
    def from_encoder(cls, encoder: PreTrainedModel, config: WaqaiConfig) -> Self:
        """Make a model with fresh heads on a pre-trained encoder; `config.encoder` must be that encoder's config."""
        model = cls(config)
        model.encoder = encoder
        return model

    def _init_weights(self, module: nn.Module) -> None:
        """Leave initialisation to the modules: the heads' biases encode priors, the encoder has its own."""

    def encode(self, batch: Batch) -> Tensor:
        """Run the encoder and return packed word states [N, H] in float32: means of each word's subwords.

        Windows of like length are encoded together, so that little is spent on padding.
        """
        window, first, last = batch["word_window"], batch["word_first"], batch["word_last"]
        pooled = torch.empty(len(window), self.encoder.config.hidden_size, device=window.device)
        lengths = batch["attention_mask"].sum(dim=1)
        autocast = self.encoder_autocast if self.training else None
        # Looked up once: a lookup per group would make a gradient of the size of the whole vocabulary for each.
        embedded = self.encoder.get_input_embeddings()(batch["input_ids"])
        for group in _groups_of_like_length(lengths.tolist()):
            rows = torch.tensor(group, device=window.device)
            longest = int(lengths[rows].max())
            mask = batch["attention_mask"][rows, :longest]
            with torch.autocast(mask.device.type, autocast, enabled=autocast is not None):
                hidden = self.encoder(inputs_embeds=embedded[rows, :longest], attention_mask=mask).last_hidden_state
            sums = nn.functional.pad(hidden.float().cumsum(dim=1), (0, 0, 1, 0))
            at = torch.full_like(lengths, -1)
            at[rows] = torch.arange(len(group), device=rows.device)
            words = (at[window] >= 0).nonzero().squeeze(1)
            row, low, high = at[window[words]], first[words], last[words] + 1
            pooled = pooled.index_copy(0, words, (sums[row, high] - sums[row, low]) / (high - low)[:, None])
        return self.features(pooled, batch["letters"])

    def possible_spans(self, word_limit: Tensor) -> Tensor:
        """Return whether the span from word n over v further words ends within its text: [N] → [N, V]."""
        ends = torch.arange(len(word_limit), device=word_limit.device)[:, None] + torch.arange(
            self.config.task["span_width"], device=word_limit.device
        )
        return ends < word_limit[:, None]

    def score_spans(self, states: Tensor, word_limit: Tensor) -> Tensor:
        """Return the logits of every span and type: [N, V, C]."""
        logits: Tensor = self.spans(states)
        return logits.masked_fill(~self.possible_spans(word_limit)[:, :, None], IMPOSSIBLE)

    def score_links(self, states: Tensor, sentence: Tensor, mentions: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits and legality of every link of every pair: [P, R] each."""
        assert self.links is not None
        legal = self.legal[mentions[pairs[:, 0], 2], mentions[pairs[:, 1], 2]]
        return self.links(states, sentence, mentions, pairs), legal

    def score_factuality(self, states: Tensor, sentence: Tensor, mentions: Tensor) -> Tensor:
        """Return the logits of each trigger's factuality: [E, 3] → [E, K]."""
        assert self.factuality is not None
        return self.factuality(states, sentence, mentions[:, 0])

    def score_proclitics(self, states: Tensor, letters: Tensor) -> Tensor:
        """Return the logits of how many proclitic letters a word has: [N, 4]."""
        logits: Tensor = self.proclitics(states, letters)
        return logits

    def forward(self, **inputs: Any) -> WaqaiOutput:
        """Encode a batch and, when it has targets, take the losses; the arguments are the keys of `Batch`."""
        batch = cast("Batch", inputs)
        states = self.encode(batch)
        span_logits = self.score_spans(states, batch["word_limit"])
        if "targets" not in batch:
            return WaqaiOutput(states=states, span_logits=span_logits)
        targets = batch["targets"]
        possible = self.possible_spans(batch["word_limit"])
        losses = {
            "spans": span_loss(span_logits, possible, targets),
            "proclitics": class_loss(self.score_proclitics(states, batch["letters"]), targets["proclitics"]),
        }
        if len(targets["pairs"]):
            logits, legal = self.score_links(states, batch["word_sentence"], targets["mentions"], targets["pairs"])
            losses["links"] = link_loss(logits, legal, targets["pair_labels"])
        if len(targets["triggers"]):
            triggers = targets["mentions"][targets["triggers"]]
            logits = self.score_factuality(states, batch["word_sentence"], triggers)
            losses["factuality"] = class_loss(logits, targets["factuality"])
        losses = {name: loss / len(states) for name, loss in losses.items()}
        return WaqaiOutput(
            loss=torch.stack(list(losses.values())).sum(), losses=losses, states=states, span_logits=span_logits
        )


def _groups_of_like_length(lengths: list[int]) -> list[list[int]]:
    """Return the windows in groups in which the shortest has at least four fifths of the longest's length.

    >>> _groups_of_like_length([10, 100, 9, 95])
    [[1, 3], [0, 2]]
    """
    groups: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if groups and lengths[row] >= 0.8 * lengths[groups[-1][0]]:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups
