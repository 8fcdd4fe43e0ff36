"""A test that needs a system program skips where it is absent, and fails where everything has to be there."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CASES = """\
import pytest

@pytest.mark.system("no-such-program")
def test_absent():
    pass

@pytest.mark.system({present!r})
def test_present():
    pass
"""


def run_cases(folder: Path, require: str) -> str:
    """Run two marked tests with the project's conftest and return what pytest prints."""
    (folder / "conftest.py").write_bytes((PROJECT / "tests" / "conftest.py").read_bytes())
    (folder / "test_cases.py").write_text(CASES.format(present=sys.executable), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = system: needs a program\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=folder,
        env={**os.environ, "PROV4ML_REQUIRE_SYSTEM": require},
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_an_absent_program_is_named_in_the_skip(tmp_path: Path) -> None:
    printed = run_cases(tmp_path, require="")
    assert "1 passed, 1 skipped" in printed
    assert "needs no-such-program: make system-deps" in printed


def test_an_absent_program_fails_where_no_skip_is_allowed(tmp_path: Path) -> None:
    printed = run_cases(tmp_path, require="1")
    assert "1 passed, 1 error" in printed or "1 failed, 1 passed" in printed
    assert "needs no-such-program: make system-deps (PROV4ML_REQUIRE_SYSTEM=1 allows no skip)" in printed
