"""The subword tokenizer: Unigram (Kudo 2018), with the Arabic normaliser inside, so that offsets are of the raw text.

Beside what `waqai.data.normalizer` says, Latin letters become small. Words split at spaces, punctuation and between
letters and digits; a run of digits is one word (`2017` is a subword of its own where it is frequent).

A subword's offsets leave out a mark that follows its last letter; ends of mentions come from the word table instead.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from waqai.data.normalizer import arabic_normalizer
from waqai.errors import CheckpointError, InputError, must

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""In the order of their ids, 0 to 4."""

_PAD, _UNK, _CLS, _SEP, _MASK = SPECIAL_TOKENS


def train_tokenizer(
    texts: Iterable[str], *, vocabulary_size: int, alphabet_size: int = 300, max_length: int = 1024
) -> PreTrainedTokenizerFast:
    """Return a tokenizer trained on `texts`, which must be iterable twice.

    Characters outside the `alphabet_size` most frequent ones become `[UNK]`: the trainer would give each a subword.

    Raises:
        InputError: The texts give fewer than `vocabulary_size` subwords.
    """
    normalizer = normalizers.Sequence([arabic_normalizer(), normalizers.Lowercase()])
    frequency: Counter[str] = Counter()
    for text in texts:
        frequency.update(text)
    counts: Counter[str] = Counter()
    for character, count in frequency.items():
        counts.update(dict.fromkeys(normalizer.normalize_str(character), count))
    kept = {character for character, _ in counts.most_common(alphabet_size)}
    rare = {ord(c): " " for c in frequency if not kept.issuperset(normalizer.normalize_str(c))}
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=False)]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=vocabulary_size,
        special_tokens=list(SPECIAL_TOKENS),
        unk_token=_UNK,
        max_piece_length=16,
        show_progress=False,
    )
    tokenizer.train_from_iterator((text.translate(rare) for text in texts), trainer=trainer)
    if tokenizer.get_vocab_size() < vocabulary_size:
        raise InputError(
            must(
                "tokenizer.vocabulary_size",
                f"at most {tokenizer.get_vocab_size()}, what the sample of the corpus gives",
                vocabulary_size,
                remedy="Lower `corpus.shards.*.tokenizer_step` or the size.",
            )
        )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_CLS} $A {_SEP}",
        pair=f"{_CLS} $A {_SEP} $B:1 {_SEP}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (_CLS, _SEP)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=max_length,
        pad_token=_PAD,
        unk_token=_UNK,
        cls_token=_CLS,
        sep_token=_SEP,
        mask_token=_MASK,
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Return the tokenizer saved in `folder`.

    Raises:
        CheckpointError: There is none, or it is damaged or not one of this module.
    """
    remedy = "Remove the folder to train the tokenizer again."
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"the tokenizer in {folder} cannot be read: {error} {remedy}") from error
    found = tuple(tokenizer.convert_ids_to_tokens(list(range(len(SPECIAL_TOKENS)))))
    if found != SPECIAL_TOKENS:
        raise CheckpointError(must("the first subwords", str(SPECIAL_TOKENS), found, str(folder), remedy))
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise CheckpointError(
            must("the tokenizer", "one with a `tokenizer.json`", type(tokenizer), str(folder), remedy)
        )
    return tokenizer


def fingerprint(tokenizer: PreTrainedTokenizerFast) -> str:
    """Return 16 hex digits that change with anything that changes the ids of a text."""
    return hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()[:16]
