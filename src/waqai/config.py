"""Strict YAML into frozen dataclasses: nothing ignored, nothing guessed, all faults reported at once.

A config is a dataclass whose fields are scalars, `Path`, `Literal`, tuples, dicts, other dataclasses, or one of these
or None. PyYAML reads `1e-5` as text, `NO` as False and `012` as 10; the loader here reads numbers as YAML 1.2 does, but
takes what has a leading zero for text. What the values mean, and their ranges, is checked by each dataclass in
`__post_init__`.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import yaml

from waqai.errors import ConfigError

T = TypeVar("T")


class _StrictLoader(yaml.SafeLoader):
    """A safe loader with the scalars of YAML 1.2's core schema, that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise ConfigError(f"`{key}` is given twice (line {node.start_mark.line + 1}). Remove one of the two.")
        return super().construct_mapping(node, deep=deep)


class _StrictDumper(yaml.SafeDumper):
    """Quotes every text that PyYAML's own loader or the strict one would read as something else."""


_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false|True|False|TRUE|FALSE", "tfTF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
):
    for _class in (_StrictLoader, _StrictDumper):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}",
            re.compile(rf"^(?:{_pattern})$"),
            [*_first, ""] if _tag == "null" else list(_first),
        )


def read_yaml(path: Path) -> Any:
    """Return the plain data of a YAML file.

    Raises:
        ConfigError: The file cannot be read or is not YAML.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise ConfigError(f"the config {path} cannot be read: {error.strerror}. Check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"the config {path} is not YAML: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def load_config(cls: type[T], path: Path, overrides: Sequence[str] = ()) -> T:
    """Read `path` into `cls`, then apply overrides such as `optimizer.lr=3e-4`.

    Raises:
        ConfigError: Unknown keys, missing keys, wrong types or values out of range; all are listed, by dotted path.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise ConfigError(f"the config {path} must be a mapping, but is {type(data).__name__} instead.")
    for override in overrides:
        key, sign, text = override.partition("=")
        if not sign:
            raise ConfigError(f"an override must be `section.key=value`, but is {override!r} instead.")
        target = data
        *parents, last = key.split(".")
        for parent in parents:
            target = target.setdefault(parent, {})
            if not isinstance(target, dict):
                raise ConfigError(f"the override {override!r} goes into `{parent}`, which is not a section.")
        try:
            target[last] = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError as error:
            raise ConfigError(f"the value of the override {override!r} is not YAML: {error}") from error
    return parse_config(cls, data, where=str(path))


def parse_config(cls: type[T], data: Mapping[str, Any], where: str = "config") -> T:
    """Return `data` as a `cls`; see `load_config`."""
    faults: list[str] = []
    parsed = _parse(cls, data, "", faults)
    if faults:
        raise ConfigError(f"{where} has {len(faults)} fault(s):\n" + "\n".join(f"  - {fault}" for fault in faults))
    return typing.cast("T", parsed)


def dump_config(config: Any) -> str:
    """Return a resolved config as YAML that `load_config` reads back to an equal object."""
    return yaml.dump(_plain(config), Dumper=_StrictDumper, allow_unicode=True, sort_keys=False)


def require_same(kept: Path, config: Any, parts: Sequence[str] | None = None) -> None:
    """See that a run's config is the one that it was made with, in `parts` (dotted paths) or as a whole.

    A key that `kept` does not give has its default there, so a config of before the key existed is the same.

    Raises:
        ConfigError: It differs, or `kept` is not a config of this kind.
    """
    before, now = _leaves(_plain(load_config(type(config), kept))), _leaves(_plain(config))
    changed = [
        f"`{path}` ({before.get(path)}, now {now.get(path)})"
        for path in [*before, *(path for path in now if path not in before)]
        if before.get(path) != now.get(path)
        and (parts is None or any(f"{path}.".startswith(f"{part}.") for part in parts))
    ]
    if changed:
        raise ConfigError(
            f"the run in {kept.parent} was made with another {', '.join(changed)}. Set these back, or give another "
            "`output`."
        )


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Return what stands in mappings, and in lists of mappings, by dotted path."""
    if isinstance(value, dict) and value:
        parts = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        parts = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
    else:
        return {path: value}
    return {leaf: item for inner, part in parts for leaf, item in _leaves(part, inner).items()}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _parse(kind: Any, value: Any, path: str, faults: list[str]) -> Any:
    """Return `value` as a `kind`; a fault is noted and None returned, so that all are found in one pass."""
    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _parse_dataclass(kind, value, path, faults)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        inner = [a for a in arguments if a is not type(None)]
        for candidate in inner:
            trial: list[str] = []
            parsed = _parse(candidate, value, path, trial)
            if not trial:
                return parsed
        faults.extend(trial)
        return None
    if origin is Literal:
        if value in arguments:
            return value
        return _fault(path, "one of " + ", ".join(map(str, arguments)), value, faults)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            return _fault(path, "a list", value, faults)
        return tuple(_parse(arguments[0], item, f"{path}[{i}]", faults) for i, item in enumerate(value))
    if origin in (dict, Mapping) or origin is typing.get_origin(Mapping[str, int]):
        if not isinstance(value, dict):
            return _fault(path, "a mapping", value, faults)
        faults.extend(
            f"`{path}` must have keys that are {_name(arguments[0])}, but has {key!r} instead. Quote it."
            for key in value
            if not isinstance(key, arguments[0])
        )
        return {key: _parse(arguments[1], item, f"{path}.{key}", faults) for key, item in value.items()}
    if kind is Any:
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is float and value != value:  # noqa: PLR0124 - the one value that no range check refuses
        return _fault(path, "a number", value, faults)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    return _fault(path, _name(kind), value, faults)


def _parse_dataclass(kind: Any, value: Any, path: str, faults: list[str]) -> Any:
    if not isinstance(value, dict):
        return _fault(path or "config", "a mapping", value, faults)
    prefix = f"{path}." if path else ""
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    before = len(faults)
    known = ", ".join(fields)
    faults.extend(f"`{prefix}{key}` is not a key of this config. Known: {known}." for key in value if key not in fields)
    parsed = {}
    for name, field in fields.items():
        if name in value:
            parsed[name] = _parse(hints[name], value[name], f"{prefix}{name}", faults)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            faults.append(f"`{prefix}{name}` is missing.")
    if len(faults) > before:
        return None
    try:
        return kind(**parsed)
    except ValueError as error:
        faults.append(f"`{path or 'config'}`: {error}")
        return None


def _fault(path: str, expected: str, value: Any, faults: list[str]) -> None:
    faults.append(f"`{path}` must be {expected}, but is {value!r} instead.")


def _name(kind: Any) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}.get(
        kind, str(kind)
    )
