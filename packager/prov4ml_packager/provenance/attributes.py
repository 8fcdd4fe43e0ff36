"""Attributes that several kinds of entity share: files, names that users chose, states of a repository."""

import re
from collections.abc import Mapping

from prov4ml.rundir import safe_names

from ..record import FileRecord, GitRecord, JsonValue
from .builder import Attributes
from .values import AttributeValue, boolean, integer, literal, several, text


def base_name(path: str) -> str:
    """Return the last part of a path of any system; the folders of the host that ran the job stay private."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]


def file_attributes(file: FileRecord | None) -> Attributes:
    """Return a file's path in the run directory, digest and size in bytes; never where it was on the host."""
    if file is None:
        return {}
    return {
        "prov4ml:path": text(file.path) if file.path is not None else None,
        "prov4ml:sha256": optional_text(file.sha256),
        "prov4ml:size": optional_integer(file.size),
        "prov4ml:files": integer(file.files) if file.kind == "directory" else None,
    }


def user_attributes(values: Mapping[str, JsonValue]) -> Attributes:
    """Return attributes whose names a user chose, under `attr:`.

    A name becomes its key; where the two differ, `prov4ml:attributeName` holds `<key>=<true name>`.
    """
    keys = safe_names(values)
    attributes: dict[str, AttributeValue | None] = {
        f"attr:{keys[one]}": literal(value) for one, value in values.items()
    }
    attributes["prov4ml:attributeName"] = several(
        f"{key}={text(one)}" for one, key in keys.items() if key != one
    )
    return attributes


def git_attributes(git: GitRecord | None) -> Attributes:
    """Return commit, branch, remote, and whether files had changed since the commit."""
    if git is None:
        return {}
    return {
        "prov4ml:gitCommit": text(git.commit) if git.commit else None,
        "prov4ml:gitBranch": text(git.branch) if git.branch else None,
        "prov4ml:gitDirty": None if git.dirty is None else boolean(git.dirty),
        "prov4ml:gitRemote": text(git.remote) if git.remote else None,
    }


def optional_text(value: str | None) -> str | None:
    """Return text as an attribute, None for none."""
    return text(value) if value else None


def optional_integer(value: int | None) -> dict[str, str] | None:
    """Return a whole number as an attribute, None for none."""
    return None if value is None else integer(value)
