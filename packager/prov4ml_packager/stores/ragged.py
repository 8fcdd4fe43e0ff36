"""The layout that Zarr and NetCDF-4 share: each context one group of CF contiguous ragged arrays.

CF Conventions 1.11, section 9.3.3: the points of a series lie one after the other, and `row_size` says
how many each has. One group a metric was measured first: a thousand metrics cost thousands of files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from prov4ml.rundir import RUN_GROUP, safe_names

from ..errors import PackagerError
from ..metric_table import POINT_DTYPE, JoinedPoints, MetricSeries, MetricTable, Points
from ..text import escape_text, unescape_text
from .blocks import BlockReader
from .damage import Damage

TEXT_VARIABLES = ("metric", "source", "unit")
NUMBER_VARIABLES: Mapping[str, np.dtype[Any]] = {"rank": np.dtype("<i4"), "row_size": np.dtype("<i8")}
POINT_VARIABLES: Mapping[str, np.dtype[Any]] = {
    "step": np.dtype("<i8"),
    "time": np.dtype("<i8"),
    "value": np.dtype("<f8"),
}

VARIABLE_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "metric": {"long_name": "name of the metric"},
    "source": {"long_name": "where the values came from; empty: not given"},
    "unit": {"long_name": "unit of the values; empty: not given"},
    "rank": {"long_name": "rank of the process that logged the series"},
    "row_size": {"long_name": "number of points of the series", "sample_dimension": "point"},
    "step": {"long_name": "step at which the value was logged"},
    "time": {
        "standard_name": "time",
        "long_name": "time at which the value was logged",
        "units": "nanoseconds since 1970-01-01T00:00:00Z",
        "calendar": "proleptic_gregorian",
    },
    "value": {"long_name": "value of the metric", "coordinates": "step time"},
}
"""CF attributes of each variable; none has a fill value, for every bit pattern is a legal value."""


@dataclass(frozen=True)
class ContextGroup:
    """One context as it is written: its key, its attributes and its series, in order."""

    key: str
    attributes: Mapping[str, str]
    series: tuple[MetricSeries, ...]

    @property
    def point_count(self) -> int:
        """Return the number of points of all series."""
        return sum(one.count for one in self.series)

    @cached_property
    def points(self) -> "JoinedPoints":
        """The points of all series, one after the other."""
        return JoinedPoints(self.series)

    def texts(self, variable: str) -> list[str]:
        """Return a text variable over the dimension `series`, escaped, None as an empty text."""
        return [escape_text(getattr(one, variable) or "") for one in self.series]

    def numbers(self, variable: str) -> npt.NDArray[Any]:
        """Return `rank` or `row_size` over the dimension `series`."""
        field = "count" if variable == "row_size" else variable
        return np.array([getattr(one, field) for one in self.series], NUMBER_VARIABLES[variable])


def context_groups(table: MetricTable) -> Iterator[ContextGroup]:
    """Yield the groups of a store in the order of the table."""
    contexts = list(table.by_context())
    keys = safe_names(context for context, _ in contexts if context is not None)
    for context, series in contexts:
        if context is None:
            yield ContextGroup(RUN_GROUP, {"long_name": "metrics of the run itself"}, series)
        else:
            yield ContextGroup(keys[context], {"context": escape_text(context)}, series)


@dataclass(frozen=True)
class GroupContent:
    """A group as it was read; of a damaged one, what is missing is not there.

    Attributes:
        path: the store, for error messages.
        key: the group.
        attributes: of the group; `context` is the true name, and its absence means the run.
        texts: the text variables as stored.
        numbers: `rank` and `row_size` as stored.
        point_counts: length of each point variable.
        load: returns a point variable from a start to a stop of the whole group; it lasts until the next call
            for that variable.
        keeps_chunks: whether `load` decodes a chunk once for all calls in a row that lie in it.
    """

    path: Path
    key: str
    attributes: Mapping[str, object]
    texts: Mapping[str, Sequence[str]]
    numbers: Mapping[str, npt.NDArray[Any]]
    point_counts: Mapping[str, int]
    load: Callable[[str, int, int], npt.NDArray[Any]]
    keeps_chunks: bool = False

    def error(self, message: str) -> PackagerError:
        """Return the error of the group."""
        return PackagerError(message, path=self.path, place=self.key)


def group_series(content: GroupContent, damage: Damage | None = None) -> Iterator[MetricSeries]:
    """Yield the series of a group that was read, with points that are read on demand.

    Args:
        content: of the group.
        damage: if given, what is missing is made up for (see `_mended`) and noted there.

    Raises:
        PackagerError: the variables contradict each other.
    """
    try:
        sizes = _sizes(content)
        context = content.attributes.get("context")
        if context is not None and not isinstance(context, str):
            raise content.error("the attribute `context` is no text")
    except PackagerError as error:
        if damage is None:
            raise
        damage.add(error)
        content = _mended(content)
        sizes = _sizes(content)
        context = content.attributes.get("context")
    name = unescape_text(str(context)) if context else None
    reader = BlockReader(_point_loader(content, damage), sum(sizes))
    start = 0
    for index, size in enumerate(sizes):
        metric, source, unit = (
            unescape_text(str(content.texts[variable][index])) for variable in TEXT_VARIABLES
        )
        yield MetricSeries(
            context=name,
            metric=metric,
            source=source or None,
            rank=int(content.numbers["rank"][index]),
            unit=unit or None,
            count=size,
            read=_slice_of(reader, start, size),
            column=_column_of(content, start) if content.keeps_chunks and damage is None else None,
        )
        start += size


def _sizes(content: GroupContent) -> list[int]:
    """Return how many points each series has, if the variables agree on it."""
    missing = {*TEXT_VARIABLES, *NUMBER_VARIABLES} - {*content.texts, *content.numbers}
    missing |= set(POINT_VARIABLES) - set(content.point_counts)
    if missing:
        raise content.error(f"without {', '.join(sorted(missing))} it cannot be read as it is")
    lengths = {name: len(content.texts[name]) for name in content.texts}
    lengths |= {name: len(content.numbers[name]) for name in content.numbers}
    if len(set(lengths.values())) != 1:
        raise content.error(f"the series variables differ in length: {lengths}")
    sizes = [int(size) for size in content.numbers["row_size"]]
    if any(size < 0 for size in sizes) or {sum(sizes)} != set(content.point_counts.values()):
        raise content.error(
            f"row_size adds up to {sum(sizes)} points, and the variables have {dict(content.point_counts)}"
        )
    return sizes


def _mended(content: GroupContent) -> GroupContent:
    """Return a damaged group that can be read: what is not there is made up.

    Names become `unknown_0` and so on, sources and units empty, ranks 0, the context the key of the group.
    Without sizes that fit, all points are one series. Without steps or values there is none.
    """
    needed = [content.point_counts.get(name, 0) for name in ("step", "value")]
    total = min(needed)
    sizes = [int(size) for size in content.numbers.get("row_size", ())]
    if any(size < 0 for size in sizes) or sum(sizes) != total or not sizes:
        sizes = [total] if total else []
    count = len(sizes)
    unknown = {"metric": [f"unknown_{index}" for index in range(count)]}
    texts = {
        name: found if len(found := content.texts.get(name, ())) == count else unknown.get(name, [""] * count)
        for name in TEXT_VARIABLES
    }
    ranks = content.numbers.get("rank", ())
    numbers = {
        "rank": np.asarray(ranks if len(ranks) == count else [0] * count, np.int64),
        "row_size": np.asarray(sizes, np.int64),
    }
    attributes = dict(content.attributes)
    if not isinstance(attributes.get("context"), str) and content.key != RUN_GROUP:
        attributes["context"] = escape_text(content.key)
    counts = dict.fromkeys(POINT_VARIABLES, sum(sizes))
    return replace(content, attributes=attributes, texts=texts, numbers=numbers, point_counts=counts)


def _point_loader(content: GroupContent, damage: Damage | None) -> Callable[[int, int], Points]:
    def load(start: int, stop: int) -> Points:
        points = np.empty(stop - start, POINT_DTYPE)
        for name in POINT_VARIABLES:
            try:
                points[name] = content.load(name, start, stop)
            except (PackagerError, KeyError) as error:
                if damage is None or name != "time":
                    raise
                # A value at a step is worth keeping without its time.
                if isinstance(error, PackagerError):
                    damage.add(error)
                damage.times += stop - start
                points[name] = 0
        return points

    return load


def _slice_of(reader: BlockReader, offset: int, count: int) -> Callable[[int, int], Points]:
    def read(start: int, stop: int) -> Points:
        first, last, _ = slice(start, stop).indices(count)
        return reader.read(offset + first, offset + last)

    return read


def _column_of(content: GroupContent, offset: int) -> Callable[[str, int, int], npt.NDArray[Any]]:
    def column(name: str, start: int, stop: int) -> npt.NDArray[Any]:
        return content.load(name, offset + start, offset + stop)

    return column
