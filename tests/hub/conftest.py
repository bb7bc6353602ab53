"""A Hub of one's own at the address that the client was imported with."""

import os

import pytest
from huggingface_hub import constants
from server import TOKEN, Hub


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A server without repositories, and an empty cache."""
    port = int(os.environ["HF_ENDPOINT"].rpartition(":")[2])
    assert constants.ENDPOINT.endswith(f":{port}"), "huggingface_hub was imported before tests/conftest.py"
    assert os.environ["HF_TOKEN"] == TOKEN
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with Hub(port) as running:
        yield running
