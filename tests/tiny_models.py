"""Tiny random encoders of several families with tokenizers of the kind natural to each, built in code.

They are saved to a folder, so that the real `from_pretrained` runs in the tests.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertTokenizer,
    DebertaV2Config,
    DebertaV2Tokenizer,
    ElectraConfig,
    ModernBertConfig,
    PretrainedConfig,
    RobertaConfig,
    RobertaTokenizer,
)

from invented_news import ARTICLES
from waqai.checkpoints import Checkpoint, save_checkpoint
from waqai.data.collate import candidate_pairs, collate
from waqai.data.labels import Task
from waqai.models import Calibration, WaqaiConfig, WaqaiModel
from waqai.ontology import Ontology, load_ontology

FAMILIES = ("bert", "roberta", "electra", "modernbert", "deberta-v2")
_CORPUS = [article.text for article in ARTICLES]
_SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}


def _counted_words() -> tuple[Counter[str], list[str]]:
    """Return the words of the articles, split at punctuation, and those of them that vocabularies know.

    These are the words of the first article and every second other. Trainers, which break ties by chance, are not used.
    """
    first, *rest = (re.findall(r"\w[\w\u064b-\u0652]*|[^\w\s]", text) for text in _CORPUS)
    counts = Counter(first + [word for words in rest for word in words])
    return counts, sorted({*first, *sorted(counts)[::2]})


def word_piece() -> BertTokenizer:
    """WordPiece as AraBERT has it: letter case kept, accents kept."""
    counts, known = _counted_words()
    letters = sorted({letter for word in counts for letter in word})
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    vocab += [word for word in known if len(word) > 1]
    ids = {piece: index for index, piece in enumerate(vocab)}
    return BertTokenizer(vocab=ids, do_lower_case=False, strip_accents=False)


def byte_pairs() -> RobertaTokenizer:
    """Byte-level BPE: an Arabic letter has two bytes, which may fall into two subwords."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return RobertaTokenizer(vocab=model["vocab"], merges=[tuple(pair) for pair in model["merges"]])


def unigram() -> DebertaV2Tokenizer:
    """A unigram model over spaces that are part of the subwords, as SentencePiece has them."""
    counts, known = _counted_words()
    letters = Counter(letter for text in _CORPUS for letter in text if letter != " ")
    pieces = {f"▁{word}": counts[word] for word in known} | {"▁": 50} | dict(sorted(letters.items()))
    total = sum(pieces.values())
    vocab = [(special, 0.0) for special in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")]
    vocab += [(piece, math.log(count / total)) for piece, count in pieces.items()]
    return DebertaV2Tokenizer(vocab=vocab, unk_id=1)


_MAKERS: dict[str, tuple[Callable[[], Any], Callable[[int], PretrainedConfig]]] = {
    "bert": (word_piece, lambda size: BertConfig(vocab_size=size, **_SHAPE)),
    "roberta": (
        byte_pairs,
        lambda size: RobertaConfig(
            vocab_size=size, pad_token_id=1, bos_token_id=0, eos_token_id=2, max_position_embeddings=514, **_SHAPE
        ),
    ),
    "electra": (word_piece, lambda size: ElectraConfig(vocab_size=size, embedding_size=16, **_SHAPE)),
    "modernbert": (
        word_piece,
        lambda size: ModernBertConfig(
            vocab_size=size, pad_token_id=0, cls_token_id=2, sep_token_id=3, bos_token_id=2, eos_token_id=3, **_SHAPE
        ),
    ),
    "deberta-v2": (
        unigram,
        lambda size: DebertaV2Config(
            vocab_size=size, relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=64, **_SHAPE
        ),
    ),
}


def save_encoder(family: str, folder: Path, *, seed: int = 7) -> Path:
    """Write a random encoder of a family, with its tokenizer, as a Hub repository has it."""
    make_tokenizer, make_config = _MAKERS[family]
    tokenizer = make_tokenizer()
    torch.manual_seed(seed)
    model = AutoModel.from_config(make_config(len(tokenizer)))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_checkpoint(
    encoder: Path, *, ontology: Ontology | None = None, span_head: str = "biaffine", span_width: int = 6, seed: int = 7
) -> Checkpoint:
    """Put untrained heads on a saved encoder; the window is so short that a few sentences need several."""
    ontology = ontology or load_ontology()
    config = WaqaiConfig(
        encoder=AutoConfig.from_pretrained(encoder).to_dict(),
        task=asdict(Task.of(ontology, span_width)),
        ontology_fingerprint=ontology.fingerprint,
        span_head=span_head,
        head_size=16,
        window=80,
        overlap=20,
    )
    torch.manual_seed(seed)
    model = WaqaiModel.from_encoder(AutoModel.from_pretrained(encoder), config).eval()
    return Checkpoint(model=model, tokenizer=AutoTokenizer.from_pretrained(encoder), ontology=ontology, name="tiny")


def make_talkative(checkpoint: Checkpoint, texts: list[str]) -> None:
    """Put calibrations in place with which random scores give about one span a word, and many links.

    The best hundredth of the span logits, and a tenth of the link logits, come to lie above the threshold.
    """
    model, task = checkpoint.model, checkpoint.model.config.task_shape()
    sections = [section for text in texts for section in checkpoint.text_encoder().encode(text)]
    batch = collate(sections, pad_id=checkpoint.tokenizer.pad_token_id)
    with torch.inference_mode():
        states = model.encode(batch)
        logits = model.score_spans(states, batch["word_limit"])
        possible = model.possible_spans(batch["word_limit"])
        split = task.num_entity_types
        for family, part in (("entity", logits[..., :split]), ("event", logits[..., split:])):
            if part.numel():
                cut = part[possible].flatten().quantile(0.99).item()
                model.config.set_calibration(family, Calibration(scale=2.0, shift=-2 * cut))
        every = [(n, n, kind) for n in range(0, len(states) - 1, 5) for kind in range(task.num_types)]
        pairs = candidate_pairs(every, task)[:5000]
        if not pairs:
            return
        logits, legal = model.score_links(states, batch["word_sentence"], torch.tensor(every), torch.tensor(pairs))
    for family, chosen in (("role", slice(None, task.num_roles)), ("relation", slice(task.num_roles, None))):
        known = logits[:, chosen][legal[:, chosen]]
        if known.numel():
            cut = known.quantile(0.9).item()
            model.config.set_calibration(family, Calibration(scale=2.0, shift=-2 * cut))


def save_tiny_checkpoint(encoder: Path, folder: Path, **settings: Any) -> Path:
    """Write an untrained checkpoint that predicts much, and return its folder."""
    checkpoint = make_checkpoint(encoder, **settings)
    make_talkative(checkpoint, [article.text for article in ARTICLES])
    save_checkpoint(checkpoint, folder)
    return folder
