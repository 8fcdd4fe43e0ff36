"""`run.json`: identity and options of a run. Without it there is no run, so here nothing is guessed."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from prov4ml.rundir import FORMAT_VERSION, RUN_FILE

from ..credentials import hide_in_run_file
from ..errors import PackagerError
from ..record import RunOptions
from .raw_files import open_regular, parse_json

_LARGEST = 16 << 20
_RESTORE = "restore the file from a copy, or write it as docs/run-directory.md describes"
_CHOICES = {
    "metrics_file_type": ("zarr", "csv", "netcdf"),
    "compressor": ("deflate", "bzip2", "lzma", "zstd", None),
    "chunk_codec": ("blosc_zstd", "lz4", None),
}


@dataclass(frozen=True)
class RunFile:
    """The content of `run.json`; `created` is ns since the epoch."""

    uuid: str
    experiment: str
    run_id: str
    created: int
    user_namespace: str | None
    world_size: int | None
    collect_all_processes: bool
    options: RunOptions
    logger_name: str
    logger_version: str
    name: str | None


class _Checked:
    """The parsed file with a way to say in which line a field stands."""

    def __init__(self, path: Path, content: bytes, data: dict[str, object], parent: str = "") -> None:
        self._path, self._content, self._data, self._parent = path, content, data, parent

    def error(self, name: str, message: str, hint: str = _RESTORE) -> PackagerError:
        found = re.search(rb'"' + re.escape(name.encode()) + rb'"\s*:', self._content)
        line = self._content.count(b"\n", 0, found.start()) + 1 if found else 1
        return PackagerError(
            f"field '{self._parent}{name}' {message}", path=self._path, place=f"line {line}", hint=hint
        )

    def get(self, name: str, kind: type, expected: str, *, default: Any = ...) -> Any:
        value = self._data.get(name)
        if value is None and default is not ...:
            return default
        if value is None:
            raise self.error(name, "is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(name, f"must be {expected}, not {type(value).__name__}")
        return value

    def whole(self, name: str, least: int, **default: Any) -> Any:
        value = self.get(name, int, "an integer", **default)
        if value is not None and not least <= value < 2**63:
            raise self.error(name, f"must be from {least} to 2**63 - 1, not {value}")
        return value

    def choice(self, name: str, default: str | None) -> Any:
        value = self.get(name, str, "a text", default=default)
        if value not in _CHOICES[name]:
            allowed = ", ".join("null" if one is None else one for one in _CHOICES[name])
            raise self.error(name, f"is {value!r}", hint=f"use one of {allowed}")
        return value

    def child(self, name: str) -> "_Checked":
        data = self.get(name, dict, "an object", default={})
        return _Checked(self._path, self._content, data, f"{name}.")


def _load(directory: Path) -> tuple[Path, bytes, dict[str, object]]:
    path = directory / RUN_FILE
    if not directory.is_dir():
        raise _not_a_run(directory)
    try:
        with open_regular(path) as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise _not_a_run(directory) from error
    if len(content) > _LARGEST:
        raise PackagerError(f"is larger than {_LARGEST >> 20} MiB", path=path, hint=_RESTORE)
    if not content.strip(b"\0 \t\r\n"):
        raise PackagerError("is empty", path=path, hint=_RESTORE)
    try:
        data = parse_json(content)
    except ValueError as error:
        place = f"line {error.lineno}" if hasattr(error, "lineno") else None
        raise PackagerError(
            f"is no JSON ({str(error)[:100]})", path=path, place=place, hint=_RESTORE
        ) from error
    if not isinstance(data, dict):
        raise PackagerError("is no JSON object", path=path, hint=_RESTORE)
    return path, content, hide_in_run_file(data)


def _not_a_run(directory: Path) -> PackagerError:
    """Return the error for a directory without `run.json`, with the most helpful hint there is."""
    if not directory.exists():
        return PackagerError("does not exist", path=directory, hint="give the folder that start_run made")
    if not directory.is_dir():
        return PackagerError(
            "is no run directory", path=directory, hint="give the folder that start_run made"
        )
    try:
        inside = sorted(path.parent for path in directory.glob(f"*/{RUN_FILE}"))
    except OSError:
        inside = []
    if inside:
        hint = f"did you mean {inside[-1]}?"
    elif any(directory.glob("rank_*")):
        hint = _RESTORE
    else:
        hint = "give the folder that start_run made"
    return PackagerError(f"is no run directory: {RUN_FILE} is missing", path=directory, hint=hint)


def read_run_file(directory: Path) -> RunFile:
    """Read and check `run.json`.

    Raises:
        PackagerError: the file is missing, empty or no JSON, a required field is missing, a field has a wrong
            type, or a newer format version wrote it; names file and line.
    """
    path, content, data = _load(directory)
    checked = _Checked(path, content, data)
    version = checked.whole("format_version", 1)
    if version > FORMAT_VERSION:
        raise checked.error(
            "format_version",
            f"is {version}, this version reads up to {FORMAT_VERSION}",
            hint="upgrade: pip install --upgrade 'prov4ml[pack]'",
        )
    identifier = checked.get("uuid", str, "a text")
    try:
        uuid = str(UUID(identifier))
    except ValueError as error:
        raise checked.error("uuid", f"is no UUID: {identifier[:60]!r}") from error
    options = checked.child("options")
    separator = options.get("csv_separator", str, "a text", default=",")
    if len(separator) != 1 or separator in '"\r\n':
        raise options.error(
            "csv_separator", f"is {separator[:20]!r}", hint="use one character such as , or ;"
        )
    return RunFile(
        uuid=uuid,
        experiment=cast(str, checked.get("experiment", str, "a text")),
        run_id=cast(str, checked.get("run_id", str, "a text")),
        created=checked.whole("created", 0),
        user_namespace=checked.get("user_namespace", str, "a text", default=None) or None,
        world_size=checked.whole("world_size", 1, default=None),
        collect_all_processes=checked.get("collect_all_processes", bool, "true or false", default=False),
        options=RunOptions(
            metrics_file_type=options.choice("metrics_file_type", "zarr"),
            csv_separator=separator,
            compressor=options.choice("compressor", None),
            chunk_codec=options.choice("chunk_codec", None),
            save_after_n_logs=options.whole("save_after_n_logs", 1, default=100),
        ),
        logger_name=checked.child("logger").get("name", str, "a text", default="") or "prov4ml",
        logger_version=checked.child("logger").get("version", str, "a text", default="unknown"),
        name=checked.get("name", str, "a text", default=None) or None,
    )


def store_attributes(run: RunFile, status: str, start: int, end: int) -> dict[str, str | int | float | bool]:
    """Return what a metric store says of its run: enough to write `run.json` again."""
    attributes: dict[str, str | int | float | bool] = {
        "experiment": run.experiment,
        "run_id": run.run_id,
        "run_uuid": run.uuid,
        "created": run.created,
        "start": start,
        "end": end,
        "status": status,
        "collect_all_processes": run.collect_all_processes,
        "logger_version": run.logger_version,
    }
    if run.user_namespace is not None:
        attributes["user_namespace"] = run.user_namespace
    if run.world_size is not None:
        attributes["world_size"] = run.world_size
    return attributes
