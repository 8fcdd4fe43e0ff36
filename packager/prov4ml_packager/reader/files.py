"""File objects: what a run directory says of a logged file, believed only as far as it can be checked."""

import re
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Literal

from prov4ml.rundir import ARTIFACTS_DIRECTORY

from ..no_links import mode_inside
from ..record import FileRecord
from .fields import FieldError, Fields

_SHA256 = re.compile(r"[0-9a-f]{64}")


def plain_copy_path(path: str) -> str | None:
    """Return what is wrong with the path of a copy, whatever is there, or None.

    It must be relative, with `/`, below `artifacts/`, free of `..` and of drives.
    """
    parts = path.split("/")
    if (
        "\\" in path
        or "\0" in path
        or ":" in parts[0]
        or any(part in ("", ".", "..") for part in parts)
        or PurePosixPath(path).is_absolute()
    ):
        return "is no plain relative path"
    if parts[0] != ARTIFACTS_DIRECTORY or len(parts) < 2:
        return f"is not below {ARTIFACTS_DIRECTORY}/"
    return None


def check_copy(directory: Path, path: str, kind: Literal["file", "directory"]) -> str | None:
    """Return what is wrong with the path of a copy, or None.

    It must be plain, free of links, and lead to something of the kind that was recorded.
    """
    if (problem := plain_copy_path(path)) is not None:
        return problem
    mode = mode_inside(directory, path.split("/"))
    if mode is None:
        return "is missing"
    if stat.S_ISLNK(mode):
        return "is or passes through a symbolic link"
    matches = stat.S_ISDIR(mode) if kind == "directory" else stat.S_ISREG(mode)
    return None if matches else f"is no {kind}"


def read_file(fields: Fields, directory: Path, complain: Callable[[str], None]) -> FileRecord:
    """Return the record of a file object; a copy that cannot be trusted counts as not made.

    Args:
        fields: the file object.
        directory: the run directory.
        complain: takes a line on what was ignored.

    Raises:
        FieldError: the object has no `kind`.
    """
    kind = fields.text("kind")
    if kind not in ("file", "directory"):
        raise FieldError("field 'kind' is neither 'file' nor 'directory'")
    checked: Literal["file", "directory"] = "directory" if kind == "directory" else "file"
    size = fields.optional_integer("size")
    path = fields.optional_text("path")
    if path is not None and (problem := check_copy(directory, path, checked)):
        complain(f"copy {path!r} {problem}; it is left out")
        path = None
    digest = fields.optional_text("sha256")
    if digest is not None and not _SHA256.fullmatch(digest):
        complain("field 'sha256' is not a digest in lower-case hex; ignored")
        digest = None
    return FileRecord(
        path=path,
        original=fields.optional_text("original") or "",
        kind=checked,
        size=size,
        sha256=digest,
        files=fields.optional_integer("files") or (1 if checked == "file" else 0),
    )
