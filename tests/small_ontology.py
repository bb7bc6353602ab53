"""An ontology so small that tensors over it can be written out: six entity types, two event types, four links."""

from waqai.data.labels import Task
from waqai.ontology import Ontology

SMALL = Ontology.from_dict(
    {
        "name": "small",
        "version": "1",
        "entity_types": [{"name": name} for name in ("PER", "ORG", "GPE", "LOC", "FAC", "NUM")],
        "event_types": [{"name": name} for name in ("KILL", "MEET")],
        "roles": [
            {"name": "ACTOR", "fillers": ["PER", "ORG"]},
            {"name": "LOCATION", "fillers": ["GPE", "LOC"], "event_types": ["KILL"]},
        ],
        "relations": [
            {"name": "OF", "head": ["NUM"], "tail": ["PER"]},
            {"name": "CAUSE", "head": ["EVENT"], "tail": ["EVENT"]},
        ],
        "factualities": ["ACTUAL", "NEGATED"],
    }
)
PER, ORG, GPE, LOC, FAC, NUM, KILL, MEET = range(8)
ACTOR, LOCATION, OF, CAUSE = range(4)
ACTUAL, NEGATED = range(2)

NAMES_ONLY = Ontology.from_dict(
    {"name": "names", "version": "1", "entity_types": [{"name": name} for name in ("PER", "ORG", "GPE")]}
)
"""An ontology without events, links and factualities."""


def small_task(span_width: int = 3) -> Task:
    """Return the index spaces of the small ontology."""
    return Task.of(SMALL, span_width)
