"""Pre-training from a config to an encoder: tokenizer, packed corpus, vectors, training, export; each made once.

    OUTPUT/tokenizer      made by `tokenizer`
    OUTPUT/packed         made by `packing`
    OUTPUT/vectors        made by `vectors`
    OUTPUT/checkpoints    states, made by `loop`
    OUTPUT/encoder        what `AutoModel` and `AutoTokenizer` load, written beside every state
    OUTPUT/config.yaml    the resolved config of the last sitting

A stage whose result is there is not run again; a config that asks for another result is an error before training.
"""

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs
from transformers import ModernBertModel, PreTrainedTokenizerFast

from waqai.config import dump_config, load_config, require_same
from waqai.pretraining.batches import BatchSource
from waqai.pretraining.config import CorpusConfig, PretrainConfig
from waqai.pretraining.corpus import find_shards, read_held_out, read_texts
from waqai.pretraining.loop import Outcome, train
from waqai.pretraining.objectives import build_encoder, build_objective
from waqai.pretraining.packing import PackedCorpus, pack_corpus, require_same_sources
from waqai.pretraining.tokenizer import fingerprint, load_tokenizer, train_tokenizer
from waqai.pretraining.vectors import initialise_embedding, load_vectors, save_vectors, train_vectors
from waqai.training.optimization import parameter_groups
from waqai.training.state import require_space

logger = logging.getLogger(__name__)

_SETTLED = (
    "corpus.shards",
    "corpus.held_out",
    "tokenizer",
    "vectors",
    "encoder",
    "training.seed",
    "training.sequence_length",
    "training.betas",
    "training.weight_decay",
)
"""What shapes the results that a run has already; it goes on with these as they were."""

_PREPARATION = timedelta(hours=12)  # so long may the other processes wait while the first one packs the corpus

_BYTES_PER_PARAMETER = 40  # two states of 12 bytes (fp32 and two moments), one being written, and the export


def run(config_path: Path, overrides: Sequence[str] = ()) -> Outcome:
    """Pre-train as the config says, going on from what its `output` holds; return how far it came.

    Raises:
        ConfigError: The config is faulty, or another one than the run in `output` was made with.
        InputError: A shard is missing or corrupt.
        CheckpointError: What `output` holds does not fit the config.
        OutputError: The disk has too little room.
    """
    config = load_config(PretrainConfig, config_path, overrides)
    return pretrain(config)


def pretrain(config: PretrainConfig) -> Outcome:
    """Do what `run` does with a config that is read already."""
    training = config.training
    if training.threads:
        torch.set_num_threads(training.threads)
    # Without this, several processes on a CPU would not know of each other.
    accelerator = Accelerator(
        cpu=not torch.cuda.is_available(),
        mixed_precision="no",  # `training.precision` says it, whatever the user's `accelerate config`
        kwargs_handlers=[InitProcessGroupKwargs(timeout=_PREPARATION)],
    )
    kept = config.output / "config.yaml"
    if kept.exists():
        require_same(kept, config, _SETTLED)
    with accelerator.main_process_first():
        tokenizer = prepare_tokenizer(config)
        corpus = prepare_corpus(config, tokenizer)
        vectors = prepare_vectors(config, tokenizer, corpus)
    torch.manual_seed(training.seed)
    encoder = build_encoder(config.encoder, vocabulary_size=len(tokenizer))
    if vectors is not None:
        initialise_embedding(encoder.get_input_embeddings(), vectors)
    objective = build_objective(encoder, config.objective, config.encoder)
    objective.vocabulary.start_from(corpus.frequencies(len(tokenizer)))
    parameters = sum(parameter.numel() for parameter in objective.parameters())
    require_space(config.output, _BYTES_PER_PARAMETER * parameters)
    groups = parameter_groups(
        objective,
        encoder_lr=training.learning_rate,
        head_lr=training.learning_rate,
        weight_decay=training.weight_decay,
    )
    embedding = encoder.get_input_embeddings().weight
    for group in groups:
        group["params"] = [parameter for parameter in group["params"] if parameter is not embedding]
    rate = training.learning_rate * training.embedding_rate
    groups.append({"params": [embedding], "lr": rate, "weight_decay": training.weight_decay})
    first_beta, second_beta = training.betas
    optimizer = torch.optim.AdamW(
        [{**group, "peak": group["lr"]} for group in groups], betas=(first_beta, second_beta), eps=1e-6, fused=True
    )
    source = BatchSource(
        corpus,
        {kind: shards.weight for kind, shards in config.corpus.shards.items()},
        sequence_length=training.sequence_length,
        batch_size=training.batch_size,
        mask_share=config.objective.mask_share,
        seed=training.seed,
        rank=accelerator.process_index,
        processes=accelerator.num_processes,
    )
    logger.info("%d parameters, %d subwords, %d blocks an epoch", parameters, corpus.tokens, source.epoch_size)
    if accelerator.is_main_process:
        kept.write_text(dump_config(config), encoding="utf-8")
    return train(
        objective,
        optimizer,
        source,
        training,
        accelerator=accelerator,
        folder=config.output,
        export=lambda: export_encoder(encoder, tokenizer, config.output / "encoder"),
    )


def export_encoder(encoder: ModernBertModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the encoder as bf16 safetensors with its tokenizer, replacing what `folder` held.

    The config names float32, so that the encoder is loaded in it, as fine-tuning wants.
    """
    temporary = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    weights = {name: tensor.detach().to("cpu", torch.bfloat16) for name, tensor in encoder.state_dict().items()}
    encoder.save_pretrained(temporary, state_dict=weights)
    tokenizer.save_pretrained(temporary)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


@dataclass(frozen=True, slots=True)
class _Sample:
    """The texts that train the tokenizer; iterable again and again, as the trainer needs."""

    config: CorpusConfig

    def __iter__(self) -> Iterator[str]:
        for shards in self.config.shards.values():
            for shard in find_shards(shards.files, Path.cwd()):
                yield from islice(read_texts(shard), 0, None, shards.tokenizer_step)


def prepare_tokenizer(config: PretrainConfig) -> PreTrainedTokenizerFast:
    """Return the tokenizer of the run, trained unless it is there."""
    folder = config.output / "tokenizer"
    if not folder.exists():
        logger.info("training the tokenizer")
        tokenizer = train_tokenizer(
            _Sample(config.corpus),
            vocabulary_size=config.tokenizer.vocabulary_size,
            alphabet_size=config.tokenizer.alphabet_size,
            max_length=config.encoder.max_positions,
        )
        tokenizer.save_pretrained(folder.with_suffix(".tmp"))
        folder.with_suffix(".tmp").rename(folder)
    return load_tokenizer(folder)


def prepare_corpus(config: PretrainConfig, tokenizer: PreTrainedTokenizerFast) -> PackedCorpus:
    """Return the packed corpus of the run, packed unless it is there."""
    folder = config.output / "packed"
    missing = not (folder / "packed.json").exists()
    shards = [
        (kind, shard)
        for kind, group in config.corpus.shards.items()
        for shard in find_shards(group.files, Path.cwd(), required=missing)
    ]
    found = [find_shards([pattern], Path.cwd(), required=missing) for pattern in config.corpus.held_out]
    held_out = read_held_out(sorted({file for files in found for file in files}))
    if missing:
        corpus = pack_corpus(
            shards,
            tokenizer_folder=config.output / "tokenizer",
            held_out=held_out,
            folder=folder,
            processes=config.corpus.processes,
        )
        corpus.audit().save(config.output / "audit.json")
        return corpus
    corpus = PackedCorpus.open(folder, fingerprint(tokenizer))
    require_same_sources(folder, shards, held_out if all(found) else None)
    return corpus


def prepare_vectors(
    config: PretrainConfig, tokenizer: PreTrainedTokenizerFast, corpus: PackedCorpus
) -> torch.Tensor | None:
    """Return the vectors of the run, trained unless they are there; None where the config wants none."""
    if config.vectors is None:
        return None
    file = config.output / "vectors" / "vectors.safetensors"
    if not file.exists():
        logger.info("training the vectors")
        vectors = train_vectors(
            corpus,
            config.vectors,
            width=config.encoder.hidden_size,
            vocabulary_size=len(tokenizer),
            seed=config.training.seed,
        )
        save_vectors(vectors, file, fingerprint(tokenizer))
    return load_vectors(file, fingerprint(tokenizer))
