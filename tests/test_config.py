import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waqai.config import dump_config, load_config, parse_config, read_yaml, require_same
from waqai.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    lr: float = 1e-3
    warmup: float | None = None

    def __post_init__(self) -> None:
        if self.lr <= 0:
            raise ValueError(f"`lr` must be positive, but is {self.lr} instead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    path: Path
    types: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    output: Path
    parts: tuple[Part, ...] = ()
    rates: Rates = field(default_factory=Rates)
    kind: Literal["small", "large"] = "small"
    steps: int = 10
    strict: bool = False
    limits: dict[str, int] = field(default_factory=dict)


def load(tmp_path, text, *overrides):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(Whole, path, overrides)


def faults(tmp_path, text, *overrides):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, *overrides)
    return str(caught.value)


def test_a_config_becomes_nested_frozen_records(tmp_path):
    text = """
    output: runs/one
    parts:
      - {name: news, path: data/news.jsonl, types: {LOC: [GPE, LOC], MISC: []}}
      - {name: plain, path: data/plain.jsonl}
    rates: {lr: 3, warmup: 1e-1}
    kind: large
    strict: true
    limits: {a: 1}
    """
    assert load(tmp_path, text) == Whole(
        output=Path("runs/one"),
        parts=(
            Part(name="news", path=Path("data/news.jsonl"), types={"LOC": ("GPE", "LOC"), "MISC": ()}),
            Part(name="plain", path=Path("data/plain.jsonl")),
        ),
        rates=Rates(lr=3.0, warmup=0.1),
        kind="large",
        strict=True,
        limits={"a": 1},
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-5", 1e-5),
        ("5E+2", 500.0),
        (".5", 0.5),
        ("-3", -3),
        ("+7", 7),
        ("0", 0),
        (".inf", math.inf),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("012", "012"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("2020-01-02", "2020-01-02"),
        ("12:30:00", "12:30:00"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'5'", "5"),
        ("<<", "<<"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path, text, value):
    (tmp_path / "x.yaml").write_text(f"key: {text}\n", encoding="utf-8")
    read = read_yaml(tmp_path / "x.yaml")["key"]
    assert read == value
    assert type(read) is type(value)


def test_all_faults_come_at_once_by_dotted_path(tmp_path):
    text = """
    parts:
      - {name: 5, path: data/news.jsonl, typs: {}}
      - {name: news, path: [a], types: {LOC: GPE}}
    rates: {lr: -1}
    kind: medium
    steps: 1.5
    strict: 1
    limits: {a: true}
    """
    message = faults(tmp_path, text)
    assert "10 fault(s)" in message
    for expected in (
        "`output` is missing",
        "`parts[0].typs` is not a key of this config. Known: name, path, types.",
        "`parts[0].name` must be text, but is 5 instead",
        "`parts[1].path` must be a path, but is ['a'] instead",
        "`parts[1].types.LOC` must be a list, but is 'GPE' instead",
        "`rates`: `lr` must be positive, but is -1.0 instead",
        "`kind` must be one of small, large, but is 'medium' instead",
        "`steps` must be a whole number, but is 1.5 instead",
        "`strict` must be true or false, but is 1 instead",
        "`limits.a` must be a whole number, but is True instead",
    ):
        assert expected in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("output: {a: b}", "`output` must be a path"),
        ("output: x\nrates: fast", "`rates` must be a mapping, but is 'fast'"),
        ("output: x\nrates: null", "`rates` must be a mapping, but is None"),
        ("output: x\nrates: {warmup: soon}", "`rates.warmup` must be a number, but is 'soon'"),
        ("output: x\nrates: {lr: .nan}", "`rates.lr` must be a number, but is nan"),
        ("output: x\nsteps: true", "`steps` must be a whole number, but is True"),
        ("output: x\nlimits: {1: 2}", "`limits` must have keys that are text, but has 1 instead"),
        ("output: x\nkind: [small]", "`kind` must be one of small, large"),
        ("output: x\noutput: y", "`output` is given twice (line 1)"),
        ("output: x\nrates: {lr: 1, lr: 2}", "`lr` is given twice (line 2)"),
        ("output: [x", "is not YAML"),
        ("- output", "must be a mapping, but is list"),
        ("", "must be a mapping, but is NoneType"),
    ],
)
def test_each_fault_has_a_message(tmp_path, text, expected):
    assert expected in faults(tmp_path, text)


def test_bytes_that_are_not_utf_8(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"output: \xff\xfe")
    with pytest.raises(ConfigError, match="is not YAML"):
        load_config(Whole, tmp_path / "x.yaml")


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_path_that_cannot_be_read(tmp_path, name):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(Whole, tmp_path / name)


def test_overrides_replace_and_add(tmp_path):
    config = load(tmp_path, "output: x\nsteps: 3", "steps=5", "rates.lr=1e-4", "kind=large", "parts=[]", "limits.a=2")
    assert config == Whole(output=Path("x"), steps=5, rates=Rates(lr=1e-4), kind="large", limits={"a": 2})


def test_an_override_may_hold_an_equals_sign(tmp_path):
    assert load(tmp_path, "output: x", "output=a=b").output == Path("a=b")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("steps", "must be `section.key=value`, but is 'steps'"),
        ("steps.more=1", "goes into `steps`, which is not a section"),
        ("stepz=1", "`stepz` is not a key"),
        ("rates.lr=fast", "`rates.lr` must be a number, but is 'fast'"),
        ("parts=[", "the override 'parts=[' is not YAML"),
    ],
)
def test_bad_overrides(tmp_path, override, expected):
    assert expected in faults(tmp_path, "output: x\nsteps: 3", override)


def test_a_resolved_config_reads_back_equal(tmp_path):
    config = Whole(
        output=Path("مجلد/تشغيل"),
        parts=(Part(name="NO", path=Path("012"), types={"LOC": ("1e5", "~")}), Part(name="true", path=Path())),
        rates=Rates(lr=1e-05, warmup=None),
        limits={"a": 3},
    )
    assert load(tmp_path, dump_config(config)) == config


def test_a_run_whose_config_is_the_same_or_another(tmp_path):
    """What the kept file does not give has its default there."""
    kept = tmp_path / "kept.yaml"
    kept.write_text("output: x\nparts: [{name: a, path: p}, {name: b, path: p, types: {LOC: [GPE]}}]\nlimits: {k: 1}\n")
    parts = (Part(name="a", path=Path("p")), Part(name="b", path=Path("p"), types={"LOC": ("GPE",)}))
    same = Whole(output=Path("x"), parts=parts, limits={"k": 1})
    require_same(kept, same)

    def refused(**changed):
        with pytest.raises(ConfigError) as caught:
            require_same(kept, replace(same, **changed))
        assert f"the run in {tmp_path} was made with another" in str(caught.value)
        return str(caught.value)

    message = refused(rates=Rates(lr=0.5), limits={"k": 2}, steps=3)
    assert "another `rates.lr` (0.001, now 0.5), `steps` (10, now 3), `limits.k` (1, now 2). Set these" in message
    types = replace(parts[1], types={"LOC": ("GPE", "FAC"), "X": ()})
    message = refused(parts=(parts[0], types))
    assert "`parts[1].types.LOC` (['GPE'], now ['GPE', 'FAC']), `parts[1].types.X` (None, now [])." in message
    assert "`parts[1].name` (b, now None)" in refused(parts=parts[:1])
    assert "`parts` (None, now [])" in refused(parts=())


def test_only_some_parts_of_a_config_must_be_the_same(tmp_path):
    kept = tmp_path / "kept.yaml"
    kept.write_text("output: x\nsteps: 3\n")
    config = Whole(output=Path("x"), rates=Rates(lr=0.5))
    require_same(kept, config, ["kind", "rates.warmup", "step"])
    with pytest.raises(ConfigError, match=r"another `rates\.lr` \(0\.001, now 0\.5\)\. Set"):
        require_same(kept, config, ["rates"])


def test_the_kept_config_is_of_another_kind(tmp_path):
    (tmp_path / "kept.yaml").write_text("lr: 1\n")
    with pytest.raises(ConfigError, match="`lr` is not a key of this config"):
        require_same(tmp_path / "kept.yaml", Whole(output=Path("x")))


scalars = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\x85")),
    st.from_regex(r"[-+]?[0-9.]{0,4}[eE]?[-+]?[0-9]{0,3}", fullmatch=True),
    st.sampled_from(["null", "~", "Yes", "no", "0o7", "1e5", ".inf", "=", "<<", "- a", "a: b", "#", "012", "8e1"]),
)


@given(scalars)
def test_any_text_reads_back_as_text(tmp_path_factory, name):
    path = tmp_path_factory.getbasetemp() / "round-trip.yaml"
    config = Part(name=name, path=Path("x"))
    path.write_text(dump_config(config), encoding="utf-8")
    assert load_config(Part, path) == config


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_any_number_reads_back_equal(tmp_path_factory, lr):
    path = tmp_path_factory.getbasetemp() / "round-trip.yaml"
    path.write_text(dump_config(Rates(lr=lr)), encoding="utf-8")
    assert load_config(Rates, path).lr == lr


def test_plain_data_are_parsed_without_a_file():
    assert parse_config(Rates, {"lr": 2}) == Rates(lr=2.0)
    with pytest.raises(ConfigError, match=r"^here has 1 fault"):
        parse_config(Rates, {"lr": "2"}, where="here")
