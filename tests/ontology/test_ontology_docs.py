"""docs/ontology.md shows what the shipped file says, its examples give what they show, and its YAML loads."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from waqai.config import parse_config, read_yaml
from waqai.ontology import Ontology, load_ontology
from waqai.training.settings import TrainSettings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "ontology.md"
TEXT = PAGE.read_text(encoding="utf-8")
SHIPPED = load_ontology()


def blocks(language):
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", TEXT, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def rendered(rules):
    """The cell of the table for one scheme's rules."""
    if [rule.code for rule in rules] == [(None, None)]:
        return "not coded"
    parts = []
    for rule in rules:
        code = " / ".join(filter(None, rule.code)) or "not coded"
        asked = ", ".join(
            key if asks is True else f"{key} {asks if isinstance(asks, str) else ' or '.join(asks)}"
            for key, asks in rule.when.items()
        )
        parts.append(f"{asked} → {code}" if asked else f"else {code}" if len(rules) > 1 else code)
    return "<br>".join(parts)


def test_examples():
    results = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert results.failed == 0
    assert results.attempted >= 15


@pytest.mark.parametrize("event_type", SHIPPED.event_types, ids=SHIPPED.event_names)
def test_the_table_of_codes_is_that_of_the_file(event_type):
    row = f"| {event_type.name} | {rendered(event_type.codes.plover)} | {rendered(event_type.codes.acled)} |"
    assert row in TEXT.splitlines()


@pytest.mark.parametrize("described", [*SHIPPED.entity_types, *SHIPPED.event_types], ids=lambda t: t.name)
def test_the_tables_of_types_are_those_of_the_file(described):
    assert f"| {described.name} | {described.definition} | {'، '.join(described.examples)} |" in TEXT.splitlines()


@pytest.mark.parametrize("role", SHIPPED.roles, ids=SHIPPED.role_names)
def test_the_table_of_roles_is_that_of_the_file(role):
    assert f"| {role.name} | {role.definition} | {' '.join(role.fillers)} |" in TEXT.splitlines()


def test_yaml_examples_load(tmp_path):
    entities_only, weddings, training = (_read(body, tmp_path) for body in blocks("yaml"))
    assert Ontology.from_dict(entities_only).event_names == ()
    own = Ontology.from_dict(weddings)
    assert own.allows("BEST_MAN", "MARRY", "PER")
    assert not own.allows("BEST_MAN", "DIVORCE", "PER")
    assert own.allows_relation("OF", "NUM", "GPE")
    data = [{"name": "own", "path": "own.jsonl"}]
    settings = parse_config(
        TrainSettings,
        {"output": "runs/own", "model": {"encoder": "x"}, "train": data, "validation": [data[0] | {"name": "v"}]}
        | training,
    )
    assert (settings.ontology, settings.selection) == (Path("configs/own.yaml"), "entity_f1")


def test_the_command_that_loads_an_ontology_runs(tmp_path):
    load, train = (shlex.split(body) for body in blocks("bash"))
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "own.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    assert load[0] == ".venv/bin/python"
    done = subprocess.run([sys.executable, *load[1:]], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == Ontology.from_dict(_read(blocks("yaml")[0], tmp_path)).fingerprint
    assert train[:3] == [".venv/bin/python", "train.py", "--config"]


def _read(body, folder):
    path = folder / "example.yaml"
    path.write_text(body, encoding="utf-8")
    return read_yaml(path)
