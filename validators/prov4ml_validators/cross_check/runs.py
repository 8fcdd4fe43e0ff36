"""The run itself: one activity in the provenance, one action in the crate."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ..crate.graph import CrateGraph, Entity, references, texts
from ..json_text import pointer, shorten
from ..prov_json.lexical import instant
from ..prov_json.names import expand
from ..prov_json.records import Record
from ..prov_ml.vocabulary import MlScope, scalars
from ..report import Finding, Location, Severity
from ..rules import rule
from .documents import Document

NO_ACTION = rule(
    "cross-check/run-without-action",
    Severity.SHOULD,
    "A crate that describes actions describes the run of each of its PROV documents.",
    source="prov4ml, a run's parts; Process Run Crate 0.5, Overview",
    help="package the run again",
)
TIME = rule(
    "cross-check/time",
    Severity.MUST,
    "The action of the crate starts and ends when the run of the provenance does.",
    source="prov4ml, a run's parts",
    help="package the run again; do not edit one of the two alone",
)
STATUS = rule(
    "cross-check/status",
    Severity.MUST,
    "The action of the crate is completed if the provenance says that the run has finished, else failed.",
    source="prov4ml, a run's parts",
    help="package the run again; do not edit one of the two alone",
)
AGENT = rule(
    "cross-check/agent",
    Severity.SHOULD,
    "If the provenance or the crate says who ran the run, both do.",
    source="prov4ml, a run's parts",
    help="name the agent in both, or in neither",
)
AGENT_NAME = rule(
    "cross-check/agent-name",
    Severity.MAY,
    "The provenance and the crate call the person who ran the run by the same name.",
    source="prov4ml, a run's parts",
    help="no need to act if the login name and the full name are of one person",
)

_STATUS = {
    "finished": "CompletedActionStatus",
    "failed": "FailedActionStatus",
    "unfinished": "FailedActionStatus",
}
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_FRACTION = re.compile(r"\.(\d+)")


def check_runs(document: Document, graph: CrateGraph, metadata: str) -> Iterator[Finding]:
    """Yield what the run of a document and the action of the crate say differently.

    They belong together by the UUID of the run, or where there is one of each.
    """
    learned = document.scope
    runs = [
        one for records in learned.elements["activity"].values() for one in records
        if "Run" in learned.types(one)
    ]  # fmt: skip
    actions = [entity for entity in graph.entities if "CreateAction" in entity.types]
    for run in runs:
        where = Location(file=document.member, pointer=run.pointer)
        identifiers = {f"urn:uuid:{text}" for text in _texts(learned.get(run, "uuid"))}
        mine = [action for action in actions if action.id in identifiers]
        if not mine and len(runs) == len(actions) == 1:
            mine = actions
        if not mine:
            if actions:
                yield NO_ACTION.finding(f"no action of the crate is the run {shorten(run.name)}", where)
            continue
        yield from _times(run, mine[0], metadata)
        yield from _status(learned, run, mine[0], metadata)
        yield from _agents(learned, run, mine[0], graph, where)


def _texts(value: Any) -> list[str]:
    return [one for one in scalars(value) if isinstance(one, str)]


def _times(run: Record, action: Entity, metadata: str) -> Iterator[Finding]:
    for key, term in (("prov:startTime", "startTime"), ("prov:endTime", "endTime")):
        for ours in _texts(run.attributes.get(key)):
            for theirs in texts(action.get(term)):
                if not _same_time(ours, theirs):
                    where = Location(file=metadata, pointer=action.pointer + pointer(term))
                    message = f"{term} is {shorten(theirs)}, and {key} is {shorten(ours)} in the provenance"
                    yield TIME.finding(message, where)


def _same_time(one: str, other: str) -> bool:
    """Return whether two times are the same as far as the less precise one tells."""
    first, second = instant(one), instant(other)
    if first is None or second is None or (first.tzinfo is None) != (second.tzinfo is None):
        return True  # other rules say what is wrong with them
    digits = min(_digits(one), _digits(other))
    return abs(first - second) < timedelta(seconds=10.0**-digits)


def _digits(text: str) -> int:
    match = _FRACTION.search(text)
    return len(match.group(1)) if match else 0


def _status(learned: MlScope, run: Record, action: Entity, metadata: str) -> Iterator[Finding]:
    expected = {_STATUS.get(text) for text in _texts(learned.get(run, "status"))} - {None}
    value = action.get("actionStatus")
    stated = [text.rpartition("/")[2] for text in [*texts(value), *references(value)]]
    where = Location(file=metadata, pointer=action.pointer + pointer("actionStatus"))
    for one in stated:
        if expected and one not in expected:
            status = ", ".join(_texts(learned.get(run, "status")))
            yield STATUS.finding(f"the action has {one}, and the run is {status} in the provenance", where)


def _agents(
    learned: MlScope, run: Record, action: Entity, graph: CrateGraph, where: Location
) -> Iterator[Finding]:
    iri = expand(run.name, learned.scope.namespaces)
    associated = {
        learned.argument(one, "prov:agent")
        for one in learned.relations("wasAssociatedWith")
        if learned.argument(one, "prov:activity") == iri
    }
    persons = [
        record
        for record in learned.relations("agent")
        if expand(record.name, learned.scope.namespaces) in associated and _is_person(record)
    ]
    agents = list(references(action.get("agent")))
    if bool(persons) != bool(agents):
        has, lacks = ("provenance", "crate") if persons else ("crate", "provenance")
        yield AGENT.finding(f"the {has} says who ran the run, and the {lacks} does not", where)
    elif persons:
        ours = {_unescaped(text) for one in persons for text in _texts(one.attributes.get("prov:label"))}
        theirs = {
            _unescaped(text)
            for one in graph.referenced(action, "agent")
            for key in ("name", "alternateName")
            for text in texts(one.get(key))
        }
        if ours and theirs and not ours & theirs:
            message = (
                f"the run is of {_listed(ours)} in the provenance, and of {_listed(theirs)} in the crate"
            )
            yield AGENT_NAME.finding(message, where)


def _is_person(record: Record) -> bool:
    return any(text.rpartition(":")[2] == "Person" for text in _texts(record.attributes.get("prov:type")))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)


def _listed(names: set[str]) -> str:
    return ", ".join(shorten(name) for name in sorted(names))
