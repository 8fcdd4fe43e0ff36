"""Workflow Run Crate 0.5 and 0.6: the execution of a workflow, with its inputs and outputs."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, references
from .process_run import ACTIONS
from .shape import CREATIVE_WORKS, Expect, Selector, ShapeList, of, the_root

FAMILY = "workflow-run-crate"
VERSIONS = ("0.5", "0.6")
PERMALINK = "https://w3id.org/ro/wfrun/workflow/"
_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
PARAMETER = frozenset({"FormalParameter"})
_DATA = frozenset({"File", "Dataset", "Collection", "PropertyValue"})
_WORKFLOW = of("ComputationalWorkflow")
_PARAMETERS = of("FormalParameter")
_VALUE_TYPES = frozenset(
    [
        "PropertyValue",
        "DataType",
        "DateTime",
        "Number",
        "Float",
        "Integer",
        "Text",
        "Date",
        "Boolean",
        "Time",
        "URL",
    ]
)

SHAPES = ShapeList(FAMILY, "Workflow Run Crate", VERSIONS, section="Requirements")
_add = SHAPES.add

_add(
    "root-conforms-to", _MUST, the_root,
    Expect("conformsTo", 1, types=CREATIVE_WORKS, pattern=re.compile("^https://w3id.org/ro/wfrun/workflow/"),
           some=True),
    "The root conforms to the profile, described as a CreativeWork.",
    f'refer to {PERMALINK}{{version}} and describe it, typed "CreativeWork"',
)  # fmt: skip
_add(
    "workflow-parameters", _MUST, _WORKFLOW, Expect(("input", "output"), types=PARAMETER),
    "Inputs and outputs of a workflow are FormalParameter entities.", "describe each as a FormalParameter",
)  # fmt: skip
_add(
    "parameter-additional-type", _MUST, _PARAMETERS, Expect("additionalType", 1),
    "A FormalParameter has an additionalType.", "write the type of what fills it, such as File",
)  # fmt: skip
_add(
    "parameter-work-example", _MUST, _PARAMETERS, Expect("workExample", types=_DATA),
    "The workExample of a FormalParameter is a file, dataset, collection or PropertyValue.",
    "refer to what filled it",
)  # fmt: skip
RUN = SHAPES.rule(
    "workflow-run", _MUST, "The main workflow is the instrument of an action.",
    "add a CreateAction with it as instrument",
)  # fmt: skip
_add(
    "workflow-environment", _SHOULD, _WORKFLOW, Expect("environment", types=PARAMETER),
    "The environment of a workflow consists of FormalParameter entities.",
    "describe each as a FormalParameter",
)  # fmt: skip
_add(
    "root-conforms-to-all", _SHOULD, the_root,
    Expect("conformsTo", 2, types=CREATIVE_WORKS, some=True,
           pattern=re.compile("^https://w3id.org/(ro/wfrun/process|workflowhub/workflow-ro-crate)/")),
    "The root conforms to Process Run Crate and Workflow RO-Crate as well.",
    "add both to conformsTo of the root",
)  # fmt: skip
PARAMETER_EXAMPLE = SHAPES.rule(
    "parameter-example-of-work", _SHOULD, "A FormalParameter is the exampleOfWork of what filled it.",
    "add exampleOfWork to the file or value",
)  # fmt: skip
_add(
    "parameter-name", _SHOULD, _PARAMETERS, Expect("name", 1),
    "A FormalParameter has a name.", "add the name that the workflow gives it",
)  # fmt: skip
ENVIRONMENT_EXAMPLE = SHAPES.rule(
    "environment-example-of-work", _SHOULD,
    "A FormalParameter of an environment is the exampleOfWork of a PropertyValue.",
    "add exampleOfWork to the PropertyValue",
)  # fmt: skip


SLOT = SHAPES.rule(
    "action-slots", _SHOULD,
    "What an action consumes realizes an input of its workflow, what it makes an output, or no parameter.",
    "correct exampleOfWork, or take it away", section="Overview",
)  # fmt: skip


def _filled_by(kind: str) -> Selector:
    def select(graph: CrateGraph) -> Iterable[Entity]:
        for entity in graph.of_types("FormalParameter"):
            if any(kind in one.types for one in graph.referrers("exampleOfWork", entity.id)):
                yield entity

    return select


for _kind, _allowed in (
    ("Collection", frozenset({"Collection"})),
    ("Dataset", frozenset({"Dataset"})),
    ("File", frozenset({"File", "MediaObject"})),
    ("PropertyValue", _VALUE_TYPES),
):
    _add(
        f"parameter-type-{_kind.lower()}", _SHOULD, _filled_by(_kind),
        Expect("additionalType", 1, among=_allowed,
           some=True),
        f"The additionalType of a FormalParameter that a {_kind} fills says so.",
        f"write {' or '.join(sorted(_allowed))}",
    )  # fmt: skip


def check_workflow_run(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Workflow Run Crate."""
    yield from SHAPES.check(graph, version)
    root = graph.root
    if root is not None:
        workflows = list(graph.referenced(root, "mainEntity"))
        users = [user for one in workflows for user in graph.referrers("instrument", one.id)]
        if not any(user.types & set(ACTIONS) for user in users):
            yield from RUN.finding(
                version, "no action has the main workflow as instrument", root.place("mainEntity")
            )
    for entity in graph.of_types("FormalParameter"):
        yield from _examples(graph, version, entity)
    for action in graph.of_types(*ACTIONS):
        yield from _slots(graph, version, action)


def _examples(graph: CrateGraph, version: str, entity: Entity) -> Iterator[Finding]:
    examples = graph.referrers("exampleOfWork", entity.id)
    if not examples or not all(one.types & _DATA for one in examples):
        message = f"{shorten(entity.id)} is the exampleOfWork of no file and no value"
        yield from PARAMETER_EXAMPLE.finding(version, message, entity.place())
    users = graph.referrers("environment", entity.id)
    is_variable = any("ComputationalWorkflow" in one.types for one in users)
    if is_variable and not (examples and all("PropertyValue" in one.types for one in examples)):
        message = f"{shorten(entity.id)} is the exampleOfWork of no PropertyValue"
        yield from ENVIRONMENT_EXAMPLE.finding(version, message, entity.place())


def _slots(graph: CrateGraph, version: str, action: Entity) -> Iterator[Finding]:
    for workflow in graph.referenced(action, "instrument"):
        for key, side in (("object", "input"), ("result", "output")):
            slots = set(references(workflow.get(side)))
            if not slots:
                continue  # its parameters are not described
            for entity in graph.referenced(action, key):
                named = [one.id for one in graph.referenced(entity, "exampleOfWork") if one.types & PARAMETER]
                if named and slots.isdisjoint(named):
                    message = f"{shorten(entity.id)} realizes no {side} of {shorten(workflow.id)}"
                    yield from SLOT.finding(version, message, entity.place("exampleOfWork"))
