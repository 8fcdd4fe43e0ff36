"""What a crate says of each file: its true name, what it is, and whether the run took it in or made it."""

from urllib.parse import quote

from prov4ml.rundir import (
    PACKAGED_CARD,
    PACKAGED_DIRECTORY,
    PACKAGED_DOT,
    PACKAGED_PROV,
    PACKAGED_SVG,
    RUN_FILE,
)

from ..file_roles import FileRole, file_roles
from ..text import escape_text
from .archive.members import Member
from .entities import Entity, references
from .facts import RunFacts
from .media_types import media_type
from .options import Spec
from .payload import ZARR_ROOT, PayloadDirectory, PayloadFile

_PRODUCTS = {
    PACKAGED_PROV: "Provenance of the run as W3C PROV-JSON: what was used, made and derived, and by whom.",
    PACKAGED_DOT: "Graph of the provenance in the DOT language.",
    PACKAGED_SVG: "Drawing of the provenance graph.",
    PACKAGED_CARD: "Model card: what the model is, filled from the provenance of the run.",
    "report.html": "Report of the run for reading in a browser.",
}


def file_id(one: PayloadFile | PayloadDirectory) -> str:
    """Return the `@id` of a file or directory."""
    return quote(one.member.path)


def described_file(member: Member, name: str, description: str, encoding: str | None = None) -> Entity:
    """Return the JSON-LD of a file: media type (of its name, if None is given), size as text, sha256."""
    return {
        "@id": quote(member.path),
        "@type": "File",
        "name": name,
        "description": description,
        "encodingFormat": encoding or media_type(member.path),
        "contentSize": str(member.size),
        "sha256": member.sha256,
    }


def file_entity(file: PayloadFile, role: FileRole | None, spec: Spec, language: Entity | None) -> Entity:
    """Return the JSON-LD of a file: name, description, media type, size as text, sha256.

    From RO-Crate 1.2 on, Python source is typed as such and has its language, where that is known.
    """
    name = file.original.rsplit("/", 1)[-1]
    sentences = role.sentences if role else [_unrecorded(file.original)]
    title = role.name if role else escape_text(name)
    entity = described_file(file.member, title, escape_text(" ".join(sentences)))
    if role is not None and role.name != escape_text(name):
        entity["alternateName"] = escape_text(name)
    is_python = file.original.endswith(".py") and role is not None and role.is_source
    if is_python and language is not None and spec != "1.1":
        entity["@type"] = ["File", "SoftwareSourceCode"]
        entity["programmingLanguage"] = {"@id": language["@id"]}
    return entity


def _unrecorded(original: str) -> str:
    folder, _, name = original.rpartition("/")
    if folder == PACKAGED_DIRECTORY:
        if name.startswith("metrics."):
            return "Every metric point of the run: rank, step, time and value of each series."
        return _PRODUCTS.get(name, "Product of the packager.")
    if original == RUN_FILE:
        return "Identity and options of the run, as the logger wrote them."
    if folder.startswith("rank_"):
        return f"Raw record of {folder.replace('_', ' ')}, as the logger wrote it."
    return f"{escape_text(name)} in {escape_text(folder)}."


def directory_entity(directory: PayloadDirectory, role: FileRole | None, spec: Spec) -> Entity:
    """Return the JSON-LD of a directory. The chunks of a Zarr store are no entities (it is one thing)."""
    name = directory.original.rstrip("/").rsplit("/", 1)[-1]
    size = sum(file.member.size for file in directory.files)
    sentence = " ".join(role.sentences) if role else _unrecorded(directory.original.rstrip("/"))
    entity: Entity = {
        "@id": file_id(directory),
        "@type": "Dataset",
        "name": role.name if role else escape_text(name),
        "description": escape_text(f"{sentence} {len(directory.files)} files, {size} bytes."),
    }
    if directory.opaque:
        entity["description"] = f"{entity['description']} A Zarr store: open the directory as a whole."
        entity["encodingFormat"] = "application/vnd+zarr"
    parts = described_files(directory, spec)
    if parts:
        entity["hasPart"] = references([file_id(file) for file in parts])
    return entity


def described_files(directory: PayloadDirectory, spec: Spec) -> tuple[PayloadFile, ...]:
    """Return the files of a directory that are entities: all, but of a Zarr store its root group at most.

    RO-Crate 1.2 and 1.3 want something in `hasPart` of a directory; 1.1 does not.
    """
    if not directory.opaque:
        return directory.files
    if spec == "1.1":
        return ()
    return tuple(file for file in directory.files if file.original == directory.original + ZARR_ROOT)


def sides(facts: RunFacts) -> tuple[list[str], list[str]]:
    """Return the `@id`s of the files and directories that the run took in, and of those it made."""
    roles = file_roles(facts.run)
    objects: list[str] = []
    results: list[str] = []
    nested = (file for directory in facts.payload.directories for file in directory.files)
    described: list[PayloadFile | PayloadDirectory] = [
        *facts.payload.files,
        *facts.payload.directories,
        *nested,
    ]
    for one in described:
        original = one.original.rstrip("/")
        role = roles.get(original)
        identifier = file_id(one)
        if role is None:
            if original.rpartition("/")[0] == PACKAGED_DIRECTORY:
                results.append(identifier)
            continue
        if role.is_object:
            objects.append(identifier)
        if role.is_result:
            results.append(identifier)
    return objects, results
