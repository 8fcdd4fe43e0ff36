"""The importer for Trackio: a database a project, in it rows of many runs (docs/imports.md, Trackio)."""

from collections.abc import Iterator
from pathlib import Path

from ...errors import PackagerError
from ...record import JsonValue
from ..databases import Database, is_database, open_database
from ..imported import ImportedFinalMetric, ImportedParameter, ImportedRank, ImportedRun, UnreadableRun
from ..moments import from_iso
from ..registry import Importer
from ..sources import inside
from .artifacts import linked_artifacts
from .rows import RowCollector, finite_or_not, object_of

_SUFFIX = ".db"


def _is_trackio(database: Database) -> bool:
    return {"timestamp", "run_name", "step", "metrics"} <= set(database.tables.get("metrics", ()))


def _is_project(path: Path) -> bool:
    if not is_database(path):
        return False
    try:
        with open_database(path) as database:
            return _is_trackio(database)
    except PackagerError:
        return False


def _databases(folder: Path) -> list[Path]:
    try:
        files = [one for one in folder.iterdir() if one.suffix == _SUFFIX and not one.is_symlink()]
    except OSError:
        return []
    return sorted(one for one in files if is_database(one))


def _recognises(source: Path) -> bool:
    return any(map(_is_project, _databases(source))) if source.is_dir() else _is_project(source)


def _read(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    if not source.is_dir():
        with open_database(source) as database:
            if not _is_trackio(database):
                raise PackagerError("is no database of Trackio: it has no table of metrics", path=source)
            yield from _read_runs(database)
        return
    for path in _databases(source):
        try:
            with open_database(path) as database:
                if _is_trackio(database):
                    yield from _read_runs(database)
        except PackagerError as error:
            yield UnreadableRun(str(path), error.message)


def _read_runs(database: Database) -> Iterator[ImportedRun | UnreadableRun]:
    # Databases of Trackio before 0.10 tell runs apart by name only.
    key = "run_id" if "run_id" in database.tables["metrics"] else "run_name"
    for run in dict.fromkeys([*database.distinct("metrics", key), *database.distinct("configs", key)]):
        try:
            yield _read_run(database, key, run)
        except PackagerError as error:
            yield UnreadableRun(f"{database.path}: {run}", str(error))


def _read_run(database: Database, key: str, run: object) -> ImportedRun:
    own = {key: run}
    folder = database.path.resolve().parent
    media = inside(folder, "media")
    rows = RowCollector(media)
    lost: list[str] = []
    name = ""
    for label, stamp, step, data in database.select(
        "metrics", ("run_name", "timestamp", "step", "metrics"), own
    ):
        name = name or str(label)
        rows.add(data, stamp, step)
    for stamp, data in database.select("system_metrics", ("timestamp", "metrics"), own):
        rows.add(data, stamp, None, system=True)
    config: dict[str, JsonValue] = {}
    created: int | None = None
    for label, data, stamp in database.select("configs", ("run_name", "config", "created_at"), own):
        name = name or str(label)
        config = object_of(data) or {}
        created = from_iso(config.get("_Created")) or from_iso(stamp)
    lost += rows.lost
    artifacts = (*rows.artifacts, *linked_artifacts(database, key, run, folder, lost))
    lost += _losses(database, own, rows)
    start = created if created is not None else rows.first
    if start is None:
        start = 0
        lost.append("the time of its start: the database has none")
    group, user = config.get("_Group"), config.get("_Username")
    return ImportedRun(
        experiment=database.path.stem,
        run_id=str(run),
        sources=(database.path,),
        start=min(start, rows.first if rows.first is not None else start),
        end=max(start, rows.last if rows.last is not None else start),
        name=name or None,
        tracker=("Trackio", "unknown"),
        ranks=(ImportedRank(user=user if isinstance(user, str) else None),),
        series=rows.points.series(),
        parameters=tuple(
            ImportedParameter(one, _parameter(value))
            for one, value in config.items()
            if not one.startswith("_")
        ),
        artifacts=artifacts,
        final_metrics=tuple(ImportedFinalMetric(one, value) for one, value in rows.texts.items()),
        tags={"trackio.group": group} if isinstance(group, str) else {},
        lost=tuple(lost),
    )


def _parameter(value: JsonValue) -> JsonValue:
    number = finite_or_not(value) if isinstance(value, str) else None
    return value if number is None else number


def _losses(database: Database, own: dict[str, object], rows: RowCollector) -> Iterator[str]:
    yield "how the run ended: Trackio does not keep it; it counts as finished"
    yield from rows.points.losses()
    for kind, count in sorted(rows.refused.items()):
        kept = "; the last of a key is a final metric" if kind in ("text", "list") else ""
        yield f"{count:,} value{'s' if count > 1 else ''}: {kind}, no number{kept}"
    if rows.damaged:
        yield f"{rows.damaged:,} row{'s' if rows.damaged > 1 else ''}: no JSON object with a time and a step"
    for table, kind in (("alerts", "alert"), ("traces", "trace")):
        count = sum(1 for _ in database.select(table, ("run_name",), own))
        if count:
            yield f"{count:,} {kind}{'s' if count > 1 else ''}: run directories hold none"


IMPORTER = Importer(
    name="trackio",
    title="Trackio",
    reads="a database <project>.db, or the folder of them",
    recognises=_recognises,
    read=_read,
)
