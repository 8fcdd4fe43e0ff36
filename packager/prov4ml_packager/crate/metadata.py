"""The metadata graph of a crate, as RO-Crate 1.1, 1.2 or 1.3 wants it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ..file_roles import file_roles
from ..text import escape_text
from ..wording import iso_time, run_title
from .action import run_entities
from .archive.members import MANIFEST, METADATA, README, Member
from .connections import connect_models, connect_stores, usage_entities
from .entities import Entity, doi_url, language_entity, put, references
from .experiment import Experiment, comparison_entities, experiment_description, experiment_name
from .facts import RunFacts
from .file_entities import described_files, directory_entity, file_entity
from .imports import import_entities
from .licences import licence_entity
from .manifest import manifest_entity
from .options import RUN_TERMS, CrateOptions
from .payload import PayloadFile
from .people import add_people, contact_id, identifier_entity, local_id, organization_id
from .profile import CrateProfile, descriptor_profiles, profile_entities
from .readme import readme_entity
from .software import instrument_entities
from .values import run_values
from .workflow.main_workflow import MainWorkflow
from .workflow.slots import DescribedRun
from .workflow.steps import describe_steps
from .workflow.workflow_run import WorkflowPeople, describe_script, describe_workflow, files_apart


def metadata_document(
    runs: Sequence[RunFacts],
    options: CrateOptions,
    profile: CrateProfile | None,
    readme: Member | None,
    experiment: Experiment | None,
) -> dict[str, Any]:
    """Return the content of `ro-crate-metadata.json`: descriptor, root, then all others sorted by `@id`.

    Nothing in it depends on when or where it is made: `datePublished` is the end of the last run. It lacks
    size and digest of the manifest, which are known only when all other members are.

    Args:
        runs: what is known of each run.
        options: versions, people and licence.
        profile: what the crate conforms to.
        readme: its README.md, if it has one.
        experiment: the comparison of several runs.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=options.spec)
    crate.metadata.extra_contexts.append(RUN_TERMS)
    entities: dict[str, Entity] = {}
    agents = add_people(entities, options)
    parts: list[str] = []
    described: list[DescribedRun] = []
    workflow = profile.workflow if profile is not None else None
    for facts in runs:
        added, run = _add_run(entities, facts, options, agents[0] if agents else None, workflow)
        parts += added
        described.append(run)
    if experiment is not None:
        for entity in comparison_entities(experiment, runs):
            entities[str(entity["@id"])] = entity
        parts += [member.path for member in experiment.members]
    entities[MANIFEST] = manifest_entity(None)
    if readme is not None:
        entities[README] = readme_entity(readme)
    root = _root(runs, options, agents, [*parts, *([README] if readme is not None else []), MANIFEST])
    profiles = profile_entities(profile, options.spec)
    for entity in profiles:
        put(entities, entity)
    if profiles:
        root["conformsTo"] = references([str(one["@id"]) for one in profiles])
    licence = licence_entity(options.license)
    put(entities, dict(licence))
    root["license"] = {"@id": licence["@id"]}
    if profile is not None and workflow is not None:
        publisher = organization_id(options.publisher) if options.publisher is not None else None
        people = WorkflowPeople(agents, publisher, licence["@id"])
        root |= _add_workflow(entities, described, workflow, options, people, profile.name == "provenance")
    for name, value in root.items():
        crate.root_dataset[name] = value
    document: dict[str, Any] = crate.metadata.generate()
    descriptor = next(one for one in document["@graph"] if one["@id"] == METADATA)
    if more := descriptor_profiles(profile, options.spec):
        descriptor["conformsTo"] = [descriptor["conformsTo"], *({"@id": one} for one in more)]
    # Not through `crate.add`, which resolves every `@id` anew: that takes longer than packing a small file.
    document["@graph"] += [entities[identifier] for identifier in sorted(entities)]
    return document


def _add_workflow(
    entities: dict[str, Entity],
    described: Sequence[DescribedRun],
    workflow: MainWorkflow,
    options: CrateOptions,
    people: WorkflowPeople,
    with_steps: bool,
) -> Entity:
    """Describe the workflow, and its steps, else the script that it ran; return what the root says of it."""
    describe_workflow(entities, described, workflow, options, people)
    main: Entity = {"mainEntity": {"@id": workflow.identifier}}
    if with_steps:
        steps = describe_steps(entities, described, workflow, options)
        main["mentions"] = references([*(run.facts.action_id for run in described), *steps])
    else:
        describe_script(entities, described, workflow, options)
    return main


def crate_title(runs: Sequence[RunFacts], options: CrateOptions) -> str:
    """Return the title from the options, else one made from the runs."""
    return options.name or experiment_name([facts.run for facts in runs])


def _root(runs: Sequence[RunFacts], options: CrateOptions, agents: list[str], parts: list[str]) -> Entity:
    last = max(facts.run.end for facts in runs)
    description = options.description or experiment_description([facts.run for facts in runs])
    root: Entity = {
        "name": escape_text(crate_title(runs, options)),
        "description": escape_text(description),
        "datePublished": iso_time(last),
        "hasPart": references(parts),
        "mentions": references([facts.action_id for facts in runs]),
    }
    origins = [str(one["@id"]) for facts in runs for one in import_entities(facts)]
    if origins:
        root["isBasedOn"] = references(origins)
    if options.authors:
        root["author"] = references(agents)
    if options.publisher is not None:
        root["publisher"] = {"@id": organization_id(options.publisher)}
    if options.funders:
        root["funder"] = references([organization_id(funder) for funder in options.funders])
    if options.citations:
        root["citation"] = references([doi_url(citation) for citation in options.citations])
    if options.identifier is not None:
        entity = identifier_entity(options.identifier, options)
        url = doi_url(options.identifier)
        root["identifier"] = url if options.spec == "1.1" else {"@id": entity["@id"]}
    if options.contact is not None:
        root["contactPoint"] = {"@id": contact_id(options.contact)}
    if options.keywords:
        words = [escape_text(word) for word in options.keywords]
        root["keywords"] = words[0] if len(words) == 1 else words
    return root


def _add_run(
    entities: dict[str, Entity],
    facts: RunFacts,
    options: CrateOptions,
    agent: str | None,
    workflow: MainWorkflow | None,
) -> tuple[list[str], DescribedRun]:
    """Add all of a run; return what the root's `hasPart` gets of it, and what is known of it now."""
    if agent is None and facts.run.ranks and facts.run.ranks[0].user:
        agent = local_id("person", facts.run.ranks[0].user)
        entities[agent] = {"@id": agent, "@type": "Person", "name": escape_text(facts.run.ranks[0].user)}
    roles = file_roles(facts.run)
    language = language_entity(facts.run)
    parts: list[str] = []
    inner: list[PayloadFile] = []
    for directory in facts.payload.directories:
        entity = directory_entity(directory, roles.get(directory.original.rstrip("/")), options.spec)
        put(entities, entity)
        parts.append(str(entity["@id"]))
        inner += described_files(directory, options.spec)
    for file in facts.payload.files:
        entity = file_entity(file, roles.get(file.original), options.spec, language)
        put(entities, entity)
        parts.append(str(entity["@id"]))
    for file in inner:
        put(entities, file_entity(file, roles.get(file.original), options.spec, language))
    values = run_values(facts, usage_entities(facts))
    instrument = instrument_entities(facts, options) if workflow is None else []
    if workflow is None:
        _tell_apart(entities, instrument[0])
    what_ran = str(instrument[0]["@id"]) if workflow is None else workflow.identifier
    apart = files_apart(facts, workflow) if workflow is not None else ()
    action = run_entities(facts, agent, values, what_ran, apart)
    for entity in (*action, *instrument, *import_entities(facts)):
        put(entities, entity)
    connect_models(entities, facts, values)
    connect_stores(entities, facts, values)
    described = DescribedRun(facts, values, agent)
    if not facts.folder:
        return sorted(parts), described
    folder = quote(facts.folder)
    entities[folder] = {
        "@id": folder,
        "@type": "Dataset",
        "name": run_title(facts.run),
        "description": f"Everything of {run_title(facts.run)}, {facts.run.status}.",
        "dateCreated": iso_time(facts.run.end),
        "hasPart": references(sorted(parts)),
        "mentions": {"@id": facts.action_id},
    }
    return [folder], described


def _tell_apart(entities: dict[str, Entity], software: Entity) -> None:
    """Give software an `@id` of its own where another run's has the same one and is not the same."""
    base = str(software["@id"])
    between = "-" if "#" in base else "#"
    number = 1
    while (known := entities.get(str(software["@id"]))) is not None and known != software:
        if known["@type"] != software["@type"]:
            return
        number += 1
        software["@id"] = f"{base}{between}{number}"
