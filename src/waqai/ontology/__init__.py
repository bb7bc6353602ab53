"""Entity types, event types, roles and relations, their legal pairs, and the rules to PLOVER and ACLED codes.

Start with `load_ontology()`. The ontology is data (`configs/ontology.yaml`): another one is another file, not code.
"""

from waqai.ontology.load import load_ontology, save_ontology
from waqai.ontology.schema import EntityType, EventType, Ontology, Relation, Role

__all__ = ["EntityType", "EventType", "Ontology", "Relation", "Role", "load_ontology", "save_ontology"]
