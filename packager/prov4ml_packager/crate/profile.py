"""The profile of Workflow Run RO-Crate that a crate follows, and what declares it.

Source: Process, Workflow and Provenance Run Crate 0.5 and 0.6, and Workflow RO-Crate 1.0 and 1.1, which the
latter two extend; which version goes with which is in Workflow Run RO-Crate 0.6, Changelog.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import PackagerError
from .entities import Entity
from .facts import RunFacts
from .options import CrateOptions, Profile, Spec
from .workflow.main_workflow import MainWorkflow, find_workflow, require_workflow

BIOSCHEMAS_WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_TITLES: dict[Profile, str] = {
    "process": "Process Run Crate",
    "workflow": "Workflow Run Crate",
    "provenance": "Provenance Run Crate",
}
_RUN_VERSION: dict[Spec, str] = {"1.1": "0.5", "1.3": "0.6"}
_WORKFLOW_VERSION: dict[Spec, str] = {"1.1": "1.0", "1.3": "1.1"}
_RUN = "https://w3id.org/ro/wfrun/"
_WORKFLOW = "https://w3id.org/workflowhub/workflow-ro-crate/"


@dataclass(frozen=True)
class CrateProfile:
    """A profile, with the main workflow where it asks for one."""

    name: Profile
    workflow: MainWorkflow | None


def choose_profile(
    runs: Sequence[RunFacts], options: CrateOptions, note: Callable[[str], None]
) -> CrateProfile | None:
    """Return the profile that was chosen, or else suits the runs; None on RO-Crate 1.2, which has none.

    Args:
        runs: all of the crate.
        options: with the choice.
        note: told in one line if a workflow file decided.

    Raises:
        PackagerError: the runs lack what the chosen profile asks for.
    """
    if options.spec not in _RUN_VERSION:
        return None
    if options.profile is None:
        workflow = find_workflow(runs)
        if workflow is None:
            return CrateProfile("process", None)
        title = _TITLES["workflow"]
        note(f"{workflow.name} is a workflow: the crate is a {title}; --profile process makes another")
        return CrateProfile("workflow", workflow)
    if options.profile == "process":
        return CrateProfile("process", None)
    workflow = require_workflow(runs, _TITLES[options.profile])
    if options.profile == "provenance":
        _require_steps(runs)
    return CrateProfile(options.profile, workflow)


def _require_steps(runs: Sequence[RunFacts]) -> None:
    for facts in runs:
        if not facts.run.contexts:
            raise PackagerError(
                f"logged nothing in a context, and the steps of a {_TITLES['provenance']} are contexts",
                path=facts.run.directory,
                hint="choose --profile workflow or process",
            )


def profile_entities(profile: CrateProfile | None, spec: Spec) -> list[Entity]:
    """Return the profiles that the root conforms to, those that others extend first."""
    if profile is None:
        return []
    names = list(_TITLES)[: list(_TITLES).index(profile.name) + 1]
    version = _RUN_VERSION[spec]
    entities = [_entity(f"{_RUN}{name}/{version}", _TITLES[name], version, spec) for name in names]
    if profile.workflow is not None:
        version = _WORKFLOW_VERSION[spec]
        entities.append(_entity(f"{_WORKFLOW}{version}", "Workflow RO-Crate", version, spec))
    return entities


def descriptor_profiles(profile: CrateProfile | None, spec: Spec) -> list[str]:
    """Return what the metadata file descriptor conforms to beside RO-Crate itself.

    Workflow RO-Crate 1.0 (Metadata File Descriptor) asks for itself there, 1.1 no longer does.
    """
    if profile is None or profile.workflow is None or spec != "1.1":
        return []
    return [f"{_WORKFLOW}{_WORKFLOW_VERSION[spec]}"]


def bioschemas_entity(spec: Spec) -> Entity:
    """Return the profile that a main workflow conforms to."""
    title = "Bioschemas profile ComputationalWorkflow"
    return _entity(BIOSCHEMAS_WORKFLOW, title, "1.0-RELEASE", spec)


def _entity(identifier: str, name: str, version: str, spec: Spec) -> Entity:
    return {
        "@id": identifier,
        "@type": "CreativeWork" if spec == "1.1" else ["CreativeWork", "Profile"],
        "name": name,
        "version": version,
    }
