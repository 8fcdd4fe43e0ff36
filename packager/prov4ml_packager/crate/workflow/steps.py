"""The contexts of runs as the steps of their workflow: a tool each, and an action for each time it ran.

Source: Provenance Run Crate 0.5 and 0.6, "Overview" and "Requirements".
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...context_steps import is_step_completed, steps_of
from ...record import ContextRecord, RunRecord
from ...text import escape_text
from ...wording import error_text, iso_time, run_title, script_name
from ..action import STATUS
from ..connections import context_usage, places
from ..entities import Entity, identifiers, language_entity, references
from ..options import CrateOptions
from ..software import common_url
from ..values import context_key
from .engine import engine_entity
from .main_workflow import MainWorkflow
from .slots import DescribedRun
from .workflow_run import require_packages

_COMPLETED, _FAILED = STATUS["finished"], STATUS["failed"]


@dataclass(frozen=True)
class _Tool:
    """What ran in a context, and the step of the workflow that it was; both by `@id`."""

    tool: str
    step: str


def describe_steps(
    entities: dict[str, Entity], runs: Sequence[DescribedRun], workflow: MainWorkflow, options: CrateOptions
) -> list[str]:
    """Describe every context of the runs as a step of the main workflow.

    Args:
        entities: those of the crate by `@id`: steps, tools and actions come in, the workflow is changed.
        runs: all of the crate, each with a context at least.
        workflow: what they ran, described already.
        options: with the page of the software.

    Returns:
        The `@id`s of the actions that the root has to mention.
    """
    main = entities[workflow.identifier]
    tools = _add_tools(entities, runs, workflow, options)
    main["@type"] = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    main["step"] = references([one.step for one in tools.values()])
    main["hasPart"] = references([one.tool for one in tools.values()])
    require_packages(entities, runs, main)
    mentioned: list[str] = []
    is_ordered = True
    for run in runs:
        controls = []
        used: set[str] = set()
        contexts = {context.name: context for context in run.facts.run.contexts}
        there = places(run.facts)
        for name in [name for name in tools if name in contexts]:
            context, sides = contexts[name], _sides(run, name, there)
            is_ordered &= used.isdisjoint(sides[1])  # else an earlier step needs what a later one made
            used.update(sides[0])
            _add_parameters(entities, tools[name].tool, sides)
            action, control, *usage = _actions(run, context, tools[name], sides)
            for entity in (action, control, *usage):
                entities[str(entity["@id"])] = entity
            controls.append(str(control["@id"]))
            mentioned.append(str(action["@id"]))
        engine = engine_entity(run.facts.run)
        if engine is None:
            mentioned += controls  # which nothing else refers to
            continue
        organize = _organize(run, controls, engine)
        entities.setdefault(str(engine["@id"]), engine)
        entities[str(organize["@id"])] = organize
        mentioned.append(str(organize["@id"]))
    if not is_ordered:  # a step that needs what another made must be behind it
        for tool in tools.values():
            del entities[tool.step]["position"]
    return mentioned


def _order(runs: Sequence[DescribedRun]) -> list[str]:
    """Return the names of all contexts, by how long after the start of a run they first began."""
    began: dict[str, tuple[int, int]] = {}
    for run in runs:
        record = run.facts.run
        for context in steps_of(record):
            when = (context.start - record.start, context.end - record.start)
            began[context.name] = min(when, began.get(context.name, when))
    return sorted(began, key=lambda name: began[name])


def _add_tools(
    entities: dict[str, Entity], runs: Sequence[DescribedRun], workflow: MainWorkflow, options: CrateOptions
) -> Mapping[str, _Tool]:
    """Add a tool and a step for each context, and return them by its name, in the order of the steps."""
    url = common_url([run.facts for run in runs], options)
    first = runs[0].facts.run
    program = script_name(first) if any(rank.script for rank in first.ranks) else escape_text(workflow.name)
    language = language_entity(first)
    if language is not None:
        entities.setdefault(str(language["@id"]), language)
    tools: dict[str, _Tool] = {}
    for position, name in enumerate(_order(runs), start=1):
        key, title = context_key(name), escape_text(name)
        page = f"{url.partition('#')[0]}#{key}" if url is not None else None
        identifier = page or workflow.part("tool", key)
        tool: Entity = {
            "@id": identifier,
            "@type": "SoftwareApplication",
            "name": f"{program}: {title}",
            "description": escape_text(f"What {program} does in the context {name!r}."),
            "version": entities[workflow.identifier]["version"],
        }
        if url is not None or options.spec != "1.1":  # from 1.2 on software MUST have a url
            tool["url"] = url or workflow.identifier
        if language is not None:
            tool["programmingLanguage"] = {"@id": language["@id"]}
        step: Entity = {
            "@id": workflow.part("step", key),
            "@type": "HowToStep",
            "name": title,
            "description": escape_text(f"Step of the workflow: the context {name!r}."),
            "position": position,
            "workExample": {"@id": identifier},
        }
        for entity in (tool, step):
            entities[str(entity["@id"])] = entity
        tools[name] = _Tool(identifier, str(step["@id"]))
    return tools


def _add_parameters(entities: dict[str, Entity], tool: str, sides: tuple[list[str], list[str]]) -> None:
    """Let a tool take and make the parameters of the workflow that were filled in its context."""
    for key, filled in zip(("input", "output"), sides, strict=True):
        slots = [slot for one in filled for slot in identifiers(entities[one].get("exampleOfWork"))]
        mine = [slot for slot in slots if slot.startswith(f"#workflow/{key}/")]
        if mine:
            known = identifiers(entities[tool].get(key))
            entities[tool][key] = references(list(dict.fromkeys([*known, *mine])))


def _actions(
    run: DescribedRun, context: ContextRecord, tool: _Tool, sides: tuple[list[str], list[str]]
) -> list[Entity]:
    """Return the action of a tool, the one that controlled it, and the resources that the tool used."""
    record = run.facts.run
    objects, results = sides
    usage = context_usage(run.facts, context)
    title, of = escape_text(context.name), run_title(record)
    is_completed = is_step_completed(record, context)
    ending: Entity = {
        "startTime": iso_time(context.start),
        "endTime": iso_time(context.end),
        "actionStatus": _COMPLETED if is_completed else _FAILED,
    }
    error = error_text(record)
    if not is_completed and error is not None:
        ending["error"] = error
    action: Entity = {
        "@id": _identifier(record, "tool", context.name),
        # A run that logged no result is an ActivateAction: Process Run Crate 0.5, "Requirements".
        "@type": "CreateAction" if results else "ActivateAction",
        "name": f"{title} of {of}",
        "description": escape_text(
            f"The context {context.name!r} of {of}, from the first thing logged in it to the last."
        ),
        "instrument": {"@id": tool.tool},
        "object": references(objects),
        "resourceUsage": references([str(one["@id"]) for one in usage]),
        **ending,
    }
    if results:
        action["result"] = references(results)
    if run.agent is not None:
        action["agent"] = {"@id": run.agent}
    control: Entity = {
        "@id": _identifier(record, "control", context.name),
        "@type": "ControlAction",
        "name": f"Step {title} of {of}",
        "instrument": {"@id": tool.step},
        "object": {"@id": action["@id"]},
        **ending,
    }
    return [action, control, *usage]


def _sides(run: DescribedRun, context: str, there: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the `@id`s of what was taken in a context, and of what was made in it."""
    record, values = run.facts.run, run.values
    taken = [one.file for one in record.datasets if one.context == context and one.file is not None]
    taken += [one.file for one in record.artifacts if one.context == context and one.is_input]
    made = [one.file for one in record.artifacts if one.context == context and not one.is_input]
    made += [one.file for one in record.model_versions if one.context == context]
    objects, results = (
        list(dict.fromkeys(there[path] for path in (file.path for file in side) if path and path in there))
        for side in (taken, made)
    )

    def here(side: Sequence[Entity]) -> list[str]:
        return [str(one["@id"]) for one in side if values.contexts.get(str(one["@id"])) == context]

    return objects + here(values.consumed), results + here(values.made)


def _organize(run: DescribedRun, controls: list[str], engine: Entity) -> Entity:
    record = run.facts.run
    action: Entity = {
        "@id": _identifier(record, "organize"),
        "@type": "OrganizeAction",
        "name": f"Run of {engine['name']} for {run_title(record)}",
        "instrument": {"@id": engine["@id"]},
        "object": references(controls),
        "result": {"@id": run.facts.action_id},
        "startTime": iso_time(record.start),
        "endTime": iso_time(record.end),
        "actionStatus": STATUS[record.status],
    }
    if (error := error_text(record)) is not None:
        action["error"] = error
    if run.agent is not None:
        action["agent"] = {"@id": run.agent}
    return action


def _identifier(run: RunRecord, kind: str, context: str | None = None) -> str:
    """Return the `@id` of an action, always the same one for the same context of the same run."""
    name = f"urn:uuid:{run.uuid}/{kind}/{context_key(context)}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
