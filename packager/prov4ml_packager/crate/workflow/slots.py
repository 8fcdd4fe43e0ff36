"""The inputs and outputs of the main workflow as formal parameters, and what filled them.

Source: Workflow Run Crate 0.5 and 0.6, "Overview" and "Requirements".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prov4ml.rundir import safe_name

from ...text import escape_text
from ..connections import places
from ..entities import Entity, references
from ..facts import RunFacts
from ..options import Spec
from ..values import RunValues, Side, Slot
from .main_workflow import MainWorkflow

_KINDS = {
    "artifact": "File",
    "dataset": "Dataset",
    "final": "Final metric",
    "metric": "Last value of a metric",
    "model": "Model",
    "parameter": "Parameter",
    "port": "Numbered value or file",
}


@dataclass(frozen=True)
class DescribedRun:
    """A run of which everything but its workflow is in the graph: its values, and the `@id` of its agent."""

    facts: RunFacts
    values: RunValues
    agent: str | None


@dataclass
class _Filled:
    """A slot with the types of all that filled it, and what did so in the first run that has it."""

    slot: Slot
    context: str | None
    run: int
    types: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)


def fill_slots(
    entities: dict[str, Entity], runs: Sequence[DescribedRun], workflow: MainWorkflow, spec: Spec
) -> dict[Side, list[str]]:
    """Describe the parameters of the workflow, and let each value and file say which of them it realizes.

    Args:
        entities: those of the crate by `@id`; parameters come in, values and files are changed.
        runs: all of the crate.
        workflow: what they ran.
        spec: from 1.2 on, every entity has a type of schema.org.

    Returns:
        The `@id`s of the parameters of each side, in the order that they were met.
    """
    found: dict[str, _Filled] = {}
    for number, run in enumerate(runs):
        realized: dict[str, list[str]] = {}
        for identifier, slot, kind in (*_values(run.values), *_files(run.facts, entities)):
            parameter = workflow.part(slot.side, *slot.parts)
            context = run.values.contexts.get(identifier)
            filled = found.setdefault(parameter, _Filled(slot, context, number))
            filled.types.add(kind)
            if filled.run == number and identifier not in filled.examples:
                filled.examples.append(identifier)
            if parameter not in realized.setdefault(identifier, []):
                realized[identifier].append(parameter)
        for identifier, parameters in realized.items():
            entities[identifier]["exampleOfWork"] = references(parameters)
    sides: dict[Side, list[str]] = {"input": [], "output": []}
    for parameter, filled in found.items():
        entities[parameter] = _parameter(parameter, filled, spec)
        sides[filled.slot.side].append(parameter)
    return sides


def _parameter(identifier: str, filled: _Filled, spec: Spec) -> Entity:
    slot = filled.slot
    types = sorted(filled.types)
    where = f" in context {filled.context!r}" if filled.context is not None else ""
    verb = "takes" if slot.side == "input" else "makes"
    return {
        "@id": identifier,
        "@type": "FormalParameter" if spec == "1.1" else ["FormalParameter", "PropertyValueSpecification"],
        "name": escape_text(slot.name),
        "description": escape_text(f"{_KINDS[slot.parts[0]]}{where} that the workflow {verb}."),
        "additionalType": types[0] if len(types) == 1 else types,
        "workExample": references(filled.examples),
    }


def _values(values: RunValues) -> Iterator[tuple[str, Slot, str]]:
    for identifier, slot in values.slots.items():
        yield identifier, slot, values.data_types[identifier]


def _files(facts: RunFacts, entities: Mapping[str, Entity]) -> Iterator[tuple[str, Slot, str]]:
    """Yield each file that was given to the run or made by it, with what it fills.

    The versions of a model fill the same slot, and so do the files that were logged under one name.
    """
    there = places(facts)
    for path, slot in _file_slots(facts):
        if path in there:
            identifier = there[path]
            yield identifier, slot, "Dataset" if identifier.endswith("/") else "File"


def _file_slots(facts: RunFacts) -> Iterator[tuple[str | None, Slot]]:
    run = facts.run
    for dataset in run.datasets:
        if dataset.file is not None:
            parts = ("dataset", safe_name(dataset.label))
            yield dataset.file.path, Slot("input", parts, dataset.label)
    for model in run.models:
        if model.file is not None:
            yield model.file.path, Slot("output", ("model", safe_name(model.name)), model.name)
    for version in run.model_versions:
        yield version.file.path, Slot("output", ("model", safe_name(version.name)), version.name)
    for artifact in run.artifacts:
        side: Side = "input" if artifact.is_input else "output"
        kind = "model" if artifact.is_model else "artifact"
        yield artifact.file.path, Slot(side, (kind, safe_name(artifact.name)), artifact.name)
    for port in run.ports:
        if port.file is not None:
            title = f"{port.direction} {port.number}"
            yield port.file.path, Slot(port.direction, ("port", str(port.number)), title)
