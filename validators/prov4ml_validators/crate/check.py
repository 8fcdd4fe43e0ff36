"""All checks of one crate, in the order in which their findings are listed."""

from collections.abc import Sequence
from dataclasses import replace

from ..json_text import SYNTAX, JsonText, decode_json, shorten, with_places
from ..report import Finding, Location, Severity, Unreadable
from ..rules import rule
from . import contextual, data, entities, json_ld, root
from .bag import bag_base, check_bag
from .detached import check_detached
from .files import check_files, check_main_workflow
from .graph import DESCRIPTOR, LEGACY_DESCRIPTOR, CrateGraph
from .members import LARGEST_METADATA, Member, Members
from .paths import check_identifiers, check_members
from .payload import NOT_CHECKED, check_content, check_presence, find_bombs, make_payload
from .profiles import applicable, check_base_versions, check_declared
from .user_profile import UserProfile
from .versions import Check
from .workflow import FAMILY as WORKFLOW_FAMILY

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
_FORM_CHECKS: tuple[Check, ...] = (json_ld.check_document, json_ld.check_context, json_ld.check_entities)
_CHECKS: tuple[Check, ...] = (
    root.check_descriptor,
    root.check_root,
    root.check_root_profiles,
    entities.check_root_parts,
    entities.check_data_entities,
    entities.check_citations,
    entities.check_software,
    entities.check_thumbnails,
    data.check_data,
    contextual.check_contextual_entities,
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
        ends = [path for path in files if path.endswith(f"/{name}")]
        tops = [path[: -len(name)] for path in ends if path.count("/") == 1]
        if not tops:  # a bag in a folder of its own, as bags are packed
            bags = [path.partition("/")[0] for path in ends if path.split("/")[1:] == ["data", name]]
            tops = [f"{bag}/data/" for bag in bags if f"{bag}/bagit.txt" in files]
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
    path: str, members: Members, *, profile: str | UserProfile | None = None, optional: bool = False
) -> tuple[tuple[str, ...], list[Finding]]:
    """Check a crate with its payload.

    Args:
        path: for messages.
        members: the files of the crate.
        profile: one of `PROFILES`, in place of what the crate declares, or rules of the user.
        optional: also yield what MAY be there and is not.

    Returns:
        The profiles checked, and the findings.
    """
    entries = list(members.entries())
    findings = list(check_members(entries, of_archive=members.archive_size is not None))
    bombs = find_bombs(members, entries)
    findings += bombs
    prefix = find_root(entries)
    if prefix is None:
        deeper = sorted(entry.path for entry in entries if entry.path.endswith(f"/{DESCRIPTOR}"))[:2]
        seen = f" in its root, but {' and '.join(map(shorten, deeper))}" if deeper else ""
        return (), [*findings, METADATA_MISSING.finding(f"there is no {DESCRIPTOR}{seen}")]
    is_bomb = bool(bombs) and members.archive_size is not None and bombs[-1].location.file is None
    if not is_bomb and (base := bag_base(entries, prefix)) is not None:
        findings += check_bag(members, entries, base)
    name, data = read_metadata(members, entries, prefix)
    if data is None:
        return (), [*findings, METADATA_LARGE.finding(f"{name} has more than {LARGEST_METADATA} bytes")]
    profiles, own, source, graph = check_metadata(
        path, data, name, profile, is_attached=True, optional=optional
    )
    if source is None or graph is None:
        return profiles, findings + own
    payload = make_payload(members, entries, prefix)
    own += check_identifiers(graph)
    own += check_presence(graph, payload)
    own += check_files(graph, payload, profiles[0].removeprefix("ro-crate-"))
    for one in profiles:
        if one.startswith(f"{WORKFLOW_FAMILY}-"):
            own += check_main_workflow(graph, payload, one.removeprefix(f"{WORKFLOW_FAMILY}-"))
    if not is_bomb:
        own += check_content(graph, payload)
    return profiles, findings + with_places(own, source.text, file=name)


def check_metadata(
    path: str,
    data: bytes,
    name: str,
    profile: str | UserProfile | None,
    *,
    is_attached: bool = False,
    optional: bool = False,
) -> tuple[tuple[str, ...], list[Finding], JsonText | None, CrateGraph | None]:
    """Check the metadata of a crate and nothing else; text and graph are None where it is no JSON."""
    try:
        source = decode_json(data, path=path)
    except Unreadable as error:
        where = replace(error.location, file=name)
        return (), [SYNTAX.finding(error.message, where, error.hint or None)], None, None
    graph = CrateGraph(source.value, is_attached=is_attached)
    version, profiles = applicable(graph, profile)
    # A crate that conforms to a profile conforms to those it builds on; that it says so is a SHOULD there.
    inherited = {f"{parent}/root-conforms-to" for one in profiles for parent in one.parents}
    findings = [*source.findings]
    for check in _FORM_CHECKS:
        findings += check(graph, version)
    if graph.has_context:  # without one, no term of the graph has a meaning that could be right or wrong
        for check in _CHECKS:
            findings += check(graph, version)
        for one in profiles:
            findings += (found for found in one.check(graph) if found.rule not in inherited)
        findings += check_base_versions(graph, profiles)
        if optional:
            from .optional import check_optional

            findings += check_optional(graph, version, profiles)
    findings += check_declared(graph)
    names = (f"ro-crate-{version}", *(one.name for one in profiles))
    if isinstance(profile, UserProfile):
        findings += profile.check(graph)
        names = (*names, f"user/{profile.name}")
    return names, findings, source, graph


def check_bare_metadata(
    path: str, data: bytes, name: str, profile: str | UserProfile | None, *, optional: bool = False
) -> tuple[tuple[str, ...], list[Finding]]:
    """Check a metadata file that comes without its crate."""
    profiles, findings, source, graph = check_metadata(path, data, name, profile, optional=optional)
    if source is None or graph is None:
        return profiles, findings
    findings += check_identifiers(graph)
    version = profiles[0].removeprefix("ro-crate-")
    if graph.is_detached:
        findings += check_detached(graph, version, name)
    else:
        findings.append(NOT_CHECKED.finding("the files were not checked", Location()))
    return profiles, with_places(findings, source.text)
