"""What a document says of the run as a whole, wherever its version put it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .epochs import epoch_of
from .model import Attributes, Document, Element, Ledger, first_text, local_name, texts

_RUN_TYPES = frozenset({"LearningExecution", "Run", "RunExecution"})
_EXPERIMENT_TYPES = frozenset({"LearningStage", "Experiment"})


@dataclass
class OwnRun:
    """The run of a document.

    Attributes:
        activity: its activity; the first, where several say that they are runs.
        attributes: those of run and experiment together, the activity's first.
        others: identifiers of the other activities that say that they are runs.
    """

    activity: Element | None
    attributes: Attributes = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """Return the identifier of the activity."""
        return self.activity.name if self.activity else None


def types_of(attributes: Attributes) -> set[str]:
    """Return the local names of all types, of whatever namespace."""
    return {local_name(one) for one in texts(attributes, "type")}


def find_run(document: Document) -> OwnRun:
    """Return the run of a document; without any sign of one, the activity is None."""
    activities = document.elements["activity"]
    found = next(_candidates(document), None)
    typed = [name for name, one in activities.items() if types_of(one.attributes) & _RUN_TYPES]
    run = OwnRun(activities[found] if found is not None else None, others=tuple(typed[1:]))
    sources = [run.activity.attributes] if run.activity else []
    sources += [
        one.attributes
        for one in document.elements["entity"].values()
        if types_of(one.attributes) & _EXPERIMENT_TYPES
    ]
    for attributes in sources:
        for key, values in attributes.items():
            run.attributes.setdefault(key, list(values))
    return run


def _candidates(document: Document) -> Iterator[str]:
    activities = document.elements["activity"]
    yield from (name for name, one in activities.items() if types_of(one.attributes) & _RUN_TYPES)
    yield from (
        name
        for name, one in activities.items()
        if first_text(one.attributes, "experiment_name", "run_id", "PID") is not None
    )
    yield from (name for name in activities if name.endswith("_execution"))
    associated = [one.arguments["prov:activity"] for one in document.of_kind("wasAssociatedWith")]
    yield from (name for name in associated if name in activities)
    begun = {one.arguments["prov:activity"] for one in document.of_kind("wasStartedBy")}
    begun |= {one.arguments["prov:informed"] for one in document.of_kind("wasInformedBy")}
    yield from (name for name in activities if name not in begun and epoch_of(name) is None)


def remove_other_runs(document: Document, ledger: Ledger) -> None:
    """Remove artifacts that belong to other runs of the same folder, which yProv4ML 2.x carried along.

    An artifact belongs to another run if its path lies in the folder of runs, in the `artifacts` of a run
    directory other than that of this run.
    """
    attributes = find_run(document).attributes
    own = first_text(attributes, "experiment_dir")
    artifacts = first_text(attributes, "artifact_uri")
    if own is None and artifacts is not None:
        own = _folder(artifacts)
    if own is None or "/" not in _normal(own):
        return
    runs, _, directory = _normal(own).rpartition("/")
    for name, element in list(document.elements["entity"].items()):
        path = first_text(element.attributes, "artifact_path", "path", "artifact_uri") or name
        if not _normal(path).startswith(runs + "/"):
            continue
        inside = _normal(path)[len(runs) + 1 :].split("/")
        if len(inside) > 2 and inside[0] != directory and inside[1].startswith("artifacts"):
            document.remove_element("entity", name)
            ledger.note("other-run", "an artifact of another run is left out", name)


def _normal(path: str) -> str:
    return "/".join(part for part in path.replace("\\", "/").split("/") if part != ".").rstrip("/")


def _folder(path: str) -> str:
    return _normal(path).rpartition("/")[0]
