"""The config class that is saved with every checkpoint; plain JSON, no code."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from transformers import AutoConfig, PretrainedConfig

from waqai.data.labels import Task

SpanHead = Literal["biaffine", "pointer"]

FAMILIES = ("entity", "event", "role", "relation", "factuality", "tuple")
"""What is calibrated apart: a probability of each family is fitted on its own decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Maps a logit to a calibrated probability, `sigmoid(scale · logit + shift)`, and keeps what is above threshold."""

    scale: float = 1.0
    shift: float = 0.0
    threshold: float = 0.5

    def apply(self, score: float) -> float:
        """Return the probability for a score that is itself in [0, 1]; 0 and 1 are read as 0.00005 from them."""
        return 1 / (1 + math.exp(-self.scale * logit_of(score) - self.shift))


def logit_of(score: float) -> float:
    """Return the logit of a score of four digits, which may have been rounded to 0 or 1."""
    clipped = min(max(score, 5e-5), 1 - 5e-5)
    return math.log(clipped / (1 - clipped))


class WaqaiConfig(PretrainedConfig):
    """Everything that shapes the model.

    Attributes:
        encoder: The config of the Hub encoder, as a dict with its `model_type`.
        task: The index spaces (`waqai.data.labels.Task`), from the ontology that lies beside the checkpoint.
        ontology_fingerprint: Which ontology that is.
        span_head: `biaffine` or `pointer`, see `waqai.models.heads`.
        head_size: Width of each head's hidden states.
        dropout: In the heads; the encoder has its own.
        window, overlap: Subwords that the encoder reads at once, without the special ones.
        calibration: By family, see `FAMILIES`.
    """

    model_type = "waqai"

    def __init__(
        self,
        *,
        encoder: dict[str, Any] | None = None,
        task: dict[str, Any] | None = None,
        ontology_fingerprint: str = "",
        span_head: SpanHead = "biaffine",
        head_size: int = 64,
        dropout: float = 0.2,
        window: int = 254,
        overlap: int = 64,
        calibration: dict[str, dict[str, float]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {}
        self.task = task or {}
        self.ontology_fingerprint = ontology_fingerprint
        self.span_head = span_head
        self.head_size = head_size
        self.dropout = dropout
        self.window = window
        self.overlap = overlap
        self.calibration = calibration or {}
        super().__init__(**kwargs)

    def encoder_config(self) -> PretrainedConfig:
        """Return the encoder's config as an object of its own class."""
        settings = dict(self.encoder)
        return AutoConfig.for_model(settings.pop("model_type"), **settings)

    def task_shape(self) -> Task:
        """Return the index spaces."""
        fields = dict(self.task)
        return Task(
            span_width=fields["span_width"],
            types=tuple(fields["types"]),
            num_entity_types=fields["num_entity_types"],
            links=tuple(fields["links"]),
            num_roles=fields["num_roles"],
            factualities=tuple(fields["factualities"]),
            legal=tuple(tuple(tuple(links) for links in row) for row in fields["legal"]),
        )

    def calibrated(self, family: str) -> Calibration:
        """Return the calibration of a family, the identity when it was never fitted."""
        return Calibration(**self.calibration.get(family, {}))

    def set_calibration(self, family: str, calibration: Calibration) -> None:
        """Keep a fitted calibration."""
        self.calibration = {**self.calibration, family: asdict(calibration)}
