"""The command line: `waqai train`, `waqai infer`, `waqai score`, `waqai data`.

Errors that a user can mend are printed as one message, without a traceback, and give exit status 1.
"""

import argparse
import errno
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from waqai.errors import WaqaiError
from waqai.version import __version__

COMMANDS = {
    "train": "train a model, or pre-train an encoder, from a config",
    "infer": "extract events from articles",
    "score": "score predictions against gold",
    "data": "check, count, convert, suggest and export annotations",
}

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""What the operating system says of a disk that is full or may not be written."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    argv = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="waqai", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--version", action="version", version=f"waqai {__version__}")
    parser.add_argument("--verbose", action="store_true", help="log what is done and what is counted")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in COMMANDS.items():
        # Only the chosen command's module is imported: `waqai --help` does not wait for torch.
        sub = commands.add_parser(name, help=summary, description=summary)
        if name in argv[:2]:
            importlib.import_module(f"waqai.commands.{name}").add_arguments(sub)
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING, format="%(levelname)s %(message)s")
    try:
        return int(importlib.import_module(f"waqai.commands.{args.command}").run(args))
    except (WaqaiError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _DISK:
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
