"""CSVs as spreadsheets, R, pandas, polars and numpy write them."""

import io
from pathlib import Path

import numpy as np
import pandas
import polars
import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.convert import convert
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.sources import ReadOptions, open_source
from prov4ml_packager.stores.foreign.column_names import parse_columns

START = 1_767_225_600 * 10**9  # 2026-01-01
LOSS = "step=epoch,value=loss"
POINTS = [(1, 0, 0.5), (2, 0, 0.25)]


def read(path: Path, columns: str, **options: object) -> tuple[list[tuple[int, int, float]], list[str]]:
    """Return the points of the one metric, and what was said."""
    notes: list[str] = []
    with open_source(path, ReadOptions(columns=parse_columns(columns), **options), notes.append) as table:  # type: ignore[arg-type]
        (series,) = table.series
        return series.points().tolist(), notes


def refusal(path: Path, columns: str, **options: object) -> str:
    with pytest.raises(PackagerError) as caught:
        read(path, columns, **options)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    "text",
    [
        '"","epoch","loss"\n"1",1,0.5\n"2",2,0.25\n',  # R's write.csv
        "\ufeffepoch,loss\r\n1,0.5\r\n2,0.25\r\n",
        "\ufeffsep=;\r\nepoch;loss\r\n1;0.5\r\n2;0.25\r\n",  # what Excel writes and reads
        "sep=\t\nepoch\tloss\n1\t0.5\n2\t0.25\n",
        "# made by hand, at night\n#\nepoch,loss\n1,0.5\n2,0.25\n",
        "# epoch,loss\n1,0.5\n2,0.25\n",
        "\n\n  \nepoch,loss\n\n1,0.5\n   \n2,0.25\n\n",
        "epoch,loss,,\n1,0.5,,\n2,0.25,,\n",  # columns that a spreadsheet had touched
        "  epoch    loss\n      1     0.5\n      2    0.25\n",  # pandas' to_string
        '"epoch","loss"\n"1","0.5"\n"2","0.25"\n',
        "loss,loss2,loss2,epoch\n0.5,9,9,1\n0.25,9,9,2\n",
    ],
)
def test_headers_and_what_stands_before_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert read(path, LOSS) == (POINTS, [])


@pytest.mark.parametrize("delimiter", [" ", ",", "\t"])
def test_what_numpy_saves(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    rows = np.array([[1, 0.5], [2, 0.25]])
    np.savetxt(path, rows, header=f"a run, of mine\nepoch{delimiter}loss", delimiter=delimiter)
    assert read(path, LOSS) == (POINTS, [])


def test_times_of_pandas_and_polars_keep_their_nanoseconds(tmp_path: Path) -> None:
    texts = ["2026-01-01T00:00:00.123456789", "2026-01-02T00:00:00.000000001"]
    frame = pandas.DataFrame({"t": np.array(texts, "M8[ns]"), "v": [0.5, 0.25]})
    expected = [(0, START + 123_456_789, 0.5), (1, START + 86_400 * 10**9 + 1, 0.25)]
    frame.to_csv(tmp_path / "pandas.csv", index=False)
    zoned = frame.assign(t=frame["t"].dt.tz_localize("UTC").dt.tz_convert("Asia/Kolkata"))
    zoned.to_csv(tmp_path / "zone.csv", index=False)
    polars.DataFrame({"t": np.array(texts, "M8[ns]"), "v": [0.5, 0.25]}).write_csv(tmp_path / "polars.csv")
    for name in ("pandas.csv", "zone.csv", "polars.csv"):
        assert read(tmp_path / name, "time=t,value=v") == (expected, []), name


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1700000000.123456", 1_700_000_000_123_456_000),  # no float64 holds it
        ("1700000000.123456789", 1_700_000_000_123_456_789),
        ("-1.5", -1_500_000_000),
        ("1700000000123.456", 1_700_000_000_123_456_000),
        ("1.7e9", 1_700_000_000_000_000_000),
        ("2026-01-01 00:00:00.5 UTC", START + 500_000_000),
        ("20260101T000000,25Z", START + 250_000_000),
    ],
)
def test_times_are_what_their_digits_say(tmp_path: Path, text: str, nanoseconds: int) -> None:
    for quoted in (text, f'"{text}"'):  # many rows at a time, and one by one
        path = tmp_path / "a.csv"
        path.write_text(f"t;v\n{quoted};1\n")
        assert read(path, "time=t,value=v") == ([(0, nanoseconds, 1.0)], [])


@pytest.mark.parametrize("missing", ["NA", "N/A", "#N/A", "<NA>", "NULL", "null", "None", "NaT"])
def test_what_says_that_it_is_missing(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"epoch,t,loss\n1,2026-01-01,0.5\n2,{missing},0.25\n3,2026-01-01,{missing}\n4,,\n")
    assert read(path, f"{LOSS},time=t") == (
        [(1, START, 0.5), (2, 0, 0.25)],
        [
            f"{path}: 1 cell says that it is missing, which makes no point",
            f"{path}: 2 times are missing and become 0",
        ],
    )


def test_truth_is_a_number(tmp_path: Path) -> None:
    text = io.StringIO()
    pandas.DataFrame({"epoch": [1, 2], "loss": [True, False]}).to_csv(text, index=False)
    (tmp_path / "a.csv").write_text(text.getvalue() + "3,TRUE\n4,false\n")
    assert read(tmp_path / "a.csv", LOSS) == ([(1, 0, 1.0), (2, 0, 0.0), (3, 0, 1.0), (4, 0, 0.0)], [])


def test_a_decimal_comma(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    frame = pandas.DataFrame({"epoch": [1.0, 2.0], "loss": [0.5, 0.25], "t": [1.5, 2.5]})
    frame.to_csv(path, sep=";", decimal=",", index=False)
    assert refusal(path, "value=loss") == (
        "line 2: the loss '0,5' is no number; add --decimal , if that is a decimal comma"
    )
    columns = f"{LOSS},time=t"
    assert read(path, columns, decimal=",") == ([(1, 1_500_000_000, 0.5), (2, 2_500_000_000, 0.25)], [])
    assert run(["convert", str(path), str(tmp_path / "b.csv"), "--columns", columns, "--decimal", ","]) == 0
    assert capsys.readouterr().err == ""
    assert (tmp_path / "b.csv").read_text().split("\n")[1] == ",loss,,0,1,1500000000,0.5"


def test_a_decimal_mark_that_separates(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("epoch,loss\n1,2\n")
    assert refusal(path, LOSS, decimal=",") == (
        "line 1: ',' separates the cells and is no decimal mark; leave out --decimal, or name another "
        "--read-separator"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no header; its first line has to name the columns"),
        (b"# nothing\n\n", "has no header; its first line has to name the columns"),
        ("epoch,loss\n1,2\n".encode("utf-16"), "is in UTF-16; save it in UTF-8"),
        (
            "epoch,größe\n1,2\n".encode("latin-1"),
            "line 1: is not in UTF-8; save it in UTF-8, as in: iconv -f WINDOWS-1252 -t UTF-8",
        ),
        (
            b"epoch,loss\r1,2\r2,3\r",
            "line 1: the lines end in CR alone; save it with LF at the end of lines",
        ),
        (
            b"epoch loss\n1 1 0.5\n2 2 0.25\n",  # R's write.table
            "line 2: 3 fields, and there are 2 columns; has the header a name for each?",
        ),
        (b"sep=;\n#\nepoch;loss\n1;x\n", "line 4: the loss 'x' is no number"),
        (
            b'epoch,loss\n1,"12,345.5"\n',
            "line 2: the loss '12,345.5' is no number; write it without marks between thousands",
        ),
        (
            b"epoch,loss\n,2\n",
            "line 2: the step is missing; fill it in, or leave it out of --columns: rows are counted then",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert refusal(path, LOSS) == message


def test_a_rank_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("r,v\n1,1\n99999999999,1\n")
    assert refusal(path, "rank=r,value=v") == "line 3: the rank 99999999999 is not between 0 and 999999999"


def test_names_that_are_not_in_utf_8(tmp_path: Path) -> None:
    """They would all become one; of columns that nobody asks for it does not matter."""
    path = tmp_path / "a.csv"
    path.write_bytes("name,loss,note\na,1,größe\nb,2,x\n".encode("latin-1"))
    assert read(path, "value=loss") == ([(0, 0, 1.0), (1, 0, 2.0)], [])
    assert refusal(path, "metric=note,value=loss") == (
        "line 2: the note is not in UTF-8; save it in UTF-8, as in: iconv -f WINDOWS-1252 -t UTF-8"
    )


@pytest.mark.parametrize("header", ["context_length,loss", "context,loss", "contexts;metric"])
def test_a_header_that_begins_as_ours_does(tmp_path: Path, header: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(f"{header}\n1,2\n")
    pandas.DataFrame({"step": [1], "v": [0.5]}).to_xarray().to_netcdf(tmp_path / "in" / "b.nc")
    notes: list[str] = []
    convert(tmp_path / "in", tmp_path / "out", to="csv", note=notes.append)
    assert notes == [
        f"{tmp_path}/in/a.csv: is left out: a CSV of another program, whose columns --columns has to name"
    ]


@pytest.mark.parametrize("mark", ["ab", "", "é", "1", '"'])
def test_what_separates_nothing(tmp_path: Path, mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("epoch,loss\n1,2\n")
    assert (
        run(["convert", str(path), str(tmp_path / "b.nc"), "--columns", LOSS, "--read-separator", mark]) == 2
    )
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {mark!r} cannot separate the fields of a CSV; use one of , ; | or a tab\n"
    )
