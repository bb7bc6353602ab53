"""The training config: what `configs/*.yaml` may say, with its ranges. Reading it is `waqai.config`'s."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from waqai.data.labels import LabelScheme
from waqai.data.windows import WindowSize
from waqai.text import PROCLITICS

DataFormat = Literal["standoff", "authoring", "conll", "proclitics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSettings:
    """One data set of the mixture.

    Attributes:
        path: Relative to the folder in which the program is started.
        format: `proclitics` has `text` and `cuts`, the offsets at which a proclitic ends inside a word.
        weight: How often a text is drawn from this set, relative to the other sets.
        part: Read only this part of the file, in its order: (0, 0.9) its first nine tenths, (0.9, 1) the rest. In a
            corpus of sentences, cut between two documents.
        fraction: Keep only this share of its articles, joined ones, chosen by the seed (for learning curves).
        join_words: Read texts that stand one after the other as one, of up to this many words (for corpora of
            sentences, which news is not), also over the border of two documents; None leaves them alone.
        cut_letters: In the format `proclitics`, the letters that the set cuts off wherever they are proclitics. Where a
            word begins with another one and has no cut, nothing is said.
        types, complete, nested, events, proclitics: What it annotates, see `waqai.data.labels.LabelScheme`.
        optional: Train without it, with a counted warning, when the file is not there.
        source, terms: Where the texts are from and their terms of use, for the model card.
    """

    name: str
    path: Path
    format: DataFormat = "standoff"
    weight: float = 1.0
    part: tuple[float, ...] = (0.0, 1.0)
    fraction: float = 1.0
    join_words: int | None = None
    types: Mapping[str, tuple[str, ...]] | None = None
    complete: tuple[str, ...] | None = None
    nested: bool = True
    events: bool = True
    proclitics: bool = True
    cut_letters: str = PROCLITICS
    optional: bool = False
    source: str | None = None
    terms: str | None = None

    def __post_init__(self) -> None:
        if self.weight <= 0 or not 0 < self.fraction <= 1:
            raise ValueError(
                f"`weight` must be above 0 and `fraction` in (0, 1], but are {self.weight} and {self.fraction} instead"
            )
        if self.join_words is not None and (self.join_words < 2 or self.format == "proclitics"):
            raise ValueError(
                f"`join_words` must be null or at least 2, and null in the format proclitics, but is {self.join_words} "
                "instead"
            )
        if not set(self.cut_letters) <= set(PROCLITICS):
            raise ValueError(f"`cut_letters` must be some of {PROCLITICS}, but is {self.cut_letters!r} instead")
        if len(self.part) != 2 or not 0 <= self.part[0] < self.part[1] <= 1:
            raise ValueError(f"`part` must be two numbers, rising within [0, 1], but is {list(self.part)} instead")

    def scheme(self) -> LabelScheme:
        """Return what the data set annotates."""
        return LabelScheme(
            types=self.types,
            complete=self.complete,
            nested=self.nested,
            events=self.events,
            proclitics=self.proclitics,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """The encoder, by Hub id or folder, and the heads on it; `sources` name the encoder's texts for the model card."""

    encoder: str
    revision: str | None = None
    sources: tuple[str, ...] = ()
    span_head: Literal["biaffine", "pointer"] = "biaffine"
    span_width: int = 16
    head_size: int = 64
    dropout: float = 0.2
    window: int = 254
    overlap: int = 64

    def __post_init__(self) -> None:
        WindowSize(subwords=self.window, overlap=self.overlap)
        if self.span_width < 1 or self.head_size < 4 or self.head_size % 2 or not 0 <= self.dropout < 1:
            raise ValueError("`span_width` must be at least 1, `head_size` even and at least 4, `dropout` in [0, 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerSettings:
    """AdamW with one learning rate for the heads, and one for the encoder that decays from layer to layer downward."""

    encoder_lr: float = 5e-5
    head_lr: float = 1e-3
    layer_decay: float = 0.95
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    warmup: float = 0.1

    def __post_init__(self) -> None:
        if self.encoder_lr < 0 or self.head_lr <= 0 or not 0 < self.layer_decay <= 1:
            raise ValueError("learning rates must be positive and `layer_decay` in (0, 1]")
        if self.weight_decay < 0 or self.max_grad_norm <= 0 or not 0 <= self.warmup < 1:
            raise ValueError("`weight_decay` must be 0 or more, `max_grad_norm` positive, `warmup` in [0, 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """A whole fine-tuning run.

    Attributes:
        output: The run's folder: logs and resumable state; the finished checkpoint is in `output/checkpoint`.
        ontology: A file, or None for the one of the package.
        train, validation: Data sets; early stopping and calibration read the validation sets alone. Those of the format
            `proclitics` are only scored.
        batch_size: Texts in a step, over all processes.
        evaluate_every: Steps between two validations; the state is saved then.
        patience: Validations without a better `selection` before the run stops; 0 never stops early.
        selection: The score that early stopping follows; `entity_f1` for an ontology without events.
        notes: Sentences that the model card adds, such as among how many runs this one was chosen.
        precision: `bf16` computes the encoder in bfloat16, `auto` does where the processor is made for it.
    """

    output: Path
    ontology: Path | None = None
    model: ModelSettings
    train: tuple[DataSettings, ...]
    validation: tuple[DataSettings, ...]
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    steps: int = 1000
    batch_size: int = 8
    evaluate_every: int = 100
    patience: int = 5
    selection: Literal["tuple_f1", "entity_f1"] = "tuple_f1"
    seed: int = 13
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.train or not self.validation:
            raise ValueError("`train` and `validation` must each name a data set")
        if min(self.steps, self.batch_size, self.evaluate_every) < 1 or self.patience < 0:
            raise ValueError("`steps`, `batch_size` and `evaluate_every` must be at least 1, `patience` 0 or more")
        for data in self.validation:
            if not (data.complete is None and data.nested and data.events and data.proclitics):
                raise ValueError(
                    f"the validation set {data.name!r} must be complete, but has one of `complete`, `nested`, `events` "
                    "and `proclitics`, which are for training sets"
                )
        if any(len(ours) != 1 for data in self.validation for ours in (data.types or {}).values()):
            raise ValueError("a validation set's `types` must name one of our types for each of its own")
        if all(data.format == "proclitics" for data in self.validation):
            raise ValueError("`validation` must name a data set with annotated articles, beside those of `proclitics`")
        names = [data.name for data in (*self.train, *self.validation)]
        if len(set(names)) < len(names):
            raise ValueError("the data sets' names must differ, for they name what was lost in audit.json")
