"""Process Run Crate 0.5: a crate that says which tools were run, on what, with which result."""

from collections.abc import Iterator

from ..json_text import shorten
from ..prov_json.lexical import is_date_time
from ..report import Finding, Severity
from ..rules import Rule, rule
from .graph import CrateGraph, Entity, as_list, is_absolute, references, texts

PROFILE = "process-run-crate-0.5"
PERMALINK = "https://w3id.org/ro/wfrun/process/"
_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_TOOLS = frozenset({"SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow"})
_ACTIONS = frozenset({"CreateAction", "ActivateAction", "UpdateAction"})
_OBJECTS = frozenset({"File", "Dataset", "Collection", "CreativeWork", "PropertyValue"})
_STATUSES = frozenset(
    f"{scheme}://schema.org/{name}ActionStatus"
    for scheme in ("http", "https")
    for name in ("Completed", "Failed", "Active", "Potential")
)


def _rule(name: str, severity: Severity, sentence: str, help: str) -> Rule:
    return rule(
        f"{PROFILE}/{name}", severity, sentence, source="Process Run Crate 0.5, Requirements", help=help
    )


CONFORMS_TO = _rule(
    "root-conforms-to",
    _MUST,
    "The root conforms to the profile, described as a CreativeWork.",
    f'refer to {PERMALINK}0.5 and describe it, typed "CreativeWork"',
)
INSTRUMENT = _rule(
    "action-instrument",
    _MUST,
    "An action's instrument is the tool, described in the graph.",
    "refer to a SoftwareApplication, SoftwareSourceCode or ComputationalWorkflow",
)
ACTION = _rule("action", _SHOULD, "The crate describes the execution of a tool.", "add a CreateAction")
MENTIONED = _rule(
    "action-mentioned", _SHOULD, "The root mentions every action.", "add it to mentions of the root"
)
ACTION_PROPERTIES = _rule(
    "action-properties", _SHOULD, "An action has name, description, endTime and agent.", "add what is missing"
)
ACTION_RESULT = _rule(
    "action-result",
    _SHOULD,
    "A CreateAction or UpdateAction has a result.",
    "add it, or write ActivateAction",
)
ACTION_TIME = _rule(
    "action-time", _SHOULD, "startTime and endTime are ISO 8601 times.", "write 2026-01-31T12:00:00+01:00"
)
ACTION_STATUS = _rule(
    "action-status",
    _SHOULD,
    "actionStatus is the URI of an ActionStatusType, as text.",
    'write "http://schema.org/CompletedActionStatus"',
)
ACTION_ERROR = _rule(
    "action-error",
    _SHOULD,
    "Only a failed action has an error.",
    'write "actionStatus": "http://schema.org/FailedActionStatus"',
)
ACTION_AGENT = _rule(
    "action-agent", _SHOULD, "The agent is a Person or an Organization of the graph.", "describe who ran it"
)
ACTION_DATA = _rule(
    "action-data",
    _SHOULD,
    "object and result are files, datasets, collections, or values.",
    "describe them so",
)
TOOL_PROPERTIES = _rule(
    "tool-properties", _SHOULD, "A tool has name, url and version.", "add what is missing"
)
TOOL_ID = _rule(
    "tool-id", _SHOULD, "The @id of a SoftwareApplication is an absolute URI.", "use its home page"
)
TOOL_VERSION = _rule(
    "tool-one-version", _SHOULD, "A tool has version or softwareVersion, not both.", "remove one"
)


def check_process_run(graph: CrateGraph) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Process Run Crate 0.5."""
    yield from _conformance(graph)
    actions = [entity for entity in graph.entities if entity.types & _ACTIONS]
    if not actions and graph.root is not None:
        yield ACTION.finding("no execution of a tool is described", graph.root.place())
    mentioned = frozenset(references(graph.root.get("mentions"))) if graph.root is not None else frozenset()
    tools: dict[str, Entity] = {}
    for action in actions:
        if action.id not in mentioned and graph.root is not None:
            yield MENTIONED.finding(f"the root does not mention {shorten(action.id)}", action.place())
        yield from _action(graph, action)
        tools.update({tool.id: tool for tool in graph.referenced(action, "instrument")})
    for tool in tools.values():
        yield from _tool(tool)


def _conformance(graph: CrateGraph) -> Iterator[Finding]:
    if graph.root is None:
        return
    declared = [name for name in references(graph.root.get("conformsTo")) if name.startswith(PERMALINK)]
    if not declared:
        yield CONFORMS_TO.finding("the root does not declare the profile", graph.root.place("conformsTo"))
    for name in declared:
        entity = graph.by_id.get(name)
        if entity is None or "CreativeWork" not in entity.types:
            message = f"{shorten(name)} is not described as a CreativeWork"
            yield CONFORMS_TO.finding(message, graph.root.place("conformsTo"))


def _action(graph: CrateGraph, action: Entity) -> Iterator[Finding]:
    name = shorten(action.id)
    instruments = list(references(action.get("instrument")))
    described = [tool for tool in graph.referenced(action, "instrument") if tool.types & _TOOLS]
    if not instruments or len(described) < len(instruments):
        yield INSTRUMENT.finding(
            f"the instrument of {name} is no tool of the graph", action.place("instrument")
        )
    missing = [one for one in ("name", "description", "endTime", "agent") if not action.has(one)]
    if missing:
        yield ACTION_PROPERTIES.finding(f"{name} has no {', '.join(missing)}", action.place())
    if "ActivateAction" not in action.types and not action.has("result"):
        yield ACTION_RESULT.finding(f"{name} has no result", action.place())
    for time in ("startTime", "endTime"):
        if action.has(time) and not all(is_date_time(one) for one in texts(action.get(time))):
            message = f"{time} of {name} is {shorten(action.get(time))}"
            yield ACTION_TIME.finding(message, action.place(time))
    status = action.get("actionStatus")
    if status is not None and (not isinstance(status, str) or status not in _STATUSES):
        yield ACTION_STATUS.finding(
            f"actionStatus of {name} is {shorten(status)}", action.place("actionStatus")
        )
    if action.has("error") and "FailedActionStatus" not in str(status):
        yield ACTION_ERROR.finding(f"{name} has an error and did not fail", action.place("error"))
    agents = list(graph.referenced(action, "agent"))
    if action.has("agent") and not any(one.types & {"Person", "Organization"} for one in agents):
        yield ACTION_AGENT.finding(f"the agent of {name} is nobody in the graph", action.place("agent"))
    for role in ("object", "result"):
        for one in graph.referenced(action, role):
            if not one.types & _OBJECTS:
                message = f"{role} {shorten(one.id)} of {name} is of another type"
                yield ACTION_DATA.finding(message, action.place(role))


def _tool(tool: Entity) -> Iterator[Finding]:
    name = shorten(tool.id)
    wanted = ["name", "url"] + ([] if tool.has("softwareVersion") else ["version"])
    missing = [one for one in wanted if not tool.has(one)]
    if missing:
        yield TOOL_PROPERTIES.finding(f"{name} has no {', '.join(missing)}", tool.place())
    if "SoftwareApplication" in tool.types and not is_absolute(tool.id):
        yield TOOL_ID.finding(f"the @id is {name}", tool.place("@id"))
    if as_list(tool.get("version")) and as_list(tool.get("softwareVersion")):
        yield TOOL_VERSION.finding(f"{name} has version and softwareVersion", tool.place("version"))
