"""Everything in a document that is no metric: parameters, datasets, models, source code, artifacts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...errors import PackagerError
from ...record import JsonValue, LayerRecord
from ...repair.loading import load_json
from ...repair.model import Attributes, Element, first_text, local_name
from ...repair.own_run import types_of
from ..imported import (
    ImportedArtifact,
    ImportedDataset,
    ImportedFile,
    ImportedFinalMetric,
    ImportedModel,
    ImportedModelVersion,
    ImportedParameter,
    ImportedSourceCode,
)
from ..sources import regular_files
from .literals import attribute_value, literal_value, remaining
from .names import label_of, last_part
from .reading import RankDocument

RUN_TIMES = ("execution_start_time", "execution_end_time")
RUN_ATTRIBUTES = (
    "experiment_name", "run_id", "user_id", "python_version", "global_rank", "artifact_uri", "PID",
    "host_name", "provenance_path", "experiment_dir", "time_zone", "operating_system", "release", "machine",
    "source_code", "execution_command", "requirements", "level", "type", "label", "fullLabel", "role",
    "startedAtTime", "endedAtTime", "startTime", "endTime", *RUN_TIMES,
)  # fmt: skip
"""Local names of what a document says of the run itself."""

_PATHS = ("artifact_path", "path", "identifier", "artifact_uri")
_PARAMETERS = frozenset({"Parameter", "HyperParameter"})
_COLLECTION = "datasets"
_ABOUT_RUN = frozenset({"LearningStage", "Experiment"})
_MODEL_STAGES = frozenset({"ModelRegistration", "Models", "MODELS"})
_STATISTICS = re.compile(r"(?:.*_)?stat_")
_VERSION = re.compile(r"(?P<stem>.+?)_(?P<number>[0-9]{1,9})(?:_[0-9]+)?\.[A-Za-z0-9]+")
_COPIED_VERSION = re.compile(
    r"(?:.*/)?(?P<model>[^/]+)/(?P=model)_(?P<number>[0-9]{1,9})\.(?P<suffix>[A-Za-z0-9]+)"
)
_MODEL_FACTS = re.compile(r"(?:.*_)?(?:total_params|memory_of_model|model_name)")
_FACT = re.compile(r".*?(total_params|memory_of_model|model_name)")
_CLASS = re.compile(r"<class '([^']+)'>")
_LARGEST_DESCRIPTION = 16 << 20
_SHOWN = ("label", "fullLabel", "role", "type", "context", "source", "level", "file_size", *_PATHS)


@dataclass
class Things:
    """The parts of one rank."""

    parameters: list[ImportedParameter] = field(default_factory=list)
    datasets: list[ImportedDataset] = field(default_factory=list)
    models: list[ImportedModel] = field(default_factory=list)
    versions: list[ImportedModelVersion] = field(default_factory=list)
    source_code: list[ImportedSourceCode] = field(default_factory=list)
    artifacts: list[ImportedArtifact] = field(default_factory=list)
    final_metrics: list[ImportedFinalMetric] = field(default_factory=list)
    command: str | None = None
    silent: list[str] = field(default_factory=list)
    """Identifiers of the entities that the document says nothing of."""


def read_things(source: RankDocument, rank: int, taken: set[str], start: int, end: int) -> Things:
    """Return what the document has besides its metrics, which are `taken`.

    Args:
        source: the document.
        rank: its rank.
        taken: identifiers of entities that are something else already.
        start: of the run, in ns.
        end: of the run, in ns.
    """
    return _Reader(source, rank, start, end).read(taken)


class _Reader:
    def __init__(self, source: RankDocument, rank: int, start: int, end: int) -> None:
        self._source = source
        self._rank = rank
        self._start = start
        self._end = end
        self._things = Things()
        self._used: dict[str, str] = {}
        self._generated: dict[str, str | None] = {}
        self._times: dict[str, str] = {}
        for relation in source.document.relations:
            entity = relation.arguments.get("prov:entity")
            if entity is None or relation.kind not in ("used", "wasGeneratedBy"):
                continue
            activity = relation.arguments.get("prov:activity")
            if relation.kind == "used":
                self._used.setdefault(entity, relation.arguments["prov:activity"])
            else:
                self._generated.setdefault(entity, activity)
            if relation.time:
                self._times.setdefault(entity, relation.time)
        self._copies = {
            relation.arguments["prov:usedEntity"]: relation.arguments["prov:generatedEntity"]
            for relation in source.document.of_kind("wasDerivedFrom")
        }
        self._originals = {copy: original for original, copy in self._copies.items()}

    def read(self, taken: set[str]) -> Things:
        for name, element in self._source.entities.items():
            if name not in taken and name not in RUN_TIMES:
                self._entity(name, element)
        self._parameters_of_activities()
        self._model_of_parameters()
        return self._things

    def _entity(self, name: str, element: Element) -> None:
        attributes, types = element.attributes, types_of(element.attributes)
        path = first_text(attributes, *_PATHS)
        names = {local_name(key) for key in attributes}
        if types & _ABOUT_RUN:
            return
        if "RunStatistics" in types and self._has_content(element):
            for key, value in remaining(attributes, *_SHOWN).items():
                self._things.final_metrics.append(ImportedFinalMetric(key, value, rank=self._rank))
        elif types & _PARAMETERS or "parameter_value" in names or ("prov:value" in attributes and not path):
            self._parameter(name, element)
        elif "Dataset" in types or any(_STATISTICS.match(one) for one in names):
            self._dataset(name, element, path)
        elif "SourceCode" in types or name == "source_code":
            self._code(element, path)
        elif self._is_original(name):
            return  # the copy names it
        elif path is not None and ("ModelVersion" in types or self._is_version(name, element, path)):
            self._version(name, element, path)
        elif path is not None or self._has_content(element):
            self._artifact(name, element, path)
        elif name != _COLLECTION and "RunStatistics" not in types:  # 2.x writes both of every run
            self._things.silent.append(name)

    def _is_version(self, name: str, element: Element, path: str) -> bool:
        """Return whether an entity is a copy by `save_model_version`: `<model>/<model>_<number>.…`.

        2.0 does not say that it is a model; its suffix does.
        """
        is_model = "Model" in types_of(element.attributes) or self._is_of_models(name)
        match = _COPIED_VERSION.fullmatch(path.replace("\\", "/"))
        return match is not None and (is_model or match["suffix"] in ("pt", "pth"))

    def _is_of_models(self, name: str) -> bool:
        return self._source.context_of(self._generated.get(name)) in _MODEL_STAGES

    def _is_original(self, name: str) -> bool:
        copy = self._source.entities.get(self._copies.get(name, ""))
        if copy is None:
            return False
        label = self._source.label_of(name, self._source.entities[name].attributes)
        return label.lower().startswith(("original_", "original "))

    @staticmethod
    def _has_content(element: Element) -> bool:
        return bool(remaining(element.attributes, "label", "type", "role"))

    def _context(self, name: str, element: Element) -> str | None:
        given = first_text(element.attributes, "context")
        if given is not None:
            return self._source.context_named(given)
        activity = self._generated.get(name) or self._used.get(name)
        return self._source.context_of(activity)

    def _source_of(self, name: str, element: Element) -> str | None:
        """Return the source of a thing: an attribute, or in 3.x that of its activity."""
        given = first_text(element.attributes, "source")
        activity = self._generated.get(name) or self._used.get(name)
        if given is not None or activity is None:
            return given
        front, _, context = activity.rpartition("//")
        return front or None if context in self._source.activities else None

    def _time(self, name: str, element: Element) -> int | None:
        found = self._source.time(first_text(element.attributes, "generatedAtTime") or self._times.get(name))
        if found is not None:
            return found
        local = first_text(element.attributes, "creation_timestamp")
        time = self._source.local_time(local, self._start, self._end)
        return None if time is None else min(max(time, self._start), self._end)

    def _parameter(self, name: str, element: Element) -> None:
        values = next(
            (
                values
                for wanted in ("parameter_value", "value")
                for key, values in element.attributes.items()
                if local_name(key) == wanted
            ),
            [],
        )
        key = self._source.label_of(name, element.attributes)
        value = attribute_value(values) if values else None
        context = self._context(name, element)
        if key == "execution_command" and context is None and isinstance(value, str):
            self._things.command = value  # 3.x logs it as a parameter
            return
        self._things.parameters.append(
            ImportedParameter(
                key,
                value,
                context,
                self._source_of(name, element),
                time=self._time(name, element),
                rank=self._rank,
            )
        )

    def _parameters_of_activities(self) -> None:
        """Add attributes without a prefix: in documents between 2.x and 3.x parameters are kept there."""
        for name, element in self._source.activities.items():
            if name != self._source.run.name and name not in self._source.context_names:
                continue
            # In a document that knows no prefixes they may be what it says of the run.
            has_prefixes = any(":" in key and not key.startswith("prov:") for key in element.attributes)
            skipped = RUN_TIMES if has_prefixes else RUN_ATTRIBUTES
            for key, values in parameters_of(element.attributes).items():
                if key not in skipped:
                    self._things.parameters.append(
                        ImportedParameter(
                            key, attribute_value(values), self._source.context_of(name), rank=self._rank
                        )
                    )

    def _file(self, path: str | None, element: Element) -> ImportedFile:
        size = literal_value(first_text(element.attributes, "file_size") or "")
        return ImportedFile(
            path or "",
            self._source.files.find(path),
            size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        )

    def _dataset(self, name: str, element: Element, path: str | None) -> None:
        information: dict[str, JsonValue] = {}
        for key, value in remaining(element.attributes, *_SHOWN).items():
            information[_STATISTICS.sub("", key, count=1) or key] = value
        given = self._source_of(name, element)
        if given is not None:
            information.setdefault("source", given)
        self._things.datasets.append(
            ImportedDataset(
                self._source.label_of(name, element.attributes),
                None,
                self._context(name, element),
                information,
                file=self._file(path, element) if path else None,
                time=self._time(name, element),
                rank=self._rank,
            )
        )

    def _code(self, element: Element, path: str | None) -> None:
        named = first_text(element.attributes, "source_name") or path
        recorded = first_text(self._source.run.attributes, "source_code")
        folder = self._source.files.find(recorded)
        files: list[ImportedFile] = []
        if folder is not None and folder.is_dir():
            files = [ImportedFile(one, place) for one, place in regular_files(folder)]
        elif named is not None:
            files = [ImportedFile(named, self._source.files.find(named) or folder)]
        self._things.source_code.append(
            ImportedSourceCode(tuple(files), script_first=len(files) == 1, rank=self._rank)
        )

    def _version(self, name: str, element: Element, path: str) -> None:
        folder, _, base = path.replace("\\", "/").rstrip("/").rpartition("/")
        match = _VERSION.fullmatch(base)
        model = folder.rpartition("/")[2] or base
        number = int(match["number"]) + 1 if match else 1
        known = {(one.name, one.version) for one in self._things.versions}
        while (model, number) in known:
            number += 1
        step = literal_value(first_text(element.attributes, "creation_epoch") or "")
        self._things.versions.append(
            ImportedModelVersion(
                model,
                number,
                self._file(path, element),
                number - 1 if (model, number - 1) in known else None,
                self._context(name, element),
                step if isinstance(step, int) and not isinstance(step, bool) else None,
                self._time(name, element),
                self._rank,
            )
        )

    def _artifact(self, name: str, element: Element, path: str | None) -> None:
        labelled = first_text(element.attributes, "label") is not None
        label = (
            self._source.label_of(name, element.attributes)
            if labelled
            else self._short(path or label_of(name))
        )
        facts = {
            local_name(key): attribute_value(values)
            for key, values in element.attributes.items()
            if _MODEL_FACTS.fullmatch(local_name(key))
        }
        shown = remaining(element.attributes, *_SHOWN, *facts)
        original = self._originals.get(name)
        origin = self._source.entities.get(original) if original else None
        if origin is not None and self._is_original(origin.name):
            came_from = first_text(origin.attributes, *_PATHS)
            path = path or came_from
        file = self._file(path or label, element)
        role = first_text(element.attributes, "role")
        if facts:
            self._things.models.append(self._model(label, facts, element))
        is_model = "Model" in types_of(element.attributes) or bool(facts) or self._is_of_models(name)
        self._things.artifacts.append(
            ImportedArtifact(
                label,
                file,
                self._context(name, element),
                source=self._source_of(name, element),
                is_input=name in self._used or (role == "input" and name not in self._generated),
                is_model=is_model,
                attributes=shown,
                time=self._time(name, element),
                rank=self._rank,
            )
        )

    def _short(self, path: str) -> str:
        """Return a path in the artifacts of the run from there on; of one elsewhere the last part."""
        own = (first_text(self._source.run.attributes, "artifact_uri") or "").replace("\\", "/").rstrip("/")
        normal = path.replace("\\", "/")
        return normal[len(own) + 1 :] if own and normal.startswith(f"{own}/") else last_part(path)

    def _model(self, label: str, facts: Mapping[str, JsonValue], element: Element) -> ImportedModel:
        """Return the model of `log_model` of 3.x: its facts have the model's name before theirs."""
        given = {_FACT.sub(r"\1", key): (key, value) for key, value in facts.items()}
        key, count = given.get("total_params", ("", None))
        name = (
            given["model_name"][1] if "model_name" in given else key.removesuffix("total_params").rstrip("_")
        )
        layers = self._layers(first_text(element.attributes, "layers_description_path"))
        return replace(
            model_of(str(name or label), count, given.get("memory_of_model", ("", None))[1], self._rank),
            layers=layers,
        )

    def _layers(self, recorded: str | None) -> tuple[LayerRecord, ...] | None:
        """Return the layers from the file in which 3.x describes them; None if it is not there."""
        path = self._source.files.find(recorded)
        if path is None or not path.is_file() or path.stat().st_size > _LARGEST_DESCRIPTION:
            return None
        try:
            described = load_json(path)
        except PackagerError:
            return None
        if not isinstance(described, dict):
            return None
        layers = []
        for name, layer in described.items():
            kind = str(layer.get("layer_type", "")) if isinstance(layer, dict) else ""
            match = _CLASS.fullmatch(kind)
            layers.append(LayerRecord(name, match[1] if match else kind, None))
        return tuple(layers)

    def _model_of_parameters(self) -> None:
        """Add the model that `log_model` of yProv4ML 2.x wrote as parameters, which stay parameters too."""
        known = {one.key: one.value for one in self._things.parameters}
        if "total_params" in known or "memory_of_model" in known:
            name = known.get("model_name")
            self._things.models.append(
                model_of(
                    str(name) if name is not None else "model",
                    known.get("total_params"),
                    known.get("memory_of_model"),
                    self._rank,
                )
            )


def parameters_of(attributes: Attributes) -> Attributes:
    """Return the attributes of an activity that are parameters, by the names that the user gave them.

    They have no prefix; in the later 2.0, where activities have a level, they have the one of all others.
    """
    found = {key: values for key, values in attributes.items() if ":" not in key}
    if first_text(attributes, "level") is not None:
        for key, values in attributes.items():
            prefix, colon, name = key.partition(":")
            if colon and prefix != "prov" and name not in RUN_ATTRIBUTES:
                found.setdefault(name, values)
    return found


def model_of(name: str, parameters: JsonValue, megabytes: JsonValue, rank: int) -> ImportedModel:
    """Return a model: yProv4ML gives the memory of its parameters in MB of 10**6 bytes."""
    count = parameters if isinstance(parameters, int) and not isinstance(parameters, bool) else None
    memory = None
    if isinstance(megabytes, int | float) and not isinstance(megabytes, bool) and 0 <= megabytes < 1e12:
        memory = round(megabytes * 1e6)
    return ImportedModel(
        name,
        parameters=count if count is None or 0 <= count < 2**63 else None,
        memory_bytes=memory,
        rank=rank,
    )
