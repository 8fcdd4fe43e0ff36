"""The comparison of several runs as a CSV file, without a page or a crate around it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic import atomic_file
from ..comparison import Facets, facets_of, refuse_copies, run_table, table_csv, table_metadata
from ..errors import PackagerError
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import RunRecord
from ..stores.csv_store.csvw import metadata_path

if TYPE_CHECKING:
    from ..opened_runs import OpenedRun


@dataclass(frozen=True)
class _Row:
    run: RunRecord
    series: tuple[tuple[MetricSeries, SeriesStatistics], ...]
    facets: Facets


def write_run_table(runs: "Sequence[OpenedRun]", output: Path) -> Path:
    """Write one row a run, in the order given, and beside the file its metadata (CSV on the Web).

    The columns are those of a crate's `comparison.csv`.

    Args:
        runs: what to compare.
        output: the file; an older one is replaced.

    Returns:
        The file written.

    Raises:
        PackagerError: fewer than two runs, one is given twice, or a file cannot be written.
    """
    if len(runs) < 2:
        raise PackagerError("a table compares at least two runs")
    refuse_copies([one.record for one in runs], [one.place for one in runs])
    names = [one.name for one in runs]
    twice = Counter(names)
    table = run_table(
        [_Row(one.record, one.series, facets_of(one.provenance(), structure=False)) for one in runs],
        [name if twice[name] == 1 else str(one.place) for name, one in zip(names, runs, strict=True)],
    )
    try:
        with atomic_file(metadata_path(output)) as temporary:
            temporary.write_bytes(table_metadata(table, output.name))
        with atomic_file(output) as temporary:
            temporary.write_bytes(table_csv(table))
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
    return output
