"""Crates that are a metadata document alone: what it says is all on the web."""

from collections.abc import Iterator

from ..report import Finding, Severity
from .graph import CrateGraph, references
from .versions import versioned

_NEWER = ("1.2", "1.3")

NAME = versioned(
    "detached-metadata-name", Severity.SHOULD,
    "The metadata file of a detached crate is named <prefix>-ro-crate-metadata.json.",
    section="Structure, Detached RO-Crate Package", help="put a name for the data set before it",
    versions=_NEWER,
)  # fmt: skip
CITE_AS = versioned(
    "root-cite-as", Severity.SHOULD, "In a detached crate the root has its own URI as cite-as.",
    section="Root Data Entity, Resolvable persistent identifiers and citation text",
    help="add cite-as, a reference to the @id of the root", versions=_NEWER,
)  # fmt: skip


def check_detached(graph: CrateGraph, version: str, name: str) -> Iterator[Finding]:
    """Yield what is asked of a detached crate only.

    Args:
        graph: the crate.
        version: of RO-Crate.
        name: of the metadata file, as it is on disk.
    """
    if not name.endswith("-ro-crate-metadata.json"):
        yield from NAME.finding(version, f"the metadata file is named {name}")
    if graph.root is not None and graph.root.id not in references(graph.root.get("cite-as")):
        yield from CITE_AS.finding(
            version, "the root has no cite-as with its own URI", graph.root.place("cite-as")
        )
