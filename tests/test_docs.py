"""What the documentation says is so: its commands and Python run as written, its links lead somewhere, its tables hold.

A page is run from top to bottom, as a reader would, in a folder of its own with tiny inputs and an untrained
checkpoint in place of the shipped one. What cannot run here is listed with the reason.
"""

import dataclasses
import io
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from fenced_blocks import Block, anchors, blocks, links, prose
from invented_news import ARTICLES
from waqai import cli
from waqai.config import load_config
from waqai.data.standoff import write_annotated
from waqai.ontology import load_ontology
from waqai.pretraining.config import PretrainConfig
from waqai.training import fit
from waqai.training.settings import DataSettings, ModelSettings, OptimizerSettings, TrainSettings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKING = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]

TESTED_ELSEWHERE = {
    "convert.md": "tests/commands/test_data_docs.py",
    "format.md": "tests/commands/test_data_docs.py",
    "ontology.md": "tests/ontology/test_ontology_docs.py",
    "scoring.md": "tests/commands/test_score.py",
}
"""Pages whose commands and Python another test runs."""

NEWS = [article for article in ARTICLES if article.id != "aid"]
"""Articles in which `waqai data check` finds no error."""

SETS_UP = "sets up or runs everything, these tests among it; the workflow of the public host runs it"
NEEDS_INDEX = "asks the package index"
NEEDS_HUB = "asks the Hub; tests/hub does the same with a small server"
NEED_TEXTS = (
    "../shared/",
    "out/news-1000.jsonl",
    "data/test.jsonl",
    "out/test.jsonl",
    "benchmarks/learning_curve.py",
    "benchmarks/pretraining_variants.py",
    "benchmarks/encoders.py",
)
"""What tells a command that measures on texts which are not all in the project, for minutes; its arguments are checked
nowhere but in the run that made the number beside it."""

NOT_RUN = {
    "make demo": SETS_UP,
    "make test": SETS_UP,
    ". .venv/bin/activate": "changes the shell that it is typed into",
    "python -m pip install -c constraints.txt .": NEEDS_INDEX,
    "python -m pip wheel --wheel-dir wheels -c constraints.txt .": NEEDS_INDEX,
    "python -m pip install --no-index --find-links wheels waqai": "needs the wheels of the command before it",
    "waqai infer --model someone/waqai-arabert --revision v1 --input news --output events.jsonl": NEEDS_HUB,
    "HF_HUB_OFFLINE=1 waqai infer --model someone/waqai-arabert --input news --output events.jsonl": NEEDS_HUB,
    "hf download someone/waqai-arabert --local-dir models/waqai-arabert": NEEDS_HUB,
    "tensorboard --logdir runs": "serves until it is stopped",
    "accelerate launch --num_processes 2 train.py --config configs/own.yaml": "tests/training runs two processes",
    "accelerate launch --multi_gpu --num_processes 2 train.py --config configs/pretrain.yaml training.batch_size=16 "
    "training.threads=1 training.compile=true training.learning_rate=7.5e-4 training.max_minutes=60": (
        "tests/pretraining runs two processes"
    ),
}
"""Commands that do not run here, each with the reason."""

NEED_CORPORA = {
    "configs/arabert.yaml": TrainSettings,
    "configs/compact.yaml": TrainSettings,
    "configs/pretrain.yaml": PretrainConfig,
}
"""Configs of runs that need the public corpora, and hours. Of a command with one, what it asks for is read and checked;
tests/training and tests/pretraining run the like on a few sentences."""

COMPILED_ONLY = {"push_checkpoint(": NEEDS_HUB}
"""Python that does not run here: what tells it, and the reason."""


def name_of(page):
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def place(tmp_path, monkeypatch, checkpoint_folder):
    """A working folder with all that the pages' commands read, under the names that they use."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(checkpoint_folder, "models/waqai-compact")
    for folder in ("data/samples", "news", "own", "configs"):
        Path(folder).mkdir(parents=True)
    plain = [{"id": article.id, "text": article.text, "date": article.date} for article in NEWS]
    named = [{"url": row["id"], "body": row["text"], "published": row["date"]} for row in plain]
    for path, rows in (("data/samples/articles.jsonl", plain), ("news/2019.jsonl", named)):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        Path(path).write_text("".join(lines), encoding="utf-8")
    for path in ("gold.jsonl", "own/train.jsonl", "own/validation.jsonl", "own/test.jsonl"):
        part = path.partition("/")[2].removesuffix(".jsonl")
        write_annotated([dataclasses.replace(a, id=f"{part}-{a.id}" if part else a.id) for a in NEWS], path)
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in TESTED_ELSEWHERE], ids=name_of)
def test_page_runs_as_written(page, place, bert, monkeypatch):
    trained = []
    names = {}
    for block in blocks(page):
        if block.language == "yaml" and (path := re.match(r"# (\S+\.yaml)\n", block.body)):
            Path(path[1]).write_text(block.body, encoding="utf-8")
        elif block.language == "python" and not any(sign in block.body for sign in COMPILED_ONLY):
            with monkeypatch.context() as patch:
                patch.setattr(fit, "train", trained.append)
                exec(compile(block.body, f"{page.name}, line {block.line}", "exec"), names)
        elif block.is_shell:
            for command in block.commands:
                if command not in NOT_RUN and not any(sign in command for sign in NEED_TEXTS):
                    assert run(command, bert, monkeypatch) == 0, f"{page.name}, line {block.line}: {command}"
    if page.name == "train.md":  # the learning curve: four shares of three seeds
        assert len({(s.train[0].fraction, s.seed, s.output) for s in trained}) == 12


def run(command, encoder, monkeypatch):
    """Run one documented command in this process and return its exit status; training is short and on `encoder`."""
    tokens = shlex.split(command)
    if tokens[0] == "echo" and tokens[2] == "|":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(tokens[1].encode() + b"\n")))
        tokens = tokens[3:]
    if tokens[0] == "python":
        script = ROOT / tokens[1]
        name = script.stem
        assert f'main(["{name}", *sys.argv[1:]])' in script.read_text(encoding="utf-8")
        tokens = ["waqai", name, *tokens[2:]]
    assert tokens[0] == "waqai", f"{command!r} must be run here or be listed in NOT_RUN"
    if tokens[1] == "train" and tokens[3] in NEED_CORPORA:
        return 0 if load_config(NEED_CORPORA[tokens[3]], ROOT / tokens[3], tokens[4:]) else 1
    short = [f"model.encoder={encoder}", "model.span_width=4", "steps=2", "evaluate_every=2", "batch_size=2"]
    return cli.main([*tokens[1:], *(short if tokens[1] == "train" else [])])


def test_what_is_not_run_is_documented():
    documented = {command for page in PAGES for block in blocks(page) if block.is_shell for command in block.commands}
    assert set(NOT_RUN) - documented == set()
    for folder in re.findall(r"tests/\w+", " ".join(NOT_RUN.values())):
        assert list((ROOT / folder).glob("test_*.py")), f"{folder} must hold the tests that stand in for a command"


@pytest.mark.parametrize("name", TESTED_ELSEWHERE)
def test_pages_tested_elsewhere_are(name):
    assert name in (ROOT / TESTED_ELSEWHERE[name]).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_compiles(page):
    for block in blocks(page):
        if block.language == "python" and ">>>" not in block.body:
            compile(block.body, f"{page.name}, line {block.line}", "exec")


@pytest.mark.parametrize("page", LINKING, ids=name_of)
def test_links_lead_somewhere(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(file), target


def test_all_pages_are_in_the_index():
    assert {page.name for page in PAGES[1:]} - {"README.md"} <= set(links(ROOT / "docs" / "README.md"))


def test_readme_names_every_type():
    ontology = load_ontology()
    named = set(re.findall(r"[A-Z_]{2,}", prose(ROOT / "README.md")))
    wanted = {*ontology.entity_names, *ontology.event_names, *ontology.role_names, *ontology.relation_names}
    assert wanted | {*ontology.factualities} <= named


KEYS = [("", TrainSettings), ("model.", ModelSettings), ("optimizer.", OptimizerSettings), ("", DataSettings)]


@pytest.mark.parametrize(("prefix", "settings"), KEYS, ids=lambda value: getattr(value, "__name__", ""))
def test_tables_of_keys_have_every_key_with_its_default(prefix, settings):
    section = "### Data sets" if settings is DataSettings else "## The keys"
    text = (ROOT / "docs" / "train.md").read_text(encoding="utf-8").split(f"{section}\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")]
    defaults = {name: row[1] for row in rows for name in re.findall(r"`([\w.]+)`", row[0])}
    for field in dataclasses.fields(settings):
        if field.name in ("model", "optimizer"):
            continue
        shown = defaults[prefix + field.name]
        if field.default is dataclasses.MISSING:
            assert shown == ""
        elif isinstance(field.default, float):
            assert float(shown) == field.default
        else:
            read = yaml.safe_load(shown)
            assert (tuple(read) if isinstance(read, list) else read) == field.default


@pytest.mark.parametrize("name", ["compact", "arabert"])
def test_page_on_training_names_every_corpus_of_the_configs(name):
    text = (ROOT / "docs" / "train.md").read_text(encoding="utf-8")
    settings = load_config(TrainSettings, ROOT / "configs" / f"{name}.yaml")
    for data in (*settings.train, *settings.validation):
        assert data.path.name in text
    assert f"configs/{name}.yaml" in text


def test_blocks_commands_and_links_are_read(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b`, c\n[x](y.md#z) [web](https://a.b)\n\n```bash\na  b \\\n  c  # why\n# only a remark\n```\n\n"
        "1. why\n\n   ```console\n   $ d\n   out\n   ```\n",
        encoding="utf-8",
    )
    first, second = blocks(page)
    assert first == Block(page, 5, "bash", "a  b \\\n  c  # why\n# only a remark\n")
    assert first.commands == ["a b c"]
    assert (links(page), anchors(page)) == (["y.md#z"], {"a-b-c"})
    assert second.commands == ["d"]
