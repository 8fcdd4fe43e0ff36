"""`read_packaged`: a run as a crate holds it, as the record that all products are made of."""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from prov4ml.rundir import ARTIFACTS_DIRECTORY, PACKAGED_DIRECTORY, PACKAGED_PROV, PACKAGED_STORES

from ..crate.archive.paths import archive_paths
from ..crate_members import parse_object, read_member
from ..errors import PackagerError
from ..metric_table import MetricTable
from ..no_links import mode_inside
from ..reader.run_file import read_run_file, store_attributes
from ..record import RunRecord
from .activities import read_activities
from .document import Document
from .files import FileReader
from .imports import read_import
from .inputs import read_commands, read_datasets, read_parameters, read_ports, read_source_code
from .metrics import Attributes, OpenStores, SeriesFigures, documented_series
from .outputs import read_artifacts, read_final_metrics, read_model_versions, read_models

_PROV = f"{PACKAGED_DIRECTORY}/{PACKAGED_PROV}"
COMMAND_LINE = "the command line"
_WARNINGS, _TRACEBACK = "what the logger warned of", "the traceback of the error"


@dataclass(frozen=True)
class PackagedRun:
    """A run that was read without its raw files.

    Attributes:
        record: what the document and `run.json` say. Without a store its series have no points.
        series: each series with its figures.
        missing: what the crate does not hold of the run, a few words each.
    """

    record: RunRecord
    series: SeriesFigures
    missing: tuple[str, ...]


def read_packaged(directory: Path, stores: OpenStores) -> PackagedRun:
    """Read a run's folder in an unpacked crate; nothing in it is followed, changed or executed.

    Times are those of the document, to the microsecond.

    Args:
        directory: holds `run.json` and `packaged/`.
        stores: opens the metric store, also when points are read later.

    Raises:
        PackagerError: `run.json` or the document is missing, damaged, or not of prov4ml.
    """
    run_file = read_run_file(directory)
    document = Document(read_provenance(directory), directory / _PROV)
    activities = read_activities(document)
    files = FileReader(_Copies(directory, document).is_there)
    series, own, lacking = _metrics(directory, document, stores)
    attributes = store_attributes(run_file, activities.status, activities.start, activities.end) | dict(own)
    record = RunRecord(
        directory=directory,
        uuid=run_file.uuid,
        experiment=run_file.experiment,
        run_id=run_file.run_id,
        user_namespace=run_file.user_namespace,
        created=run_file.created,
        start=activities.start,
        end=activities.end,
        status=activities.status,
        error=activities.error,
        world_size=run_file.world_size,
        collect_all_processes=run_file.collect_all_processes,
        options=run_file.options,
        logger_version=run_file.logger_version,
        ranks=activities.ranks,
        metrics=MetricTable(tuple(one for one, _ in series), attributes),
        contexts=activities.contexts,
        parameters=read_parameters(document, activities),
        artifacts=read_artifacts(document, activities, files),
        models=read_models(document, activities, files),
        model_versions=read_model_versions(document, activities, files),
        datasets=read_datasets(document, activities, files),
        ports=read_ports(document, activities, files),
        source_code=read_source_code(document, activities, files),
        commands=read_commands(document, activities),
        final_metrics=read_final_metrics(document, activities),
        name=run_file.name,
        logger_name=run_file.logger_name,
        tags=activities.run.user_values(),
        imported=read_import(document, activities),
    )
    missing = [COMMAND_LINE, _WARNINGS, *([_TRACEBACK] if record.error is not None else []), *lacking]
    missing += [f"{files.gone:,} of the logged files"] if files.gone else []
    return PackagedRun(record, series, tuple(missing))


def read_provenance(directory: Path) -> dict[str, Any]:
    """Return the PROV document of a run's folder as it is.

    Raises:
        PackagerError: it is missing, or no JSON object.
    """
    return parse_object(read_member(directory, _PROV), directory, _PROV)


def _metrics(
    directory: Path, document: Document, stores: OpenStores
) -> tuple[SeriesFigures, Attributes, list[str]]:
    """Return the series and attributes of the store, else what the document has, and what is missing then."""
    figures = documented_series(document)
    if not figures:
        return (), {}, []
    why = "the metric store, so that there are no curves"
    store = _find_store(directory)
    if store is not None:
        try:
            return stores.read(store), stores.attributes(store), []
        except PackagerError as error:
            why = (
                f"a metric store that can be read ({store.name} {error.message}), so that there are no curves"
            )
    return figures, {}, [why]


def _find_store(directory: Path) -> Path | None:
    """Return the metric store, None if there is none or a link is in its place."""
    for name in PACKAGED_STORES.values():
        for zipped in ("", ".zip"):
            parts = (PACKAGED_DIRECTORY, f"{name}{zipped}")
            mode = mode_inside(directory, parts)
            if mode is not None and (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                return directory.joinpath(*parts)
    return None


class _Copies:
    """Which of the files that a document names are in the crate, where some have other names."""

    def __init__(self, directory: Path, document: Document) -> None:
        self._directory = directory
        paths = (one.text("prov4ml:path") for one in document.elements("entity"))
        named = [path for path in paths if path is not None and path.startswith(f"{ARTIFACTS_DIRECTORY}/")]
        self._names = archive_paths(named)

    def is_there(self, path: str, kind: Literal["file", "directory"]) -> bool:
        """Return whether a copy is in the crate, as what it was logged."""
        for name in (path, self._names.get(path, path)):
            mode = mode_inside(self._directory, name.split("/"))
            if mode is not None and (stat.S_ISDIR(mode) if kind == "directory" else stat.S_ISREG(mode)):
                return True
        return False
