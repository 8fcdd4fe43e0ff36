"""Crates that are given where a run directory is changed or packed: their files stay as they are."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run as pack
from prov4ml_packager.crate import build_crate
from tests.reader.raw_writer import make_run

from .builders import FULL
from .workflow_runs import logged_run

COMMANDS = {
    "crate": ("crate", "{}", "-o", "{}.zip"),
    "finalize": ("finalize", "{}"),
}


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("count", [1, 2])
def test_a_crate_is_no_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, count: int
) -> None:
    runs = [logged_run(tmp_path / f"run_{number}", number=number) for number in range(count)]
    crate = build_crate(runs, tmp_path / "crate", FULL)
    before = contents(crate)
    status = pack([part.format(crate) for part in COMMANDS[command]])
    place = crate if count == 1 else crate / "run_0"
    assert status == 2
    assert (
        f"prov4ml-pack: error: {place}: has no raw files: it is from a crate; "
        "give the run directory that it was made of"
    ) in capsys.readouterr().err.splitlines()
    assert contents(crate) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "crate",
        *(run.directory.name for run in runs),
    ]


def test_a_crate_with_raw_files_is_read_and_not_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = logged_run(tmp_path / "run")
    crate = build_crate([run], tmp_path / "crate", replace(FULL, with_raw=True))
    before = contents(crate)
    assert pack(["report", str(crate), "-o", str(tmp_path / "report.html")]) == 0
    capsys.readouterr()
    assert pack(["finalize", str(crate)]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {crate}: is a crate, and its files stay as they are; "
        "give the run directory that it was made of\n"
    )
    assert contents(crate) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_taken_out_of_a_crate_has_nothing_to_be_made_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    runs = [logged_run(tmp_path / f"run_{number}", number=number) for number in range(2)]
    taken = tmp_path / "taken"
    shutil.copytree(build_crate(runs, tmp_path / "crate", FULL) / "run_0", taken)
    before = contents(taken)
    assert pack([part.format(taken) for part in COMMANDS[command]]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {taken}: has no raw files: it is from a crate; "
        "give the run directory that it was made of\n"
    )
    assert contents(taken) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crate", "run_0", "run_1", "taken"]


def test_a_run_with_raw_files_is_a_run_once_it_is_taken_out_of_a_crate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [logged_run(tmp_path / f"run_{number}", number=number) for number in range(2)]
    crate = build_crate(runs, tmp_path / "crate", replace(FULL, with_raw=True))
    inside, taken = crate / "run_0", tmp_path / "taken"
    shutil.copytree(inside, taken)
    before = contents(crate)
    assert pack(["finalize", str(inside), "--to", "csv"]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {inside}: is in a crate, and its files stay as they are; "
        "give the run directory that it was made of\n"
    )
    assert contents(crate) == before
    assert pack(["finalize", str(taken), "--to", "csv"]) == 0
    assert b"training,loss," in (taken / "packaged" / "metrics.csv").read_bytes()


def test_a_run_in_a_crate_that_somebody_else_keeps_is_finalized(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run").directory
    (tmp_path / "ro-crate-metadata.json").write_text("{}")
    (tmp_path / "manifest-sha256.txt").write_text(f"{'0' * 64}  other_run/run.json\n")
    assert pack(["finalize", str(run)]) == 0


def test_a_run_that_was_killed_before_it_had_a_rank_is_finalized_as_often_as_asked(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    for _ in range(2):
        assert pack(["finalize", str(run)]) == 0
    (run / "packaged" / "prov.json").write_text("{")
    assert pack(["finalize", str(run)]) == 0
