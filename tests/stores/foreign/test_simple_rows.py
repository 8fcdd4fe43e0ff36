"""Rows that are read many at a time are what they are when they are read one by one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.stores.damage import Damage
from prov4ml_packager.stores.foreign.column_names import parse_columns
from prov4ml_packager.stores.foreign.csv_columns import CsvColumns
from prov4ml_packager.stores.foreign.plain_csv import open_plain_csv
from prov4ml_packager.stores.foreign.simple_rows import SimpleRows

NUMBERS = [
    "0", "1.5", "-0.0", "1e-7", "+2", ".5", "5.", "007", "nan", "-nan", "NaN", "inf", "-Infinity", "1e400",
    "9007199254740993", "9223372036854775808", "1_0", "0x10", " 3", "3 ", "", "-", "NA", "١", "1.0",
]  # fmt: skip
TIMES = [
    "1700000000", "1700000000.25", "1700000000123", "1700000000123456789", "2026-01-02T03:04:05.000006+01:00",
    "2026-01-02", " 1700000000", "", "soon", "nan", "1e30",
]  # fmt: skip
NAMES = ["loss", "acc", " loss", "loss ", "a b", "é", '"q,q"', '"two\nlines"', ""]
LONG = "metric=name,context=phase,rank=rank,unit=unit,step=step,time=time,value=a"
WIDE = "step=step,time=time,value=a,value=b"
HEADER = ("step", "time", "name", "phase", "rank", "unit", "a", "b", "note")


def mostly(likely: list[str], others: list[str]) -> st.SearchStrategy[str]:
    """Take likely texts nearly always, so that a row of many cells has a chance to be a simple one."""
    return st.integers(0, 24).flatmap(lambda one: st.sampled_from(others if one == 0 else likely))


ROW = st.tuples(
    mostly(["0", "1", "2", "3"], NUMBERS),
    mostly(TIMES[:2], TIMES),
    mostly(NAMES[:2], NAMES),
    mostly(["TRAINING", ""], NAMES),
    mostly(["0", "1"], NUMBERS),
    mostly(["", "nats"], NAMES),
    mostly(["0.5", "", "2.25", "nan"], NUMBERS),
    mostly(["0.5", "", "2.25", "nan"], NUMBERS),
    mostly(["x", ""], NAMES),
)


def outcome(path: Path, columns: str, *, salvage: bool) -> object:
    """Return all that is read, with its bits and its order, or why nothing is."""
    damage = Damage() if salvage else None
    notes: list[str] = []
    try:
        with open_plain_csv(path, parse_columns(columns), damage=damage, note=notes.append) as table:
            series = [(one.identity, one.unit, one.points().tobytes()) for one in table.series]
    except PackagerError as error:
        return str(error)
    return series, notes, damage


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=150,
    deadline=None,
)
@given(
    rows=st.lists(ROW, max_size=12),
    columns=st.sampled_from([LONG, WIDE, "step=step,value=step,value=a", "value=b,context=phase", "value=a"]),
    separator=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    stretch=st.sampled_from([60, 200, 1 << 20]),
    end=st.booleans(),
    salvage=st.booleans(),
)
@example(
    rows=[("1", "1700000000", "loss", "", "0", "", "0.5", "", "x")] * 3,
    columns=LONG,
    separator=",",
    line_end="\n",
    stretch=60,
    end=False,
    salvage=False,
)
def test_many_at_a_time_or_one_by_one(
    rows: list[tuple[str, ...]],
    columns: str,
    separator: str,
    line_end: str,
    stretch: int,
    end: bool,
    salvage: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "log.csv"
    lines = [separator.join(row) for row in (HEADER, *rows)]
    path.write_bytes((line_end.join(lines) + line_end * end).encode())
    with monkeypatch.context() as patch:
        patch.setattr("prov4ml_packager.stores.foreign.csv_columns._STRETCH", stretch)
        found = outcome(path, columns, salvage=salvage)
    with monkeypatch.context() as patch:
        patch.setattr(SimpleRows, "parse", lambda *arguments: None)
        assert outcome(path, columns, salvage=salvage) == found


@pytest.mark.parametrize("times", ["1700000000", "1700000000.5", "2026-01-02T03:04:05Z"])
def test_simple_rows_are_read_many_at_a_time(
    tmp_path: Path, times: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("step,time,a,b\n" + f"1.0,{times},0.5,\n" * 5)
    monkeypatch.delattr("prov4ml_packager.stores.foreign.plain_csv._Reader._add")
    with open_plain_csv(path, parse_columns(WIDE)) as table:
        assert [(one.metric, one.count) for one in table.series] == [("a", 5)]


def all_columns(path: Path, chunk: int) -> object:
    """Return all cells of all columns, some rows at a time, or the error of each; 1 is 1.0."""
    columns = CsvColumns(path)
    found: list[object] = [columns.header]
    try:
        count = columns.row_count
    except PackagerError as error:
        return str(error)
    for name in columns.header:
        for start in range(0, count, chunk):
            try:
                part = columns.read(name, start, min(start + chunk, count))
            except PackagerError as error:
                found.append(str(error))
            else:
                found.append(["nan" if number != number else number for number in part.tolist()])
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.tuples(*[mostly(["0", "17", "2.5", "-3e-2", "nan"], [*NUMBERS, '"1"', "1,2"])] * 3), max_size=14
    ),
    line_end=st.sampled_from(["\n", "\r\n", "\n\n", "\n  \n"]),
    stretch=st.sampled_from([40, 200, 1 << 20]),
    chunk=st.integers(1, 9),
    end=st.booleans(),
)
def test_columns_are_the_same_all_at_once_or_cell_by_cell(
    rows: list[tuple[str, ...]],
    line_end: str,
    stretch: int,
    chunk: int,
    end: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "log.csv"
    lines = [",".join(row) for row in (("epoch", "value", "timestep"), *rows)]
    path.write_bytes((line_end.join(lines) + line_end * end).encode())
    module = "prov4ml_packager.stores.foreign.csv_columns"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}._BLOCK_ROWS", 3)
        patch.setattr(f"{module}._STRETCH", stretch)
        found = all_columns(path, chunk)
        patch.setattr(f"{module}.simple_lines", lambda *arguments: None)
        assert all_columns(path, chunk) == found


def test_simple_columns_are_read_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text("epoch,value,timestep\n" + "".join(f"{row},{row}.5,17\n" for row in range(20_000)))
    monkeypatch.delattr(CsvColumns, "rows")
    columns = CsvColumns(path)
    assert columns.row_count == 20_000
    assert columns.read("value", 7_000, 17_000).tolist() == [row + 0.5 for row in range(7_000, 17_000)]
    assert columns.read("epoch", 19_999, 20_000).tolist() == [19_999]
