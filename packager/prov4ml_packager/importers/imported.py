"""What an importer yields: one run of another tracker, in plain dataclasses.

Everything in here is data of unknown origin. Names may be any text: the writer makes keys of them. A path
belongs in `ImportedFile.path` only if `sources.inside` returned it. Times are ns since the epoch (UTC); one
that is None is not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..metric_table import MetricSeries
from ..record import GitRecord, JsonValue, LayerRecord, RepairRecord, RunError, Status


@dataclass(frozen=True)
class ImportedFile:
    """A file or directory that the run logged.

    Attributes:
        original: the path or address as the source gives it; it stays in the run directory's journal.
        path: where it is now, as `sources.inside` returned it; None if it is not there.
        content: its bytes, where it is kept inside another file such as a database.
        copy: whether to copy it into the run directory; False records size and digest only.
        kind: `file` or `directory`, for one that is not there.
        size: bytes, for one that is not there and of which the source says it.
        sha256: of the content, likewise.
    """

    original: str
    path: Path | None = None
    content: bytes | None = None
    copy: bool = True
    kind: Literal["file", "directory"] = "file"
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class ImportedContext:
    """A context, with its parent and times where the source knows them."""

    name: str
    parent: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class ImportedParameter:
    """A parameter; `is_input` False for one that the run found."""

    key: str
    value: JsonValue
    context: str | None = None
    source: str | None = None
    is_input: bool = True
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedArtifact:
    """A logged artifact."""

    name: str
    file: ImportedFile
    context: str | None = None
    step: int | None = None
    source: str | None = None
    is_input: bool = False
    is_model: bool = False
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedModel:
    """What the source knows of a model."""

    name: str
    type: str | None = None
    parameters: int | None = None
    trainable_parameters: int | None = None
    memory_bytes: int | None = None
    layers: tuple[LayerRecord, ...] | None = None
    file: ImportedFile | None = None
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedModelVersion:
    """A saved version of a model, from 1; `previous` is the version it was derived from."""

    name: str
    version: int
    file: ImportedFile
    previous: int | None = None
    context: str | None = None
    step: int | None = None
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedDataset:
    """A dataset; `sha256` is that of its content."""

    label: str
    type: str | None = None
    context: str | None = None
    info: Mapping[str, JsonValue] = field(default_factory=dict)
    sha256: str | None = None
    file: ImportedFile | None = None
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedPort:
    """An input or output of the run that is neither parameter, dataset nor artifact."""

    direction: Literal["input", "output"]
    value: JsonValue = None
    file: ImportedFile | None = None
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedSourceCode:
    """Source files of the run; the first is the entry script if `script_first`."""

    files: tuple[ImportedFile, ...] = ()
    script_first: bool = False
    git: GitRecord | None = None
    time: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class ImportedFinalMetric:
    """A value that the source gives for the whole run and of which it keeps no points."""

    key: str
    value: JsonValue
    operation: str = "last"
    initial: JsonValue = None
    count: int = 0
    rank: int = 0


@dataclass(frozen=True)
class ImportedRank:
    """One process of the run. What is None in it is that of the run (times, status) or not known."""

    rank: int = 0
    start: int | None = None
    end: int | None = None
    status: Status | None = None
    error: RunError | None = None
    host: str | None = None
    pid: int | None = None
    user: str | None = None
    launcher: str | None = None
    python: Mapping[str, str] = field(default_factory=dict)
    platform: Mapping[str, str] = field(default_factory=dict)
    cpu_count: int | None = None
    devices: tuple[Mapping[str, JsonValue], ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    git: GitRecord | None = None
    script: str | None = None
    command: tuple[str, ...] = ()
    points_lost: int = 0


Repair = RepairRecord
"""Something that is wrong in the source and that the importer puts right: `rule` is a stable word for the
kind, `message` one sentence on what was wrong and what is written instead, `subjects` all it was about."""


@dataclass(frozen=True)
class ImportedRun:
    """One run, all ranks together.

    Attributes:
        experiment: true name of the experiment.
        run_id: what the source calls the run.
        sources: the files and directories it was read from; their digests go into the provenance.
        start: of the run.
        end: None if the source does not know it; a finished run then ends with its last point.
        status: how it ended.
        error: what ended a failed run.
        name: a name that a person or the tracker gave it.
        uuid: the run's own UUID, where the source has one; else one is made from source and names, so that
            the same source always gives the same run.
        parent: UUID of the run that this one is nested in.
        user_namespace: IRI for the identifiers of its provenance.
        world_size: number of processes of the job.
        tracker: name and version of the program that logged it; `unknown` where the source does not say.
        ranks: at least one. `rank` of every other part names one of these.
        series: metric series with lazy points; they are read once, before the next run is asked for.
        carried: notes on what came over that the counts of parts do not say.
        lost: notes on what could not come over, one sentence each, with numbers where they are known.
        repairs: what was wrong in the source and is right in the run.
    """

    experiment: str
    run_id: str
    sources: tuple[Path, ...]
    start: int
    end: int | None = None
    status: Status = "finished"
    error: RunError | None = None
    name: str | None = None
    uuid: str | None = None
    parent: str | None = None
    user_namespace: str | None = None
    world_size: int | None = None
    tracker: tuple[str, str] = ("unknown", "unknown")
    ranks: tuple[ImportedRank, ...] = (ImportedRank(),)
    series: tuple[MetricSeries, ...] = ()
    contexts: tuple[ImportedContext, ...] = ()
    parameters: tuple[ImportedParameter, ...] = ()
    artifacts: tuple[ImportedArtifact, ...] = ()
    models: tuple[ImportedModel, ...] = ()
    model_versions: tuple[ImportedModelVersion, ...] = ()
    datasets: tuple[ImportedDataset, ...] = ()
    ports: tuple[ImportedPort, ...] = ()
    source_code: tuple[ImportedSourceCode, ...] = ()
    command: str | None = None
    final_metrics: tuple[ImportedFinalMetric, ...] = ()
    tags: Mapping[str, JsonValue] = field(default_factory=dict)
    carried: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class UnreadableRun:
    """A run among others that could not be read; the others are imported all the same."""

    name: str
    reason: str
