"""Provenance Run Crate 0.5 and 0.6: the steps of a workflow's execution."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, as_list, references
from .process_run import ACTIONS, FAILED, STATUSES, TOOLS
from .shape import CREATIVE_WORKS, Expect, ShapeList, of, the_root
from .workflow import with_steps
from .workflow_run import PARAMETER

FAMILY = "provenance-run-crate"
VERSIONS = ("0.5", "0.6")
PERMALINK = "https://w3id.org/ro/wfrun/provenance/"
_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_WORKFLOW = of("ComputationalWorkflow")
_STEP = of("HowToStep")
_TOOLS = frozenset(TOOLS)
_ACTIONS = frozenset(ACTIONS)
_CONNECTION = frozenset({"ParameterConnection"})
_DIGITS = re.compile(r"\d")
_INTEGER = re.compile(r"[0-9]{1,9}")

SHAPES = ShapeList(FAMILY, "Provenance Run Crate", VERSIONS, section="Requirements")
_add = SHAPES.add


def workflow_tools(graph: CrateGraph) -> Iterable[Entity]:
    """Select the tools that are part of a workflow."""
    for entity in graph.of_types(*TOOLS):
        if any("ComputationalWorkflow" in one.types for one in graph.referrers("hasPart", entity.id)):
            yield entity


def tool_actions(graph: CrateGraph) -> Iterable[Entity]:
    """Select the actions that ran a tool of a workflow."""
    tools = {entity.id for entity in workflow_tools(graph)}
    for action in graph.of_types(*ACTIONS):
        if not tools.isdisjoint(references(action.get("instrument"))):
            yield action


def _usages(graph: CrateGraph) -> Iterable[Entity]:
    for entity in graph.of_types("PropertyValue"):
        if any(one.types & _ACTIONS for one in graph.referrers("resourceUsage", entity.id)):
            yield entity


def _build_files(graph: CrateGraph) -> Iterable[Entity]:
    for entity in graph.of_types("File"):
        if any(one.types & {"HowTo", "HowToStep"} for one in graph.referrers("buildInstructions", entity.id)):
            yield entity


_add(
    "root-conforms-to", _MUST, the_root,
    Expect("conformsTo", 1, types=CREATIVE_WORKS, pattern=re.compile("^https://w3id.org/ro/wfrun/provenance/"),
           some=True),
    "The root conforms to the profile, described as a CreativeWork.",
    f'refer to {PERMALINK}{{version}} and describe it, typed "CreativeWork"',
)  # fmt: skip
_add(
    "workflow-tools", _MUST, _WORKFLOW, Expect("hasPart", 1, types=_TOOLS),
    "A workflow refers by hasPart to the tools that it orchestrates.",
    "describe them and add them to hasPart",
)  # fmt: skip
_add(
    "workflow-connection", _MUST, _WORKFLOW, Expect("connection", types=_CONNECTION),
    "A connection of a workflow is a ParameterConnection.", "describe it as a ParameterConnection",
)  # fmt: skip
_add(
    "workflow-how-to", _MUST, with_steps, Expect("@type", 1, among=frozenset({"HowTo"}),
           some=True),
    "A workflow with steps is a HowTo.", "add HowTo to its @type",
)  # fmt: skip
_add(
    "tool-parameters", _MUST, workflow_tools, Expect(("input", "output"), types=PARAMETER),
    "Inputs and outputs of a tool are FormalParameter entities.", "describe each as a FormalParameter",
)  # fmt: skip
_add(
    "tool-run", _MUST, workflow_tools, Expect("instrument", 1, inverse=True),
    "Every tool of a workflow is the instrument of an action.", "add the action that ran it",
)  # fmt: skip
_add(
    "tool-run-action", _MUST, workflow_tools, Expect("instrument", types=_ACTIONS, inverse=True),
    "What has a tool as instrument is a CreateAction, ActivateAction or UpdateAction.", "correct its type",
)  # fmt: skip
_add(
    "step-of-workflow", _MUST, _STEP,
    Expect("step", 1, types=frozenset({"ComputationalWorkflow"}), inverse=True),
    "Every HowToStep is the step of a workflow.", "add it to step of the workflow",
)  # fmt: skip
_add(
    "step-tool", _MUST, _STEP, Expect("workExample", 1, types=_TOOLS),
    "A HowToStep refers to its tool by workExample.", "add workExample",
)  # fmt: skip
_add(
    "step-position", _MUST, _STEP, Expect("position", literal=True, pattern=_DIGITS),
    "The position of a HowToStep is an integer, or text that is one.", "write a number",
)  # fmt: skip
_add(
    "step-connection", _MUST, _STEP, Expect("connection", types=_CONNECTION),
    "A connection of a HowToStep is a ParameterConnection.", "describe it as a ParameterConnection",
)  # fmt: skip
_add(
    "action-resource-usage", _MUST, tool_actions,
    Expect("resourceUsage", types=frozenset({"PropertyValue"})),
    "The resourceUsage of an action consists of PropertyValue entities.", "describe each as a PropertyValue",
)  # fmt: skip
_add(
    "control-action-step", _MUST, of("ControlAction"),
    Expect("instrument", 1, types=frozenset({"HowToStep"})),
    "The instrument of a ControlAction is a HowToStep.", "refer to the step",
)  # fmt: skip
_add(
    "control-action-object", _MUST, of("ControlAction"), Expect("object", 1, types=_ACTIONS),
    "The object of a ControlAction is the action that ran the tool.", "refer to the action",
)  # fmt: skip
_add(
    "organize-action-engine", _MUST, of("OrganizeAction"), Expect("instrument", 1, types=_TOOLS),
    "The instrument of an OrganizeAction is the workflow engine.",
    "describe the engine as a SoftwareApplication",
)  # fmt: skip
_add(
    "organize-action-result", _MUST, of("OrganizeAction"), Expect("result", 1, types=_ACTIONS),
    "The result of an OrganizeAction is the action of the workflow's run.", "refer to the action",
)  # fmt: skip
ORGANIZED = SHAPES.rule(
    "organize-action-object", _MUST,
    "The objects of an OrganizeAction are ControlAction entities, and files that configure the engine.",
    "refer to the ControlAction of each step", section="Requirements; Engine configuration files",
)  # fmt: skip
_add(
    "connection-source", _MUST, of("ParameterConnection"), Expect("sourceParameter", 1, types=PARAMETER),
    "A ParameterConnection has a sourceParameter, a FormalParameter.", "refer to the parameter",
)  # fmt: skip
_add(
    "connection-target", _MUST, of("ParameterConnection"), Expect("targetParameter", 1, types=PARAMETER),
    "A ParameterConnection has a targetParameter, a FormalParameter.", "refer to the parameter",
)  # fmt: skip
_add(
    "usage-property", _MUST, _usages, Expect("propertyID", 1),
    "A PropertyValue of resourceUsage has a propertyID.", "add propertyID, a URI that says what was used",
)  # fmt: skip
_add(
    "workflow-step", _SHOULD, _WORKFLOW, Expect("step", 1, types=frozenset({"HowToStep"})),
    "A workflow refers to its steps, HowToStep entities.", "describe them and add them to step",
)  # fmt: skip
_add(
    "tool-environment", _SHOULD, workflow_tools, Expect("environment", types=PARAMETER),
    "The environment of a tool consists of FormalParameter entities.", "describe each as a FormalParameter",
)  # fmt: skip
_add(
    "root-conforms-to-all", _SHOULD, the_root,
    Expect("conformsTo", 3, types=CREATIVE_WORKS, some=True,
           pattern=re.compile("^https://w3id.org/(ro/wfrun/process|ro/wfrun/workflow|workflowhub/workflow-ro-crate)/")),
    "The root conforms to Process Run Crate, Workflow Run Crate and Workflow RO-Crate as well.",
    "add all three to conformsTo of the root",
)  # fmt: skip
_add(
    "control-action-status", _SHOULD, of("ControlAction", "OrganizeAction"),
    Expect("actionStatus", literal=True, among=STATUSES),
    "actionStatus says as text that the action is completed or has failed.",
    'write "http://schema.org/CompletedActionStatus"',
)  # fmt: skip
CONTROL_ERROR = SHAPES.rule(
    "control-action-error", _SHOULD, "Only a failed ControlAction or OrganizeAction has an error.",
    f'write "actionStatus": "{FAILED}"',
)  # fmt: skip
_add(
    "connection-used", _SHOULD, of("ParameterConnection"), Expect("connection", 1, inverse=True),
    "A ParameterConnection is the connection of a workflow or a step.", "refer to it by connection",
)  # fmt: skip
CONNECTION_STEP = SHAPES.rule(
    "connection-of-step", _SHOULD, "The connection to an input of a tool belongs to the step of that tool.",
    "add it to connection of the HowToStep",
)  # fmt: skip
CONNECTION_WORKFLOW = SHAPES.rule(
    "connection-of-workflow", _SHOULD, "The connection to an output of a workflow belongs to the workflow.",
    "add it to connection of the workflow",
)  # fmt: skip
_add(
    "build-file-format", _SHOULD, _build_files, Expect("encodingFormat", 1),
    "A file of buildInstructions has an encodingFormat.", "add encodingFormat",
)  # fmt: skip
_add(
    "build-file-conforms-to", _SHOULD, _build_files, Expect("conformsTo", 1),
    "A file of buildInstructions conforms to the format of its build system.", "add conformsTo",
)  # fmt: skip
_add(
    "usage-property-url", _SHOULD, _usages, Expect("propertyID", pattern=re.compile("^https?://")),
    "The propertyID of a resourceUsage is a URL.", "write the URL of a page on the quantity",
    section="Representing resource usage",
)  # fmt: skip
STEP_ORDER = SHAPES.rule(
    "step-order", _MUST,
    "A step that needs the outputs of another has a greater position.", "number the steps in their order",
)  # fmt: skip
_add(
    "usage-unit", _SHOULD, _usages, Expect("unitCode", 1),
    "A PropertyValue of resourceUsage has a unitCode.", "add unitCode, such as a QUDT unit",
)  # fmt: skip


def check_provenance_run(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Provenance Run Crate."""
    yield from SHAPES.check(graph, version)
    for action in graph.of_types("ControlAction", "OrganizeAction"):
        if action.has("error") and action.get("actionStatus") != FAILED:
            message = f"{shorten(action.id)} has an error and did not fail"
            yield from CONTROL_ERROR.finding(version, message, action.place("error"))
    for action in graph.of_types("OrganizeAction"):
        objects = as_list(action.get("object"))
        described = [graph.by_id.get(name) for name in references(objects)]
        steps = sum(one is not None and "ControlAction" in one.types for one in described)
        if not steps or steps + sum(map(_is_configuration, described)) < len(objects):
            message = f"{shorten(action.id)} organizes what is no ControlAction"
            yield from ORGANIZED.finding(version, message, action.place("object"))
    for connection in graph.of_types("ParameterConnection"):
        yield from _connection(graph, version, connection)
        yield from _order(graph, version, connection)


def _is_configuration(entity: Entity | None) -> bool:
    return entity is not None and "File" in entity.types and not entity.types & _TOOLS


def _connection(graph: CrateGraph, version: str, connection: Entity) -> Iterator[Finding]:
    holders = graph.referrers("connection", connection.id)
    name = shorten(connection.id)
    for target in graph.referenced(connection, "targetParameter"):
        for tool in graph.referrers("input", target.id):
            for step in graph.referrers("workExample", tool.id):
                if "HowToStep" in step.types and step not in holders:
                    message = f"{name} is no connection of {shorten(step.id)}"
                    yield from CONNECTION_STEP.finding(version, message, connection.place())
        for workflow in graph.referrers("output", target.id):
            if workflow not in holders:
                message = f"{name} is no connection of {shorten(workflow.id)}"
                yield from CONNECTION_WORKFLOW.finding(version, message, connection.place())


def _order(graph: CrateGraph, version: str, connection: Entity) -> Iterator[Finding]:
    """Yield a connection from a step to another that is not behind it by position."""
    sources = _steps(graph, connection, "sourceParameter", "output")
    for target in _steps(graph, connection, "targetParameter", "input"):
        if target not in graph.referrers("connection", connection.id):
            continue  # two steps may use one tool: the connection belongs to the step that has it
        for source in sources:
            first, second = _position(source), _position(target)
            is_only_source = all(one is source for one in sources)
            if first is not None and second is not None and second <= first and is_only_source:
                message = (
                    f"{shorten(target.id)} has position {second} and needs {shorten(source.id)}, "
                    f"which has {first}"
                )
                yield from STEP_ORDER.finding(version, message, target.place("position"))


def _steps(graph: CrateGraph, connection: Entity, end: str, side: str) -> list[Entity]:
    parameters = graph.referenced(connection, end)
    tools = [tool for one in parameters for tool in graph.referrers(side, one.id)]
    steps = [step for tool in tools for step in graph.referrers("workExample", tool.id)]
    return [step for step in steps if "HowToStep" in step.types]


def _position(step: Entity) -> int | None:
    value = step.get("position")
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
