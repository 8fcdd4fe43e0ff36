"""From a run to a model card as a file."""

from collections.abc import Sequence
from pathlib import Path

from ..atomic import atomic_file
from ..crate.options import CrateOptions
from ..errors import PackagerError
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import RunRecord
from .card import model_card


def write_card(
    run: RunRecord,
    output: Path,
    options: CrateOptions | None = None,
    *,
    series: Sequence[tuple[MetricSeries, SeriesStatistics]] | None = None,
) -> Path:
    """Write the model card of a run; an older file is replaced in one step.

    Args:
        run: the run.
        output: the file.
        options: people and licence.
        series: each series with its figures, where they are known.

    Returns:
        The file written.

    Raises:
        PackagerError: the file cannot be written.
    """
    card = model_card(run, options, series=series)
    try:
        with atomic_file(output) as temporary:
            temporary.write_text(card, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
    return output
