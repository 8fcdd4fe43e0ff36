"""What every metric store promises, and all directions between them."""

import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import (
    CHUNK_POINTS,
    POINT_DTYPE,
    MetricSeries,
    MetricTable,
    Points,
    series_from_points,
    sorted_table,
)
from prov4ml_packager.stores import detect_format, open_store, write_store

HOSTILE = [
    "../x", "..", "/etc/passwd", "a/b", "x" * 300, "line\nbreak", "carriage\rreturn", "\r\n", "😀", "CON",
    "a", "A", "run", "\ud800", "\udc00\ud800", "nul\x00byte", "", " ", "NA", "1", '"', 'say "hi", now',
    "%d%s", "\\u0041", "\\", "zarr.json", "e\u0301", "\u2028", "value", "a,b;c\td|e",
]  # fmt: skip
BITS = [
    0x7FF0000000000000, 0xFFF0000000000000, 0x8000000000000000, 0, 1, 0x4340000000000001, 0x7FEFFFFFFFFFFFFF,
    0x3FB999999999999A,
]  # fmt: skip
NANS = [0x7FF8000000000000, 0xFFF8000000000000, 0x7FF0000000000001, 0x7FF8DEAD00000000]
INT64 = st.integers(-(1 << 63), (1 << 63) - 1)

Write = Callable[[MetricTable, Path], Path]

BACKENDS: dict[str, tuple[str, Write]] = {
    "zarr": ("m.zarr", write_store),
    "zarr-lz4": ("m.zarr", lambda table, path: write_store(table, path, codec="lz4")),
    "zarr-2": ("m.zarr", lambda table, path: write_store(table, path, zarr_format=2)),
    "zarr-zip": ("m.zarr.zip", write_store),
    "zarr-sharded": ("m.zarr", lambda table, path: write_store(table, path, sharded=True)),
    "zarr-zlib": ("m.zarr", lambda table, path: write_store(table, path, codec="zlib", level=1)),
    "zarr-2-plain": ("m.zarr", lambda table, path: write_store(table, path, codec="none", zarr_format=2)),
    "netcdf": ("m.nc", write_store),
    "netcdf-plain": ("m.nc", lambda table, path: write_store(table, path, codec="none")),
    "csv": ("m.csv", write_store),
    "csv-gz": ("m.csv.gz", write_store),
    "csv-zst": ("m.csv.zst", lambda table, path: write_store(table, path, level=1)),
    "csv-semicolon": ("m.csv", lambda table, path: write_store(table, path, separator=";")),
    "csv-percent": ("m.csv", lambda table, path: write_store(table, path, separator="%")),
}


def frozen(table: MetricTable, *, one_nan: bool = False) -> list[tuple[object, ...]]:
    """Everything a store holds, comparable; with `one_nan` all NaN are the same."""
    result = []
    for series in table.series:
        points = series.points().copy()
        if one_nan:
            points["value"][np.isnan(points["value"])] = float("nan")
        result.append(
            (
                series.context or None,
                series.metric,
                series.source or None,
                series.rank,
                series.unit or None,
                series.count,
                points.tobytes(),
            )
        )
    return result


def points_of(rows: list[tuple[int, int, int]]) -> Points:
    points = np.empty(len(rows), POINT_DTYPE)
    points["step"] = [row[0] for row in rows]
    points["time"] = [row[1] for row in rows]
    points["value"] = np.array([row[2] for row in rows], np.uint64).view(np.float64)
    return points


def names() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=[]), max_size=12))


@st.composite
def tables(draw: st.DrawFn) -> MetricTable:
    rows = st.lists(
        st.tuples(INT64, INT64, st.one_of(st.sampled_from(BITS + NANS), st.integers(0, (1 << 64) - 1))),
        max_size=5,
    )
    series = draw(
        st.lists(
            st.tuples(st.none() | names(), names(), st.none() | names(), st.integers(0, 10**9 - 1)),
            max_size=4,
            unique_by=lambda one: (one[0] or "", one[1], one[2] or "", one[3]),
        )
    )
    attributes = draw(
        st.dictionaries(
            st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(lambda name: name not in ("format",)),
            st.one_of(names(), INT64, st.booleans(), st.floats(allow_nan=False, allow_infinity=False)),
            max_size=3,
        )
    )
    made = [
        series_from_points(
            points_of(draw(rows)), context=context, metric=metric, source=source, rank=rank,
            unit=draw(st.none() | names()),
        )
        for context, metric, source, rank in series
    ]  # fmt: skip
    return sorted_table(made, attributes)


HOSTILE_TABLE = sorted_table(
    [
        series_from_points(
            points_of([(index, -index, bits) for index, bits in enumerate(BITS + NANS)]),
            context=("a", "A", "../x\ud800")[index % 3],
            metric=name,
            source=HOSTILE[index // 2],
            unit=name,
        )
        for index, name in enumerate(HOSTILE)
    ],
    {"experiment": "../\ud800\x00\r\n"},
)


@pytest.mark.parametrize("backend", BACKENDS)
class TestMetricStoreContract:
    @settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
    @given(table=tables())
    @example(table=MetricTable(()))
    @example(table=HOSTILE_TABLE)
    def test_what_is_written_is_read(self, backend: str, table: MetricTable) -> None:
        name, write = BACKENDS[backend]
        with tempfile.TemporaryDirectory() as folder:
            path = write(table, Path(folder) / name)
            with open_store(path) as read:
                is_csv = detect_format(path) == "csv"
                assert frozen(read) == frozen(table, one_nan=is_csv)
                assert read.attributes == table.attributes
                assert {k: type(v) for k, v in read.attributes.items()} == {
                    k: type(v) for k, v in table.attributes.items()
                }

    def test_same_bytes_again(self, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        name, write = BACKENDS[backend]
        contents = []
        for folder, clock in (("one", 1e9), ("two", 1.7e9)):
            (tmp_path / folder).mkdir()
            if contents and backend == "netcdf":
                time.sleep(1.1)  # HDF5 asks the real clock, in seconds
            with monkeypatch.context() as patch:
                patch.setattr("time.time", lambda clock=clock: clock)
                write(HOSTILE_TABLE, tmp_path / folder / name)
            contents.append(
                {
                    path.relative_to(tmp_path / folder).as_posix(): path.read_bytes()
                    for path in (tmp_path / folder).rglob("*")
                    if path.is_file()
                }
            )
        assert contents[0] == contents[1]

    def test_slices(self, backend: str, tmp_path: Path) -> None:
        name, write = BACKENDS[backend]
        points = points_of([(step, step * 7, 0x3FF0000000000000 + step) for step in range(40_000)])
        path = write(
            sorted_table(
                [
                    series_from_points(points[:10], metric="a"),
                    series_from_points(points, metric="b"),
                    series_from_points(points[:3], metric="c"),
                ]
            ),
            tmp_path / name,
        )
        with open_store(path) as table:
            _, long, short = table.series
            for start, stop in (
                (0, 1),
                (8_190, 8_195),
                (39_999, 40_000),
                (5, 5),
                (0, 40_000),
                (39_990, 99_999),
            ):
                assert long.read(start, stop).tobytes() == points[start:stop].tobytes()
            assert short.points().tobytes() == points[:3].tobytes()

    def test_replaces_an_older_store_and_leaves_nothing_else(self, backend: str, tmp_path: Path) -> None:
        name, write = BACKENDS[backend]
        write(HOSTILE_TABLE, tmp_path / name)
        before = {path.name for path in tmp_path.iterdir()}
        path = write(MetricTable((), {"second": True}), tmp_path / name)
        with open_store(path) as table:
            assert table == MetricTable((), {"second": True})
        assert {path.name for path in tmp_path.iterdir()} == before

    def test_an_interrupt_leaves_the_old_store(self, backend: str, tmp_path: Path) -> None:
        name, write = BACKENDS[backend]
        path = write(MetricTable((), {"old": True}), tmp_path / name)
        before = {path.name for path in tmp_path.iterdir()}

        def interrupted(start: int, stop: int) -> Points:
            raise KeyboardInterrupt

        series = MetricSeries(None, "m", None, 0, None, 5, interrupted)
        with pytest.raises(KeyboardInterrupt):
            write(MetricTable((series,)), path)
        assert {path.name for path in tmp_path.iterdir()} == before
        with open_store(path) as table:
            assert table.attributes == {"old": True}

    def test_progress_counts_every_point(self, backend: str, tmp_path: Path) -> None:
        name, _ = BACKENDS[backend]
        counts: list[int] = []
        write_store(HOSTILE_TABLE, tmp_path / name, progress=counts.append)
        assert sum(counts) == HOSTILE_TABLE.point_count > 0

    def test_two_series_of_one_identity(self, backend: str, tmp_path: Path) -> None:
        name, write = BACKENDS[backend]
        twice = [series_from_points(points_of([]), metric="m", context=context) for context in (None, "")]
        with pytest.raises(PackagerError, match=r"two series have the same context, metric, source and rank"):
            write(sorted_table(twice), tmp_path / name)
        assert list(tmp_path.iterdir()) == []

    def test_reads_no_more_than_a_chunk_at_a_time(self, backend: str, tmp_path: Path) -> None:
        name, write = BACKENDS[backend]
        asked: list[int] = []
        count = CHUNK_POINTS + 5

        def read(start: int, stop: int) -> Points:
            asked.append(stop - start)
            return np.zeros(stop - start, POINT_DTYPE)

        write(MetricTable((MetricSeries(None, "m", None, 0, None, count, read),)), tmp_path / name)
        passes = 2 if ".csv" in name else 1  # what a CSV cannot hold is looked for first
        assert sum(asked) == passes * count
        assert max(asked) <= CHUNK_POINTS


@pytest.mark.parametrize("name", ["m.zarr", "m.nc", "m.csv"])
def test_hostile_contexts(name: str, tmp_path: Path) -> None:
    series = [
        series_from_points(points_of([(index, index, index)]), metric="m", context=context)
        for index, context in enumerate(HOSTILE)
    ]
    table = sorted_table(series)
    with open_store(write_store(table, tmp_path / name)) as read:
        assert frozen(read) == frozen(table)


FORMATS = {"zarr": "m.zarr", "netcdf": "m.nc", "csv": "m.csv", "raw": "m_1"}


@settings(max_examples=1, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
@example(table=MetricTable(()))
@example(table=HOSTILE_TABLE)
@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(FORMATS, 2)))
def test_every_direction(first: str, second: str, table: MetricTable) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = write_store(MetricTable(table.series), Path(folder) / "start.zarr")
        one, two = (Path(folder) / f"{number}{FORMATS[to]}" for number, to in enumerate((first, second)))
        back = Path(folder) / "back.zarr"
        convert(start, one, to=first)
        convert(one, two, to=second)
        convert(two, back)
        with open_store(back) as read:
            assert frozen(read) == frozen(table, one_nan="csv" in (first, second))
