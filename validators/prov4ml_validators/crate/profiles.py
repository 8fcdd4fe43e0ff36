"""The profiles that crates declare: which there are, what each builds on, and how one is found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..report import Finding, Severity, Unreadable
from ..rules import rule
from . import process_run, provenance_run, workflow, workflow_run
from .graph import CrateGraph
from .user_profile import UserProfile, read_user_profile
from .versions import VERSIONS

PROFILE_NOT_CHECKED = rule(
    "ro-crate/profile-not-checked",
    Severity.MAY,
    "A profile that the crate declares is one with rules here.",
    source="prov4ml",
    help="only the rules of RO-Crate itself and of known profiles were checked",
)


@dataclass(frozen=True)
class Profile:
    """One profile of RO-Crate.

    Attributes:
        name: as `profile` names it, such as `workflow-run-crate-0.5`.
        permalink: the URI that crates declare, without a slash at the end.
        parents: the names of the profiles whose rules hold as well, all of them.
        check: yields what does not conform to the profile itself.
    """

    name: str
    permalink: str
    parents: tuple[str, ...]
    check: Callable[[CrateGraph], Iterator[Finding]]


_PROCESS = Profile(process_run.PROFILE, process_run.PERMALINK, (), process_run.check_process_run)
_WORKFLOW = Profile(workflow.PROFILE, workflow.PERMALINK, (), workflow.check_workflow)
_RUN = Profile(
    workflow_run.PROFILE,
    workflow_run.PERMALINK,
    (_PROCESS.name, _WORKFLOW.name),
    workflow_run.check_workflow_run,
)
_PROVENANCE = Profile(
    provenance_run.PROFILE,
    provenance_run.PERMALINK,
    (*_RUN.parents, _RUN.name),
    provenance_run.check_provenance_run,
)
_TESTING = Profile(
    workflow.TESTING_PROFILE,
    workflow.TESTING_PERMALINK,
    (_WORKFLOW.name,),
    workflow.check_workflow_testing,
)
ALL_PROFILES = {one.name: one for one in (_PROCESS, _WORKFLOW, _RUN, _PROVENANCE, _TESTING)}
"""The profiles by name, those that others build on first."""

PROFILES = (*(f"ro-crate-{version}" for version in VERSIONS), *ALL_PROFILES)
"""What `profile` may name."""

_FAMILIES = (
    "https://w3id.org/ro/wfrun/",
    "https://w3id.org/workflowhub/",
    "https://w3id.org/ro/wftest",
)


def applicable(graph: CrateGraph, chosen: str | UserProfile | None) -> tuple[str, tuple[Profile, ...]]:
    """Return the version of RO-Crate and the profiles to check a crate against.

    Args:
        graph: the crate, which names both by `conformsTo` of descriptor and root.
        chosen: one of `PROFILES` in place of what the crate declares; a version means no profile. The rules
            of a user hold in addition to what the crate declares.

    Returns:
        The version that the crate declares, or the first where it declares none that is known; and the
        profiles with those that they build on, in the order of `ALL_PROFILES`.
    """
    declared = graph.declared_version
    version = declared if declared in VERSIONS else VERSIONS[0]
    if isinstance(chosen, str) and chosen.startswith("ro-crate-"):
        return chosen.removeprefix("ro-crate-"), ()
    if isinstance(chosen, str):
        wanted = {chosen}
    else:
        named = {name.rstrip("/") for name in graph.declared_profiles}
        wanted = {one.name for one in ALL_PROFILES.values() if one.permalink in named}
    wanted.update(parent for name in tuple(wanted) for parent in ALL_PROFILES[name].parents)
    return version, tuple(one for one in ALL_PROFILES.values() if one.name in wanted)


def find_profile(name: str) -> str | UserProfile:
    """Return what `--profile` names: one of `PROFILES`, or the rules of a TOML file.

    Raises:
        Unreadable: neither, or a file that is not understood.
    """
    if name in PROFILES:
        return name
    if name.lower().endswith(".toml"):
        return read_user_profile(Path(name))
    raise Unreadable(name, f"no profile {name}", f"known are {', '.join(PROFILES)}, and files *.toml")


def check_declared(graph: CrateGraph) -> Iterator[Finding]:
    """Yield the profiles of the known families that were declared and not checked."""
    known = {one.permalink for one in ALL_PROFILES.values()}
    for name in graph.declared_profiles:
        if name.startswith(_FAMILIES) and name.rstrip("/") not in known:
            where = graph.root.place("conformsTo") if graph.root is not None else None
            yield PROFILE_NOT_CHECKED.finding(f"{name} was not checked", where)
