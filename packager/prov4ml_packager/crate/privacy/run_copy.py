"""The copy of a run that a redacted crate is made of: another record, and logged files under new names."""

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prov4ml.rundir import PACKAGED_CARD, PACKAGED_DOT, PACKAGED_STORES, RUN_FILE

from ...errors import PackagerError
from ...metric_table import MetricSeries, MetricTable, sorted_table
from ...record import FileRecord, RunRecord, SourceCodeRecord
from ..options import CrateOptions
from ..payload import logged_paths
from .named_files import named_files
from .pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from ...finalize import StoreFormat

_KEY_DIGEST = re.compile(r"-[0-9a-f]{10}(?=\.[^.]*\Z|\Z)")
_FIXED = frozenset(
    {"directory", "uuid", "status", "kind", "direction", "sha256", "operation", "options", "metrics"}
)
"""Fields that are no free text, or are changed by themselves."""
_RUN_FIELDS = ("format_version", "uuid", "created", "world_size", "collect_all_processes", "options")
_MOST_NAMED = 20


@dataclass(frozen=True)
class RedactedRun:
    """A copy of a run; `names` has the path in the run of each path in the copy."""

    record: RunRecord
    original: Path
    names: Mapping[str, str]

    def place(self, path: Path) -> Path | None:
        """Return where in the run something is that lies in the copy, or None if it does not."""
        if not path.is_relative_to(self.record.directory):
            return None
        relative = path.relative_to(self.record.directory).as_posix()
        return self.original if relative == "." else self.original / self.names.get(relative, relative)

    def line(self, text: str) -> str:
        """Return a line to the user with the path at its start as it is in the run."""
        if text.startswith(f"{self.record.directory}:"):
            return f"{self.original}{text.removeprefix(str(self.record.directory))}"
        start = f"{self.record.directory}{os.sep}"
        if not text.startswith(start):
            return text
        found = (name for name in self.names if text.startswith(f"{start}{name}:"))
        name = max(found, key=len, default=None)
        if name is None:
            return f"{self.original}{os.sep}{text.removeprefix(start)}"
        return f"{self.original / self.names[name]}{text.removeprefix(start + name)}"


def with_changed_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return a record with every free text in it changed; paths in the run directory stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, (tuple, list)):
        return type(value)([with_changed_texts(one, change) for one in value])
    if isinstance(value, Mapping):
        return {
            with_changed_texts(name, change): with_changed_texts(one, change) for name, one in value.items()
        }
    if is_dataclass(value) and not isinstance(value, type):
        kept = _FIXED
        if isinstance(value, FileRecord):
            kept = kept | {"path"}
        elif isinstance(value, SourceCodeRecord):
            kept = kept | {"script"}
        elif isinstance(value, MetricSeries):
            kept = kept | {"read"}
        changes = {
            one.name: with_changed_texts(getattr(value, one.name), change)
            for one in fields(value)
            if one.name not in kept
        }
        return replace(value, **changes)
    return value


class _Paths:
    """New names for what lies in a run directory; two old paths never get the same one."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._new: dict[str, str] = {"": ""}
        self._taken: set[str] = set()

    def renamed(self, path: str) -> str:
        if path not in self._new:
            parent, _, name = path.rpartition("/")
            masked = self._pseudonyms.mask(name) if parent else name
            if masked != name:  # the digest in a key is that of the true name
                masked = _KEY_DIGEST.sub("", masked)
            above = self.renamed(parent)
            stem, dot, suffix = masked.partition(".")
            candidate, number = masked, 1
            while f"{above}/{candidate}".lower() in self._taken:
                number += 1
                candidate = f"{stem}-{number}{dot}{suffix}"
            self._taken.add(f"{above}/{candidate}".lower())
            self._new[path] = f"{above}/{candidate}" if above else candidate
        return self._new[path]

    def names(self) -> dict[str, str]:
        """Return the old path of each new one."""
        return {new: old for old, new in self._new.items() if new}


def copy_run(
    run: RunRecord, folder: Path, pseudonyms: Pseudonyms, note: Callable[[str], None]
) -> RedactedRun:
    """Make the directory of a copy: its logged files and its `run.json`, without `packaged/`."""
    directory = folder / pseudonyms.mask(run.directory.resolve().name)
    paths = _Paths(pseudonyms)
    logged = logged_paths(run)
    for path in logged:
        _link(run.directory / path, directory / paths.renamed(path))
    named = list(named_files(run.directory, sorted(logged), pseudonyms))
    for one in named[:_MOST_NAMED]:
        where = f"line {one.line} has" if one.line else "has"
        note(f"{run.directory / one.path}: {where} {one.name!r}; logged files are packed as they are")
    if len(named) > _MOST_NAMED:
        note(f"{run.directory}: {len(named) - _MOST_NAMED} more logged files name a person or a machine")
    record = _with_paths(with_changed_texts(run, pseudonyms.mask), paths)
    ranks = tuple(
        replace(
            one,
            user=pseudonyms.user(old.user) if old.user else None,
            host=pseudonyms.host(old.host) if old.host else None,
            git=None,
        )
        for one, old in zip(record.ranks, run.ranks, strict=True)
    )
    code = tuple(replace(one, git=None) for one in record.source_code)
    record = replace(
        record, directory=directory, products_in=None, ranks=ranks, source_code=code, user_namespace=None,
        metrics=_metrics(run.metrics, pseudonyms),
    )  # fmt: skip
    directory.mkdir(parents=True, exist_ok=True)
    _write_run_file(run, record, directory)
    return RedactedRun(record, run.directory, paths.names())


def finalize_copy(run: RunRecord, copy: RedactedRun, options: CrateOptions) -> RunRecord:
    """Make `packaged/` of a copy with what that of the run has."""
    from ...finalize import finalize_record, find_store

    packaged = run.packaged
    store = find_store(packaged)
    formats = (one for one, name in PACKAGED_STORES.items() if store and store.name.startswith(name))
    return finalize_record(
        copy.record,
        to=cast("StoreFormat | None", next(formats, None)),
        graph=(packaged / PACKAGED_DOT).exists(),
        card=options if (packaged / PACKAGED_CARD).exists() else None,
    ).record


def _with_paths(value: Any, paths: _Paths) -> Any:
    if isinstance(value, FileRecord):
        return value if value.path is None else replace(value, path=paths.renamed(value.path))
    if isinstance(value, tuple):
        return tuple(_with_paths(one, paths) for one in value)
    if is_dataclass(value) and not isinstance(value, (type, MetricTable)):
        changed = {one.name: _with_paths(getattr(value, one.name), paths) for one in fields(value)}
        if isinstance(value, SourceCodeRecord) and value.script is not None:
            changed["script"] = paths.renamed(value.script)
        return replace(value, **changed)
    return value


def _metrics(table: MetricTable, pseudonyms: Pseudonyms) -> MetricTable:
    taken: set[tuple[str, str, str, int]] = set()
    series = []
    for one in table.series:
        masked: MetricSeries = with_changed_texts(one, pseudonyms.mask)
        name, number = masked.metric, 1
        while masked.identity in taken:
            number += 1
            masked = replace(masked, metric=f"{name} ({number})")
        taken.add(masked.identity)
        series.append(masked)
    attributes = {
        name: pseudonyms.mask(value)
        if isinstance(value, str) and name not in ("run_uuid", "status")
        else value
        for name, value in table.attributes.items()
        if name != "user_namespace"
    }
    return sorted_table(series, attributes)


def _write_run_file(run: RunRecord, record: RunRecord, directory: Path) -> None:
    content = json.loads((run.directory / RUN_FILE).read_bytes())
    kept = {name: content[name] for name in _RUN_FIELDS if name in content}
    kept |= {"experiment": record.experiment, "run_id": record.run_id, "user_namespace": None}
    kept |= {"identity": None, "logger": {"name": record.logger_name, "version": record.logger_version}}
    if record.name is not None:
        kept["name"] = record.name
    (directory / RUN_FILE).write_text(json.dumps(kept, indent=2) + "\n", encoding="ascii", newline="\n")


def _link(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, target, follow_symlinks=False)
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=source) from error
