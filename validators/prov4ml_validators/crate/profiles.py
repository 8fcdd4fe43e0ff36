"""The profiles that crates declare: which there are, what each builds on, and how one is found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..json_text import shorten
from ..report import Finding, Severity, Unreadable
from ..rules import rule
from . import process_run, provenance_run, workflow, workflow_run
from .graph import CrateGraph
from .user_profile import UserProfile, is_user_profile, read_user_profile
from .versions import VERSIONS, Check

PROFILE_NOT_CHECKED = rule(
    "ro-crate/profile-not-checked",
    Severity.MAY,
    "A profile that the crate declares is one with rules here.",
    source="prov4ml",
    help="only the rules of RO-Crate itself and of known profiles were checked",
)


@dataclass(frozen=True)
class Profile:
    """One version of a profile of RO-Crate.

    Attributes:
        name: as `profile` names it, such as `workflow-run-crate-0.5`.
        version: of the profile.
        permalink: the URI that crates declare, without a slash at the end.
        bases: the versions of RO-Crate that it extends.
        parents: the names of the profiles whose rules hold as well, all of them.
        rules: yields what does not conform to a version of the profile itself.
    """

    name: str
    version: str
    permalink: str
    bases: tuple[str, ...]
    parents: tuple[str, ...]
    rules: Check

    def check(self, graph: CrateGraph) -> Iterator[Finding]:
        """Yield what of a crate does not conform to the profile itself."""
        return self.rules(graph, self.version)


def _generation(run: str, workflow_crate: str, bases: tuple[str, ...]) -> Iterator[Profile]:
    """Yield the profiles that were released together, those that others build on first."""
    process, main = f"{process_run.FAMILY}-{run}", f"{workflow.FAMILY}-{workflow_crate}"
    steps = f"{workflow_run.FAMILY}-{run}"
    yield Profile(process, run, process_run.PERMALINK + run, bases, (), process_run.check_process_run)
    yield Profile(
        main, workflow_crate, workflow.PERMALINK + workflow_crate, bases, (), workflow.check_workflow
    )
    yield Profile(
        steps, run, workflow_run.PERMALINK + run, bases, (process, main), workflow_run.check_workflow_run
    )
    yield Profile(
        f"{provenance_run.FAMILY}-{run}",
        run,
        provenance_run.PERMALINK + run,
        bases,
        (process, main, steps),
        provenance_run.check_provenance_run,
    )


def _testing(version: str, workflow_crate: str, bases: tuple[str, ...]) -> Profile:
    return Profile(
        f"{workflow.TESTING_FAMILY}-{version}",
        version,
        workflow.TESTING_PERMALINK + version,
        bases,
        (f"{workflow.FAMILY}-{workflow_crate}",),
        workflow.check_workflow_testing,
    )


# Which version extends which is the compatibility table of Workflow Run RO-Crate 0.6, Changelog.
ALL_PROFILES = {
    one.name: one
    for one in (
        *_generation("0.5", "1.0", ("1.1",)),
        *_generation("0.6", "1.1", ("1.3",)),
        _testing("0.1", "1.0", ("1.1",)),
    )
}
"""The profiles by name, those that others build on first."""

BASE_VERSION = {
    one.name: rule(
        f"{one.name}/ro-crate-version",
        Severity.MUST,
        f"The crate conforms to RO-Crate {' or '.join(one.bases)}, which the profile extends.",
        source=f"{one.permalink}, Extends",
        help="declare the version of the profile that was made for this version of RO-Crate, or none",
    )
    for one in ALL_PROFILES.values()
}

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
    """Return what `--profile` names: one of `PROFILES`, or the rules of a file.

    Raises:
        Unreadable: neither, or a file that is not understood.
    """
    if name in PROFILES:
        return name
    if is_user_profile(name):
        return read_user_profile(Path(name))
    raise Unreadable(
        name, f"no profile {name}", f"known are {', '.join(PROFILES)}, and files *.toml and *.yaml"
    )


def check_declared(graph: CrateGraph) -> Iterator[Finding]:
    """Yield the profiles of the known families that were declared and not checked."""
    known = {one.permalink for one in ALL_PROFILES.values()}
    for name in graph.declared_profiles:
        if name.startswith(_FAMILIES) and name.rstrip("/") not in known:
            where = graph.root.place("conformsTo") if graph.root is not None else None
            yield PROFILE_NOT_CHECKED.finding(f"{shorten(name)} was not checked", where)


def check_base_versions(graph: CrateGraph, profiles: Sequence[Profile]) -> Iterator[Finding]:
    """Yield profiles that extend another version of RO-Crate, each with those that it builds on once."""
    inherited = {parent for one in profiles for parent in one.parents}
    declared = graph.declared_version
    for one in profiles:
        if declared is not None and declared not in one.bases and one.name not in inherited:
            where = graph.root.place("conformsTo") if graph.root is not None else None
            message = f"the crate conforms to RO-Crate {declared}, {one.name} extends {', '.join(one.bases)}"
            yield BASE_VERSION[one.name].finding(message, where)
