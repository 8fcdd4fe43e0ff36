"""`validate`: finds out what a path is, and hands it to the checks of that kind."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .crate.check import check_bare_metadata, check_crate, find_root
from .crate.graph import DESCRIPTOR, LEGACY_DESCRIPTOR
from .crate.members import (
    LARGEST_METADATA,
    TAR_NAMES,
    ZIP_NAMES,
    DirectoryMembers,
    Members,
    TarMembers,
    open_zip,
)
from .crate.profiles import find_profile
from .crate.user_profile import UserProfile
from .cross_check.listing import ListedMembers, document_names
from .discovery import RUN_FILE, directory_kind
from .json_text import decode_json, with_places
from .prov_formats.detection import ProvFormat, format_of_file, format_of_json
from .prov_json.records import KINDS
from .report import Finding, Report, Unreadable, sort_findings
from .store_reader import StoreReader


@dataclass(frozen=True)
class _Options:
    """What `validate` was asked for besides the path; its parameters say what each is."""

    profile: str | UserProfile | None
    store_reader: StoreReader | None
    signed_with: bytes | None
    optional: bool


def validate(
    path: Path,
    *,
    profile: str | None = None,
    store_reader: StoreReader | None = None,
    signed_with: bytes | None = None,
    optional: bool = False,
) -> Report:
    """Check a run directory, an RO-Crate or a PROV document.

    A directory with `ro-crate-metadata.json`, an archive, and that file alone are crates; any other directory
    with `run.json` is a run; any other JSON file is taken for PROV-JSON. PROV-N, PROV-XML, PROV-O and
    PROV-JSONLD are read with the library `prov`, which `[pack]` installs. Nothing is fetched, unpacked or
    followed.

    Args:
        path: file or directory.
        profile: the profile of a crate, such as `ro-crate-1.2`, in place of what it declares; or the
            path of a TOML or YAML file with rules of the user, which hold in addition.
        store_reader: reads metric stores for the rules that need one; without it they are
            reported as not checked.
        signed_with: a public key in the wire format of SSH (see `seal.public_keys.load_public_key`) that a
            crate has to be signed with, so that every byte of it is its maker's; nothing else has a seal.
        optional: list what of a crate MAY be there and is not as well, by the rules `*/may-*`; nearly every
            good crate has such findings. Other findings that weigh MAY are always listed.

    Returns:
        The findings, heaviest first.

    Raises:
        Unreadable: missing, none of these, not JSON, or a profile that is not known or not understood.
    """
    shown = os.fspath(path)
    chosen = None if profile is None else find_profile(profile)
    path = Path(path)
    try:
        kind, profiles, findings = _check(path, shown, _Options(chosen, store_reader, signed_with, optional))
    except FileNotFoundError as error:
        raise Unreadable(shown, "no such file or directory", "check the path") from error
    except RecursionError as error:
        raise Unreadable(shown, "nested too deeply to be checked") from error
    except OSError as error:
        raise Unreadable(shown, f"cannot be read: {error.strerror or error}") from error
    if signed_with is not None and kind != "ro-crate":
        findings += _not_sealed()
    return Report(shown, kind, profiles, sort_findings(findings))


def _check(path: Path, shown: str, options: _Options) -> tuple[str, tuple[str, ...], list[Finding]]:
    name = path.name.lower()
    if path.is_dir():
        kind = directory_kind(path)
        if kind == "ro-crate":
            return _crate(shown, DirectoryMembers(path), options, path)
        if kind == "run-directory":
            from .run_directory import check_run_directory

            return "run-directory", ("run-directory-1",), check_run_directory(path, options.store_reader)
        message = f"neither a run directory ({RUN_FILE}) nor a crate ({DESCRIPTOR})"
        raise Unreadable(shown, message, "give the directory that holds one of them")
    if not path.exists():
        raise FileNotFoundError(path)
    if not path.is_file():  # opening a pipe waits for its writer, and a device may never end
        raise Unreadable(shown, "is a pipe or a device", "give a file or a directory")
    if name.endswith(ZIP_NAMES) or _begins_with(path, b"PK\x03\x04"):
        with open_zip(path) as members:
            of_crate, profiles, findings = _crate(shown, members, options)
            return of_crate, profiles, [*members.check_headers(), *findings]
    if name.endswith(TAR_NAMES):
        return _crate(shown, TarMembers(path), options)
    if path.stat().st_size > LARGEST_METADATA:
        message = f"larger than {LARGEST_METADATA >> 20} MiB, which is more than is checked in memory"
        raise Unreadable(shown, message, "give one document a run, with the points in a metric store")
    data = path.read_bytes()
    other = format_of_file(name)
    if other is not None:
        return _other_prov(shown, path, data, other, options.store_reader)
    if name in (DESCRIPTOR, LEGACY_DESCRIPTOR):
        return _bare_metadata(shown, data, path.name, options)
    source = decode_json(data, path=shown)
    if _is_json_ld(source.value):
        linked = format_of_json(source.value)
        if linked is not None:
            return _other_prov(shown, path, data, linked, options.store_reader)
        return _bare_metadata(shown, data, path.name, options)
    if not _looks_like_prov(source.value, name):
        message = "neither PROV-JSON nor the metadata of a crate"
        raise Unreadable(
            shown, message, "a PROV-JSON document is an object with prefix, entity, activity, ..."
        )
    # Most of what the rules of PROV need is of no use to a crate, and the time to import it counts.
    from .prov_json.document import check_prov_json
    from .prov_json.store import check_stores
    from .store_places import DirectoryPlaces

    findings = check_prov_json(source)
    findings += with_places(
        check_stores(source.value, DirectoryPlaces(path.parent), options.store_reader), source.text
    )
    return "prov-json", (), findings


def _other_prov(
    shown: str, path: Path, data: bytes, kind: ProvFormat, store_reader: StoreReader | None
) -> tuple[str, tuple[str, ...], list[Finding]]:
    """Check a document that `prov` turns into PROV-JSON; of PROV-N alone findings have a line."""
    from .prov_formats.places import with_provn_places
    from .prov_formats.reading import read_as_prov_json
    from .prov_json.document import check_document
    from .prov_json.store import check_stores
    from .store_places import DirectoryPlaces

    kind, value, findings = read_as_prov_json(data, kind, shown)
    findings += check_document(value)
    findings += check_stores(value, DirectoryPlaces(path.parent), store_reader)
    if kind == "prov-n":
        findings = with_provn_places(findings, data, value)
    return kind, (), findings


def _crate(
    shown: str,
    members: Members,
    options: _Options,
    directory: Path | None = None,
) -> tuple[str, tuple[str, ...], list[Finding]]:
    members = ListedMembers(members)
    profiles, findings = check_crate(shown, members, profile=options.profile, optional=options.optional)
    if document_names(members.entries()):
        from .cross_check.check import check_parts

        findings += check_parts(members, directory=directory, store_reader=options.store_reader)
    if options.signed_with is not None:
        from .seal.check import check_seal

        root = find_root(list(members.entries()))
        findings += check_seal(members, root or "", options.signed_with)
    return "ro-crate", profiles, findings


def _bare_metadata(
    shown: str, data: bytes, name: str, options: _Options
) -> tuple[str, tuple[str, ...], list[Finding]]:
    profiles, findings = check_bare_metadata(shown, data, name, options.profile, optional=options.optional)
    return "ro-crate", profiles, findings + (_not_sealed() if options.signed_with is not None else [])


def _not_sealed() -> list[Finding]:
    from .seal.check import NOT_SEALED

    return [NOT_SEALED.finding("not sealed: only a whole crate can be")]


def _begins_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def _is_json_ld(value: Any) -> bool:
    return isinstance(value, dict) and "@graph" in value


def _looks_like_prov(value: Any, name: str) -> bool:
    """Tell PROV-JSON from any other JSON; so are an empty one and a malformed `prov.json`."""
    if not isinstance(value, dict):
        return "prov" in name
    return not value or "prov" in name or any(key in value for key in (*KINDS, "prefix", "bundle"))
