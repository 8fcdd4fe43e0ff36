"""Copies of logged files against what the journal says of them."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule

_SOURCE = "docs/run-directory.md, Files"

ESCAPES = rule(
    "run-directory/path-escapes",
    Severity.MUST,
    "The path of a copy stays in the run directory.",
    source=_SOURCE,
    help="do not package it: the journal was not written by a sound logger",
)
LINK = rule(
    "run-directory/link",
    Severity.MUST,
    "A copy and the folders above it are no links.",
    source=_SOURCE,
    help="put the file itself in",
)
MISSING = rule(
    "run-directory/artifact-missing",
    Severity.MUST,
    "The copy of a logged file is there.",
    source=_SOURCE,
    help="copy it back, or log the run again",
)
DIGEST = rule(
    "run-directory/artifact-digest",
    Severity.MUST,
    "A copy has the size and the SHA-256 that the journal gives it.",
    source=_SOURCE,
    help="find out what changed the copy",
)

_DRIVE = re.compile(r"[A-Za-z]:")
_CHUNK = 1 << 20


def _stays_inside(path: str) -> bool:
    parts = re.split(r"[/\\]", path)
    return not (
        path.startswith(("/", "\\")) or _DRIVE.match(path) or ".." in parts or "\0" in path or path == ""
    )


def check_copy(directory: Path, file: Mapping[str, Any], where: Location) -> Iterator[Finding]:
    """Yield what is wrong with the copy that a file object names; one without a copy has nothing to check.

    Args:
        directory: the run directory.
        file: the file object, as in the journal.
        where: its line.
    """
    path = file.get("path")
    if not isinstance(path, str):
        return
    if not _stays_inside(path):
        yield ESCAPES.finding(f"{shorten(path)} leads out of the run directory", where)
        return
    target = directory
    for part in path.split("/"):
        target = target / part
        if target.is_symlink():
            yield LINK.finding(f"{shorten(path)} goes through a link", where)
            return
    is_directory = file.get("kind") == "directory"
    if not (target.is_dir() if is_directory else target.is_file()):
        yield MISSING.finding(f"{shorten(path)} is not there", where)
        return
    try:
        size, digest = _tree(target) if is_directory else _content(target)
    except OSError as error:
        yield MISSING.finding(f"{shorten(path)} cannot be read: {error.strerror}", where)
        return
    if isinstance(file.get("size"), int) and file["size"] != size:
        yield DIGEST.finding(f"{shorten(path)} has {size} bytes, not {file['size']}", where)
    elif isinstance(file.get("sha256"), str) and file["sha256"] != digest:
        yield DIGEST.finding(f"{shorten(path)} has the SHA-256 {digest}, not {file['sha256']}", where)


def _content(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _tree(root: Path) -> tuple[int, str]:
    """Return size and digest of a directory: the digest is of its list of digests and paths."""
    found: list[tuple[bytes, Path]] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not os.path.islink(os.path.join(folder, name))]
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                found.append((path.relative_to(root).as_posix().encode("utf-8", "surrogateescape"), path))
    digest, total = hashlib.sha256(), 0
    for relative, path in sorted(found):
        size, one = _content(path)
        total += size
        digest.update(one.encode("ascii") + b"  " + relative + b"\n")
    return total, digest.hexdigest()
