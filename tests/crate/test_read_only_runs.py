"""Runs that must not be written to: their crate is that of a run like any other."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_validators import validate
from tests.reader.raw_writer import RawRank, copied_file, make_run

_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2


def obey_modes() -> None:
    """Let what is started next obey the modes of files, as it does unless it is root's."""
    if os.geteuid() == 0:
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(_CAPBSET_DROP, capability, 0, 0, 0)


def pack(*arguments: object) -> tuple[int, str]:
    """Call the command line where modes count; return its exit status and standard error."""
    command = [Path(sys.executable).with_name("prov4ml-pack"), *map(str, arguments), "--secrets", "ignore"]
    done = subprocess.run(command, preexec_fn=obey_modes, capture_output=True, text=True)
    return done.returncode, done.stderr


def write_run(path: Path, number: int, end: bool) -> Path:
    run = make_run(path, run_id=str(number), uuid=f"5f0c9c1e-3a34-4a1b-9d35-0f3b8a1f2c{number:02d}")
    rank = RawRank(run, user="ada")
    rank.series(1, "loss", "training")
    rank.point(1, 0, 0.5)
    rank.point(1, 1, 0.25)
    rank.artifact("notes", copied_file(run, "notes.txt", b"plain"))
    if end:
        rank.end()
    return run


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Two runs, the second one killed, in a folder that may be written to, and in one that may not."""
    free, sealed = tmp_path / "free", tmp_path / "sealed"
    free.mkdir()
    for number in range(2):
        write_run(free / f"run_{number}", number, end=number == 0)
    shutil.copytree(free, sealed)
    folders = [sealed, *(path for path in sealed.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield free, sealed
    for folder in folders:
        folder.chmod(0o755)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("more", [[], ["--redact"], ["--jobs", "2"], ["--with-raw", "--bag"]])
def test_a_run_that_cannot_be_written_to_gets_the_same_crate(
    tmp_path: Path, places: tuple[Path, Path], more: list[str]
) -> None:
    free, sealed = places
    before = files_of(sealed)
    (tmp_path / "out").mkdir()
    crates = []
    for folder, name in ((free, "free"), (sealed, "sealed")):
        crates.append(tmp_path / "out" / name / "c.zip")
        status, told = pack("crate", folder, "-o", crates[-1], *more)
        assert status == 0, told
        notes = [line for line in told.splitlines() if "read-only" in line]
        assert notes == [
            f"prov4ml-pack: note: {run}: is read-only; its metric store and provenance are in the crate alone"
            for run in (sealed / "run_0", sealed / "run_1")
            if folder == sealed
        ]
    assert crates[0].read_bytes() == crates[1].read_bytes()
    assert validate(crates[1]).is_valid()
    assert files_of(sealed) == before
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == ["c.zip", "c.zip", "free", "sealed"]


def test_one_that_is_finalized_needs_no_other_place(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", 0, end=True)
    assert run_command(["finalize", str(run)]) == 0
    run.chmod(0o555)
    status, told = pack("crate", run, "-o", tmp_path / "c.zip")
    run.chmod(0o755)
    assert status == 0
    assert "read-only" not in told
