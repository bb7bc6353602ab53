"""A tiny corpus of invented sentences, its tokenizer and its packed form."""

import pytest
from invented_corpus import invented_texts, write_shard

from waqai.pretraining.packing import pack_corpus
from waqai.pretraining.tokenizer import train_tokenizer


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory):
    """A folder with two shards of news and one of books."""
    folder = tmp_path_factory.mktemp("corpus")
    for seed, name in enumerate(("news-00", "news-01", "books-00"), start=1):
        write_shard(folder / f"{name}.jsonl.xz", invented_texts(40, seed))
    return folder


@pytest.fixture(scope="session")
def tokenizer():
    """A tokenizer of 80 subwords for the invented texts."""
    return train_tokenizer(invented_texts(300, 9), vocabulary_size=80)


@pytest.fixture(scope="session")
def tokenizer_folder(tokenizer, tmp_path_factory):
    """Where that tokenizer is saved."""
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def packed(corpus_folder, tokenizer_folder, tmp_path_factory):
    """The packed corpus, for tests that do not change it."""
    shards = [(name.split("-")[0], corpus_folder / f"{name}.jsonl.xz") for name in ("news-00", "news-01", "books-00")]
    return pack_corpus(
        shards, tokenizer_folder=tokenizer_folder, held_out=frozenset(), folder=tmp_path_factory.mktemp("packed")
    )
