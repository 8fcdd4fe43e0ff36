import csv
import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import MetricTable
from prov4ml_packager.stores import open_store, write_store

HEADER = "context,metric,source,rank,step,time,value\n"


def values(path: Path) -> dict[tuple[str, str, str, int], list[float]]:
    with open_store(path) as table:
        return {one.identity: one.points()["value"].tolist() for one in table.series}


def test_exact_text(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(small_table, tmp_path / "m.csv", separator=";")
    assert (tmp_path / "m.csv").read_bytes().decode() == (
        "context;metric;source;rank;step;time;value\n"
        "TRAINING;loss;;0;0;1795000000123456789;0.5\n"
        "TRAINING;loss;;0;1;1795000001123456796;INF\n"
        "TRAINING;loss;;0;2;1795000002123456803;-0.0\n"
        "TRAINING;loss;;0;3;1795000003123456810;9007199254740994.0\n"
        "TRAINING;loss;;1;0;1795000000123456789;0.25\n"
        '"a;b";power;pdu;0;0;1795000000123456789;NaN\n'
        '"a;b";power;pdu;0;1;1795000001123456796;5e-324\n'
    )


def test_metadata(tmp_path: Path, small_table: MetricTable) -> None:
    write_store(small_table, tmp_path / "m x.csv", separator="\t")
    document = json.loads((tmp_path / "m x.csv-metadata.json").read_text())
    assert document["@context"] == "http://www.w3.org/ns/csvw"
    assert document["url"] == "m%20x.csv"
    assert document["dialect"]["delimiter"] == "\t"
    with (tmp_path / "m x.csv").open(newline="") as stream:
        header = next(csv.reader(stream, delimiter="\t"))
    assert [column["name"] for column in document["tableSchema"]["columns"]] == header
    # CSVW (metadata vocabulary, section 5.8): any other property has an absolute IRI as its name.
    known = {"@context", "url", "dialect", "tableSchema"}
    assert all(name.startswith("https://") for name in document.keys() - known)
    assert document["https://w3id.org/prov4ml/terms#rows"] == 7


def test_without_metadata(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.csv")
    (tmp_path / "m.csv-metadata.json").unlink()
    with open_store(path) as table:
        assert table.attributes == {}
        assert [one.identity for one in table.series] == [one.identity for one in small_table.series[1:]]
        assert {one.unit for one in table.series} == {None}


def test_rows_of_many_series_mixed(tmp_path: Path) -> None:
    shuffled = random.Random(7)
    expected: dict[tuple[str, str, str, int], list[float]] = {}
    path = tmp_path / "m.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)  # CRLF, and quotes as another program sets them
        stream.write(HEADER)
        for step in range(3_000):
            key = ("", shuffled.choice(['a"b', "two\nlines", "c"]), shuffled.choice(["", "s,1"]), 0)
            expected.setdefault(key, []).append(float(step))
            writer.writerow([*key, step, step * 2, step])
    assert values(path) == expected


def test_quoted_numbers_bom_and_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(
        b'\xef\xbb\xbf"context","metric","source","rank","step","time","value"\r\n'
        b'"","m","","0","1","2","+1.5E3"\r\n\r\n,m,,0,2,3,-Inf\r\n\r\n'
    )
    assert values(path) == {("", "m", "", 0): [1500.0, float("-inf")]}


def test_a_block_of_rows_is_split_and_joined(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER + "".join(f'"x\ny",m,,0,{step},{step},{step}.5\n' for step in range(20_000)))
    with open_store(path) as table:
        (series,) = table.series
        assert series.count == 20_000
        assert series.points()["value"].tolist() == [step + 0.5 for step in range(20_000)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    runs=st.lists(
        st.tuples(st.sampled_from(["a", "ab", 'a"b', "x\ny", "a,b"]), st.integers(1, 40)), max_size=12
    ),
    window=st.integers(20, 400),
    stretch=st.integers(10, 200),
    segment=st.integers(20, 400),
    end=st.sampled_from(["", "\n", "\n\n"]),
)
def test_however_a_table_is_cut_into_windows(
    runs: list[tuple[str, int]],
    window: int,
    stretch: int,
    segment: int,
    end: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("prov4ml_packager.stores.csv_store.scan._WINDOW", window)
    monkeypatch.setattr("prov4ml_packager.stores.csv_store.scan._STRETCH", stretch)
    monkeypatch.setattr("prov4ml_packager.stores.csv_store.scan._SEGMENT_BYTES", segment)
    expected: dict[tuple[str, str, str, int], list[float]] = {}
    rows = []
    for metric, count in runs:
        for _ in range(count):
            quoted = metric.replace('"', '""')
            rows.append(f'TRAINING,"{quoted}",,0,{len(rows)},1,{len(rows)}.5')
            expected.setdefault(("TRAINING", metric, "", 0), []).append(len(rows) - 0.5)
    path = tmp_path / "m.csv"
    path.write_bytes((HEADER + "\n".join(rows) + end).encode())
    assert values(path) == expected


def test_what_is_wrong_far_from_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    rows = [f",m,,0,{step},1,2.5\n" for step in range(300_000)]
    rows[250_000] = ",m,,0,7,1,2.5.1\n"
    path.write_text(HEADER + "".join(rows))
    with open_store(path) as table:
        series = table.series[0]
        assert len(series.read(0, 200_000)) == 200_000
        with pytest.raises(PackagerError, match=r"line 250002: the value '2\.5\.1' is no number"):
            series.points()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a;b;c\n", "line 1: the header is"),
        (HEADER + ",m,,0,1,2\n", "line 2: 6 fields, and there are 7 columns"),
        (HEADER + ",m,,0,1,2,3.0\n,m,,0,1,2,3.0,4\n", "line 3: 8 fields, and there are 7 columns"),
        (HEADER + ",m,,0,1,2,3.0\nx\n", "line 3: 1 fields, and there are 7 columns"),
        (HEADER + '"a\nb",m,,0,1,2,3\n"a\nb",m,,0,1,2,x\n', "line 4: the value 'x' is no number"),
        (HEADER + ",m,,0,1,2,3,\n,m,,0,1,2\n", "line 2: 8 fields, and there are 7 columns"),
        (HEADER + ",m,,0,1_0,2,3\n", "line 2: the step '1_0' is no number"),
        (HEADER + ",m,,0,1,2.5,3\n", "line 2: the time '2.5' is no number"),
        (HEADER + ",m,,0,1,9223372036854775808,3\n", "line 2: the time 9223372036854775808 does not fit"),
        (HEADER + f",m,,0,1,{'9' * 5000},3\n", "does not fit into 64 bits"),
        (HEADER + ",m,,0,1,2,\n", "line 2: the value '' is no number"),
        (HEADER + ",m,,0,1,2,0x10\n", "line 2: the value '0x10' is no number"),
        (HEADER + ",m,,-1,1,2,3\n", "line 2: the rank '-1' is no number"),
        (HEADER + ',"m,,0,1,2,3\n,n,,0,1,2,3\n', "line 2: a quote is opened and never closed"),
        (HEADER + ',m,,0,1,2,"3\n4"\n', "a number has a line break in it"),
        (HEADER + ",\udcff,,0,1,2,3\n", "line 2: is no UTF-8"),
    ],
)
def test_what_is_wrong_and_where(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(rows.encode("utf-8", "surrogateescape"))
    with pytest.raises(PackagerError) as caught:
        values(path) if not rows.startswith("a;b") else values_as_csv(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


def values_as_csv(path: Path) -> None:
    from prov4ml_packager.stores.csv_store.reader import open_csv

    with open_csv(path):
        pass


def test_the_wrong_separator(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.csv", separator=";")
    with pytest.raises(PackagerError) as caught, open_store(path, separator=","):
        pass
    assert str(caught.value) == (
        f"{path}: line 1: the header is 'context;metric;source;rank;step;time;value' and not "
        "'context,metric,source,rank,step,time,value'; "
        "keep these columns and no others, in this order, with any one separator"
    )


@pytest.mark.parametrize("separator", ["", "ab", "1", "e", ".", "-", '"', "\n", "\r", "é", "\x00"])
def test_what_cannot_separate(tmp_path: Path, separator: str) -> None:
    with pytest.raises(PackagerError, match="cannot separate the fields of a CSV"):
        write_store(MetricTable(()), tmp_path / "m.csv", separator=separator)
    assert list(tmp_path.iterdir()) == []


def test_a_table_cut_short_is_noticed(tmp_path: Path, small_table: MetricTable) -> None:
    path = write_store(small_table, tmp_path / "m.csv")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(PackagerError, match=r"6 rows are there, and 7 were written"), open_store(path):
        pass


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '"x"', "\xff", '{"https://w3id.org/prov4ml/terms#rows": 1}']
)
def test_metadata_that_is_none(tmp_path: Path, small_table: MetricTable, text: str) -> None:
    path = write_store(small_table, tmp_path / "m.csv")
    metadata = tmp_path / "m.csv-metadata.json"
    metadata.write_bytes(text.encode("latin-1"))
    with pytest.raises(PackagerError) as caught, open_store(path):
        pass
    assert str(caught.value).startswith(f"{metadata}: ")


def test_every_float_reads_back(tmp_path: Path) -> None:
    bits = np.random.default_rng(3).integers(0, 1 << 64, 2_000, np.uint64, endpoint=False)
    floats = bits.view(np.float64)
    floats = floats[~np.isnan(floats)]
    path = tmp_path / "m.csv"
    path.write_text(HEADER + "".join(f",m,,0,0,0,{value!r}\n" for value in floats.tolist()))
    with open_store(path) as table:
        assert table.series[0].points()["value"].tobytes() == floats.tobytes()


def test_there_is_one_nan(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER + ",m,,0,1,2,NaN\n,m,,0,1,2,-nan\n,m,,0,1,2,nan\n")
    with open_store(path) as table:
        assert table.series[0].points()["value"].tobytes() == np.full(3, np.nan).tobytes()


def test_a_time_that_a_spreadsheet_rounded_says_so(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("context,metric,source,rank,step,time,value\n,loss,,0,0,1.77E+18,0.5\n")
    with pytest.raises(PackagerError) as caught, open_store(path) as table:
        table.series[0].points()
    assert str(caught.value) == (
        f"{path}: line 2: the time '1.77E+18' is no number; "
        "a spreadsheet rounds long numbers: save such columns as text"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.csv")
    with pytest.raises(PackagerError, match="is no regular file"):
        open_store(tmp_path / "m.csv")
