"""A folder that holds runs stands for all of them, wherever a command takes several."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.find_runs import find_runs

from ..report.runs import ordinary_run


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """Three runs beside what lies around in such a folder."""
    folder = tmp_path / "prov"
    for number in (2, 10, 1):
        ordinary_run(folder / f"digits_{number}", number, rate=0.1 * number, points=3)
    (folder / ".ranks" / "job").mkdir(parents=True)
    (folder / "notes").mkdir()
    (folder / "README.txt").write_text("not a run")
    (folder / "latest").symlink_to("digits_10", target_is_directory=True)
    (folder / "crate").mkdir()
    for name in ("run.json", "ro-crate-metadata.json"):
        (folder / "crate" / name).write_text("{}")
    return folder


def test_its_runs_come_in_natural_order_and_what_is_left_out_is_named(experiment: Path) -> None:
    notes: list[str] = []
    found = find_runs([experiment], notes.append)
    assert [path.name for path in found] == ["digits_1", "digits_2", "digits_10"]
    assert notes == [
        f"{experiment / 'crate'}: is a crate and is left out",
        f"{experiment / 'latest'}: is a link and is left out; name it itself if it is to be taken",
        f"{experiment / 'notes'}: is no run (it has no run.json) and is left out",
    ]


def test_a_run_that_is_also_named_is_there_once(experiment: Path) -> None:
    first, last = experiment / "digits_1", experiment / "digits_10"
    assert [path.name for path in find_runs([last, experiment, first])] == [
        "digits_10",
        "digits_1",
        "digits_2",
    ]
    assert find_runs([first, first]) == [first, first]  # who reads them says what is wrong


def test_what_is_no_folder_of_runs_is_left_to_who_reads_it(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    places = [tmp_path / name for name in ("empty", "file", "nowhere")]
    assert find_runs(places) == places


def test_one_command_crates_the_whole_folder(experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = experiment.parent / "all.zip"
    people = [
        "--author",
        "Ada <0000-0002-1825-0097>",
        "--license",
        "CC-BY-4.0",
        "--url",
        "https://example.org/",
    ]
    assert run(["crate", str(experiment), "-o", str(output), *people, "--jobs", "2"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{output}\n"
    assert f"note: {experiment / 'notes'}: is no run (it has no run.json) and is left out" in err
    with zipfile.ZipFile(output) as crate:
        table = crate.read("comparison.csv").decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [row["run"] for row in rows] == ["digits_1", "digits_2", "digits_10"]
    again = experiment.parent / "again.zip"
    named = [str(experiment / f"digits_{number}") for number in (10, 1, 2)]
    assert run(["crate", *named, "-o", str(again), *people]) == 0
    assert again.read_bytes() == output.read_bytes()


@pytest.mark.parametrize("command", [["report", "-o", "report.html"], ["finalize"]], ids=lambda one: one[0])
def test_other_commands_take_it_too(
    experiment: Path, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(experiment.parent)
    assert run([command[0], str(experiment), *command[1:]]) == 0
    assert "notes: is no run (it has no run.json) and is left out" in capsys.readouterr().err


def test_a_folder_of_other_folders_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "prov" / "notes").mkdir(parents=True)
    assert run(["crate", str(tmp_path / "prov"), "-o", str(tmp_path / "x.zip")]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"prov4ml-pack: error: {tmp_path / 'prov'}: is no run and holds none: neither it nor a folder in it "
        "has a run.json; give the folder that start_run made, or the one around it"
    )
    assert not (tmp_path / "x.zip").exists()


def test_a_run_that_cannot_be_finalized_by_another_process_is_named(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (experiment / "digits_2" / "packaged").write_text("a file in the way")
    output = experiment.parent / "all.zip"
    assert run(["crate", str(experiment), "-o", str(output), "--jobs", "2"]) == 2
    assert str(experiment / "digits_2" / "packaged") in capsys.readouterr().err.splitlines()[-1]
    assert not output.exists()
