"""The files of a crate against what the metadata says of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .graph import CrateGraph, Entity, as_list, decoded, texts
from .manifest import DIGEST_LENGTHS, MANIFEST, WRONG, check_manifest_lines, digests_of
from .members import DamagedMember, Member, Members, is_bomb
from .paths import parent_folders

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
DIGESTS = {
    name: rule(
        f"payload/{name}",
        _MUST,
        f"{name} is the {title} of the file, in hex.",
        source=f"Workflow Run RO-Crate terms, {name}",
        help="find out whether the file was changed, or package again",
    )
    for name, title in (("sha256", "SHA-256"), ("sha512", "SHA-512"), ("sha1", "SHA-1"), ("md5", "MD5"))
}
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
    "payload/archive-bomb",
    _MUST,
    "No archive unpacks to a thousand times its size and more than 1 GiB.",
    source="prov4ml, untrusted archives",
    help="do not unpack it; its content was not checked",
)
RATIO = rule(
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
_HEX = re.compile(r"[0-9a-fA-F]+")


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
        """Return the member that an `@id` names: its escapes stand for characters of the name."""
        trimmed = decoded(path).rstrip("/")
        return trimmed if trimmed in self.entries or trimmed in self.directories else None

    @property
    def directories(self) -> frozenset[str]:
        """Return all directories, also those that only show in the paths of their files."""
        cached: frozenset[str] | None = self.__dict__.get("_directories")
        if cached is None:
            found = {path for path, member in self.entries.items() if member.kind == "directory"}
            for path in self.entries:
                for parent in parent_folders(path):
                    if parent in found:
                        break
                    found.add(parent)
            cached = self.__dict__["_directories"] = frozenset(found)
        return cached


def make_payload(members: Members, entries: Sequence[Member], prefix: str) -> Payload:
    """Return the payload of a crate whose root is `prefix` in an archive."""
    inside = {entry.path[len(prefix) :]: entry for entry in entries if entry.path.startswith(prefix)}
    return Payload(members, prefix, {path: entry for path, entry in inside.items() if path})


def find_bombs(members: Members, entries: Sequence[Member]) -> list[Finding]:
    """Return a finding for each member that unpacks to too much, and one if all of them do."""
    found = [
        RATIO.finding(f"{shorten(one.path)} unpacks to {one.size} bytes", Location(file=one.path))
        for one in entries
        if is_bomb(one.size, one.stored)
    ]
    total = sum(one.size for one in entries)
    if is_bomb(total, members.archive_size):
        found.append(BOMB.finding(f"the archive of {members.archive_size} bytes unpacks to {total} or more"))
    return found


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
        if not any(parent in directories for parent in parent_folders(path)):
            yield UNDESCRIBED.finding(f"{shorten(path)} is not described", Location(file=path))


def _is_own(path: str) -> bool:
    return path in _METADATA or path in (_PREVIEW, MANIFEST) or path.startswith(f"{_PREVIEW_FILES}/")


def check_content(graph: CrateGraph, payload: Payload) -> Iterator[Finding]:
    """Yield files whose size or digest is not what the metadata or the manifest says, reading each once."""
    stated: dict[str, list[tuple[Entity, str, str]]] = {}
    for entity in graph.of_types("File"):
        path = graph.local_path(entity)
        found = payload.find(path) if path is not None else None
        if not found or found not in payload.entries:
            continue
        yield from _size(entity, payload.entries[found])
        for name, broken in DIGESTS.items():
            for digest in texts(entity.get(name)) if name in entity.body else ():
                digest = digest.strip()
                if _HEX.fullmatch(digest) is None or len(digest) != DIGEST_LENGTHS[name]:
                    yield broken.finding(f"{shorten(digest)} is no {name}", entity.place(name))
                else:
                    stated.setdefault(found, []).append((entity, name, digest.lower()))
    listed: dict[str, str] = {}
    try:
        if MANIFEST in payload.entries:
            yield from check_manifest_lines(payload.members, payload.prefix, payload.entries, listed)
        yield from _digests(payload, stated, listed)
    except DamagedMember as error:
        where = Location(file=error.path.removeprefix(payload.prefix))
        yield DAMAGED.finding(f"{shorten(where.file)} is not readable: {error.reason}", where)
    except OSError as error:
        yield DAMAGED.finding(f"not readable: {error}")


def _size(entity: Entity, member: Member) -> Iterator[Finding]:
    for one in as_list(entity.get("contentSize")):
        text = str(one).strip() if isinstance(one, str | int) and not isinstance(one, bool) else ""
        if _DIGITS.fullmatch(text) is None:
            continue  # "3.1 MB" is legal for schema.org: nothing to compare
        if int(text) != member.size:
            message = f"contentSize of {shorten(entity.id)} is {text}, the file has {member.size} bytes"
            yield SIZE.finding(message, entity.place("contentSize"))


def _digests(
    payload: Payload, stated: dict[str, list[tuple[Entity, str, str]]], listed: dict[str, str]
) -> Iterator[Finding]:
    wanted: set[str] = set()
    for path in stated.keys() | listed.keys():
        member = payload.entries[path]
        if member.kind == "file" and not is_bomb(member.size, member.stored):
            wanted.add(payload.prefix + path)
    if not wanted:
        return
    for full_path, chunks in payload.members.contents(wanted):
        path = full_path[len(payload.prefix) :]
        wanted_here = stated.get(path, ())
        names = {name for _, name, _ in wanted_here} | ({"sha256"} if path in listed else set())
        actual = digests_of(chunks, names)
        for entity, name, expected in wanted_here:
            if actual[name] != expected:
                message = f"{name} of {shorten(entity.id)} is {actual[name]}, not {expected}"
                yield DIGESTS[name].finding(message, entity.place(name))
        if path in listed and listed[path] != actual["sha256"]:
            yield WRONG.finding(
                f"{shorten(path)} is not the file that the manifest lists", Location(file=path)
            )
