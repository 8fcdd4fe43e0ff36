"""From an `ImportedRun` to the events of its journals (docs/run-directory.md, events.jsonl)."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prov4ml.rundir import FORMAT_VERSION

from ..metric_table import MetricSeries
from ..raw_writer import Span
from ..reader.typed_values import encode_typed
from ..record import GitRecord, JsonValue
from .copying import Copier
from .imported import (
    ImportedArtifact,
    ImportedDataset,
    ImportedFile,
    ImportedModel,
    ImportedModelVersion,
    ImportedRank,
    ImportedRun,
    ImportedSourceCode,
)

Event = dict[str, Any]

_LATEST = 2**63 - 1


@dataclass(frozen=True)
class RankSeries:
    """The series of one rank in the order of their numbers, with the first and last time of each."""

    series: tuple[MetricSeries, ...]
    spans: tuple[Span | None, ...]

    @property
    def points(self) -> int:
        """Return how many points there are."""
        return sum(one.count for one in self.series)


def moment(time: int | None, otherwise: int) -> int:
    """Return a time that a journal can hold: from 1970 on, in 64 bits."""
    return min(max(otherwise if time is None else time, 0), _LATEST)


def git_fields(git: GitRecord | None) -> Event | None:
    """Return the state of a repository as the journal writes it."""
    if git is None:
        return None
    return {"commit": git.commit, "branch": git.branch, "dirty": git.dirty, "remote": git.remote}


class JournalBuilder:
    """Makes the journals of one run; copies its files on the way, in the order of the events.

    Args:
        run: the run.
        copier: copies its files.
        series: the series of each rank, their points written already.
        start: of the run, in ns.
        end: of the run, in ns.
    """

    def __init__(
        self, run: ImportedRun, copier: Copier, series: Mapping[int, RankSeries], start: int, end: int
    ) -> None:
        self._run = run
        self._copier = copier
        self._series = series
        self._start = start
        self._end = end
        self._first_rank = min(rank.rank for rank in run.ranks)
        self._contexts = {one.name: one for one in run.contexts}

    def describe_all(self) -> dict[int, list[Event]]:
        """Return what happened in each rank but its start and end, in the order of time.

        All files are copied when this returns, so `copier.lost` is complete.
        """
        ranks = {rank.rank: rank for rank in self._run.ranks}
        events: dict[int, list[Event]] = {number: [] for number in ranks}
        for rank, event in self._parts():
            events[rank if rank in ranks else self._first_rank].append(event)
        for number, own in events.items():
            own.sort(key=lambda event: int(event["time"]))
            own[:0] = self._declarations(number, own)
        events[self._first_rank] += self._context_ends()
        return events

    def journal(self, rank: ImportedRank, imported: Event | None, events: list[Event]) -> Iterator[Event]:
        """Yield the whole journal of a rank; `imported` is the `import` event of the first one."""
        start = moment(rank.start, self._start)
        yield {
            "event": "rank_start", "time": start, "format_version": FORMAT_VERSION, "rank": rank.rank,
            "world_size": self._run.world_size, "host": rank.host, "pid": rank.pid, "user": rank.user,
            "launcher": rank.launcher, "python": dict(rank.python), "platform": dict(rank.platform),
            "cpu_count": rank.cpu_count,
            "devices": [_plain_map(device) for device in rank.devices],
            "packages": dict(rank.packages), "git": git_fields(rank.git), "script": rank.script,
            "command": list(rank.command),
        }  # fmt: skip
        if imported is not None:
            yield imported
        yield {"event": "execution_time", "time": self._start, "label": "start"}
        yield from events
        status = rank.status or self._run.status
        if status == "unfinished" and rank.end is None and self._run.end is None:
            return  # nothing says that it ever ended
        error = rank.error or (self._run.error if rank.rank == self._first_rank else None)
        yield {"event": "execution_time", "time": self._end, "label": "end"}
        yield {
            "event": "run_end", "time": moment(rank.end, self._end), "status": status,
            "error": None if error is None or status == "finished" else {
                "type": error.type, "message": error.message, "traceback": error.traceback
            },
            "points": self._series[rank.rank].points + rank.points_lost, "points_lost": rank.points_lost,
        }  # fmt: skip

    def _declarations(self, rank: int, events: list[Event]) -> Iterator[Event]:
        """Yield contexts and series, each at the time of the first thing in it."""
        series = self._series[rank]
        spans = list(zip(series.series, series.spans, strict=True))
        if rank == self._first_rank:
            first: dict[str, int] = {}
            mentions = [(event.get("context"), int(event["time"])) for event in events]
            mentions += [(one.context, span[0]) for one, span in spans if span and self._is_inside(span)]
            for mentioned, time in mentions:
                if mentioned is not None:
                    first[mentioned] = min(first.get(mentioned, time), time)
            for context in self._run.contexts:
                otherwise = self._in_context(context.parent, late=False)
                time = moment(context.start, first.get(context.name, otherwise))
                yield {"event": "context", "time": time, "name": context.name, "parent": context.parent}
        for number, (one, span) in enumerate(spans, start=1):
            otherwise = self._in_context(one.context, late=False)
            time = span[0] if span is not None and self._is_inside(span) else otherwise
            yield {
                "event": "series", "time": time, "number": number,
                "key": one.metric, "context": one.context, "source": one.source, "unit": one.unit,
            }  # fmt: skip

    def _is_inside(self, span: Span) -> bool:
        """Return whether the first point lies in the run: users give points any time."""
        return self._start <= span[0] <= self._end

    def _context_ends(self) -> Iterator[Event]:
        # A context lasts from the first to the last line that mentions it.
        for one in self._run.contexts:
            if one.end is not None:
                yield {
                    "event": "context", "time": moment(one.end, self._end), "name": one.name,
                    "parent": one.parent,
                }  # fmt: skip

    def _in_context(self, context: str | None, *, late: bool) -> int:
        """Return when something in a context happened at the latest, or at the earliest."""
        known = self._contexts.get(context) if context is not None else None
        if late:
            return moment(known.end if known else None, self._end)
        return moment(known.start if known else None, self._start)

    def _parts(self) -> Iterator[tuple[int, Event]]:
        run = self._run
        for name, value in run.tags.items():
            yield (
                self._first_rank,
                {"event": "tag", "time": self._start, "key": name, "value": encode_typed(value)},
            )
        for parameter in run.parameters:
            yield parameter.rank, {
                "event": "param",
                "time": moment(parameter.time, self._in_context(parameter.context, late=False)),
                "key": parameter.key, "value": encode_typed(parameter.value), "context": parameter.context,
                "source": parameter.source, "is_input": parameter.is_input,
            }  # fmt: skip
        for dataset in run.datasets:
            yield dataset.rank, self._dataset(dataset)
        for code in run.source_code:
            yield code.rank, self._source_code(code)
        if run.command:
            yield self._first_rank, {
                "event": "command", "time": self._start, "command": run.command, "path": None
            }  # fmt: skip
        yield from self._ports()
        for model in run.models:
            yield model.rank, self._model(model)
        for version in run.model_versions:
            yield version.rank, self._version(version)
        for artifact in run.artifacts:
            yield artifact.rank, self._artifact(artifact)
        for final in run.final_metrics:
            yield final.rank, {
                "event": "final_metric", "time": self._end, "key": final.key, "operation": final.operation,
                "initial": encode_typed(final.initial), "value": encode_typed(final.value),
                "count": final.count,
            }  # fmt: skip

    def _file(self, file: ImportedFile | None, *folders: str, name: str) -> Event | None:
        return None if file is None else self._copier.describe(file, folders, name)

    def _dataset(self, dataset: ImportedDataset) -> Event:
        return {
            "event": "dataset", "time": moment(dataset.time, self._in_context(dataset.context, late=False)),
            "label": dataset.label, "class": dataset.type, "context": dataset.context,
            "info": _typed_map(dataset.info), "sha256": dataset.sha256,
            "file": self._file(dataset.file, "datasets", name=dataset.label),
        }  # fmt: skip

    def _source_code(self, code: ImportedSourceCode) -> Event:
        files = [self._copier.describe(one, ("source",), _last_part(one.original)) for one in code.files]
        script = files[0]["path"] if files and code.script_first else None
        return {
            "event": "source_code", "time": moment(code.time, self._start), "files": files, "script": script,
            "git": git_fields(code.git),
        }  # fmt: skip

    def _ports(self) -> Iterator[tuple[int, Event]]:
        numbers = {"input": 0, "output": 0}
        for port in self._run.ports:
            numbers[port.direction] += 1
            name = _last_part(port.file.original) if port.file else ""
            yield port.rank, {
                "event": port.direction,
                "time": moment(port.time, self._start if port.direction == "input" else self._end),
                "number": numbers[port.direction],
                "value": None if port.value is None else encode_typed(port.value),
                "file": self._file(port.file, f"{port.direction}s", name=name),
            }  # fmt: skip

    def _model(self, model: ImportedModel) -> Event:
        layers = model.layers
        return {
            "event": "model", "time": moment(model.time, self._end), "name": model.name, "class": model.type,
            "parameters": model.parameters, "trainable_parameters": model.trainable_parameters,
            "memory_bytes": model.memory_bytes,
            "layers": None if layers is None else [
                {"name": one.name, "class": one.type, "parameters": one.parameters} for one in layers
            ],
            "file": self._file(model.file, "models", name=_file_name(model.name, model.file)),
        }  # fmt: skip

    def _version(self, version: ImportedModelVersion) -> Event:
        name = _file_name(f"v{version.version}", version.file)
        return {
            "event": "model_version",
            "time": moment(version.time, self._in_context(version.context, late=True)),
            "name": version.name, "version": version.version, "previous": version.previous,
            "file": self._file(version.file, "models", version.name, name=name), "context": version.context,
            "step": version.step,
        }  # fmt: skip

    def _artifact(self, artifact: ImportedArtifact) -> Event:
        otherwise = self._in_context(artifact.context, late=not artifact.is_input)
        # A name such as `plots/loss.png` keeps its folders and its suffix; each part becomes a key.
        *folders, name = [part for part in artifact.name.split("/") if part] or [artifact.name]
        return {
            "event": "artifact", "time": moment(artifact.time, otherwise), "name": artifact.name,
            "file": self._file(artifact.file, *folders, name=_file_name(name, artifact.file)),
            "context": artifact.context,
            "step": artifact.step, "source": artifact.source, "is_input": artifact.is_input,
            "is_model": artifact.is_model, "attributes": _typed_map(artifact.attributes),
        }  # fmt: skip


def series_by_rank(ranks: Iterable[int], series: Iterable[MetricSeries]) -> dict[int, list[MetricSeries]]:
    """Return the series of each rank; a rank without any has an empty list."""
    split: dict[int, list[MetricSeries]] = {rank: [] for rank in ranks}
    for one in series:
        split[one.rank].append(one)
    return split


def _typed_map(values: Mapping[str, JsonValue]) -> Event:
    return {name: encode_typed(value) for name, value in values.items()}


def _plain_map(values: Mapping[str, JsonValue]) -> Event:
    return {name: encode_typed(value)["value"] for name, value in values.items()}


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def _file_name(name: str, file: ImportedFile | None) -> str:
    """Return a name with the suffix of the file, by which programs know what it is."""
    if file is None or (file.path is not None and file.path.is_dir()):
        return name
    suffix = os.path.splitext(_last_part(file.original))[1]
    return name if name.endswith(suffix) else name + suffix
