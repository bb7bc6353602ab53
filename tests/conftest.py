"""Fixtures that are dear to make: tiny encoders of every family, and an untrained checkpoint on one of them.

No test reaches the network: the address of the Hub is a port of this machine, on which only the tests of `tests/hub`
have a server. The client reads its settings when it is imported, so they are made before.
"""

import os
import socket
import tempfile

with socket.socket() as _socket:
    _socket.bind(("127.0.0.1", 0))
    HUB_PORT = _socket.getsockname()[1]
_home = tempfile.TemporaryDirectory(prefix="waqai-tests-")
os.environ |= {
    "HF_ENDPOINT": f"http://127.0.0.1:{HUB_PORT}",
    "HF_HOME": _home.name,
    "HF_TOKEN": "hf_the_token_of_the_tests",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_XET": "1",
    "NO_PROXY": "127.0.0.1",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}
os.environ.pop("HF_HUB_OFFLINE", None)

import pytest  # noqa: E402
import torch  # noqa: E402

from tiny_models import FAMILIES, save_encoder, save_tiny_checkpoint  # noqa: E402
from waqai.checkpoints import load_checkpoint  # noqa: E402


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
