"""A long table lists its series in its metadata; what is listed is held against the rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from csvw import CSVW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, series_from_points, sorted_table
from prov4ml_packager.stores import open_store, write_store
from prov4ml_packager.stores.csv_store.csvw import metadata_path, read_metadata
from prov4ml_packager.stores.csv_store.dialect import read_separator
from prov4ml_packager.stores.csv_store.listing import listed_index

TERMS = "https://w3id.org/prov4ml/terms#"
BLOCK_ROWS = 10
Contents = dict[tuple[str, str, str, int], bytes]


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prov4ml_packager.stores.csv_store.writer._CHUNK_ROWS", BLOCK_ROWS)


def table_of(counts: dict[str, int]) -> MetricTable:
    """Return series whose values tell which they are, and which row is which."""
    series = []
    for number, (name, count) in enumerate(counts.items()):
        points = np.zeros(count, POINT_DTYPE)
        points["step"] = np.arange(count)
        points["time"] = 1_795_000_000_000_000_000 + np.arange(count)
        points["value"] = 100 * number + np.arange(count) + 0.5
        series.append(series_from_points(points, metric=name, context="TRAINING"))
    return sorted_table(series)


def contents(path: Path) -> Contents:
    with open_store(path) as table:
        return {one.identity: one.points().tobytes() for one in table.series}


def is_listed(path: Path) -> bool:
    with path.open("rb") as stream:
        separator = read_separator(path, stream, None)
        return listed_index(path, stream, separator, read_metadata(path)) is not None


def edited(path: Path, edit: Callable[[str], str]) -> None:
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    counts=st.dictionaries(
        st.sampled_from(["a", "ab", 'a"b', "x\ny", "a,b", "é", "\udc80"]), st.integers(0, 35), max_size=6
    ),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_reads_the_same_with_and_without_the_list(
    counts: dict[str, int], separator: str, tmp_path: Path
) -> None:
    table = table_of(counts)
    path = write_store(table, tmp_path / "m.csv", separator=separator)
    expected = {one.identity: one.points().tobytes() for one in table.series}
    assert is_listed(path) == (table.point_count > BLOCK_ROWS)
    assert contents(path) == expected
    metadata_path(path).unlink()
    assert contents(path) == {key: points for key, points in expected.items() if points}


def test_another_reader_of_csv_on_the_web(tmp_path: Path) -> None:
    path = write_store(table_of({"a": 7, "b": 25}), tmp_path / "m.csv")
    read = CSVW(str(metadata_path(path)), validate=True)
    assert (read.is_valid, read.warnings) == (True, [])
    rows = [(row["metric"], row["step"], row["value"]) for row in read.tables[0]]
    assert rows == [("a", step, step + 0.5) for step in range(7)] + [
        ("b", step, 100.5 + step) for step in range(25)
    ]


def test_any_part_is_read(tmp_path: Path) -> None:
    path = write_store(table_of({"a": 7, "b": 25, "c": 8}), tmp_path / "m.csv")
    with open_store(path) as table:
        assert [one.count for one in table.series] == [7, 25, 8]
        assert table.series[1].read(2, 24)["value"].tolist() == [100.5 + step for step in range(2, 24)]
        assert table.series[2].read(0, 8)["value"].tolist() == [200.5 + step for step in range(8)]
        assert table.series[0].read(6, 7)["value"].tolist() == [6.5]


@pytest.mark.parametrize("name", ["m.csv.gz", "m.csv.zst"])
def test_blocks_are_of_the_unpacked_table(tmp_path: Path, name: str) -> None:
    table = table_of({"a": 7, "b": 25})
    packed, plain = (write_store(table, tmp_path / name) for name in (name, "m.csv"))
    listed = [json.loads(metadata_path(path).read_text())[TERMS + "blocks"] for path in (packed, plain)]
    assert listed[0] == listed[1]
    assert contents(packed) == contents(plain)


def test_a_short_table_lists_no_blocks(tmp_path: Path) -> None:
    path = write_store(table_of({"a": 5, "b": 5}), tmp_path / "m.csv")
    document = json.loads(metadata_path(path).read_text())
    assert TERMS + "blocks" not in document
    assert document[TERMS + "series"] == []


def test_a_number_that_was_edited_is_read_as_it_is_now(tmp_path: Path) -> None:
    path = write_store(table_of({"a": 12, "b": 12}), tmp_path / "m.csv")
    edited(path, lambda text: text.replace(",3.5\n", ",7.1\n").replace(",102.5\n", ",1e-07\n"))
    assert is_listed(path)
    with open_store(path) as table:
        assert table.series[0].points()["value"].tolist()[3] == 7.1
        assert table.series[1].points()["value"].tolist()[2] == 1e-07


def test_a_series_that_was_renamed_has_its_new_name(tmp_path: Path) -> None:
    path = write_store(table_of({"loss": 25, "rate": 12}), tmp_path / "m.csv")
    before = contents(path)
    edited(path, lambda text: text.replace(",loss,", ",cost,"))
    assert not is_listed(path)
    assert contents(path) == {
        ("TRAINING", "cost", "", 0): before["TRAINING", "loss", "", 0],
        ("TRAINING", "rate", "", 0): before["TRAINING", "rate", "", 0],
    }


def test_rows_that_were_removed_are_noticed(tmp_path: Path) -> None:
    path = write_store(table_of({"a": 12, "b": 12}), tmp_path / "m.csv")
    edited(path, lambda text: text[: text.rindex("TRAINING")])
    with pytest.raises(PackagerError, match="23 rows are there, and 24 were written"):
        contents(path)


@pytest.mark.parametrize("counts", [{"a": 15, "b": 9}, {"a": 30, "b": 3}], ids=["mixed", "alone"])
def test_a_row_of_another_series_is_named_and_can_be_salvaged(tmp_path: Path, counts: dict[str, int]) -> None:
    path = write_store(table_of(counts), tmp_path / "m.csv")
    before = contents(path)
    lines = path.read_text().split("\n")
    lines[13] = lines[13].replace(",a,", ",b,")
    path.write_text("\n".join(lines))
    assert is_listed(path)
    with pytest.raises(PackagerError) as caught:
        contents(path)
    assert str(caught.value) == (
        f"{path}: line 14: the row is not of the series TRAINING,a,,0, for which m.csv-metadata.json lists "
        "it; if the table was changed on purpose, delete m.csv-metadata.json, or convert it with --salvage"
    )
    target = tmp_path / "salvaged.csv"
    convert(path, target, salvage=True)
    after = {
        name: len(points) // POINT_DTYPE.itemsize for (_, name, _, _), points in contents(target).items()
    }
    assert after == {"a": counts["a"] - 1, "b": counts["b"] + 1}
    metadata_path(path).unlink()
    assert contents(path) != before


def test_a_line_break_too_many_is_named(tmp_path: Path) -> None:
    path = write_store(table_of({"a": 15, "b": 9}), tmp_path / "m.csv")
    edited(path, lambda text: text.replace(",12.5\n", ",1\n\n\n\n"))
    with pytest.raises(PackagerError, match="line 15: the row is not of the series TRAINING,a,,0"):
        contents(path)


def test_a_number_that_is_none_has_its_line(tmp_path: Path) -> None:
    path = write_store(table_of({"x\ny": 15, "z": 9}), tmp_path / "m.csv")
    edited(path, lambda text: text.replace(",102.5\n", ",1O2.5\n"))
    with pytest.raises(PackagerError, match=r"line 34: the value '1O2\.5' is no number"):
        contents(path)


def block(rows: object = None, length: object = None, checksum: object = None) -> dict[str, object]:
    """Return what the metadata says of a block, as far as it is given."""
    said = {"rows": rows, "bytes": length, "crc32c": checksum}
    return {TERMS + name: value for name, value in said.items() if value is not None}


def _blocks(change: Callable[[list[Any]], object]) -> Callable[[dict[str, Any]], None]:
    def edit(document: dict[str, Any]) -> None:
        change(document[TERMS + "blocks"])

    return edit


def _points(change: Callable[[list[Any]], object]) -> Callable[[dict[str, Any]], None]:
    def edit(document: dict[str, Any]) -> None:
        change(document[TERMS + "series"])

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        _blocks(lambda blocks: blocks.pop()),
        _blocks(lambda blocks: blocks.reverse()),
        _blocks(lambda blocks: blocks.append(block(-1, -10, 0))),
        _blocks(lambda blocks: blocks.append(block(0, 0, 0))),
        _blocks(lambda blocks: blocks[0].update(block(rows=10**30))),
        _blocks(lambda blocks: blocks[0].update(block(checksum=10**30))),
        _blocks(lambda blocks: blocks[0].update(block(checksum=7))),
        _blocks(lambda blocks: blocks[0].update(block(length=7))),
        _points(lambda series: series.reverse()),
        _points(lambda series: series.pop()),
        _points(lambda series: series.append(series[0])),
        _points(lambda series: series[0].__setitem__(TERMS + "points", 10**30)),
        _points(lambda series: series[0].__setitem__(TERMS + "points", -1)),
        _points(lambda series: series[0].__setitem__(TERMS + "metric", "\ud800")),
        _points(lambda series: series[0].__setitem__(TERMS + "rank", 10**30)),
    ],
)
def test_a_list_of_another_table_is_not_believed(
    tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    path = write_store(table_of({"a": 25, "b": 12}), tmp_path / "m.csv")
    expected = contents(path)
    document = json.loads(metadata_path(path).read_text())
    edit(document)
    metadata_path(path).write_text(json.dumps(document))
    assert contents(path) == expected


@pytest.mark.parametrize(
    "blocks", [[block(10, 400)], [block("10", 400, 0)], [block(True, 400, 0)], [10], 10, [[10, 400, 0]]]
)
def test_a_list_that_is_none(tmp_path: Path, blocks: object) -> None:
    path = write_store(table_of({"a": 25}), tmp_path / "m.csv")
    document = json.loads(metadata_path(path).read_text())
    document[TERMS + "blocks"] = blocks
    metadata_path(path).write_text(json.dumps(document))
    with pytest.raises(PackagerError, match="is not the metadata of a"):
        contents(path)
