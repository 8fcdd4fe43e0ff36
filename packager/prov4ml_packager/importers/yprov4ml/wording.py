"""What is put right when a document is imported, in the words of the run that is written."""

from ...repair.model import Ledger
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
    _copy(source.ledger, ledger)
    wording = Ledger()
    apply(WORDING, source.document, wording)
    write_document(source.document, wording, seed=source.path.name)
    _copy(wording, ledger)


def _copy(origin: Ledger, target: Ledger) -> None:
    for repair in origin.repairs():
        if repair.rule not in _SKIPPED:
            target.note(repair.rule, _MESSAGES.get(repair.rule, repair.message), repair.subjects)
