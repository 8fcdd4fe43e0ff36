"""The body of the request for a draft as a file, for people to look at and change before it is sent."""

import json
from pathlib import Path
from typing import Any

from ..atomic import atomic_file
from ..crate_members import parse_object
from ..errors import PackagerError
from ..small_files import read_small_file
from .metadata import RESOURCE_TYPE, deposit_metadata
from .source import read_document

_MOST_MEBIBYTES = 16


def make_record(
    crate: Path, resource_type: str = RESOURCE_TYPE, file_name: str | None = None
) -> dict[str, Any]:
    """Return what makes a draft of a crate; see `deposit_metadata`.

    Raises:
        PackagerError: the crate is not valid, or lacks what a record must have.
        Unreadable: it is no crate that can be read.
    """
    name = file_name or (f"{crate.resolve().name}.zip" if crate.is_dir() else crate.name)
    return deposit_metadata(read_document(crate), crate, file_name=name, resource_type=resource_type)


def read_record(path: Path) -> dict[str, Any]:
    """Return what `write_record` wrote, whoever changed it since.

    Raises:
        PackagerError: it cannot be read, or has no metadata.
    """
    record = parse_object(read_small_file(path, _MOST_MEBIBYTES, "metadata"), path)
    if not isinstance(record.get("metadata"), dict):
        hint = "write one with prov4ml-pack deposit CRATE -o FILE"
        raise PackagerError('has no "metadata"', path=path, hint=hint)
    return record


def record_text(record: dict[str, Any]) -> str:
    """Return the JSON of a record, to be read by people.

    What does not print, and a lone surrogate, which no file can hold, are escaped.
    """
    lines = json.dumps(record, indent=2, ensure_ascii=False).split("\n")
    return "\n".join(line if line.isprintable() else _escaped(line) for line in lines)


def _escaped(line: str) -> str:
    # Outside texts JSON has nothing that is not printable.
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line)


def write_record(record: dict[str, Any], target: Path) -> Path:
    """Write a record in one step and return where.

    Raises:
        PackagerError: it cannot be written.
    """
    try:
        with atomic_file(target) as path:
            path.write_text(record_text(record) + "\n", encoding="utf-8")
    except OSError as error:
        raise PackagerError(f"cannot be written: {error.strerror or error}", path=target) from error
    return target
