"""From a run directory to its `packaged/`: the metric store, the provenance document, and pictures of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from prov4ml.rundir import (
    JOURNAL_FILE,
    METRICS_FILE,
    PACKAGED_CARD,
    PACKAGED_DIRECTORY,
    PACKAGED_DOT,
    PACKAGED_PROV,
    PACKAGED_STORES,
    PACKAGED_SVG,
    RUN_FILE,
)

from .atomic import atomic_directory
from .errors import PackagerError
from .find_runs import refuse_to_change_crate
from .graph import Drawing
from .provenance import build_document, document_warnings, write_document
from .reader import read_run
from .record import RunRecord
from .stores import write_store

if TYPE_CHECKING:
    from .crate.options import CrateOptions

StoreFormat = Literal["zarr", "netcdf", "csv"]

_MOST_SERIES_IN_A_DIRECTORY = 500
"""A Zarr store with more series is one zip file: shared file systems run out of inodes."""


@dataclass(frozen=True)
class FinalizedRun:
    """A run and its products; `dot`, `svg` and `card` are None where they were not asked for.

    `warnings` are one line each: what the logger noted, what the reader met, what the document changed.
    """

    record: RunRecord
    packaged: Path
    store: Path
    prov: Path
    dot: Path | None
    svg: Path | None
    card: Path | None
    warnings: tuple[str, ...]


def finalize(
    directory: Path,
    *,
    products_in: Path | None = None,
    to: StoreFormat | None = None,
    graph: bool = False,
    svg: bool = False,
    card: "CrateOptions | None" = None,
    progress: Callable[[int], None] | None = None,
) -> FinalizedRun:
    """Make `<directory>/packaged/` anew: `prov.json`, the metric store, and the pictures asked for.

    Works for runs that were killed. The raw files are never changed; an older `packaged/` is replaced as a
    whole at the end, and is untouched if anything fails.

    Args:
        directory: the run directory.
        products_in: a folder for `packaged/` in place of the run directory, which is then not written to.
        to: format of the store; what the run was started with if None.
        graph: also write `graph.dot`.
        svg: also write `graph.svg`.
        card: also write `model_card.md`, with these people and this licence.
        progress: is called with the number of points written since the last call.

    Raises:
        PackagerError: the run cannot be read, or a product cannot be written.
    """
    record = replace(read_run(directory), products_in=products_in)
    return finalize_record(record, to=to, graph=graph, svg=svg, card=card, progress=progress)


def finalize_record(
    record: RunRecord,
    *,
    to: StoreFormat | None = None,
    graph: bool = False,
    svg: bool = False,
    card: "CrateOptions | None" = None,
    progress: Callable[[int], None] | None = None,
) -> FinalizedRun:
    """Do what `finalize` does for a run that was read already, with its `products_in`."""
    refuse_to_change_crate(record.directory)
    store_format = to or record.options.metrics_file_type
    packaged = record.packaged
    name = _store_name(record, store_format)
    with atomic_directory(packaged) as folder:
        try:
            store = write_store(
                record.metrics,
                folder / name,
                format=store_format,
                separator=record.options.csv_separator,
                codec=record.options.chunk_codec if store_format == "zarr" else None,
                progress=progress,
            )
        except PackagerError as error:
            if error.path != folder / name:
                raise
            # The temporary folder is gone when the user reads this.
            raise PackagerError(
                error.message, path=packaged / name, place=error.place, hint=error.hint
            ) from error
        document = build_document(record, store=f"{PACKAGED_DIRECTORY}/{store.name}")
        write_document(document, folder / PACKAGED_PROV)
        if graph or svg:
            drawing = Drawing(document)
            if graph:
                (folder / PACKAGED_DOT).write_text(drawing.dot, encoding="utf-8", newline="\n")
            if svg:
                (folder / PACKAGED_SVG).write_bytes(drawing.image("svg"))
        if card is not None:
            from .card import model_card

            text = model_card(record, card)
            (folder / PACKAGED_CARD).write_text(text, encoding="utf-8", newline="\n")
    return FinalizedRun(
        record=record,
        packaged=packaged,
        store=packaged / store.name,
        prov=packaged / PACKAGED_PROV,
        dot=packaged / PACKAGED_DOT if graph else None,
        svg=packaged / PACKAGED_SVG if svg else None,
        card=packaged / PACKAGED_CARD if card is not None else None,
        warnings=(*record.warnings, *document_warnings(record)),
    )


def _store_name(record: RunRecord, store_format: StoreFormat) -> str:
    name = PACKAGED_STORES[store_format]
    many = store_format == "zarr" and len(record.metrics.series) > _MOST_SERIES_IN_A_DIRECTORY
    return f"{name}.zip" if many else name


def find_store(packaged: Path) -> Path | None:
    """Return the metric store in a `packaged/` folder, or None."""
    candidates = (
        packaged / f"{name}{zipped}" for name in PACKAGED_STORES.values() for zipped in ("", ".zip")
    )
    return next((path for path in candidates if path.exists()), None)


def is_current(record: RunRecord) -> bool:
    """Return whether `packaged/` is whole and was made after the last change of the run's raw files.

    Never for an unfinished run: it may still be written to.
    """
    packaged = record.packaged
    if record.status == "unfinished" or find_store(packaged) is None:
        return False
    raw = [record.directory / RUN_FILE]
    for pattern in (JOURNAL_FILE, METRICS_FILE):
        raw.extend(record.directory.glob(f"rank_*/{pattern}"))
    try:
        made = (packaged / PACKAGED_PROV).stat().st_mtime_ns
        return all(path.stat().st_mtime_ns <= made for path in raw)
    except OSError:
        return False
