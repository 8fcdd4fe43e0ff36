"""The PROV documents in a crate."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..crate.members import Member, Members
from ..json_text import SYNTAX, JsonText, decode_json
from ..prov_json.names import scopes
from ..prov_json.records import KINDS
from ..prov_ml.vocabulary import MlScope
from ..report import Finding, Severity, Unreadable
from ..rules import rule
from .listing import PACKAGED_DIRECTORY, PACKAGED_PROV, document_names

TOO_MANY = rule(
    "cross-check/not-all-documents",
    Severity.MAY,
    "All PROV documents of a crate are checked.",
    source="prov4ml, untrusted archives",
    help="check the others on their own",
)
_MOST_DOCUMENTS = 64


@dataclass(frozen=True)
class Document:
    """One PROV-JSON document in a crate.

    Attributes:
        member: its path in the crate, for messages and places.
        source: its text and value.
    """

    member: str
    source: JsonText

    @property
    def folder(self) -> str:
        """Return the folder of the run that the document is about, as a prefix: empty or ending in `/`."""
        folder = posixpath.dirname(self.member)
        if posixpath.basename(folder) == PACKAGED_DIRECTORY:
            folder = posixpath.dirname(folder)
        return f"{folder}/" if folder else ""

    @cached_property
    def scope(self) -> MlScope:
        """Return the document without its bundles, with its terms resolved."""
        value = self.source.value
        return MlScope(next(iter(scopes(value if isinstance(value, dict) else {}))))


def read_documents(members: Members, entries: Sequence[Member]) -> tuple[list[Document], list[Finding]]:
    """Return the PROV documents of a crate, told by name and content, and what could not be read of them."""
    names = document_names(entries)
    findings = []
    if len(names) > _MOST_DOCUMENTS:
        findings.append(TOO_MANY.finding(f"{_MOST_DOCUMENTS} of {len(names)} PROV documents were checked"))
    documents = []
    for name, data in _contents(members, names[:_MOST_DOCUMENTS]):
        is_certain = posixpath.basename(name) == PACKAGED_PROV
        try:
            source = decode_json(data, path=name)
        except Unreadable as error:
            if is_certain:
                where = replace(error.location, file=name)
                findings.append(SYNTAX.finding(error.message, where, error.hint or None))
            continue
        if is_certain or (isinstance(source.value, dict) and not source.value.keys().isdisjoint(KINDS)):
            documents.append(Document(name, source))
    return documents, findings


def _contents(members: Members, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    try:
        for name, chunks in members.contents(names) if names else ():
            yield name, b"".join(chunks)
    except (OSError, ValueError):
        return  # a damaged member is a finding of the payload's check
