"""What is put right when a document is imported, in the words of the run that is written."""

from ...repair.model import Ledger, local_name
from ...repair.point_lists import POINT_LISTS
from ...repair.repair import WORDING, apply
from ...repair.writing import write_document
from .reading import RankDocument

_SKIPPED = frozenset(
    {
        "epoch-times",
        "language",
        "lexical",
        "name",
        "nested-value",
        "not-finite",
        "prefix",
        "type-as-text",
    }
)
"""Repairs of how PROV-JSON is written: a run directory says it in another way."""
_PARAMETER_VALUES = ("value of ", "parameter_value of ")
_MESSAGES = {
    "several-generations": "a metric that several epochs generated is one series, generated once",
    "list-as-text": "points that were written as text are numbers in the metric store",
    "namespace": "a namespace that is no absolute IRI is replaced by those of docs/provenance.md",
    "activity-as-trigger": "an activity that an activity started as if that were an entity is part of it",
    "run-times": "the times of the run, kept as text in parameters, are those of its activity",
    "agent": "the user is a person, and the program that recorded the run an agent that acted for them",
}


def import_repairs(source: RankDocument, ledger: Ledger) -> None:
    """Note all repairs of a document; ask last, for this rewrites its records."""
    metrics = {
        name
        for name, element in source.entities.items()
        if any(local_name(key) in POINT_LISTS for key in element.attributes)
    }
    _copy(source.ledger, ledger, metrics)
    wording = Ledger()
    apply(WORDING, source.document, wording)
    write_document(source.document, wording, seed=source.path.name)
    _copy(wording, ledger, metrics)


def _copy(origin: Ledger, target: Ledger, metrics: set[str]) -> None:
    for repair in origin.repairs():
        if repair.rule in _SKIPPED:
            continue
        subjects = repair.subjects
        if repair.rule == "list-as-text":  # a parameter keeps the text
            subjects = tuple(one for one in subjects if one in metrics)
        elif repair.rule == "python-text":  # a parameter that is None is kept
            subjects = tuple(one for one in subjects if not one.startswith(_PARAMETER_VALUES))
        if subjects:
            target.note(repair.rule, _MESSAGES.get(repair.rule, repair.message), subjects)
