"""The run itself as its document has it: how it went, its ranks with what they ran on, its contexts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from ..record import ContextRecord, GitRecord, JsonValue, RankRecord, RunError, Status
from .document import Document, Element, Link

_MEMORY = re.compile(r"(.*), ([0-9]{1,18}) bytes", re.DOTALL)
_DEVICES = re.compile(r"([0-9]{1,6}) × (.*)", re.DOTALL)
_MOST_DEVICES = 1_000
_UNKNOWN_USER = "unknown user"
_PARENT = re.compile(r"urn:uuid:(.+)#run")


@dataclass(frozen=True)
class RunActivities:
    """The run, its ranks and its contexts; `parent` is the UUID of the run that it is nested in.

    Times are ns since the epoch.
    """

    run: Element
    start: int
    end: int
    status: Status
    error: RunError | None
    ranks: tuple[RankRecord, ...]
    contexts: tuple[ContextRecord, ...]
    parent: str | None
    _numbers: Mapping[str, int]

    def time_of(self, link: Link | None) -> int:
        """Return when something was used or made; the start of the run where nothing says it."""
        return self.start if link is None or link.time is None else link.time

    def rank_of(self, link: Link | None) -> int:
        """Return the rank whose activity it was; the first where that was a context or the run."""
        first = self.ranks[0].rank if self.ranks else 0
        return first if link is None else self._numbers.get(link.activity, first)


def read_activities(document: Document) -> RunActivities:
    """Read the run's activity, those of its ranks and its contexts.

    Raises:
        PackagerError: there is no run, or what a run must have is missing or wrong.
    """
    run = document.only("activity", "prov4ml:Run")
    start, end = _needed_time(run, "prov:startTime"), _needed_time(run, "prov:endTime")
    status = _status(run)
    error = None
    if (kind := run.text("prov4ml:errorType")) is not None:
        error = RunError(kind, run.text("prov4ml:errorMessage") or "", None)
    several = document.elements("activity", "prov4ml:RankExecution")
    alone = [run] if not several and run.has("prov4ml:rank") else []
    environments = _environments(document)
    shared = _Shared(document)
    lost = run.integer("prov4ml:pointsLost") or 0
    # Of several ranks the document says how many points all of them lost, and not which of them.
    known = lost if alone or not lost else None
    ranks = tuple(_rank(one, environments.get(one.identifier), shared, known) for one in [*alone, *several])
    return RunActivities(
        run=run,
        start=start,
        end=end,
        status=status,
        error=error,
        ranks=ranks,
        contexts=tuple(_contexts(document)),
        parent=_parent(run),
        _numbers={one.identifier: rank.rank for one, rank in zip([*alone, *several], ranks, strict=True)},
    )


def _needed_time(element: Element, name: str) -> int:
    time = element.time(name)
    if time is None:
        raise element.error(name, "is missing")
    return time


def _status(element: Element) -> Status:
    status = element.text("prov4ml:status")
    if status not in get_args(Status):
        raise element.error("prov4ml:status", f"is none of {', '.join(get_args(Status))}")
    return cast(Status, status)


def _parent(run: Element) -> str | None:
    found = _PARENT.fullmatch(run.text("dcterms:isPartOf") or "")
    return found[1] if found else None


class _Shared:
    """What a document says once for all ranks: the user, and script and commit of the source code."""

    def __init__(self, document: Document) -> None:
        people = document.elements("agent", "prov:Person")
        label = people[0].label if people else _UNKNOWN_USER
        self.user = None if label == _UNKNOWN_USER else label
        code = document.elements("entity", "prov4ml:SourceCode")
        self.git = read_git(code[0]) if code else None
        # Only source code that was logged has files; else the entity is called after the script that ran.
        named = code and not code[0].has("prov4ml:path") and not document.members(code[0])
        self.script = code[0].label if named and code[0].label != "source code" else None
        if code and self.script is None and (path := code[0].text("prov4ml:path")) is not None:
            self.script = path


def read_git(element: Element) -> GitRecord | None:
    """Return the state of the repository that source code is from, None if it says nothing of one."""
    git = GitRecord(
        commit=element.text("prov4ml:gitCommit"),
        branch=element.text("prov4ml:gitBranch"),
        dirty=element.flag("prov4ml:gitDirty"),
        remote=element.text("prov4ml:gitRemote"),
    )
    return None if git == GitRecord(None, None, None, None) else git


def _environments(document: Document) -> dict[str, Element]:
    """Return the environment that each activity used."""
    known = {one.identifier: one for one in document.elements("entity", "prov4ml:Environment")}
    found: dict[str, Element] = {}
    for activity, entity in document.users():
        if entity in known:
            found.setdefault(activity, known[entity])
    return found


def _rank(activity: Element, environment: Element | None, shared: _Shared, lost: int | None) -> RankRecord:
    status = _status(activity)
    seen = environment or Element("entity", "environment", activity.path, {})
    python = {"implementation": "prov4ml:pythonImplementation", "version": "prov4ml:pythonVersion"}
    platform = {name: f"prov4ml:{name}" for name in ("system", "release", "machine")}
    packages = (one.partition("==") for one in seen.texts("prov4ml:package"))
    return RankRecord(
        rank=activity.integer("prov4ml:rank") or 0,
        start=_needed_time(activity, "prov:startTime"),
        end=None if status == "unfinished" else _needed_time(activity, "prov:endTime"),
        status=status,
        error=None,
        ended_by=activity.text("prov4ml:endedBy"),
        host=activity.text("prov4ml:host"),
        pid=None,
        user=shared.user,
        launcher=activity.text("prov4ml:launcher"),
        python=_texts(seen, python),
        platform=_texts(seen, platform),
        cpu_count=seen.integer("prov4ml:cpuCount"),
        devices=tuple(_devices(seen)),
        packages={name: version for name, _, version in packages},
        git=shared.git,
        script=shared.script,
        command=(),
        points_lost=lost,
    )


def _texts(element: Element, names: Mapping[str, str]) -> dict[str, str]:
    found = {key: element.text(name) for key, name in names.items()}
    return {key: value for key, value in found.items() if value is not None}


def _devices(environment: Element) -> list[dict[str, JsonValue]]:
    """Return a device for each that is counted; kind and name are one text."""
    devices: list[dict[str, JsonValue]] = []
    for one in environment.texts("prov4ml:device"):
        counted = _DEVICES.fullmatch(one)
        count, name = (int(counted[1]), counted[2]) if counted else (1, one)
        if count > _MOST_DEVICES:
            raise environment.error("prov4ml:device", f"counts more than {_MOST_DEVICES} devices")
        memory = _MEMORY.fullmatch(name)
        device: dict[str, JsonValue] = {"name": memory[1] if memory else name}
        if memory:
            device["memory"] = int(memory[2])
        devices += [device] * count
    return devices


def _contexts(document: Document) -> list[ContextRecord]:
    found = document.elements("activity", "prov4ml:LearningStage")
    names = {one.identifier: one.label for one in found}
    return [
        ContextRecord(
            name=one.label,
            parent=names.get(one.text("dcterms:isPartOf") or ""),
            start=_needed_time(one, "prov:startTime"),
            end=_needed_time(one, "prov:endTime"),
        )
        for one in found
    ]
