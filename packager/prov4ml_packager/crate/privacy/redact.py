"""Runs as a stranger may see them: a copy of each beside the crate, without people, machines and homes.

Everything that a crate says of a run is made of its record and of its `packaged/`. Both are made anew here,
from a record whose texts were changed, so that provenance, stores, graph and metadata still say the same.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prov4ml.rundir import PACKAGED_CARD, PACKAGED_DIRECTORY, PACKAGED_DOT, PACKAGED_STORES, RUN_FILE

from ...errors import PackagerError
from ...metric_table import MetricSeries, MetricTable, sorted_table
from ...record import FileRecord, RunRecord, SourceCodeRecord
from ..options import CrateOptions
from ..payload import logged_paths
from .named_files import named_files
from .pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from ...finalize import StoreFormat

_USER_KEY = re.compile(
    r"(?:.*[._/-])?(?:user|user_?name|login|owner|author|creator|maintainer)", re.IGNORECASE
)
_HOST_KEY = re.compile(r"(?:.*[._/-])?(?:host|host_?name|node_?name)", re.IGNORECASE)
_KEY_DIGEST = re.compile(r"-[0-9a-f]{10}(?=\.[^.]*\Z|\Z)")
_FIXED = frozenset(
    {"directory", "uuid", "status", "kind", "direction", "sha256", "operation", "options", "metrics"}
)
"""Fields that are no free text, or are changed by themselves."""
_RUN_FIELDS = ("format_version", "uuid", "created", "world_size", "collect_all_processes", "options")
_MOST_NAMED = 20

Tell = Callable[[str], None]


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


def without_people(options: CrateOptions) -> CrateOptions:
    """Return the options of a configuration for a redacted crate: who made it and where is left out.

    Authors, publisher, funders, contact, page, identifier and citations go; the names are kept as such that
    must not occur. What the command line gives afterwards is what the user wants to be read.
    """
    organizations = [*options.funders, options.publisher, *(one.affiliation for one in options.authors)]
    names = [one.name for one in options.authors]
    names += [one.name for one in organizations if one is not None]
    names += [options.contact.name] if options.contact and options.contact.name else []
    return replace(
        options, redact=True, hidden_names=tuple(dict.fromkeys(names)), authors=(), publisher=None,
        funders=(), contact=None, url=None, identifier=None, citations=(),
    )  # fmt: skip


@contextmanager
def redacted_runs(
    runs: Sequence[RunRecord], options: CrateOptions, target: Path, tell: tuple[Tell, Tell]
) -> Iterator[tuple[list[RunRecord], CrateOptions, tuple[Tell, Tell]]]:
    """Make redacted copies of runs, which last as long as the context.

    Logged files are linked where the file system can, else copied; their contents are not changed.

    Args:
        runs: finalized runs.
        options: of the crate.
        target: the crate; the copies lie beside it in a temporary folder.
        tell: take a line each to the user, the first notes, such as those on logged files that name a person
            or a machine, the second warnings.

    Yields:
        The copies, the options for their crate, and what takes lines about the copies to the user, who reads
        the paths of the run itself.

    Raises:
        PackagerError: as `collect_payload` and `finalize_record`, and what the block raises; the paths are
            those of the run itself.
    """
    note, warn = tell
    pseudonyms = _collect(runs, options)
    words = replace(
        options,
        name=pseudonyms.mask(options.name) if options.name else None,
        description=pseudonyms.mask(options.description) if options.description else None,
        keywords=tuple(map(pseudonyms.mask, options.keywords)),
    )
    if pseudonyms.mask(target.name) != target.name:
        note(f"{target}: the name of the crate itself names a person or a machine")
    copies: list[RedactedRun] = []

    def truly(one: Tell) -> Tell:
        def told(line: str) -> None:
            for copy in copies:
                line = copy.line(line)
            one(line)

        return told

    parent = target.absolute().parent
    with tempfile.TemporaryDirectory(
        prefix=".prov4ml-redact-", dir=parent if os.access(parent, os.W_OK) else None
    ) as folder:
        try:
            for number, run in enumerate(runs):
                copies.append(_link_run(run, Path(folder) / str(number), pseudonyms, note))
            records = [_finalized(run, copy, words) for run, copy in zip(runs, copies, strict=True)]
            yield records, words, (truly(note), truly(warn))
        except PackagerError as error:
            places = [copy.place(Path(error.path)) for copy in copies if error.path is not None]
            place = next((one for one in places if one is not None), None)
            if place is None:
                raise
            raise PackagerError(error.message, path=place, place=error.place, hint=error.hint) from error


def _collect(runs: Sequence[RunRecord], options: CrateOptions) -> Pseudonyms:
    """Return the names in all texts of the runs: the same ones wherever the runs lie."""
    pseudonyms = Pseudonyms()

    def notice(text: str) -> str:
        pseudonyms.notice(text)
        return text

    for run in runs:
        for rank in run.ranks:
            if rank.user:
                pseudonyms.user(rank.user)
            if rank.host:
                pseudonyms.host(rank.host)
    wanted = {author.name for author in options.authors}
    for name in options.hidden_names:
        if name not in wanted:
            pseudonyms.user(name)
    for run in runs:
        _collect_repositories(run, pseudonyms)
        for key, value in [*run.tags.items(), *((one.key, one.value) for one in run.parameters)]:
            if isinstance(value, str) and value and _USER_KEY.fullmatch(key):
                pseudonyms.user(value)
            elif isinstance(value, str) and value and _HOST_KEY.fullmatch(key):
                pseudonyms.host(value)
        _changed(run, notice)
    return pseudonyms


def _collect_repositories(run: RunRecord, pseudonyms: Pseudonyms) -> None:
    packages = {name.lower() for rank in run.ranks for name in rank.packages}
    for git in [*(rank.git for rank in run.ranks), *(code.git for code in run.source_code)]:
        if git is not None and git.remote:
            pseudonyms.repository(git.remote, common=packages)
        if git is not None and git.commit:
            pseudonyms.commit(git.commit)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return a record with every free text in it changed; paths in the run directory stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, (tuple, list)):
        return type(value)([_changed(one, change) for one in value])
    if isinstance(value, Mapping):
        return {_changed(name, change): _changed(one, change) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = _FIXED
        if isinstance(value, FileRecord):
            kept = kept | {"path"}
        elif isinstance(value, SourceCodeRecord):
            kept = kept | {"script"}
        elif isinstance(value, MetricSeries):
            kept = kept | {"read"}
        changes = {
            one.name: _changed(getattr(value, one.name), change)
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


def _link_run(
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
    record = _with_paths(_changed(run, pseudonyms.mask), paths)
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
        record, directory=directory, ranks=ranks, source_code=code, user_namespace=None,
        metrics=_metrics(run.metrics, pseudonyms),
    )  # fmt: skip
    directory.mkdir(parents=True, exist_ok=True)
    _write_run_file(run, record, directory)
    return RedactedRun(record, run.directory, paths.names())


def _finalized(run: RunRecord, copy: RedactedRun, options: CrateOptions) -> RunRecord:
    """Make `packaged/` of a copy with what that of the run has."""
    from ...finalize import finalize_record, find_store

    packaged = run.directory / PACKAGED_DIRECTORY
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
        masked: MetricSeries = _changed(one, pseudonyms.mask)
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
