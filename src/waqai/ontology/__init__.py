"""Entity types, event types, roles and relations, their legal pairs, and the rules to PLOVER and ACLED codes.

Start with `load_ontology()`. The ontology is data (`configs/ontology.yaml`): another one is another file, not code.
"""

from waqai.ontology.codes import Circumstances, Codes, code_event
from waqai.ontology.coding import UNKNOWN, AcledRule, Coding, EventCodes, Party, PloverRule
from waqai.ontology.lexicon import classify_instrument, features_of_trigger
from waqai.ontology.load import load_ontology, save_ontology
from waqai.ontology.schema import EntityType, EventType, Ontology, Relation, Role

__all__ = [
    "UNKNOWN",
    "AcledRule",
    "Circumstances",
    "Codes",
    "Coding",
    "EntityType",
    "EventCodes",
    "EventType",
    "Ontology",
    "Party",
    "PloverRule",
    "Relation",
    "Role",
    "classify_instrument",
    "code_event",
    "features_of_trigger",
    "load_ontology",
    "save_ontology",
]
