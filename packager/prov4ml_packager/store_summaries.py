"""Metric stores as the validators want to see them (`prov4ml_validators.StoreReader`)."""

from collections.abc import Iterator
from pathlib import Path

from prov4ml_validators.store_reader import SeriesSummary

from .errors import PackagerError
from .zarr_summary import NotPlain, summarize_zarr


class MetricStoreReader:
    """Reads stores of all formats for the rules that compare a document with its store."""

    def summary(self, path: Path) -> Iterator[SeriesSummary]:
        """Yield every series of a store in the store's order.

        Raises:
            ValueError: the store cannot be read.
        """
        if path.is_dir() or path.name.lower().endswith(".zip"):
            try:
                yield from summarize_zarr(path)
                return
            except NotPlain:
                pass  # the libraries read it, or say what is wrong
        from .stores import open_store

        try:
            with open_store(path) as table:
                for series in table.series:
                    last = (
                        float(series.read(series.count - 1, series.count)["value"][0])
                        if series.count
                        else None
                    )
                    yield SeriesSummary(
                        series.context, series.metric, series.source, series.rank, series.count, last
                    )
        except PackagerError as error:
            raise ValueError(str(error)) from error
