"""PROV-JSON documents from wherever they are: a run directory, a file, or a crate."""

from pathlib import Path
from typing import Any

from prov4ml.rundir import PACKAGED_DIRECTORY, PACKAGED_PROV, RUN_FILE

from .crate_members import is_crate, parse_object, prov_members, read_member
from .errors import PackagerError

_LARGEST_FILE = 2 << 30
_RECORDS = frozenset(
    [
        "prefix",
        "entity",
        "activity",
        "agent",
        "wasGeneratedBy",
        "used",
        "wasInformedBy",
        "wasStartedBy",
        "wasEndedBy",
        "wasInvalidatedBy",
        "wasDerivedFrom",
        "wasAttributedTo",
        "wasAssociatedWith",
        "actedOnBehalfOf",
        "wasInfluencedBy",
        "specializationOf",
        "alternateOf",
        "mentionOf",
        "hadMember",
        "bundle",
    ]
)


def load_document(path: Path) -> dict[str, Any]:
    """Return the PROV-JSON document of a run directory, a `.json` file or a crate.

    A run directory's document is built from the raw run, whether or not it was finalized. Of a crate with
    several runs the first one's document is returned.

    Raises:
        PackagerError: there is none, or it is no PROV-JSON.
        Unreadable: the crate is no archive that can be read.
    """
    if (path / RUN_FILE).is_file() and not is_crate(path):
        from .finalize import find_store
        from .provenance import build_document
        from .reader import read_run

        store = find_store(path / PACKAGED_DIRECTORY)
        return build_document(read_run(path), store=f"{PACKAGED_DIRECTORY}/{store.name}" if store else None)
    if is_crate(path):
        members = prov_members(path)
        if not members:
            raise PackagerError(
                f"holds no {PACKAGED_DIRECTORY}/{PACKAGED_PROV}",
                path=path,
                hint="give the PROV document itself",
            )
        return _checked(parse_object(read_member(path, members[0]), path, members[0]), path)
    if path.is_dir():
        raise PackagerError(
            "is neither a run directory nor a crate", path=path, hint=f"a run directory holds {RUN_FILE}"
        )
    try:
        if path.is_char_device() or path.is_block_device():  # a pipe is read as any other tool reads it
            raise PackagerError("is a device and no document", path=path)
        if path.stat().st_size > _LARGEST_FILE:
            raise PackagerError("is larger than 2 GiB", path=path)
        content = path.read_bytes()
    except OSError as error:
        raise PackagerError(
            f"cannot be read ({error.strerror or error})",
            path=path,
            hint="give a run, a PROV document or a crate",
        ) from error
    return _checked(parse_object(content, path), path)


def _checked(document: dict[str, Any], path: Path) -> dict[str, Any]:
    if not _RECORDS & document.keys():
        raise PackagerError(
            "is no PROV-JSON: it has neither a prefix nor a record",
            path=path,
            hint="check it with prov4ml-pack validate",
        )
    return document
