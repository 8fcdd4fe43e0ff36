"""What the profiles of workflows and of runs say MAY be there; see `optional`."""

from collections.abc import Iterable, Iterator

from ..report import Finding, Severity
from . import process_run, provenance_run, workflow, workflow_run
from .graph import CrateGraph, Entity, references
from .process_run import ACTIONS, FAILED
from .provenance_run import tool_actions, workflow_tools
from .shape import Expect, Selector, ShapeList, of
from .workflow import main_workflow
from .workflow_run import PARAMETER

_SOFTWARE = frozenset({"SoftwareApplication"})
_FILE = frozenset({"File"})


def with_status(status: str, select: Selector) -> Selector:
    """Select those of the actions whose actionStatus is the one, as text or as reference."""

    def chosen(graph: CrateGraph) -> Iterable[Entity]:
        for action in select(graph):
            value = action.get("actionStatus")
            if value == status or status in references(value):
                yield action

    return chosen


def _applications(graph: CrateGraph) -> Iterable[Entity]:
    """Select the applications that are no dependency of another."""
    for entity in graph.of_types("SoftwareApplication"):
        if not graph.referrers("softwareRequirements", entity.id):
            yield entity


def _how_to(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in graph.of_types("ComputationalWorkflow") if "HowTo" in one.types]


PROCESS = ShapeList(
    process_run.FAMILY, "Process Run Crate", process_run.VERSIONS, section="Requirements"
)  # fmt: skip
_may = PROCESS.may
_may(
    "action-start-time", of(*ACTIONS), Expect("startTime", 1), "An action may have a startTime."
)  # fmt: skip
_may(
    "action-object", of(*ACTIONS), Expect("object", 1), "An action may name by object what it consumed."
)  # fmt: skip
_may(
    "action-status", of(*ACTIONS), Expect("actionStatus", 1), "An action may have an actionStatus."
)  # fmt: skip
_may(
    "action-error", with_status(FAILED, of(*ACTIONS)), Expect("error", 1),
    "An action that failed may have an error.",
)  # fmt: skip
_may(
    "action-environment", of(*ACTIONS), Expect("environment", 1),
    "An action may name the environment variables that were set.",
    section="Representing environment variable settings",
)  # fmt: skip
_may(
    "action-container-image", of(*ACTIONS), Expect("containerImage", 1),
    "An action may name the container image that was used.", section="Representing container images",
)  # fmt: skip
for _name in ("tag", "sha256"):
    _may(
        f"container-image-{_name}", of("ContainerImage"), Expect(_name, 1),
        f"A ContainerImage may have its {_name}.", section="Representing container images",
    )  # fmt: skip
_may(
    "tool-requirements", _applications, Expect("softwareRequirements", 1, types=_SOFTWARE),
    "A SoftwareApplication may name its dependencies, each a SoftwareApplication.",
    section="Specifying software dependencies",
)  # fmt: skip

WORKFLOW_CRATE = ShapeList(
    workflow.FAMILY, "Workflow RO-Crate", workflow.VERSIONS, section="Concepts, Main Workflow Diagram"
)  # fmt: skip
_may = WORKFLOW_CRATE.may
_may(
    "main-workflow-image", main_workflow, Expect("image", 1, types=frozenset({"ImageObject"})),
    "The main workflow may have a diagram, by image.",
)  # fmt: skip
_may(
    "main-workflow-description", main_workflow,
    Expect("subjectOf", 1, types=frozenset({"SoftwareSourceCode"})),
    "The main workflow may have a description in CWL, by subjectOf.",
    section="Concepts, Main Workflow CWL Description",
)  # fmt: skip
_FOLDERS = {
    name: WORKFLOW_CRATE.rule(
        f"may-{rule}", Severity.MAY, f"The crate may have a folder {name}, described as a Dataset.",
        f"add {name}, or leave it: nothing asks for it", section="Concepts, Crate",
    )
    for name, rule in (("test/", "test-folder"), ("examples/", "examples-folder"))
}  # fmt: skip

WORKFLOW_RUN = ShapeList(
    workflow_run.FAMILY, "Workflow Run Crate", workflow_run.VERSIONS, section="Requirements"
)  # fmt: skip
_may = WORKFLOW_RUN.may
_WORKFLOW = of("ComputationalWorkflow")
for _name in ("input", "output"):
    _may(
        f"workflow-{_name}", _WORKFLOW, Expect(_name, 1), f"A workflow may name each {_name}, a parameter.",
        section="Overview",
    )  # fmt: skip
_may(
    "workflow-environment", _WORKFLOW, Expect("environment", 1),
    "A workflow may name the environment variables that it heeds.",
    section="Environment variables as formal parameters",
)  # fmt: skip
_may(
    "parameter-work-example", of(*PARAMETER), Expect("workExample", 1),
    "A parameter may name by workExample what filled it.",
)  # fmt: skip
_may(
    "parameter-description", of(*PARAMETER), Expect("description", 1), "A parameter may have a description."
)  # fmt: skip

PROVENANCE = ShapeList(
    provenance_run.FAMILY, "Provenance Run Crate", provenance_run.VERSIONS, section="Requirements"
)  # fmt: skip
_may = PROVENANCE.may
_STEP, _ORCHESTRATION = of("HowToStep"), of("ControlAction", "OrganizeAction")
for _kind, _who, _select in (
    ("workflow", "A workflow", _how_to),
    ("step", "A step", _STEP),
):
    _may(
        f"{_kind}-build-instructions", _select, Expect("buildInstructions", 1, types=_FILE),
        f"{_who} may name a file that says how to build its environment.", section="Tool runtime environment",
    )  # fmt: skip
for _kind, _who, _select in (("workflow", "A workflow", _WORKFLOW), ("step", "A step", _STEP)):
    _may(
        f"{_kind}-connection", _select, Expect("connection", 1),
        f"{_who} may say how its parameters are connected.", section="Representing parameter connections",
    )  # fmt: skip
for _name in ("input", "output"):
    _may(
        f"tool-{_name}", workflow_tools, Expect(_name, 1),
        f"A tool of a workflow may name each {_name}, as a parameter.",
    )  # fmt: skip
_may(
    "tool-environment", workflow_tools, Expect("environment", 1),
    "A tool of a workflow may name the environment variables that it heeds.",
)  # fmt: skip
for _name, _property in (("requirements", "softwareRequirements"), ("main-entity", "mainEntity")):
    _may(
        f"tool-{_name}", workflow_tools, Expect(_property, 1, types=_SOFTWARE),
        f"A tool of a workflow may name by {_property} what it wraps or needs, a SoftwareApplication.",
        section="Tool wrapper dependencies",
    )  # fmt: skip
_may("step-position", _STEP, Expect("position", 1), "A step may say where it is in the order.")
_may(
    "action-resource-usage", tool_actions, Expect("resourceUsage", 1),
    "An action may say what resources it used.", section="Representing resource usage",
)  # fmt: skip
_may(
    "control-action-status", _ORCHESTRATION, Expect("actionStatus", 1),
    "A ControlAction or OrganizeAction may have an actionStatus.",
)  # fmt: skip
_may(
    "control-action-error", with_status(FAILED, _ORCHESTRATION), Expect("error", 1),
    "A ControlAction or OrganizeAction that failed may have an error.",
)  # fmt: skip

PROFILE_SHAPES = {
    process_run.FAMILY: PROCESS,
    workflow.FAMILY: WORKFLOW_CRATE,
    workflow_run.FAMILY: WORKFLOW_RUN,
    provenance_run.FAMILY: PROVENANCE,
}
"""The shapes of what is optional, by family."""


def check_folders(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield which of the folders for tests and examples the crate does not describe."""
    for name, one in _FOLDERS.items():
        found = graph.by_id.get(name) or graph.by_id.get(f"./{name}")
        if graph.root is not None and (found is None or "Dataset" not in found.types):
            message = f"the graph has no Dataset {name}"
            yield from one.finding(version, message, (found or graph.root).place())
