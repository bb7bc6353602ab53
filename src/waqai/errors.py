"""Every error that Waqai raises on purpose, and the one grammar of their messages.

A message says which field must be what, what it is instead, where that stands, and what to do:
`` `text` must be a string, but is a number instead (in.jsonl, line 3). Quote the value. ``
"""


class WaqaiError(Exception):
    """Base of all errors that a user can mend; the command line shows the message without a traceback."""


class InputError(WaqaiError):
    """An article, a corpus line or a file that cannot be read as what it should be."""


class ConfigError(WaqaiError):
    """A config with unknown keys, ill-typed values or values out of range; the message lists all of them."""


class OntologyError(WaqaiError):
    """An ontology that contradicts itself, or two parts that were made for different ontologies."""


class CheckpointError(WaqaiError):
    """A checkpoint that is missing, damaged, or made for another architecture or ontology."""


class OutputError(WaqaiError):
    """An output that cannot be written: it exists, is not writable, or the disk is full."""


class TrainingError(WaqaiError):
    """A run that cannot go on: what it computes is no longer a number."""


def must(field: str, expected: str, actual: object, where: str = "", remedy: str = "") -> str:
    """Return one message in the grammar of this module.

    >>> must("text", "a string", 3, "in.jsonl, line 3", "Quote the value.")
    '`text` must be a string, but is 3 instead (in.jsonl, line 3). Quote the value.'
    """
    shown = repr(actual)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    place = f" ({where})" if where else ""
    return f"`{field}` must be {expected}, but is {shown} instead{place}.{' ' + remedy if remedy else ''}"
