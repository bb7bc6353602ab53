"""Reading an ontology from YAML and writing it back.

The shipped ontology is `configs/ontology.yaml` of the source tree; an installed wheel carries a copy of it beside
this file. What an ontology must satisfy is checked by `waqai.ontology.schema`.
"""

from pathlib import Path

import yaml

from waqai.config import read_yaml
from waqai.errors import ConfigError, OntologyError, OutputError, must
from waqai.ontology.schema import Ontology

_PACKAGED = Path(__file__).parent / "ontology.yaml"
_SOURCE_TREE = Path(__file__).parents[3] / "configs" / "ontology.yaml"


def load_ontology(path: Path | None = None) -> Ontology:
    """Return the ontology at `path`, or the shipped one.

    Raises:
        OntologyError: The file cannot be read, is not YAML, or its ontology has faults; all are listed.
    """
    if path is None:
        path = _PACKAGED if _PACKAGED.exists() else _SOURCE_TREE
    try:
        data = read_yaml(path)
    except ConfigError as error:
        raise OntologyError(str(error)) from error
    if not isinstance(data, dict):
        raise OntologyError(must("ontology", "a mapping", data, str(path)))
    try:
        return Ontology.from_dict(data, str(path))
    except OntologyError as error:
        raise OntologyError(str(error) if str(path) in str(error) else f"{path}: {error}") from error


def save_ontology(ontology: Ontology, path: Path) -> None:
    """Write the ontology as YAML that `load_ontology` reads back to an equal one.

    Raises:
        OutputError: The file cannot be written.
    """
    text = yaml.safe_dump(ontology.to_dict(), allow_unicode=True, sort_keys=False, width=120)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the ontology cannot be written to {path}: {error.strerror}.") from error
