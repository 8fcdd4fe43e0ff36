"""All checks of a crate's parts against each other."""

import posixpath
from collections.abc import Sequence
from pathlib import Path

from ..crate.check import find_root, read_metadata
from ..crate.graph import CrateGraph
from ..crate.members import Member, Members
from ..json_text import decode_json, with_places
from ..prov_json.document import check_prov_json
from ..prov_json.store import check_stores
from ..report import Finding, Unreadable
from ..store_places import DirectoryPlaces, MemberPlaces, StorePlaces
from ..store_reader import StoreReader
from .artifacts import check_artifacts, check_listed, crate_files
from .documents import read_documents
from .runs import check_runs


def check_parts(
    members: Members, *, directory: Path | None = None, store_reader: StoreReader | None = None
) -> list[Finding]:
    """Check the PROV documents of a crate, each on its own and against the crate's metadata and files.

    Args:
        members: the files of the crate.
        directory: where the crate is, if it is a plain directory; stores in an archive are copied out.
        store_reader: reads metric stores.

    Returns:
        Findings that name the member they are in; none for a crate without a PROV document.
    """
    entries = list(members.entries())
    documents, findings = read_documents(members, entries)
    for document in documents:
        findings += check_prov_json(document.source, file=document.member)
    prefix = find_root(entries)
    if not documents or prefix is None:
        return findings
    try:
        name, data = read_metadata(members, entries, prefix)
        metadata = decode_json(data or b"", path=name)
    except (Unreadable, OSError, ValueError):
        return findings  # the crate's own check says what is wrong with it
    graph = CrateGraph(metadata.value)
    sizes = {entry.path: entry.size for entry in entries if entry.kind == "file"}
    files = crate_files(members, sizes, graph, prefix)
    in_metadata: list[Finding] = list(check_listed(documents, graph, files, name))
    for document in documents:
        inside = list(check_artifacts(document, files))
        for one in check_runs(document, graph, name):
            (inside if one.location.file == document.member else in_metadata).append(one)
        inside += check_stores(
            document.source.value, _places(members, entries, document.member, directory), store_reader
        )
        findings += with_places(inside, document.source.text, file=document.member)
    return findings + with_places(in_metadata, metadata.text, file=name)


def _places(
    members: Members, entries: Sequence[Member], document: str, directory: Path | None
) -> StorePlaces:
    if directory is not None:
        return DirectoryPlaces((directory / document).parent, directory)
    return MemberPlaces(members, entries, posixpath.dirname(document))
