"""Files: those that the provenance names are in the crate, and those of the crate in the provenance."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..crate.graph import CrateGraph, Entity, as_list, decoded, references, texts
from ..crate.members import Members
from ..crate.paths import parent_folders
from ..json_text import pointer, shorten
from ..prov_json.records import Record
from ..prov_ml.vocabulary import scalars
from ..report import Finding, Location, Severity
from ..rules import rule
from .documents import Document
from .listing import PACKAGED_DIRECTORY

NOT_IN_CRATE = rule(
    "cross-check/not-in-crate",
    Severity.SHOULD,
    "Every file that the provenance names by a relative path is in the crate.",
    source="prov4ml, a run's parts",
    help="package the run again, with the file",
)
NOT_IN_PROVENANCE = rule(
    "cross-check/not-in-provenance",
    Severity.SHOULD,
    "Every file that the crate lists as an input or a result of the run is in its provenance.",
    source="prov4ml, a run's parts",
    help="package the run again; do not edit one of the two alone",
)
DIGEST = rule(
    "cross-check/digest",
    Severity.MUST,
    "The provenance and the crate state the same SHA-256 of a file.",
    source="prov4ml, a run's parts",
    help="one of them was changed after packaging: get the file again, or package the run again",
)
SIZE = rule(
    "cross-check/size",
    Severity.MUST,
    "A file has as many bytes as the provenance states.",
    source="prov4ml, a run's parts",
    help="one of them was changed after packaging: get the file again, or package the run again",
)

_PATH_TERMS = ("path", "store", "artifact_path")
_SIZE_TERMS = ("size", "file_size")
_FOLDER = -1
_IDENTIFIER = "http://purl.org/dc/terms/identifier"


@dataclass(frozen=True)
class Named:
    """A file that an entity of the provenance names: the path in the crate that it should have."""

    record: Record
    key: str
    path: str

    @property
    def place(self) -> str:
        """Return the JSON pointer of the path."""
        return self.record.pointer + pointer(self.key)


@dataclass(frozen=True)
class Files:
    """What is in the crate: its members, and what its metadata says of each path."""

    members: Members
    sizes: Mapping[str, int]  # of a folder `_FOLDER`
    described: Mapping[str, Entity]
    other_names: Mapping[str, str]

    def find(self, path: str, folder: str) -> str | None:
        """Return the path of a member or described directory for a path of the provenance, None if absent."""
        for one in (folder + path, path):
            if one in self.sizes or one in self.described or one in self.other_names:
                return self.other_names.get(one, one)
        return None


def crate_files(members: Members, sizes: Mapping[str, int], graph: CrateGraph, prefix: str) -> Files:
    """Return the files of a crate whose metadata is at `prefix`; folders stand there without the last `/`."""
    described: dict[str, Entity] = {}
    other_names: dict[str, str] = {}
    for entity in graph.data_entities:
        path = graph.local_path(entity)
        if path is not None:
            place = prefix + decoded(path).rstrip("/")
            described[place] = entity
            for name in texts(entity.get("alternateName")):
                other_names.setdefault(
                    posixpath.join(posixpath.dirname(place), posixpath.basename(name)), place
                )
    folders = {place for path in sizes for place in parent_folders(path)}
    known = {**dict.fromkeys(folders, _FOLDER), **sizes}
    return Files(members, known, described, {k: v for k, v in other_names.items() if k not in known})


def named_files(document: Document) -> Iterator[Named]:
    """Yield the files that the entities of a document name by a relative path.

    Left out are originals that a copy was derived from: they are where the run found them.
    """
    learned = document.scope
    originals = {learned.argument(one, "prov:usedEntity") for one in learned.relations("wasDerivedFrom")}
    for iri, records in learned.elements["entity"].items():
        for record in records:
            for key, value in record.attributes.items():
                is_path = learned.iri(key) == _IDENTIFIER and bool(learned.yprov_prefixes)
                if learned.local(key) in _PATH_TERMS and learned.get(record, learned.local(key)) is value:
                    is_path = True
                if not is_path or (iri in originals and learned.yprov_prefixes):
                    continue
                for one in scalars(value):
                    path = _relative(one) if isinstance(one, str) else None
                    if path is not None:
                        yield Named(record, key, path)


def _relative(text: str) -> str | None:
    if not text or text.startswith(("/", "\\", "~")) or ":" in text.split("/")[0]:
        return None
    path = posixpath.normpath(text)
    return None if path == "." or path.startswith("..") else path


def check_artifacts(document: Document, files: Files) -> Iterator[Finding]:
    """Yield files of the provenance that the crate does not have, or has with another size or content."""
    digests: dict[str, list[tuple[str, str, str]]] = {}
    for one in named_files(document):
        where = Location(file=document.member, pointer=one.place)
        path = files.find(one.path, document.folder)
        if path is None:
            yield NOT_IN_CRATE.finding(f"{shorten(one.path)} is not in the crate", where)
            continue
        if files.sizes.get(path, _FOLDER) == _FOLDER:
            continue  # a directory: its digest is over all its files, and their order is the logger's
        yield from _check_size(document, one, path, files)
        for key, value in one.record.attributes.items():
            if document.scope.local(key) == "sha256" and document.scope.get(one.record, "sha256") is value:
                for text in scalars(value):
                    if isinstance(text, str):
                        place = one.record.pointer + pointer(key)
                        digests.setdefault(path, []).append((text.lower(), place, one.path))
    yield from _check_digests(document, digests, files)


def _check_size(document: Document, one: Named, path: str, files: Files) -> Iterator[Finding]:
    for term in _SIZE_TERMS:
        for text in scalars(document.scope.get(one.record, term)):
            if str(text).isdecimal() and str(text).lstrip("0") != str(files.sizes[path]).lstrip("0"):
                message = f"{shorten(one.path)} has {files.sizes[path]} bytes, and {text} in the provenance"
                yield SIZE.finding(message, Location(file=document.member, pointer=one.record.pointer))


def _check_digests(
    document: Document, digests: Mapping[str, Sequence[tuple[str, str, str]]], files: Files
) -> Iterator[Finding]:
    stated = {path: _stated(files, path) for path in digests}
    missing = [path for path, digest in stated.items() if digest is None]
    stated.update(_computed(files.members, missing))
    for path, claims in digests.items():
        digest = stated[path]
        for claim, place, name in claims:
            if digest is not None and claim != digest:
                message = (
                    f"{shorten(name)} has the SHA-256 {digest[:12]}…, and {claim[:12]}… in the provenance"
                )
                yield DIGEST.finding(message, Location(file=document.member, pointer=place))


def _stated(files: Files, path: str) -> str | None:
    entity = files.described.get(path)
    return next((text.strip().lower() for text in texts(entity.get("sha256"))), None) if entity else None


def _computed(members: Members, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    import hashlib

    try:
        for path, chunks in members.contents(paths) if paths else ():
            digest = hashlib.sha256()
            for chunk in chunks:
                digest.update(chunk)
            yield path, digest.hexdigest()
    except (OSError, ValueError):
        return  # a damaged member is a finding of the payload's check


def check_listed(
    documents: Sequence[Document], graph: CrateGraph, files: Files, metadata: str
) -> Iterator[Finding]:
    """Yield inputs and results of the crate's actions that no document names.

    Without an action, that is every file in the folder of a document. The documents, their drawings
    and what else packaging added are no part of the run, nor is what an update of the crate put in.
    """
    known = {files.find(one.path, document.folder) for document in documents for one in named_files(document)}
    for path, entity in _listed(documents, graph, files):
        inside = path in known or any(parent in known for parent in parent_folders(path))
        if not inside and not any(_is_product(path, document) for document in documents):
            where = Location(file=metadata, pointer=entity.pointer)
            yield NOT_IN_PROVENANCE.finding(f"{shorten(path)} is not in the provenance", where)


def _listed(documents: Sequence[Document], graph: CrateGraph, files: Files) -> Iterator[tuple[str, Entity]]:
    actions = [
        entity
        for entity in graph.entities
        if any(one.endswith("Action") for one in entity.types)
        and graph.root_id not in list(references(as_list(entity.get("object"))))  # an update of the crate
    ]
    ids = {
        name
        for action in actions
        for key in ("object", "result")
        for name in references(as_list(action.get(key)))
    }
    folders = tuple(document.folder for document in documents if document.folder)
    for path, entity in files.described.items():
        if entity.id in ids if actions else path.startswith(folders):
            yield path, entity


def _is_product(path: str, document: Document) -> bool:
    stem = posixpath.splitext(document.member)[0]
    folder = posixpath.dirname(document.member)
    return posixpath.splitext(path)[0] == stem or (
        posixpath.basename(folder) == PACKAGED_DIRECTORY and posixpath.dirname(path) == folder
    )
