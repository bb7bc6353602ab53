"""Fixtures that are dear to make: tiny encoders of every family, and an untrained checkpoint on one of them."""

import os

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TQDM_DISABLE", "1")

import pytest
import torch

from tiny_models import FAMILIES, save_encoder, save_tiny_checkpoint
from waqai.checkpoints import load_checkpoint


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Two cores serve many processes here and on public machines; one thread is also faster for tiny models."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def encoders(tmp_path_factory):
    """Return a function from a family's name to the folder of its tiny encoder, made when first asked for."""
    made = {}

    def encoder(family):
        if family not in made:
            made[family] = save_encoder(family, tmp_path_factory.mktemp("encoders") / family)
        return made[family]

    return encoder


@pytest.fixture(scope="session")
def bert(encoders):
    """The folder of a tiny BERT with a WordPiece tokenizer."""
    return encoders("bert")


@pytest.fixture(scope="session")
def checkpoints(encoders, tmp_path_factory):
    """Return a function from a family's name to the folder of an untrained checkpoint that predicts much."""
    made = {}

    def checkpoint(family):
        if family not in made:
            folder = tmp_path_factory.mktemp("checkpoints") / family
            made[family] = save_tiny_checkpoint(encoders(family), folder)
        return made[family]

    return checkpoint


@pytest.fixture(scope="session")
def checkpoint_folder(checkpoints):
    """The folder of an untrained checkpoint on a tiny BERT, for tests that do not change it."""
    return checkpoints("bert")


@pytest.fixture
def checkpoint(checkpoint_folder):
    """An untrained checkpoint of one's own."""
    return load_checkpoint(checkpoint_folder)


@pytest.fixture(params=FAMILIES)
def family(request):
    """Each family of encoders in turn."""
    return request.param
