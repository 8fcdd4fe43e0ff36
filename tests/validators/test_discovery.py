"""What a directory is told to hold, and that little is imported to tell it."""

import subprocess
import sys
from pathlib import Path

import pytest

from prov4ml import rundir
from prov4ml_validators import discovery

PROJECT = Path(__file__).resolve().parents[2]
LATE = {"jsonschema", "numpy", "prov4ml", "xml", "multiprocessing", "concurrent", "difflib"}


def test_the_name_of_a_runs_file_is_that_of_its_format() -> None:
    assert discovery.RUN_FILE == rundir.RUN_FILE


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["ro-crate"], "1 crate"),
        (["prov-json", "ro-crate", "prov-json"], "1 crate, 2 PROV-JSON documents"),
        (["run-directory"] * 1200, "1,200 runs"),
    ],
)
def test_what_was_found_is_counted(kinds: list[discovery.Kind], words: str) -> None:
    assert discovery.count_in_words([discovery.Found(Path("x"), kind) for kind in kinds]) == words


def test_a_crate_is_checked_without_what_other_inputs_need(tmp_path: Path) -> None:
    crate = PROJECT / "fixtures/format-1/crates/finished_0.zip"
    code = (
        "import sys\n"
        "from prov4ml_packager.cli.main import run\n"
        f"status = run(['validate', {str(crate)!r}])\n"
        f"print(status, sorted({LATE!r} & {{name.partition('.')[0] for name in sys.modules}}),"
        " [name for name in sys.modules if '.optional' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("0 [] []", "")
