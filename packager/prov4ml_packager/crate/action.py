"""A run as the `CreateAction` of Process Run Crate.

Source: Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5), "Requirements".
"""

from collections.abc import Collection

from ..wording import command_line, error_text, iso_time, run_title, script_name
from .entities import Entity, references
from .facts import RunFacts
from .file_entities import sides
from .values import RunValues

STATUS = {
    "finished": "http://schema.org/CompletedActionStatus",
    "failed": "http://schema.org/FailedActionStatus",
    "unfinished": "http://schema.org/FailedActionStatus",
}


def run_entities(
    facts: RunFacts, agent: str | None, values: RunValues, instrument: str, apart: Collection[str] = ()
) -> list[Entity]:
    """Return the action of a run, which comes first, and the values that it refers to.

    `object` has the inputs, the source code and the parameters, `result` the products, the outputs, the last
    value of each metric series and the registered final metrics.

    Args:
        facts: the run.
        agent: the `@id` of who ran it.
        values: its parameters, metrics and datasets.
        instrument: the `@id` of what ran.
        apart: the `@id`s of files that it neither took in nor made.
    """
    run = facts.run
    objects, results = ([one for one in side if one not in apart] for side in sides(facts))
    action: Entity = {
        "@id": facts.action_id,
        "@type": "CreateAction",
        "name": run_title(run),
        "description": _description(facts),
        "instrument": {"@id": instrument},
        "object": references(objects + [str(one["@id"]) for one in values.consumed]),
        "result": references(results + [str(one["@id"]) for one in values.made]),
        "startTime": iso_time(run.start),
        "endTime": iso_time(run.end),
        "actionStatus": STATUS[run.status],
        "resourceUsage": references([str(one["@id"]) for one in values.usage]),
    }
    if (error := error_text(run)) is not None:
        action["error"] = error
    if agent is not None:
        action["agent"] = {"@id": agent}
    return [action, *values.consumed, *values.made, *values.usage]


def _description(facts: RunFacts) -> str:
    run = facts.run
    ranks = f" on {len(run.ranks)} ranks" if len(run.ranks) > 1 else ""
    command = command_line(run)
    return f"Run of {script_name(run)}{ranks}, {run.status}." + (f" Command: {command}" if command else "")
