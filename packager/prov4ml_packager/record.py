"""`RunRecord`: one run in memory, all ranks merged. Readers make it, every product is made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from prov4ml.rundir import PACKAGED_DIRECTORY

from .metric_table import MetricTable

Status = Literal["finished", "failed", "unfinished"]
JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
"""A logged value. Floats may be NaN or infinite at the top; inside lists and dictionaries they are text."""


@dataclass(frozen=True)
class FileRecord:
    """A logged file or directory.

    `path` is relative to the run directory, with `/`, checked to stay inside it; None if no copy was made.
    `original` is the path as the program gave it: never shown outside the run directory. `size` is in bytes,
    None where an imported run names a file that was not there.
    """

    path: str | None
    original: str
    kind: Literal["file", "directory"]
    size: int | None
    sha256: str | None
    files: int


@dataclass(frozen=True)
class GitRecord:
    """The state of the script's repository; `remote` carries no credentials."""

    commit: str | None
    branch: str | None
    dirty: bool | None
    remote: str | None


@dataclass(frozen=True)
class RunError:
    """The exception or signal that ended a run."""

    type: str
    message: str
    traceback: str | None


@dataclass(frozen=True)
class RankRecord:
    """One process of the run.

    `start` and `end` are ns since the epoch; `end` is None if it was killed. `points_lost` is None where only
    the sum of all ranks is known.
    """

    rank: int
    start: int
    end: int | None
    status: Status
    error: RunError | None
    ended_by: str | None
    host: str | None
    pid: int | None
    user: str | None
    launcher: str | None
    python: Mapping[str, str]
    platform: Mapping[str, str]
    cpu_count: int | None
    devices: tuple[Mapping[str, JsonValue], ...]
    packages: Mapping[str, str]
    git: GitRecord | None
    script: str | None
    command: tuple[str, ...]
    points_lost: int | None


@dataclass(frozen=True)
class ContextRecord:
    """A context of the run; `start` and `end` are the first and last time anything was logged in it (ns)."""

    name: str
    parent: str | None
    start: int
    end: int


@dataclass(frozen=True)
class ParameterRecord:
    """A parameter. `context` None is the run."""

    key: str
    value: JsonValue
    context: str | None
    source: str | None
    is_input: bool
    time: int


@dataclass(frozen=True)
class ArtifactRecord:
    """A logged artifact. The same name may occur several times, once a logging."""

    name: str
    file: FileRecord
    context: str | None
    step: int | None
    source: str | None
    is_input: bool
    is_model: bool
    attributes: Mapping[str, JsonValue]
    time: int
    rank: int


@dataclass(frozen=True)
class LayerRecord:
    """One layer of a model, in the model's order."""

    name: str
    type: str
    parameters: int | None


@dataclass(frozen=True)
class ModelRecord:
    """What was recorded of a model by `log_model`; sizes are None where they could not be found."""

    name: str
    type: str
    parameters: int | None
    trainable_parameters: int | None
    memory_bytes: int | None
    layers: tuple[LayerRecord, ...] | None
    file: FileRecord | None
    time: int
    rank: int


@dataclass(frozen=True)
class ModelVersionRecord:
    """A saved version of a model; `previous` is the version it was derived from."""

    name: str
    version: int
    previous: int | None
    file: FileRecord
    context: str | None
    step: int | None
    time: int
    rank: int


@dataclass(frozen=True)
class DatasetRecord:
    """A dataset: sizes and shapes in `info`, a digest of its content where one could be made."""

    label: str
    type: str
    context: str | None
    info: Mapping[str, JsonValue]
    sha256: str | None
    file: FileRecord | None
    time: int
    rank: int


@dataclass(frozen=True)
class PortRecord:
    """A numbered input or output of the run: a file, or a plain value."""

    direction: Literal["input", "output"]
    number: int
    value: JsonValue
    file: FileRecord | None
    time: int
    rank: int


@dataclass(frozen=True)
class SourceCodeRecord:
    """Logged source files; `script` is the path of the entry script's copy in the run directory."""

    files: tuple[FileRecord, ...]
    script: str | None
    git: GitRecord | None
    time: int


@dataclass(frozen=True)
class CommandRecord:
    """How to run it again."""

    command: str
    path: str | None
    time: int


@dataclass(frozen=True)
class FinalMetricRecord:
    """An aggregate kept while logging (`register_final_metric`)."""

    key: str
    operation: str
    initial: JsonValue
    value: JsonValue
    count: int
    rank: int


@dataclass(frozen=True)
class RepairRecord:
    """Something that was wrong in the source of an import and is right in the run; `subjects` says where."""

    rule: str
    message: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class ImportRecord:
    """Where an imported run comes from, and what became of it on the way.

    `imported` is the time of the import in ns since the epoch. The `path` of each source is None: a source is
    not part of the run directory. `parent` is the UUID of the run that this one is nested in.
    """

    format: str
    source_version: str | None
    imported: int
    tool: str
    tool_version: str
    run: str | None
    sources: tuple[FileRecord, ...]
    carried: tuple[str, ...]
    lost: tuple[str, ...]
    repairs: tuple[RepairRecord, ...]
    parent: str | None = None


@dataclass(frozen=True)
class RunOptions:
    """What the user chose when the run was started."""

    metrics_file_type: Literal["zarr", "csv", "netcdf"] = "zarr"
    csv_separator: str = ","
    compressor: Literal["deflate", "bzip2", "lzma", "zstd"] | None = None
    chunk_codec: Literal["blosc_zstd", "lz4"] | None = None
    save_after_n_logs: int = 100


@dataclass(frozen=True)
class RunRecord:
    """One run, all ranks merged, in the order logged.

    `start` and `end` are ns since the epoch (UTC). `end` is the last sign of life where the run was killed,
    so it is always there; `status` and `error` say how it ended. `ranks` is sorted by rank.
    `warnings` are one line each: what the logger noted and what the reader met. `logger_name` and
    `logger_version` are those of the program that logged the run; `name` is one that a person gave it, `tags`
    are attributes of the run itself, and `imported` says where a run comes from that an importer wrote.
    `products_in` is the folder that `packaged/` is in, if not `directory`, which may be read-only.
    """

    directory: Path
    uuid: str
    experiment: str
    run_id: str
    user_namespace: str | None
    created: int
    start: int
    end: int
    status: Status
    error: RunError | None
    world_size: int | None
    collect_all_processes: bool
    options: RunOptions
    logger_version: str
    ranks: tuple[RankRecord, ...]
    metrics: MetricTable
    contexts: tuple[ContextRecord, ...] = ()
    parameters: tuple[ParameterRecord, ...] = ()
    artifacts: tuple[ArtifactRecord, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    model_versions: tuple[ModelVersionRecord, ...] = ()
    datasets: tuple[DatasetRecord, ...] = ()
    ports: tuple[PortRecord, ...] = ()
    source_code: tuple[SourceCodeRecord, ...] = ()
    commands: tuple[CommandRecord, ...] = ()
    final_metrics: tuple[FinalMetricRecord, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    name: str | None = None
    logger_name: str = "prov4ml"
    tags: Mapping[str, JsonValue] = field(default_factory=dict)
    imported: ImportRecord | None = None
    products_in: Path | None = None

    @property
    def packaged(self) -> Path:
        """Return where the products are or will be."""
        return (self.products_in or self.directory) / PACKAGED_DIRECTORY
