"""The metrics of a run in a crate: points and figures of its store, or the figures of its document alone."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ..metric_table import POINT_DTYPE, MetricSeries, MetricTable, Points, SeriesStatistics, statistics
from ..stores import open_store
from .document import Document, Element

SeriesFigures = tuple[tuple[MetricSeries, SeriesStatistics], ...]

Attributes = Mapping[str, str | int | float | bool]

_MOST_OPEN = 16


class OpenStores:
    """Metric stores that are opened when points are asked for, a few at a time.

    A crate of a thousand runs has more of them than a process may have files open.
    """

    def __init__(self, most: int = _MOST_OPEN) -> None:
        self._most = most
        self._open: OrderedDict[Path, tuple[ExitStack, MetricTable]] = OrderedDict()

    def attributes(self, store: Path) -> Attributes:
        """Return what a store says of itself."""
        return self._table(store).attributes

    def read(self, store: Path) -> SeriesFigures:
        """Return the series of a store with their figures; each is read once, to its end.

        Raises:
            PackagerError: it cannot be read.
        """
        return tuple(
            (
                replace(series, read=partial(self._points, store, number), mixed=None, column=None),
                statistics(series),
            )
            for number, series in enumerate(self._table(store).series)
        )

    def close(self) -> None:
        """Close all stores; those that are asked for later are opened again."""
        while self._open:
            _, (stack, _table) = self._open.popitem()
            stack.close()

    def _points(self, store: Path, number: int, start: int, stop: int) -> Points:
        return self._table(store).series[number].read(start, stop)

    def _table(self, store: Path) -> MetricTable:
        if store not in self._open:
            while len(self._open) >= self._most:
                _, (oldest, _table) = self._open.popitem(last=False)
                oldest.close()
            with ExitStack() as stack:
                table = stack.enter_context(open_store(store))
                self._open[store] = stack.pop_all(), table
        self._open.move_to_end(store)
        return self._open[store][1]


def documented_series(document: Document) -> SeriesFigures:
    """Return the series of a document with their figures; they have no points to be read."""
    found = [_series(one) for one in document.elements("entity", "prov4ml:Metric")]
    return tuple(sorted(found, key=lambda one: one[0].identity))


def _series(one: Element) -> tuple[MetricSeries, SeriesStatistics]:
    series = MetricSeries(
        context=one.text("prov4ml:context"),
        metric=one.label,
        source=one.text("prov4ml:source"),
        rank=one.integer("prov4ml:rank") or 0,
        unit=one.text("prov4ml:unit"),
        count=0,
        read=lambda start, stop: np.empty(0, POINT_DTYPE),
    )
    return series, SeriesStatistics(
        count=one.integer("prov4ml:count") or 0,
        first=one.number("prov4ml:first"),
        last=one.number("prov4ml:last"),
        minimum=one.number("prov4ml:min"),
        maximum=one.number("prov4ml:max"),
        mean=one.number("prov4ml:mean"),
        total=None,  # the mean leaves NaN out, and the document does not say how many there were
        first_time=one.time("prov4ml:firstTime"),
        last_time=one.time("prov4ml:lastTime"),
    )
