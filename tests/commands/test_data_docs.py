"""Runs what docs/format.md and docs/convert.md show."""

import json
import re
import shlex
from pathlib import Path

import pytest

from waqai import cli
from waqai.data.authoring import parse_authoring
from waqai.data.checks import check_article
from waqai.data.standoff import parse_annotated, write_annotated
from waqai.ontology import load_ontology

DOCS = Path(__file__).parents[2] / "docs"


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the documents name, made of their own examples."""
    monkeypatch.chdir(tmp_path)
    gold, *_, authored = (json.loads(block) for block in blocks("format.md", "json"))
    write_annotated([parse_annotated(gold, "format.md")], "gold.jsonl")
    Path("snippets.jsonl").write_text(json.dumps(authored, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def test_the_examples_are_sound():
    gold, *_, authored = (json.loads(block) for block in blocks("format.md", "json"))
    article = parse_annotated(gold, "format.md")
    assert article.to_dict() == gold
    assert list(check_article(article, load_ontology())) == []
    article, findings = parse_authoring(authored)
    assert findings == []
    assert [entity.text for entity in article.entities] == ["القوات النظامية", "دير الزور", "دير الزور"]


@pytest.mark.parametrize("name", ["format.md", "convert.md"])
def test_the_commands_run(folder, capsys, name):
    commands = [line for block in blocks(name, "bash") for line in block.splitlines() if line]
    assert len(commands) >= 4
    for command in commands:
        program, *argv = shlex.split(command)
        assert program == "waqai"
        assert cli.main(argv) == 0, command
        capsys.readouterr()
    if name == "convert.md":
        for block in blocks(name, "python"):
            exec(compile(block, name, "exec"), {})
        assert capsys.readouterr().out.startswith("1 {}\n<View>")
