"""`repair_document`: a PROV-JSON document that says what it said, and breaks no rule."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..atomic import atomic_file
from ..errors import PackagerError
from ..record import RepairRecord
from .agents import describe_agents
from .checking import remove_invalid
from .elements import merge_declarations, separate_kinds
from .epochs import unite_epochs
from .loading import load_prov_json
from .model import Document, Ledger, Step
from .own_run import remove_other_runs
from .reading import read_document
from .relations import (
    correct_roles,
    distinct_names,
    merge_repeated,
    part_generations,
    remove_self_relations,
)
from .roles import correct_parameters
from .times import correct_times
from .values import type_values
from .writing import write_document

STRUCTURE: Sequence[Step] = (
    unite_epochs,
    merge_declarations,
    separate_kinds,
    correct_roles,
    remove_self_relations,
    remove_other_runs,
    correct_parameters,
    merge_repeated,
)
"""What an importer needs: afterwards every element has one record and every relation its right arguments."""

WORDING: Sequence[Step] = (
    describe_agents,
    correct_times,
    part_generations,
    distinct_names,
    type_values,
)


@dataclass(frozen=True)
class RepairedDocument:
    """The document as PROV-JSON, and what was put right in it, in the order in which it was done."""

    document: dict[str, Any]
    repairs: tuple[RepairRecord, ...]


def apply(steps: Sequence[Step], document: Document, ledger: Ledger) -> None:
    """Apply repairs to a document and to each of its bundles."""
    for part in (document, *document.bundles.values()):
        for step in steps:
            step(part, ledger)


def finish(document: Document, ledger: Ledger, *, seed: str) -> dict[str, Any]:
    """Return a document to which `STRUCTURE` was applied as PROV-JSON without a finding at MUST."""
    apply(WORDING, document, ledger)
    return remove_invalid(write_document(document, ledger, seed=seed), ledger)


def repair_document(path: Path) -> RepairedDocument:
    """Repair the PROV-JSON document in a file.

    The result has no finding at MUST in `prov4ml_validators`, PROV-CONSTRAINTS included. Nothing is made up:
    a repair corrects how something is said, or leaves out what is wrong, and each is listed. The same bytes
    give the same result.

    Args:
        path: the document; its JSON may have a byte order mark, NaN and repeated keys.

    Raises:
        PackagerError: it cannot be read, or is no PROV-JSON.
    """
    ledger = Ledger()
    document = read_document(load_prov_json(path), ledger)
    apply(STRUCTURE, document, ledger)
    written = finish(document, ledger, seed=path.name)
    return RepairedDocument(written, ledger.repairs())


def write_repaired(path: Path, target: Path) -> tuple[RepairRecord, ...]:
    """Write the repaired document of a file to another, in one step; return the repairs.

    Raises:
        PackagerError: as `repair_document`; or `target` is the document itself or cannot be written.
    """
    repaired = repair_document(path)
    if target.exists() and target.samefile(path):
        raise PackagerError("is the document itself", path=target, hint="give another name with -o")
    with atomic_file(target) as temporary:
        text = json.dumps(repaired.document, indent=2, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
    return repaired.repairs
