"""All checks of one crate, in the order in which their findings are listed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..json_text import SYNTAX, JsonText, decode_json, with_places
from ..report import Finding, Location, Severity, Unreadable
from ..rules import rule
from . import entities, json_ld, root
from .graph import DESCRIPTOR, LEGACY_DESCRIPTOR, CrateGraph
from .members import LARGEST_METADATA, Member, Members
from .paths import check_identifiers, check_members
from .payload import NOT_CHECKED, check_content, check_presence, make_payload
from .process_run import PERMALINK, PROFILE, check_process_run
from .versions import VERSIONS, Check

METADATA_MISSING = rule(
    "ro-crate/metadata-file",
    Severity.MUST,
    f"The crate has a file {DESCRIPTOR} in its root.",
    source="RO-Crate 1.1–1.3, Structure",
    help="give the root of the crate, or package again",
)
METADATA_LARGE = rule(
    "ro-crate/metadata-size",
    Severity.MUST,
    "The metadata file is one that a reader can hold in memory.",
    source="prov4ml, untrusted archives",
    help="describe directories and not their files",
)
PROFILE_NOT_CHECKED = rule(
    "ro-crate/profile-not-checked",
    Severity.MAY,
    "A profile that the crate declares is one with rules here.",
    source="prov4ml",
    help="only the rules of RO-Crate itself and of known profiles were checked",
)

PROFILES = (*(f"ro-crate-{version}" for version in VERSIONS), PROFILE)
"""What `profile` may name."""

_CHECKS: tuple[Check, ...] = (
    json_ld.check_document,
    json_ld.check_context,
    json_ld.check_entities,
    root.check_descriptor,
    root.check_root,
    root.check_root_profiles,
    entities.check_root_parts,
    entities.check_data_entities,
    entities.check_citations,
    entities.check_software,
    entities.check_thumbnails,
)
_OTHER_PROFILES = (
    "https://w3id.org/ro/wfrun/",
    "https://w3id.org/workflowhub/",
    "https://w3id.org/ro/wftest",
)


def find_root(entries: Sequence[Member]) -> str | None:
    """Return what stands before the metadata file, with `/` at the end or nothing; None without one.

    The root is the top of the crate, else the payload of a BagIt bag, else a single folder as in `.eln`.
    """
    files = {entry.path for entry in entries if entry.kind == "file"}
    for name in (DESCRIPTOR, LEGACY_DESCRIPTOR):
        if name in files:
            return ""
        if "bagit.txt" in files and f"data/{name}" in files:
            return "data/"
        tops = [path[: -len(name)] for path in files if path.count("/") == 1 and path.endswith(f"/{name}")]
        if len(tops) == 1:
            return tops[0]
    return None


def read_metadata(members: Members, entries: Sequence[Member], prefix: str) -> tuple[str, bytes | None]:
    """Return the name of the metadata file and its content, None if it is too large.

    Raises:
        OSError: it is damaged.
    """
    sizes = {entry.path: entry.size for entry in entries}
    name = DESCRIPTOR if prefix + DESCRIPTOR in sizes else LEGACY_DESCRIPTOR
    if sizes[prefix + name] > LARGEST_METADATA:
        return name, None
    data = b"".join(chunk for _, chunks in members.contents({prefix + name}) for chunk in chunks)
    return name, data


def check_crate(
    path: str, members: Members, *, profile: str | None = None
) -> tuple[tuple[str, ...], list[Finding]]:
    """Check a crate with its payload.

    Args:
        path: for messages.
        members: the files of the crate.
        profile: one of `PROFILES`, in place of what the crate declares.

    Returns:
        The profiles checked, and the findings.
    """
    entries = list(members.entries())
    findings = list(check_members(entries))
    prefix = find_root(entries)
    if prefix is None:
        return (), [*findings, METADATA_MISSING.finding(f"there is no {DESCRIPTOR}")]
    name, data = read_metadata(members, entries, prefix)
    if data is None:
        return (), [*findings, METADATA_LARGE.finding(f"{name} has more than {LARGEST_METADATA} bytes")]
    profiles, own, source, graph = check_metadata(path, data, name, profile)
    if source is None or graph is None:
        return profiles, findings + own
    payload = make_payload(members, entries, prefix)
    own += check_identifiers(graph)
    if not graph.is_detached:
        own += check_presence(graph, payload)
    own += check_content(graph, payload)
    return profiles, findings + with_places(own, source.text, file=name)


def check_metadata(
    path: str, data: bytes, name: str, profile: str | None
) -> tuple[tuple[str, ...], list[Finding], JsonText | None, CrateGraph | None]:
    """Check the metadata of a crate and nothing else; text and graph are None where it is no JSON."""
    try:
        source = decode_json(data, path=path)
    except Unreadable as error:
        where = replace(error.location, file=name)
        return (), [SYNTAX.finding(error.message, where, error.hint or None)], None, None
    graph = CrateGraph(source.value)
    version, profiles = _profiles(graph, profile)
    findings = [*source.findings]
    for check in _CHECKS:
        findings += check(graph, version)
    if PROFILE in profiles:
        findings += check_process_run(graph)
    findings += _other_profiles(graph)
    return profiles, findings, source, graph


def check_bare_metadata(
    path: str, data: bytes, name: str, profile: str | None
) -> tuple[tuple[str, ...], list[Finding]]:
    """Check a metadata file that comes without its crate."""
    profiles, findings, source, graph = check_metadata(path, data, name, profile)
    if source is None or graph is None:
        return profiles, findings
    findings += check_identifiers(graph)
    if not graph.is_detached:
        findings.append(NOT_CHECKED.finding("the files were not checked", Location()))
    return profiles, with_places(findings, source.text)


def _profiles(graph: CrateGraph, profile: str | None) -> tuple[str, tuple[str, ...]]:
    version = graph.declared_version if graph.declared_version in VERSIONS else VERSIONS[0]
    runs = any(name.startswith(PERMALINK) for name in graph.declared_profiles)
    if profile is not None and profile.startswith("ro-crate-"):
        version, runs = profile.removeprefix("ro-crate-"), False
    elif profile == PROFILE:
        runs = True
    return version or VERSIONS[0], (f"ro-crate-{version}", *((PROFILE,) if runs else ()))


def _other_profiles(graph: CrateGraph) -> Iterator[Finding]:
    for name in graph.declared_profiles:
        if name.startswith(_OTHER_PROFILES) and not name.startswith(PERMALINK):
            where = graph.root.place("conformsTo") if graph.root is not None else None
            yield PROFILE_NOT_CHECKED.finding(f"{name} was not checked", where)
