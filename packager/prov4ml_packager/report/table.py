"""The comparison of several runs as a CSV file, without a page or a crate around it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..atomic import atomic_file
from ..comparison import Facets, facets_of, refuse_copies, run_table, table_csv, table_metadata
from ..errors import PackagerError
from ..metric_table import MetricSeries, SeriesStatistics, statistics
from ..provenance import build_document
from ..reader import read_run
from ..record import RunRecord
from ..stores.csvw import metadata_path


@dataclass(frozen=True)
class _Row:
    run: RunRecord
    series: tuple[tuple[MetricSeries, SeriesStatistics], ...]
    facets: Facets


def write_run_table(runs: Sequence[Path], output: Path) -> Path:
    """Write one row a run, in the order given, and beside the file its metadata (CSV on the Web).

    The columns are those of a crate's `comparison.csv`. Runs need not be finalized, and are not changed.

    Args:
        runs: run directories.
        output: the file; an older one is replaced.

    Returns:
        The file written.

    Raises:
        PackagerError: fewer than two runs, one is given twice or cannot be read, or a file cannot be written.
    """
    if len(runs) < 2:
        raise PackagerError("a table compares at least two runs")
    records = [read_run(run) for run in runs]
    refuse_copies(records)
    names = [record.directory.resolve().name for record in records]
    twice = Counter(names)
    table = run_table(
        [_row(record) for record in records],
        [
            name if twice[name] == 1 else str(record.directory)
            for name, record in zip(names, records, strict=True)
        ],
    )
    try:
        with atomic_file(metadata_path(output)) as temporary:
            temporary.write_bytes(table_metadata(table, output.name))
        with atomic_file(output) as temporary:
            temporary.write_bytes(table_csv(table))
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
    return output


def _row(record: RunRecord) -> _Row:
    series = tuple((one, statistics(one)) for one in record.metrics.series)
    return _Row(record, series, facets_of(build_document(record, store=None), structure=False))
