"""From a PROV document to what people compare: parameters, data, code, environment, metrics, structure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..graph.model import Graph, Node, read_graph
from ..graph.relations import ARROWS
from ..machine import is_machine_metric
from ..text import unescape_text

SECTIONS = (
    "run",
    "parameters",
    "data",
    "code",
    "environment",
    "metrics",
    "results",
    "attributes",
    "structure",
    "machine",
    "times",
)
UNCOUNTED = frozenset({"machine", "times"})
"""Sections that differ whenever something is run again: listed on request, and never a verdict."""

Facets = Mapping[str, Mapping[str, str]]
"""Section, key and value; keys are in the order of the document, values are lexical forms."""

_TIMES = frozenset({"startTime", "endTime", "time", "firstTime", "lastTime", "startedAtTime", "endedAtTime"})
_TIME_PARAMETERS = frozenset({"execution_start_time", "execution_end_time"})
_NO_FACT = frozenset(
    {"label", "type", "runId", "run_id", "uuid", "path", "size", "files", "store", "attributeName"}
)
# yProv4ML writes the points as text, some as `np.float64(0.1)`.
_LAST_NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|nan|inf)(?![\w.])")
_LONGEST_NUMBER = 80
_RUN_FACTS = {
    "experiment": "experiment",
    "status": "status",
    "errorType": "error",
    "errorMessage": "error message",
    "worldSize": "world size",
    "recordedRanks": "ranks recorded",
    "pointsLost": "points lost",
}
_ENVIRONMENT_FACTS = {
    "pythonImplementation": "python implementation",
    "pythonVersion": "python",
    "system": "system",
    "release": "release",
    "machine": "machine",
    "cpuCount": "processors",
    "device": "devices",
}


class _Collector:
    """Facts under keys of their own: a key that comes again with another value gets a number."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}

    def add(self, section: str, key: str, value: str | None) -> None:
        if value is None:
            return
        facts, name, again = self.found[section], key, 1
        while name in facts:
            again += 1
            name = f"{key} ({again})"
        facts[name] = value


def facets_of(document: Mapping[str, Any], *, structure: bool = True) -> Facets:
    """Return what a PROV-JSON document says, under keys that do not depend on when and where a run was.

    Identifiers in a document's default namespace count by their local part (ours are under a namespace of the
    run's own); others by their IRI. Documents of yProv4ML are understood as far as their types have the same
    names; of any other document the attributes and the structure are compared.

    Args:
        document: the document.
        structure: also count its elements and relations, most of what there is.
    """
    graph = read_graph(document)
    names = _Names(document, graph)
    arrows = graph.edges
    using = ARROWS.index("used")
    used = {cause for relation, cause in zip(arrows.relation, arrows.cause, strict=True) if relation == using}
    collector = _Collector()
    for place, node in enumerate(graph.nodes):
        if node.records:
            # Other trackers have entities of an activity's type, which say of the run what we say elsewhere.
            readers = {**_READERS, **_ACTIVITIES} if node.kind == "activity" else _READERS
            reader = next((readers[one] for one in node.types if one in readers), _read_other)
            reader(collector, _Facts(node, names, place in used))
    for key in _structure(graph, names) if structure else ():
        collector.found["structure"][key] = str(int(collector.found["structure"].get(key, "0")) + 1)
    return collector.found


class _Names:
    """Identifiers of a document, made comparable with those of another one."""

    def __init__(self, document: Mapping[str, Any], graph: Graph) -> None:
        self._prefixes: dict[str | None, Mapping[str, Any]] = {None: _prefixes(document)}
        bundles = document.get("bundle")
        for name, bundle in bundles.items() if isinstance(bundles, Mapping) else ():
            self._prefixes[name] = {**self._prefixes[None], **_prefixes(bundle)}
        runs = {self._plain(node) for node in graph.nodes if node.kind == "activity" and "Run" in node.types}
        # In a namespace that its user chose, all identifiers of a run begin with the run's own.
        self._run = runs.pop() if len(runs) == 1 else None

    def of(self, node: Node) -> str:
        name = self._plain(node)
        if self._run is None or not name.startswith(self._run):
            return name
        rest = name[len(self._run) :]
        return "run" if not rest else rest[1:] if rest.startswith(".") else name

    def _plain(self, node: Node) -> str:
        bundle, identifier = node.key
        prefixes = self._prefixes.get(bundle, {})
        prefix, colon, local = identifier.partition(":")
        iri = prefixes.get(prefix) if colon else None
        if not isinstance(iri, str):
            return unescape_text(identifier)
        return unescape_text(local if iri == prefixes.get("default") else f"{iri}{local}")


def _prefixes(container: Any) -> Mapping[str, Any]:
    found = container.get("prefix") if isinstance(container, Mapping) else None
    return found if isinstance(found, Mapping) else {}


class _Facts:
    """The attributes of one element by their local names."""

    def __init__(self, node: Node, names: _Names, used: bool) -> None:
        self.node = node
        self.identifier = names.of(node)
        self.used = used
        self._values: dict[str, str] = {}
        for name, value in node.attributes:
            self._values.setdefault(name.rpartition(":")[2], unescape_text(value))
        self.label = unescape_text(self._values.get("label") or self._values.get("name") or self.identifier)

    def get(self, *names: str) -> str | None:
        return next((self._values[name] for name in names if name in self._values), None)

    def placed(self) -> str:
        """Return the label with context, source and rank, as far as they say something."""
        context = (self.get("context") or "").removeprefix("Context.")
        return placed_name(self.label, context, self.get("source"), self.get("rank"))

    def content(self) -> str | None:
        """Return what tells two contents apart: the digest, a value, else all other attributes."""
        found = self.get("sha256", "value")
        if found is not None:
            return found
        others = [
            f"{name}={value}"
            for name, value in self._values.items()
            if name not in _NO_FACT and name not in _TIMES and name != "context"
        ]
        return ", ".join(others) or self.get("size") or "present"


def placed_name(label: str, context: str | None, source: str | None = None, rank: str | None = None) -> str:
    """Return the key of something that was logged in a context, from a source, on a rank."""
    more = [context or "", source or "", f"rank {rank}" if rank not in (None, "0") else ""]
    return " · ".join([label, *(one for one in more if one)])


def _read_run(collector: _Collector, facts: _Facts) -> None:
    for name, words in _RUN_FACTS.items():
        collector.add("run", words, facts.get(name))
    for name in ("startTime", "endTime"):
        collector.add("times", f"run {name}", facts.get(name))
    collector.add("machine", "host", facts.get("host"))


def _read_parameter(collector: _Collector, facts: _Facts) -> None:
    section = "times" if facts.label in _TIME_PARAMETERS else "parameters"
    collector.add(section, facts.placed(), facts.get("value", "parameter_value") or "")


def _read_metric(collector: _Collector, facts: _Facts) -> None:
    last = facts.get("last")
    if last is None and (listed := facts.get("metric_value_list")) is not None:
        last = (_LAST_NUMBER.findall(listed[-_LONGEST_NUMBER:]) or [None])[-1]
    section = "machine" if is_machine_metric(facts.label) else "metrics"
    collector.add(section, facts.placed(), last)
    collector.add(section, f"{facts.placed()}, points", facts.get("count"))


def _read_final_metric(collector: _Collector, facts: _Facts) -> None:
    collector.add("metrics", f"{facts.placed()}, {facts.get('operation') or 'final'}", facts.get("value"))


def _read_file(collector: _Collector, facts: _Facts) -> None:
    collector.add("data" if facts.used else "results", facts.placed(), facts.content())


def _read_dataset(collector: _Collector, facts: _Facts) -> None:
    collector.add("data", facts.placed(), facts.content())


def _read_source(collector: _Collector, facts: _Facts) -> None:
    for name, words in (("gitCommit", "git commit"), ("gitDirty", "uncommitted changes")):
        collector.add("code", words, facts.get(name))
    if facts.get("gitCommit") is None:
        collector.add("code", facts.label, facts.get("sha256", "source_name"))


def _read_source_file(collector: _Collector, facts: _Facts) -> None:
    collector.add("code", facts.label, facts.get("sha256"))


def _read_command(collector: _Collector, facts: _Facts) -> None:
    collector.add("code", "command", facts.get("value"))


def _read_environment(collector: _Collector, facts: _Facts) -> None:
    for name, words in _ENVIRONMENT_FACTS.items():
        collector.add("environment", words, facts.get(name))
    for package in (facts.get("package") or "").split(", "):
        name, _, version = package.partition("==")
        if name:
            collector.add("environment", f"package {name}", version)


def _read_context(collector: _Collector, facts: _Facts) -> None:
    for name in ("startTime", "endTime"):
        collector.add("times", f"{facts.label} {name}", facts.get(name))


def _read_other(collector: _Collector, facts: _Facts) -> None:
    for name, value in facts.node.attributes:
        local = name.rpartition(":")[2]
        section = "times" if local in _TIMES else "attributes"
        if local not in ("runId", "uuid"):
            collector.add(section, f"{facts.identifier} {name}", unescape_text(value))


def _read_person(collector: _Collector, facts: _Facts) -> None:
    collector.add("machine", "user", facts.label)


_Reader = Callable[[_Collector, _Facts], None]
_ACTIVITIES: Mapping[str, _Reader] = {
    "Run": _read_run,
    "RankExecution": _read_context,
    "LearningStage": _read_context,
}
_READERS: Mapping[str, _Reader] = {
    "Parameter": _read_parameter,
    "HyperParameter": _read_parameter,
    "Metric": _read_metric,
    "FinalMetric": _read_final_metric,
    "Dataset": _read_dataset,
    "Input": _read_dataset,
    "Artifact": _read_file,
    "Model": _read_file,
    "ModelVersion": _read_file,
    "Output": _read_file,
    "SourceCode": _read_source,
    "SourceFile": _read_source_file,
    "Command": _read_command,
    "Environment": _read_environment,
    "Person": _read_person,
}


def _structure(graph: Graph, names: _Names) -> Iterator[str]:
    """Yield every element and every relation as text, each time that it is there."""
    called = [names.of(node) for node in graph.nodes]
    for node, name in zip(graph.nodes, called, strict=True):
        if node.records:
            yield f"{node.kind} {name}"
    arrows = graph.edges
    for relation, effect, cause in zip(arrows.relation, arrows.effect, arrows.cause, strict=True):
        yield f"{called[effect]} {ARROWS[relation]} {called[cause]}"
