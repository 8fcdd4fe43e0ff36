"""Names of members that are a danger to whoever unpacks the crate, and identifiers that point out of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .graph import CrateGraph, decoded
from .members import Member

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_SOURCE = "prov4ml, untrusted archives"

ESCAPES = rule(
    "payload/path-escapes",
    _MUST,
    "No member and no @id leads out of the crate.",
    source=_SOURCE,
    help="use a path below the root, without ..",
)
ABSOLUTE = rule(
    "payload/path-absolute",
    _MUST,
    "No member has an absolute path or a drive.",
    source=_SOURCE,
    help="use a path relative to the root",
)
LINK = rule(
    "payload/link",
    _MUST,
    "No member is a link or a device.",
    source=_SOURCE,
    help="put the file itself in",
)
DUPLICATE = rule(
    "payload/duplicate-member",
    _MUST,
    "No two members of an archive have one path.",
    source=_SOURCE,
    help="package again; which of the two is read depends on the reader",
)
CASE = rule(
    "payload/case-collision",
    _SHOULD,
    "No two paths differ in case or in the form of their Unicode only.",
    source=_SOURCE,
    help="rename one: Windows and macOS keep only one of them",
)
COLLISION = rule(
    "payload/collision",
    _MUST,
    "No two paths of an archive differ in case or in the form of their Unicode only.",
    source=_SOURCE,
    help="rename one and package again: on Windows and macOS one overwrites the other",
)
NAME = rule(
    "payload/name-encoding",
    _MUST,
    "The name of a member is a text: not empty, in a known encoding, without NUL.",
    source=_SOURCE,
    help="package again; what it unpacks to depends on the reader",
)
PORTABLE = rule(
    "payload/portable-name",
    _SHOULD,
    "A name is one that every system can have: no device of Windows, no control character.",
    source=_SOURCE,
    help="rename it",
)
CLASH = rule(
    "payload/file-and-directory",
    _MUST,
    "No path is a file and a directory at once.",
    source=_SOURCE,
    help="package again; nobody can unpack this",
)
_DEEPEST = 128
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")
_NOT_PORTABLE = re.compile(
    r"""[\x00-\x1f\x7f<>:"|?*]|(^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.[^/]*)?(/|$)|[. ](/|$)""",
    re.IGNORECASE,
)


def parent_folders(path: str) -> Iterator[str]:
    """Yield the folders above a member, the nearest first, without the root and whatever the name is.

    A path of more than `_DEEPEST` folders has none: nobody makes it but to be a burden, for each of its
    thousands of folders is nearly as long as the path.
    """
    if path.count("/") > _DEEPEST:
        return
    while "/" in path:
        path = path.rpartition("/")[0]
        if path:
            yield path


def _leads_out(path: str) -> bool:
    depth = 0
    for part in re.split(r"[/\\]", path):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            return True
    return False


def _fold(path: str) -> str:
    return path.casefold() if path.isascii() else normalize("NFC", path).casefold()


def _unseen(path: str, folded: Mapping[str, str]) -> Iterator[str]:
    """Yield a path and those of its directories that were not met before in this spelling."""
    while path and folded.get(_fold(path)) != path:
        yield path
        path = path.rpartition("/")[0]


def check_members(entries: Sequence[Member], *, of_archive: bool) -> Iterator[Finding]:
    """Yield members with dangerous paths or kinds, and paths that collide.

    Args:
        entries: of a crate.
        of_archive: they will be unpacked; what a directory holds was kept apart by its file system.
    """
    collision = COLLISION if of_archive else CASE
    seen: dict[str, str] = {}
    folded: dict[str, str] = {}
    files = {entry.path for entry in entries if entry.kind == "file"}
    for entry in entries:
        path, where = entry.path, Location(file=entry.path)
        if of_archive and (not path or _NO_TEXT.search(path)):
            yield NAME.finding(f"{shorten(path)} is no name", where)
        if _leads_out(path):
            yield ESCAPES.finding(f"{shorten(path)} leads out of the crate", where)
        if path.startswith(("/", "\\")) or _DRIVE.match(path):
            yield ABSOLUTE.finding(f"{shorten(path)} is absolute", where)
        if entry.kind in ("link", "other"):
            yield LINK.finding(f"{shorten(path)} is a {'link' if entry.kind == 'link' else 'device'}", where)
        if path in seen and "file" in (seen[path], entry.kind):
            yield DUPLICATE.finding(f"{shorten(path)} is there twice", where)
        seen[path] = entry.kind
        for one in _unseen(path, folded):
            other = folded.setdefault(_fold(one), one)
            if other != one:
                what = "case" if one.casefold() == other.casefold() else "the form of their Unicode"
                yield collision.finding(f"{shorten(one)} and {shorten(other)} differ in {what} only", where)
        is_plain = not (_leads_out(path) or _DRIVE.match(path) or path in (".", "./"))
        if is_plain and _NOT_PORTABLE.search(path):
            yield PORTABLE.finding(f"{shorten(path)} cannot be a name on Windows", where)
        parent = path.rpartition("/")[0]
        if parent and parent in files:
            yield CLASH.finding(f"{shorten(parent)} is a file and has {shorten(path)} in it", where)


def check_identifiers(graph: CrateGraph) -> Iterator[Finding]:
    """Yield data entities whose @id leads out of the crate."""
    for entity in graph.data_entities:
        path = graph.local_path(entity)
        if path is not None and (_leads_out(path) or _leads_out(decoded(path))):
            yield ESCAPES.finding(f"{shorten(entity.id)} leads out of the crate", entity.place("@id"))
