"""The typed config of pre-training, `configs/pretrain.yaml`. Ranges are checked here; files are checked where read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from waqai.errors import must


def _check(*rules: tuple[bool, str, str, object]) -> None:
    faults = [must(name, expected, value) for good, name, expected, value in rules if not good]
    if faults:
        raise ValueError(" ".join(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsConfig:
    """Files of one kind: globs relative to the working directory, and how often they are read.

    `weight` is the share of the kind's blocks that one epoch reads (1 all of them); `tokenizer_step` says that every
    n-th document trains the tokenizer.
    """

    files: tuple[str, ...]
    weight: float = 1.0
    tokenizer_step: int = 4

    def __post_init__(self) -> None:
        _check(
            (bool(self.files), "files", "at least one glob", self.files),
            (0 < self.weight <= 1, "weight", "above 0 and at most 1", self.weight),
            (self.tokenizer_step >= 1, "tokenizer_step", "at least 1", self.tokenizer_step),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusConfig:
    """What is learnt from, by kind in the order of packing; documents that share text with `held_out` are left out.

    The tokenizer alone is trained on a sample of all of them.
    """

    shards: dict[str, ShardsConfig]
    held_out: tuple[str, ...] = ()
    processes: int = 2

    def __post_init__(self) -> None:
        _check(
            (bool(self.shards), "shards", "at least one kind", self.shards),
            (self.processes >= 1, "processes", "at least 1", self.processes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerConfig:
    """Subwords of the vocabulary, special tokens included, and distinct characters that are kept."""

    vocabulary_size: int = 24_000
    alphabet_size: int = 300

    def __post_init__(self) -> None:
        _check(
            (50 <= self.vocabulary_size <= 32_768, "vocabulary_size", "50 to 32768", self.vocabulary_size),
            (self.alphabet_size >= 20, "alphabet_size", "at least 20", self.alphabet_size),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorsConfig:
    """Count vectors of the subwords, the start of the encoder's embedding: see `vectors` for both numbers."""

    window: int = 5
    sample: float = 1e-4

    def __post_init__(self) -> None:
        _check(
            (self.window >= 1, "window", "at least 1", self.window),
            (0 < self.sample <= 1, "sample", "above 0 and at most 1", self.sample),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """The shape of the encoder, a ModernBERT: pre-norm, rotary positions, GeGLU."""

    hidden_size: int = 256
    layers: int = 6
    heads: int = 4
    intermediate_size: int = 512
    max_positions: int = 1024
    global_every: int = 3
    local_window: int = 128

    def __post_init__(self) -> None:
        _check(
            (self.layers >= 1, "layers", "at least 1", self.layers),
            (self.heads >= 1, "heads", "at least 1", self.heads),
            (
                self.hidden_size % (2 * self.heads) == 0,
                "hidden_size",
                f"a multiple of twice the heads, {2 * self.heads}",
                self.hidden_size,
            ),
            (self.intermediate_size >= 1, "intermediate_size", "at least 1", self.intermediate_size),
            (self.max_positions >= 16, "max_positions", "at least 16", self.max_positions),
            (self.global_every >= 1, "global_every", "at least 1", self.global_every),
            (self.local_window >= 2, "local_window", "at least 2", self.local_window),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveConfig:
    """`mlm`: masked words are predicted. `rtd`: replaced subwords are found, a small generator making them.

    `mask_share` is the chance of each word to be masked, all its subwords with it. With `candidates`, an even number, a
    masked subword is told apart from that many a step, not from the whole vocabulary: see `VocabularyHead`. The
    generator has the encoder's shape with `generator_layers` layers; `detection_weight` is the weight of the detector's
    loss beside the generator's.
    """

    kind: Literal["mlm", "rtd"] = "mlm"
    mask_share: float = 0.3
    candidates: int | None = None
    generator_layers: int = 2
    detection_weight: float = 20.0

    def __post_init__(self) -> None:
        _check(
            (0 < self.mask_share < 1, "mask_share", "between 0 and 1", self.mask_share),
            (
                self.candidates is None or (self.kind == "mlm" and self.candidates >= 2 and self.candidates % 2 == 0),
                "candidates",
                "null, or with `kind` mlm an even number from 2",
                self.candidates,
            ),
            (self.generator_layers >= 1, "generator_layers", "at least 1", self.generator_layers),
            (self.detection_weight > 0, "detection_weight", "above 0", self.detection_weight),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """How long and how fast.

    Sequences have `sequence_length` subwords, `[CLS]` and `[SEP]` included; a step reads `batch_size` of them on every
    process. The run ends after `steps` steps or `max_minutes` of this sitting, whichever comes first; with the
    schedule `wsd` the rate is steady after the warm-up and falls to zero over the last `decay_share` of either.
    `embedding_rate` is the embedding's learning rate as a multiple of `learning_rate`. `compile` has torch compile the
    objective, which takes a minute or two at the start and needs a C++ compiler on the CPU.
    """

    steps: int
    max_minutes: float | None = None
    sequence_length: int = 128
    batch_size: int = 32
    learning_rate: float = 1e-3
    embedding_rate: float = 1.0
    weight_decay: float = 0.01
    betas: tuple[float, ...] = (0.9, 0.98)
    max_grad_norm: float = 1.0
    warmup_steps: int = 300
    schedule: Literal["wsd", "cosine", "linear"] = "wsd"
    decay_share: float = 0.15
    precision: Literal["bf16", "fp32"] = "bf16"
    seed: int = 1
    log_every: int = 50
    save_every_minutes: float = 5.0
    threads: int | None = None
    compile: bool = False

    def __post_init__(self) -> None:
        _check(
            (self.steps >= 1, "steps", "at least 1", self.steps),
            (self.max_minutes is None or self.max_minutes > 0, "max_minutes", "null or above 0", self.max_minutes),
            (self.sequence_length >= 8, "sequence_length", "at least 8", self.sequence_length),
            (self.batch_size >= 1, "batch_size", "at least 1", self.batch_size),
            (self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate),
            (self.embedding_rate > 0, "embedding_rate", "above 0", self.embedding_rate),
            (self.weight_decay >= 0, "weight_decay", "at least 0", self.weight_decay),
            (
                len(self.betas) == 2 and all(0 <= beta < 1 for beta in self.betas),
                "betas",
                "two numbers from 0 to below 1",
                self.betas,
            ),
            (self.max_grad_norm > 0, "max_grad_norm", "above 0", self.max_grad_norm),
            (self.warmup_steps >= 0, "warmup_steps", "at least 0", self.warmup_steps),
            (0 < self.decay_share < 1, "decay_share", "between 0 and 1", self.decay_share),
            (self.log_every >= 1, "log_every", "at least 1", self.log_every),
            (self.save_every_minutes > 0, "save_every_minutes", "above 0", self.save_every_minutes),
            (self.threads is None or self.threads >= 1, "threads", "null or at least 1", self.threads),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainConfig:
    """Everything that makes an encoder. `vectors` null starts the embedding at random."""

    output: Path
    corpus: CorpusConfig
    training: TrainingConfig
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    vectors: VectorsConfig | None = field(default_factory=VectorsConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)

    def __post_init__(self) -> None:
        _check(
            (
                (self.objective.candidates or 0) < self.tokenizer.vocabulary_size,
                "objective.candidates",
                f"below `tokenizer.vocabulary_size`, {self.tokenizer.vocabulary_size}",
                self.objective.candidates,
            ),
            (
                self.training.sequence_length <= self.encoder.max_positions,
                "training.sequence_length",
                f"at most `encoder.max_positions`, {self.encoder.max_positions}",
                self.training.sequence_length,
            ),
        )
