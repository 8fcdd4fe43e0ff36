"""From events of the journals to the records of a run, all ranks together."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from prov4ml.rundir import JOURNAL_FILE, rank_directory

from ..record import (
    ArtifactRecord,
    CommandRecord,
    DatasetRecord,
    FileRecord,
    FinalMetricRecord,
    GitRecord,
    ImportRecord,
    JsonValue,
    LayerRecord,
    ModelRecord,
    ModelVersionRecord,
    ParameterRecord,
    PortRecord,
    SourceCodeRecord,
)
from .fields import FieldError, Fields
from .files import check_copy, read_file
from .imports import read_import
from .journal import Event
from .problems import Problems

_ANY_STEP = -(2**63)


def read_git(fields: Fields | None) -> GitRecord | None:
    """Return the state of a repository, or None."""
    if fields is None:
        return None
    return GitRecord(
        commit=fields.optional_text("commit"),
        branch=fields.optional_text("branch"),
        dirty=fields.optional_flag("dirty"),
        remote=fields.optional_text("remote"),
    )


class Collected:
    """What the events of a run say, in the order logged.

    An event of which a required field is damaged is dropped and reported; unknown events are ignored.

    Attributes:
        contexts: context to its parent, in the order of first mention.
        seen: context to the first and last time (ns) of an event in it.
        notes: cause of a warning by rank, with the last message and count of each.
        started, ended: times (ns) that `execution_time` events gave.
    """

    def __init__(self, directory: Path, problems: Problems) -> None:
        self._directory = directory
        self._problems = problems
        self.contexts: dict[str, str | None] = {}
        self.seen: dict[str, tuple[int, int]] = {}
        self.parameters: dict[tuple[str, str | None], ParameterRecord] = {}
        self.artifacts: list[ArtifactRecord] = []
        self.models: list[ModelRecord] = []
        self.model_versions: dict[tuple[int, str, int], ModelVersionRecord] = {}
        self.datasets: list[DatasetRecord] = []
        self.ports: list[PortRecord] = []
        self.source_code: list[SourceCodeRecord] = []
        self.commands: list[CommandRecord] = []
        self.final_metrics: list[FinalMetricRecord] = []
        self.notes: dict[tuple[int, str, str], int] = {}
        self.tags: dict[str, JsonValue] = {}
        self.imported: ImportRecord | None = None
        self.started: list[int] = []
        self.ended: list[int] = []

    def add(self, event: Event) -> None:
        """Take in one event."""
        handler = _HANDLERS.get(event.name)
        if handler is None:
            return
        complain = self._complain(event)
        try:
            handler(self, event, Fields(event.data, complain))
        except FieldError as error:
            complain(f"{error}; {event.name} dropped")

    def mention(self, context: str | None, time: int) -> str | None:
        """Note that something happened in a context, declared or not."""
        if context is not None:
            self.contexts.setdefault(context, None)
            first, last = self.seen.get(context, (time, time))
            self.seen[context] = (min(first, time), max(last, time))
        return context

    def _complain(self, event: Event) -> Callable[[str], None]:
        place = f"{rank_directory(event.rank)}/{JOURNAL_FILE}"
        return partial(self._problems.add, place, line=event.line)

    def _file(self, event: Event, fields: Fields, name: str = "file") -> FileRecord | None:
        child = fields.child(name)
        if child is None:
            return None
        complain = self._complain(event)
        try:
            return read_file(child, self._directory, complain)
        except FieldError as error:
            complain(f"file object: {error}; ignored")
            return None

    def _needed_file(self, event: Event, fields: Fields) -> FileRecord:
        file = self._file(event, fields)
        if file is None:
            raise FieldError("field 'file' is no file object")
        return file

    def _context(self, event: Event, fields: Fields) -> None:
        name = fields.optional_text("name")
        if name is None:
            raise FieldError("field 'name' is empty")
        self.mention(name, event.time)
        parent = self.mention(fields.optional_text("parent"), event.time)
        self.contexts[name] = self.contexts[name] or parent

    def _series(self, event: Event, fields: Fields) -> None:
        self.mention(fields.optional_text("context"), event.time)

    def _param(self, event: Event, fields: Fields) -> None:
        key, value = fields.text("key"), fields.typed("value")
        context = self.mention(fields.optional_text("context"), event.time)
        self.parameters[key, context] = ParameterRecord(
            key, value, context, fields.optional_text("source"), fields.flag("is_input", True), event.time
        )

    def _artifact(self, event: Event, fields: Fields) -> None:
        name, file = fields.text("name"), self._needed_file(event, fields)
        self.artifacts.append(
            ArtifactRecord(
                name=name,
                file=file,
                context=self.mention(fields.optional_text("context"), event.time),
                step=fields.optional_integer("step", _ANY_STEP),
                source=fields.optional_text("source"),
                is_input=fields.flag("is_input", False),
                is_model=fields.flag("is_model", False),
                attributes=fields.typed_map("attributes"),
                time=event.time,
                rank=event.rank,
            )
        )

    def _model(self, event: Event, fields: Fields) -> None:
        layers = None
        if fields.has("layers"):
            layers = tuple(
                LayerRecord(
                    layer.optional_text("name") or "",
                    layer.optional_text("class") or "",
                    layer.optional_integer("parameters"),
                )
                for layer in fields.children("layers")
            )
        self.models.append(
            ModelRecord(
                name=fields.text("name"),
                type=fields.optional_text("class") or "",
                parameters=fields.optional_integer("parameters"),
                trainable_parameters=fields.optional_integer("trainable_parameters"),
                memory_bytes=fields.optional_integer("memory_bytes"),
                layers=layers,
                file=self._file(event, fields),
                time=event.time,
                rank=event.rank,
            )
        )

    def _model_version(self, event: Event, fields: Fields) -> None:
        name, version = fields.text("name"), fields.integer("version", least=1)
        file = self._needed_file(event, fields)
        previous = fields.optional_integer("previous", least=1)
        if previous == version:  # a version derived from itself would be a cycle in the provenance
            previous = None
        key = (event.rank, name, version)
        self.model_versions.pop(key, None)  # the last line counts, and has its place in the order logged
        self.model_versions[key] = ModelVersionRecord(
            name=name,
            version=version,
            previous=previous,
            file=file,
            context=self.mention(fields.optional_text("context"), event.time),
            step=fields.optional_integer("step", _ANY_STEP),
            time=event.time,
            rank=event.rank,
        )

    def _dataset(self, event: Event, fields: Fields) -> None:
        self.datasets.append(
            DatasetRecord(
                label=fields.text("label"),
                type=fields.optional_text("class") or "",
                context=self.mention(fields.optional_text("context"), event.time),
                info=fields.typed_map("info"),
                sha256=fields.optional_text("sha256"),
                file=self._file(event, fields),
                time=event.time,
                rank=event.rank,
            )
        )

    def _port(self, event: Event, fields: Fields) -> None:
        self.ports.append(
            PortRecord(
                direction="input" if event.name == "input" else "output",
                number=fields.integer("number", least=1),
                value=fields.optional_typed("value"),
                file=self._file(event, fields),
                time=event.time,
                rank=event.rank,
            )
        )

    def _source_code(self, event: Event, fields: Fields) -> None:
        complain = self._complain(event)
        files = []
        for child in fields.children("files"):
            try:
                files.append(read_file(child, self._directory, complain))
            except FieldError as error:
                complain(f"file object: {error}; ignored")
        script = fields.optional_text("script")
        if script is not None and (problem := check_copy(self._directory, script, "file")):
            complain(f"script {script!r} {problem}; it is left out")
            script = None
        self.source_code.append(
            SourceCodeRecord(tuple(files), script, read_git(fields.child("git")), event.time)
        )

    def _command(self, event: Event, fields: Fields) -> None:
        self.commands.append(CommandRecord(fields.text("command"), fields.optional_text("path"), event.time))

    def _final_metric(self, event: Event, fields: Fields) -> None:
        self.final_metrics.append(
            FinalMetricRecord(
                key=fields.text("key"),
                operation=fields.optional_text("operation") or "",
                initial=fields.optional_typed("initial"),
                value=fields.typed("value"),
                count=fields.optional_integer("count") or 0,
                rank=event.rank,
            )
        )

    def _execution_time(self, event: Event, fields: Fields) -> None:
        label = fields.text("label")
        if label == "start":
            self.started.append(event.time)
        elif label == "end":
            self.ended.append(event.time)

    def _tag(self, event: Event, fields: Fields) -> None:
        self.tags[fields.text("key")] = fields.typed("value")

    def _import(self, event: Event, fields: Fields) -> None:
        self.imported = read_import(fields, self._directory, self._complain(event))

    def _warning(self, event: Event, fields: Fields) -> None:
        message = fields.text("message")
        self.notes[event.rank, fields.optional_text("cause") or "", message] = (
            fields.optional_integer("count") or 1
        )


_HANDLERS: dict[str, Callable[[Collected, Event, Fields], None]] = {
    "import": Collected._import,
    "tag": Collected._tag,
    "context": Collected._context,
    "series": Collected._series,
    "param": Collected._param,
    "artifact": Collected._artifact,
    "model": Collected._model,
    "model_version": Collected._model_version,
    "dataset": Collected._dataset,
    "input": Collected._port,
    "output": Collected._port,
    "source_code": Collected._source_code,
    "command": Collected._command,
    "final_metric": Collected._final_metric,
    "execution_time": Collected._execution_time,
    "warning": Collected._warning,
}
