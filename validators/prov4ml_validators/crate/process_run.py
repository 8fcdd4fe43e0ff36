"""Process Run Crate 0.5 and 0.6: a crate that says which tools were run, on what, with which result."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, is_absolute
from .shape import CREATIVE_WORKS, ORGANIZATIONS, Expect, ShapeList, of, the_root

FAMILY = "process-run-crate"
VERSIONS = ("0.5", "0.6")
PERMALINK = "https://w3id.org/ro/wfrun/process/"
TOOLS = ("SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow")
ACTIONS = ("CreateAction", "ActivateAction", "UpdateAction")
STATUSES = frozenset(f"http://schema.org/{name}ActionStatus" for name in ("Completed", "Failed"))
FAILED = "http://schema.org/FailedActionStatus"

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_DATA = CREATIVE_WORKS | {"PropertyValue", "Collection", "SoftwareSourceCode"}
_IMAGES = frozenset(f"https://w3id.org/ro/terms/workflow-run#{name}" for name in ("DockerImage", "SIFImage"))
_IMAGE_NAMES = frozenset({"DockerImage", "SIFImage"})
# A day, or a time with its zone: a time without one means another moment for every reader.
_TIME = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?))?$")


def tools(graph: CrateGraph) -> Iterable[Entity]:
    """Select the applications, and those scripts and workflows that an action has as its instrument."""
    for entity in graph.of_types(*TOOLS):
        if "SoftwareApplication" in entity.types or graph.referrers("instrument", entity.id):
            yield entity


def _sources(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in tools(graph) if one.types & {"SoftwareSourceCode", "ComputationalWorkflow"}]


SHAPES = ShapeList(FAMILY, "Process Run Crate", VERSIONS, section="Requirements")
_add = SHAPES.add

_add(
    "root-conforms-to", _MUST, the_root,
    Expect("conformsTo", 1, types=CREATIVE_WORKS, pattern=re.compile("^https://w3id.org/ro/wfrun/process/"),
           some=True),
    "The root conforms to the profile, described as a CreativeWork.",
    f'refer to {PERMALINK}{{version}} and describe it, typed "CreativeWork"',
)  # fmt: skip
ACTION = SHAPES.rule(
    "action", _SHOULD, "The crate describes the execution of a tool.", "add a CreateAction"
)  # fmt: skip
_add(
    "action-instrument", _MUST, of(*ACTIONS), Expect("instrument", 1, types=frozenset(TOOLS)),
    "An action's instrument is the tool, described in the graph.",
    "refer to a SoftwareApplication, SoftwareSourceCode or ComputationalWorkflow",
)  # fmt: skip
_add(
    "action-name", _SHOULD, of(*ACTIONS), Expect("name", 1),
    "An action has a name.", "add a name",
)  # fmt: skip
_add(
    "action-description", _SHOULD, of(*ACTIONS), Expect("description", 1),
    "An action has a description.", "describe it, for example by its command line",
)  # fmt: skip
_add(
    "action-end-time", _SHOULD, of(*ACTIONS), Expect("endTime", 1, pattern=_TIME),
    "An action has an endTime, in ISO 8601 with a zone.", "write 2026-01-31T12:00:00+01:00",
)  # fmt: skip
_add(
    "action-start-time", _SHOULD, of(*ACTIONS), Expect("startTime", pattern=_TIME),
    "A startTime is in ISO 8601 with a zone.", "write 2026-01-31T12:00:00+01:00",
)  # fmt: skip
_add(
    "action-agent", _SHOULD, of(*ACTIONS), Expect("agent", 1, types=ORGANIZATIONS | {"Person"}),
    "The agent is a Person or an Organization of the graph.", "describe who ran it",
)  # fmt: skip
_add(
    "action-status", _SHOULD, of(*ACTIONS), Expect("actionStatus", literal=True, among=STATUSES),
    "actionStatus says as text that the action is completed or has failed.",
    'write "http://schema.org/CompletedActionStatus"',
)  # fmt: skip
ACTION_ERROR = SHAPES.rule(
    "action-error", _SHOULD, "Only a failed action has an error.",
    f'write "actionStatus": "{FAILED}"',
)  # fmt: skip
_add(
    "action-environment", _SHOULD, of(*ACTIONS), Expect("environment", types=frozenset({"PropertyValue"})),
    "The environment of an action consists of PropertyValue entities.",
    "describe each variable as a PropertyValue",
)  # fmt: skip
CONTAINER = SHAPES.rule(
    "action-container-image", _SHOULD, "The containerImage of an action is a ContainerImage or a URL.",
    "describe it, typed ContainerImage",
)  # fmt: skip
_add(
    "action-data", _SHOULD, of(*ACTIONS), Expect(("object", "result"), types=_DATA),
    "object and result are files, datasets, collections, or values.", "describe them so",
)  # fmt: skip
_add(
    "action-result", _SHOULD, of("CreateAction", "UpdateAction"), Expect("result", 1),
    "A CreateAction or UpdateAction has a result.", "add it, or write ActivateAction",
)  # fmt: skip
MENTIONED = SHAPES.rule(
    "action-mentioned", _SHOULD, "The root mentions every action.", "add it to mentions of the root"
)  # fmt: skip
_add(
    "tool-name", _SHOULD, tools, Expect("name", 1), "A tool has a name.", "add a name"
)  # fmt: skip
_add(
    "tool-url", _SHOULD, tools, Expect("url", 1), "A tool has a url.", "add its home page or repository"
)  # fmt: skip
_add(
    "tool-version", _SHOULD, of("SoftwareApplication"), Expect(("version", "softwareVersion"), 1),
    "A SoftwareApplication has version or softwareVersion.", "add the version that was run",
)  # fmt: skip
_add(
    "source-version", _SHOULD, _sources, Expect("version", 1),
    "Source code or a workflow has a version.", "add the version that was run",
)  # fmt: skip
TOOL_ONE_VERSION = SHAPES.rule(
    "tool-one-version", _SHOULD, "A SoftwareApplication has version or softwareVersion, not both.",
    "remove one"
)  # fmt: skip
TOOL_ID = SHAPES.rule(
    "tool-id", _SHOULD, "The @id of a tool is an absolute URI.", "use its home page or repository"
)  # fmt: skip


def _collections(graph: CrateGraph) -> Iterable[Entity]:
    for entity in graph.of_types("Collection"):
        users = [*graph.referrers("object", entity.id), *graph.referrers("result", entity.id)]
        if any(one.types & set(ACTIONS) for one in users):
            yield entity


COLLECTION_MENTIONED = SHAPES.rule(
    "collection-mentioned", _SHOULD, "The root mentions every Collection of an action.",
    "add it to mentions of the root",
)  # fmt: skip
_add(
    "collection-parts", _SHOULD, _collections, Expect("hasPart", 1),
    "A Collection of an action has parts.", "list its files by hasPart",
)  # fmt: skip
_add(
    "collection-main-entity", _SHOULD, _collections, Expect("mainEntity", 1),
    "A Collection of an action has a main entity.", "name the file that stands for all by mainEntity",
)  # fmt: skip
_add(
    "container-image-type", _SHOULD, of("ContainerImage"),
    Expect("additionalType", 1, among=_IMAGES | _IMAGE_NAMES),
    "The additionalType of a ContainerImage is DockerImage or SIFImage.",
    'write {"@id": "https://w3id.org/ro/terms/workflow-run#DockerImage"}',
)  # fmt: skip
_add(
    "container-image-registry", _SHOULD, of("ContainerImage"), Expect("registry", 1),
    "A ContainerImage names its registry.", "add registry, such as docker.io",
)  # fmt: skip
_add(
    "container-image-name", _SHOULD, of("ContainerImage"), Expect("name", 1),
    "A ContainerImage has a name.", "add name, such as library/busybox",
)  # fmt: skip


def check_process_run(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Process Run Crate."""
    yield from SHAPES.check(graph, version)
    if graph.root is None:
        return
    actions = list(graph.of_types(*ACTIONS))
    if not actions:
        yield from ACTION.finding(version, "no execution of a tool is described", graph.root.place())
    for rule, entities in ((MENTIONED, actions), (COLLECTION_MENTIONED, _collections(graph))):
        for entity in entities:
            if graph.root not in graph.referrers("mentions", entity.id):
                yield from rule.finding(
                    version, f"the root does not mention {shorten(entity.id)}", entity.place()
                )
    for action in actions:
        if action.has("error") and action.get("actionStatus") != FAILED:
            message = f"{shorten(action.id)} has an error and did not fail"
            yield from ACTION_ERROR.finding(version, message, action.place("error"))
        yield from _container(graph, version, action)
    for tool in tools(graph):
        yield from _tool(version, tool)


def _container(graph: CrateGraph, version: str, action: Entity) -> Iterator[Finding]:
    is_image = Expect("containerImage", types=frozenset({"ContainerImage"}))
    is_url = Expect("containerImage", pattern=re.compile("^http"))
    problem = is_image.problem(graph, action)
    if problem and is_url.problem(graph, action):
        yield from CONTAINER.finding(
            version, f"{shorten(action.id)} {problem}", action.place("containerImage")
        )


def _tool(version: str, tool: Entity) -> Iterator[Finding]:
    name = shorten(tool.id)
    is_application = "SoftwareApplication" in tool.types
    if is_application and tool.has("version") and tool.has("softwareVersion"):
        yield from TOOL_ONE_VERSION.finding(
            version, f"{name} has version and softwareVersion", tool.place("version")
        )
    if not is_absolute(tool.id):
        yield from TOOL_ID.finding(version, f"the @id of the tool is {name}", tool.place("@id"))
