"""The main workflow of a crate: one of its files, described as what the runs ran.

Source: Workflow Run Crate 0.5 and 0.6, Workflow RO-Crate 1.0 and 1.1 ("Main Workflow"), and what RO-Crate 1.1
(Workflows and Scripts, "Complying with Bioschemas Computational Workflow profile") says a workflow must have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from prov4ml.rundir import PACKAGED_DIRECTORY

from ...file_roles import file_roles
from ...text import escape_text
from ...wording import iso_time, script_name
from ..entities import Entity, references
from ..facts import RunFacts
from ..file_entities import file_id
from ..media_types import UNKNOWN_TYPE
from ..options import CrateOptions
from ..profile import bioschemas_entity
from ..software import (
    changed_sentence,
    commit_of,
    common_url,
    package_entities,
    software_entities,
    url_in_crate,
)
from .languages import language_of_run, library_of
from .main_workflow import MainWorkflow
from .slots import DescribedRun, fill_slots

_TYPES = ["File", "SoftwareSourceCode", "ComputationalWorkflow"]


@dataclass(frozen=True)
class WorkflowPeople:
    """The `@id`s of who made the workflow and who publishes it, and of its licence, which is the crate's."""

    creators: list[str]
    publisher: str | None
    licence: str


def files_apart(facts: RunFacts, workflow: MainWorkflow) -> set[str]:
    """Return the `@id`s of files that a run of a workflow neither took in nor made.

    They are the workflow itself, and what was written about the run: traces of the engine are no outputs
    (Workflow Run Crate 0.5, "Adding engine-specific traces").
    """
    return {*(file_id(copy) for copy in workflow.files), *_traces(facts)}


def _traces(facts: RunFacts) -> list[str]:
    """Return the records and products about a run; its metric store is an output and none of them."""
    roles = file_roles(facts.run)
    store = f"{PACKAGED_DIRECTORY}/metrics."
    return [
        file_id(file)
        for file in facts.payload.files
        if file.original not in roles and not file.original.startswith(store)
    ]


def describe_workflow(
    entities: dict[str, Entity],
    runs: Sequence[DescribedRun],
    workflow: MainWorkflow,
    options: CrateOptions,
    people: WorkflowPeople,
) -> None:
    """Make the file of the workflow the main workflow of the crate.

    Args:
        entities: those of the crate by `@id`: the file is changed, and what it refers to comes in.
        runs: all of the crate.
        workflow: what they ran.
        options: with the page of the software.
        people: who made it; those who ran it if nobody is named.
    """
    creators = people.creators or list(dict.fromkeys(run.agent for run in runs if run.agent is not None))
    first = runs[0].facts.run
    language = language_of_run(workflow.language, first, workflow.head)
    bioschemas = bioschemas_entity(options.spec)
    sides = fill_slots(entities, runs, workflow, options.spec)
    url = common_url([run.facts for run in runs], options)
    entity = entities[workflow.identifier]
    platform = library_of(workflow.language, first, workflow.head)
    library = f" with {platform}" if platform else ""
    entity |= {
        "@type": list(_TYPES),
        "description": f"The workflow that ran, in {language['name']}{library}.{changed_sentence(first)}",
        "conformsTo": {"@id": bioschemas["@id"]},
        "programmingLanguage": {"@id": language["@id"]},
        "version": _version(runs, workflow),
        "dateCreated": iso_time(_logged(runs[0].facts, workflow)),
        "license": {"@id": people.licence},
    }
    if entity["encodingFormat"] == UNKNOWN_TYPE and b"\0" not in workflow.head:
        entity["encodingFormat"] = "text/plain"
    optional = {
        "url": url,
        "runtimePlatform": platform,
        "creator": references(creators) if creators else None,
        "sdPublisher": references([people.publisher] if people.publisher else creators) or None,
        "input": references(sides["input"]) if sides["input"] else None,
        "output": references(sides["output"]) if sides["output"] else None,
    }
    entity |= {key: value for key, value in optional.items() if value is not None}
    for one in (language, bioschemas):
        entities.setdefault(str(one["@id"]), one)
    for run in runs:
        for trace in _traces(run.facts):
            entities[trace]["about"] = {"@id": run.facts.action_id}


def describe_script(
    entities: dict[str, Entity], runs: Sequence[DescribedRun], workflow: MainWorkflow, options: CrateOptions
) -> None:
    """Describe the script that the runs ran as a part of the workflow, if it is not the workflow itself.

    The packages that the runs had are those of the script, else of the workflow.

    Args:
        entities: those of the crate by `@id`: script and packages come in, the workflow is changed.
        runs: all of the crate.
        workflow: what they ran, described already.
        options: with the page of the software.
    """
    first = runs[0].facts.run
    name = script_name(first)
    program = entities[workflow.identifier]
    if any(rank.script for rank in first.ranks) and name != escape_text(workflow.name):
        url = common_url([run.facts for run in runs], options)
        identifier = url or workflow.part("script", name)
        url = url or url_in_crate(runs[0].facts, options, identifier)
        program["hasPart"] = {"@id": identifier}
        program, *others = software_entities(
            first, identifier, url, name, "The script that the workflow ran."
        )
        for one in (program, *others):
            entities.setdefault(str(one["@id"]), one)
    require_packages(entities, runs, program)


def require_packages(entities: dict[str, Entity], runs: Sequence[DescribedRun], program: Entity) -> None:
    """Add the packages that the runs had, and let a program require all of them."""
    packages = {str(one["@id"]): one for run in runs for one in package_entities(run.facts.run)}
    if packages:
        program["softwareRequirements"] = references(sorted(packages))
    for identifier, one in packages.items():
        entities.setdefault(identifier, one)


def _version(runs: Sequence[DescribedRun], workflow: MainWorkflow) -> str:
    """Return the commit that all runs were of, else the digest of the file, which is the same in all."""
    commits = {commit_of(run.facts.run) for run in runs}
    commit = commits.pop() if len(commits) == 1 else None
    return escape_text(commit) if commit else f"sha256:{workflow.files[0].member.sha256}"


def _logged(facts: RunFacts, workflow: MainWorkflow) -> int:
    """Return when the copy of the workflow was made, in ns since the epoch."""
    original = workflow.files[0].original
    times = (code.time for code in facts.run.source_code for file in code.files if file.path == original)
    return max(times, default=facts.run.start)
