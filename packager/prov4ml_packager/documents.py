"""PROV documents from wherever they are: a run directory, a file in any form of PROV, or a crate."""

import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from prov4ml.rundir import PACKAGED_DIRECTORY, PACKAGED_PROV, RUN_FILE
from prov4ml_validators.crate.graph import DESCRIPTOR
from prov4ml_validators.prov_formats.detection import is_found_in_folders

from .crate_members import is_crate, member_paths, prov_members, read_member
from .errors import PackagerError
from .prov_forms import is_prov_json, may_hold_prov, parse_prov

_LARGEST_FILE = 2 << 30
_MOST_CANDIDATES = 100


def load_document(path: Path) -> dict[str, Any]:
    """Return the provenance document of a run directory, a PROV file or a crate, as PROV-JSON.

    A run directory's document is built from the raw run, whether or not it was finalized. Of several in a
    crate the first one is returned.

    Raises:
        PackagerError: there is none, or it is no PROV.
        Unreadable: the crate is no archive that can be read.
    """
    _, document = next(_documents(path))
    return document


def load_documents(path: Path) -> dict[str, Any]:
    """Return all provenance of a run directory, a PROV file or a crate as one PROV-JSON document.

    Several documents become bundles that are called after their files: those of the runs in a crate, and
    those of the ranks in a run directory of a tracker that writes one a rank.

    Raises:
        PackagerError: there is none, or one is no PROV.
        Unreadable: the crate is no archive that can be read.
    """
    documents = dict(_documents(path))
    if len(documents) == 1:
        return next(iter(documents.values()))
    bundles: dict[str, Any] = {}
    for name, document in documents.items():
        inner = document.get("bundle")
        bundles[name] = {kind: records for kind, records in document.items() if kind != "bundle"}
        for bundle, content in inner.items() if isinstance(inner, dict) else ():
            if isinstance(content, dict):
                prefixes = [
                    one for one in (document.get("prefix"), content.get("prefix")) if isinstance(one, dict)
                ]
                merged = {prefix: iri for one in prefixes for prefix, iri in one.items()}
                bundles[f"{name}/{bundle}"] = {**content, "prefix": merged}
    return {"bundle": bundles}


def _documents(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and content of each document; at least one, or an error is raised."""
    if is_crate(path):
        yield from _of_crate(path)
    elif (path / RUN_FILE).is_file():
        yield path.name, _of_run(path)
    elif path.is_dir():
        yield from _of_folder(path)
    else:
        yield path.name, parse_prov(_content(path), path)


def _of_run(path: Path) -> dict[str, Any]:
    from .finalize import find_store
    from .provenance import build_document
    from .reader import read_run

    store = find_store(path / PACKAGED_DIRECTORY)
    return build_document(read_run(path), store=f"{PACKAGED_DIRECTORY}/{store.name}" if store else None)


def _of_crate(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    members = prov_members(path)
    for member in members:
        run = PurePosixPath(member).parent.parent.as_posix()
        yield (member if run == "." else run), parse_prov(read_member(path, member), path, member)
    if members:
        return
    found = False
    for member in _likely(member_paths(path)):
        content = read_member(path, member)
        if _is_prov(member, content):
            found = True
            yield member, parse_prov(content, path, member)
    if not found:
        raise PackagerError(
            f"holds no {PACKAGED_DIRECTORY}/{PACKAGED_PROV} and no other PROV document",
            path=path,
            hint="give the PROV document itself",
        )


def _of_folder(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        files = sorted(one.name for one in path.iterdir() if one.is_file() and not one.is_symlink())
    except OSError as error:
        raise PackagerError(f"cannot be read ({error.strerror or error})", path=path) from error
    found = False
    for name in _likely(files):
        content = _content(path / name)
        if _is_prov(name, content):
            found = True
            yield name, parse_prov(content, path / name)
    if not found:
        raise PackagerError(
            "is neither a run directory nor a crate, and holds no PROV document",
            path=path,
            hint=f"a run directory holds {RUN_FILE}",
        )


def _likely(names: list[str]) -> list[str]:
    """Return the names that may be PROV documents, those that say so first."""
    ends = [name for name in names if may_hold_prov(name) and PurePosixPath(name).name != DESCRIPTOR]
    telling = [name for name in ends if "prov" in PurePosixPath(name).name.lower()]
    others = [name for name in ends if name not in set(telling) and name.lower().endswith(".json")]
    return [*telling, *others][:_MOST_CANDIDATES]


def _is_prov(name: str, content: bytes) -> bool:
    return is_prov_json(content) if name.lower().endswith(".json") else is_found_in_folders(name, content)


def _content(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):  # a pipe is read as elsewhere
            raise PackagerError("is a device and no document", path=path)
        if status.st_size > _LARGEST_FILE:
            raise PackagerError("is larger than 2 GiB", path=path)
        return path.read_bytes()
    except OSError as error:
        raise PackagerError(
            f"cannot be read ({error.strerror or error})",
            path=path,
            hint="give a run, a PROV document or a crate",
        ) from error
