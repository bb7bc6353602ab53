import errno
import logging
import subprocess
import sys
import types

import pytest

from waqai import __version__, cli
from waqai.errors import InputError


@pytest.fixture
def command(monkeypatch):
    """Put a command `infer` in place that does what a test says."""

    def put(run):
        module = types.SimpleNamespace(add_arguments=lambda parser: parser.add_argument("--model"), run=run)
        monkeypatch.setattr(cli.importlib, "import_module", lambda name: module)

    return put


def test_the_status_is_the_commands(command, capsys):
    command(lambda args: 0 if args.model == "m" else 3)
    assert cli.main(["infer", "--model", "m"]) == 0
    assert cli.main(["infer", "--model", "x"]) == 3
    assert capsys.readouterr().err == ""


def test_an_error_that_can_be_mended_is_one_message(command, capsys):
    def run(args):
        raise InputError("`text` must be a string. Quote it.")

    command(run)
    assert cli.main(["infer"]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "error: `text` must be a string. Quote it.\n")


def test_an_interrupt_is_no_traceback(command, capsys):
    def run(args):
        raise KeyboardInterrupt

    command(run)
    assert cli.main(["infer"]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_full_disk_is_no_traceback(command, capsys):
    def run(args):
        raise OSError(errno.ENOSPC, "No space left on device", "out.jsonl")

    command(run)
    assert cli.main(["infer"]) == 1
    assert capsys.readouterr().err == f"error: [Errno {errno.ENOSPC}] No space left on device: 'out.jsonl'\n"


def test_a_fault_of_our_own_is_not_hidden(command):
    def run(args):
        raise RuntimeError("a bug")

    command(run)
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main(["infer"])


@pytest.mark.parametrize("argv", [[], ["nothing"], ["infer", "--nothing"], ["infer"], ["train"], ["score"]])
def test_wrong_arguments_have_a_usage_line(argv, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(argv)
    assert "usage: waqai" in capsys.readouterr().err


def test_the_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"waqai {__version__}\n"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main([name, "--help"])
    assert f"usage: waqai {name}" in capsys.readouterr().out


def test_help_names_all_commands(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    printed = capsys.readouterr().out
    assert all(name in printed for name in cli.COMMANDS)


@pytest.mark.parametrize(("flags", "level"), [([], logging.WARNING), (["--verbose"], logging.INFO)])
def test_verbose_shows_what_is_logged(command, monkeypatch, flags, level):
    set_up = {}
    monkeypatch.setattr(logging, "basicConfig", lambda **settings: set_up.update(settings))
    command(lambda args: 0)
    assert cli.main([*flags, "infer"]) == 0
    assert set_up["level"] == level


def test_help_and_import_do_not_wait_for_torch():
    """In a process of its own: neither `import waqai` nor `waqai --help` imports torch or transformers."""
    script = (
        "import sys, waqai, waqai.cli\n"
        "try:\n    waqai.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print({'torch', 'transformers', 'pyarrow'} & set(sys.modules), file=sys.stderr)\n"
        "print(hasattr(waqai, 'nothing'), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "set()\nFalse\n"
