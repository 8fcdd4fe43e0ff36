"""Reports as files: complete, the same every time, and one line where none can be made."""

import json
from pathlib import Path

import pytest
from csvw import CSVW

from prov4ml_packager.cli.main import run
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.report import write_report

from ..crate.test_preview import Page
from .runs import ordinary_run


def test_the_command_writes_the_page_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "report.html"
    assert run(["report", str(ordinary_run(tmp_path / "run")), "-o", str(output)]) == 0
    assert capsys.readouterr() == (f"{output}\n", "")
    page = Page(output.read_text(encoding="utf-8"))
    for word in [
        "digits, run 0",
        "finished",
        "rate",
        "0.1",
        "loss",
        "plot",
        "CPython 3.11.7",
        "numpy",
        "2.0",
    ]:
        assert word in page.words
    assert "1 kWh (3,600,000 J)" in page.words
    assert "for the run directory: 0 MUST, 0 SHOULD, 0 MAY." in " ".join(page.words)


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    runs = [ordinary_run(tmp_path / f"run{number}", number) for number in range(2)]
    first = write_report(runs, tmp_path / "a.html").read_bytes()
    assert write_report(runs, tmp_path / "b.html").read_bytes() == first


def test_runs_are_side_by_side_where_they_differ(tmp_path: Path) -> None:
    runs = [
        ordinary_run(tmp_path / f"run{number}", number, rate=rate) for number, rate in enumerate([0.1, 0.2])
    ]
    words = Page(write_report(runs, tmp_path / "report.html").read_text(encoding="utf-8")).words
    place = words.index("Parameters that differ")
    assert [word for word in words[place:] if word.strip()][2:9] == [
        "Name", "run 0", "run 1", "rate", "0.1", "0.2", "1 is the same in all runs.",
    ]  # fmt: skip
    shared = words.index("Parameters that all runs share")
    assert "layers" in words[shared:]


def test_many_runs_are_rows_and_fold_their_own_parts(tmp_path: Path) -> None:
    runs = [ordinary_run(tmp_path / f"run{number}", number, rate=0.1 * (number + 1)) for number in range(5)]
    text = write_report(runs, tmp_path / "report.html").read_text(encoding="utf-8")
    words = [word for word in Page(text).words if word.strip()]
    place = words.index("Comparison", words.index("Each run"))
    heads = words[place + 1 : words.index("run 0", place)]
    assert heads[:3] == ["Run", "Status", "rate"]
    assert {"loss · TRAINING", "single", "Duration", "Start"} <= set(heads)
    assert "Parameters that differ" not in words
    assert text.count('<details class="run">') == 5


def test_runs_are_called_by_the_names_that_they_were_given(tmp_path: Path) -> None:
    runs = [ordinary_run(tmp_path / f"run{number}", number, points=3) for number in range(3)]
    for number, name in enumerate(["calm sea", "red hill"]):
        content = json.loads((runs[number] / "run.json").read_text())
        (runs[number] / "run.json").write_text(json.dumps({**content, "name": name}))
    words = [
        word
        for word in Page(write_report(runs, tmp_path / "report.html").read_text(encoding="utf-8")).words
        if word.strip()
    ]
    place = words.index("Comparison", words.index("Each run"))
    assert [word for word in words[place:] if word in ("calm sea", "red hill", "run 2")][:3] == [
        "calm sea", "red hill", "run 2",
    ]  # fmt: skip
    assert "Name" not in words[place : words.index("calm sea", place)]


def test_what_differs_between_many_runs_stands_together(tmp_path: Path) -> None:
    runs = [ordinary_run(tmp_path / f"run{number}", number) for number in range(5)]
    journal = runs[3] / "rank_0" / "events.jsonl"
    journal.write_text(journal.read_text().replace('"numpy": "2.0"', '"numpy": "2.1"'))
    words = Page(write_report(runs, tmp_path / "report.html").read_text(encoding="utf-8")).words
    place = words.index("Parts of the environment that differ")
    found = [word for word in words[place:] if word.strip()]
    assert found[4:9] == ["package numpy", "2.0", "run 0, run 1, run 2 and 1 more", "2.1", "run 3"]


def test_a_failed_run_says_why(tmp_path: Path) -> None:
    from ..reader.raw_writer import RawRank, make_run

    path = make_run(tmp_path / "run")
    rank = RawRank(path)
    trace = "Traceback (most recent call last):\n  File train.py\nValueError: no data"
    rank.end("failed", error={"type": "ValueError", "message": "no data", "traceback": trace})
    words = Page(write_report([path], tmp_path / "report.html").read_text(encoding="utf-8")).words
    assert "failed" in words
    assert "ValueError: no data" in words
    assert trace in words


def test_bad_input_leaves_nothing(tmp_path: Path) -> None:
    path = ordinary_run(tmp_path / "run", points=2)
    output = tmp_path / "report.html"
    with pytest.raises(PackagerError, match="is given twice"):
        write_report([path, path], output)
    with pytest.raises(PackagerError, match="at least one run"):
        write_report([], output)
    with pytest.raises(PackagerError, match="is a directory"):
        write_report([path], tmp_path)
    assert not output.exists()


def test_the_table_of_runs_is_a_file_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = [tmp_path / "a" / "run", tmp_path / "b" / "run", tmp_path / "c"]
    runs = [ordinary_run(place, number, rate=0.1 * (number + 1)) for number, place in enumerate(places)]
    output = tmp_path / "runs.csv"
    assert run(["report", *map(str, runs), "--table", str(output)]) == 0
    assert capsys.readouterr() == (f"{output}\n", "")
    read = CSVW(f"{output}-metadata.json", validate=True)
    assert (read.is_valid, read.warnings) == (True, [])
    rows = list(read.tables[0])
    assert [row["run"] for row in rows] == [str(runs[0]), str(runs[1]), "c"]
    assert [row["params.rate"] for row in rows] == [0.1, 0.2, 0.1 * 3]
    assert rows[0]["energy_joules"] == 100 * 36_000.0


def test_a_table_of_one_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "runs.csv"
    assert run(["report", str(ordinary_run(tmp_path / "run")), "--table", str(output)]) == 2
    assert capsys.readouterr().err == "prov4ml-pack: error: a table compares at least two runs\n"
    assert not output.exists()
    assert not (tmp_path / "runs.csv-metadata.json").exists()
