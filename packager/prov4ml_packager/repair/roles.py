"""Repairs of who was put in and who came out: hyper-parameters that look like results, roles of entities."""

from .model import Document, Ledger
from .own_run import types_of

_PARAMETERS = frozenset({"Parameter", "HyperParameter"})


def correct_parameters(document: Document, ledger: Ledger) -> None:
    """Let the run use its parameters, which yProv4ML 3.x lets it generate, and move roles to relations.

    PROV-DM, table 8: prov:role belongs to a relation between an activity and something else.
    """
    entities = document.elements["entity"]
    for relation in document.of_kind("wasGeneratedBy"):
        element = entities.get(relation.arguments["prov:entity"])
        if element is None or "prov:activity" not in relation.arguments:
            continue
        if types_of(element.attributes) & _PARAMETERS:
            relation.kind = "used"
            if element.attributes.get("prov:role") == ["output"]:
                element.attributes["prov:role"] = ["input"]
            ledger.note("parameter-generated", "a parameter is used by its activity", element.name)
    for relation in document.relations:
        if relation.kind in ("used", "wasGeneratedBy"):
            element = entities.get(relation.arguments.get("prov:entity", ""))
            if element is not None and "prov:role" in element.attributes:
                relation.attributes.setdefault("prov:role", list(element.attributes["prov:role"]))
    for element in entities.values():
        if element.attributes.pop("prov:role", None) is not None:
            ledger.note("role", "a role belongs to the relation with the activity", element.name)
