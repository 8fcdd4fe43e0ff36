"""The files of a crate against what the metadata says of them."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .graph import CrateGraph, Entity, as_list, decoded, texts
from .manifest import MANIFEST, WRONG, check_manifest_lines
from .members import Member, Members

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD

MISSING = rule(
    "payload/missing",
    _MUST,
    "A file or directory that the metadata describes is in the crate.",
    source="RO-Crate 1.1–1.3, Data Entities",
    help="add it, or take it out of the metadata",
)
SIZE = rule(
    "payload/content-size",
    _SHOULD,
    "contentSize is the size of the file in bytes.",
    source="RO-Crate 1.1–1.3, Data Entities",
    help="package again, or correct contentSize",
)
DIGEST = rule(
    "payload/sha256",
    _MUST,
    "sha256 is the SHA-256 of the file, in hex.",
    source="Workflow Run RO-Crate terms, sha256",
    help="find out whether the file was changed, or package again",
)
DAMAGED = rule(
    "payload/damaged",
    _MUST,
    "Every file of the crate can be read.",
    source="prov4ml",
    help="package again",
)
UNDESCRIBED = rule(
    "payload/undescribed",
    _SHOULD,
    "A file of the crate is described, or is in a directory that is.",
    source="RO-Crate 1.1–1.3, Structure, payload files",
    help="describe it, or the directory it is in",
)
BOMB = rule(
    "payload/compression-ratio",
    _SHOULD,
    "No member unpacks to a thousand times its size and more than 1 GiB.",
    source="prov4ml, untrusted archives",
    help="do not unpack it; its content was not checked",
)
NOT_CHECKED = rule(
    "payload/not-checked",
    Severity.MAY,
    "The files of the crate are there to be checked.",
    source="prov4ml",
    help="give the directory or archive and not only its metadata",
)

_PREVIEW = "ro-crate-preview.html"
_PREVIEW_FILES = "ro-crate-preview_files"
_METADATA = ("ro-crate-metadata.json", "ro-crate-metadata.jsonld", "ro-crate-metadata.json.sig")
_DIGITS = re.compile(r"\d{1,20}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_LARGEST_RATIO, _BOMB_SIZE = 1000, 1 << 30
_DECODERS = frozenset({"zlib", "lzma", "_lzma", "backports", "compression", "zipfile", "tarfile"})


@dataclass(frozen=True)
class Payload:
    """The members of a crate below its root, by path relative to the root.

    Attributes:
        members: where content comes from.
        prefix: what stands before the root in the archive, with `/` at the end, or nothing.
        entries: files and directories; of duplicates the last.
    """

    members: Members
    prefix: str
    entries: dict[str, Member]

    def find(self, path: str) -> str | None:
        """Return the member that an `@id` names, as written or with its escapes replaced."""
        for candidate in (path, decoded(path)):
            trimmed = candidate.rstrip("/")
            if trimmed in self.entries or trimmed in self.directories:
                return trimmed
        return None

    @property
    def directories(self) -> frozenset[str]:
        """Return all directories, also those that only show in the paths of their files."""
        cached: frozenset[str] | None = self.__dict__.get("_directories")
        if cached is None:
            found = {path for path, member in self.entries.items() if member.kind == "directory"}
            for path in self.entries:
                parent = path.rpartition("/")[0]
                while parent and parent not in found:
                    found.add(parent)
                    parent = parent.rpartition("/")[0]
            cached = self.__dict__["_directories"] = frozenset(found)
        return cached


def make_payload(members: Members, entries: Sequence[Member], prefix: str) -> Payload:
    """Return the payload of a crate whose root is `prefix` in an archive."""
    inside = {entry.path[len(prefix) :]: entry for entry in entries if entry.path.startswith(prefix)}
    return Payload(members, prefix, {path: entry for path, entry in inside.items() if path})


def check_presence(graph: CrateGraph, payload: Payload) -> Iterator[Finding]:
    """Yield described files that are not there, and files that nothing describes."""
    described: set[str] = set()
    directories: set[str] = set()
    for entity in graph.data_entities:
        path = graph.local_path(entity)
        if path is None:
            continue
        found = payload.find(path)
        if found is None or (not found and path.strip("./")):
            yield MISSING.finding(f"{shorten(entity.id)} is not in the crate", entity.place())
        elif "Dataset" in entity.types and found in payload.directories:
            directories.add(found)
        else:
            described.add(found)
    for path, member in payload.entries.items():
        if member.kind != "file" or path in described or _is_own(path):
            continue
        if not any(parent in directories for parent in _parents(path)):
            yield UNDESCRIBED.finding(f"{shorten(path)} is not described", Location(file=path))


def _is_own(path: str) -> bool:
    return path in _METADATA or path in (_PREVIEW, MANIFEST) or path.startswith(f"{_PREVIEW_FILES}/")


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _expected_digest(entity: Entity) -> str | None:
    for one in texts(entity.get("sha256")):
        return one.strip()
    return None


def check_content(graph: CrateGraph, payload: Payload) -> Iterator[Finding]:
    """Yield files whose size or digest is not what the metadata or the manifest says, reading each once."""
    stated: dict[str, list[tuple[Entity, str]]] = {}
    for entity in graph.entities:
        path = graph.local_path(entity)
        found = payload.find(path) if path is not None and "File" in entity.types else None
        if not found or found not in payload.entries:
            continue
        yield from _size(entity, payload.entries[found])
        digest = _expected_digest(entity)
        if digest is None:
            continue
        if _SHA256.fullmatch(digest) is None:
            yield DIGEST.finding(f"{shorten(digest)} is no SHA-256", entity.place("sha256"))
        else:
            stated.setdefault(found, []).append((entity, digest.lower()))
    listed: dict[str, str] = {}
    if MANIFEST in payload.entries:
        yield from check_manifest_lines(payload.members, payload.prefix, payload.entries, listed)
    yield from _digests(payload, stated, listed)


def _size(entity: Entity, member: Member) -> Iterator[Finding]:
    for one in as_list(entity.get("contentSize")):
        text = str(one).strip() if isinstance(one, str | int) and not isinstance(one, bool) else ""
        if _DIGITS.fullmatch(text) is None:
            continue  # "3.1 MB" is legal for schema.org: nothing to compare
        if int(text) != member.size:
            message = f"contentSize of {shorten(entity.id)} is {text}, the file has {member.size} bytes"
            yield SIZE.finding(message, entity.place("contentSize"))


def _digests(
    payload: Payload, stated: dict[str, list[tuple[Entity, str]]], listed: dict[str, str]
) -> Iterator[Finding]:
    wanted: set[str] = set()
    for path in stated.keys() | listed.keys():
        member = payload.entries[path]
        stored = member.stored
        if stored is not None and member.size > max(_BOMB_SIZE, _LARGEST_RATIO * stored):
            yield BOMB.finding(f"{shorten(path)} unpacks to {member.size} bytes", Location(file=path))
        elif member.kind == "file":
            wanted.add(payload.prefix + path)
    try:
        for full_path, chunks in payload.members.contents(wanted):
            path = full_path[len(payload.prefix) :]
            digest = hashlib.sha256()
            for chunk in chunks:
                digest.update(chunk)
            actual = digest.hexdigest()
            for entity, expected in stated.get(path, ()):
                if actual != expected:
                    message = f"sha256 of {shorten(entity.id)} is {actual}, not {expected}"
                    yield DIGEST.finding(message, entity.place("sha256"))
            if listed.get(path, actual) != actual:
                yield WRONG.finding(
                    f"{shorten(path)} is not the file that the manifest lists", Location(file=path)
                )
    except (OSError, ValueError, EOFError) as error:
        yield DAMAGED.finding(f"not readable: {error}")
    except Exception as error:  # zlib, lzma and zstd have errors of their own, with no common base
        if type(error).__module__.partition(".")[0] not in _DECODERS:
            raise
        yield DAMAGED.finding(f"not readable: {error}")
