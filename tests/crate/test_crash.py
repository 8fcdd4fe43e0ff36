"""The short form of the proof that a crate is never half a crate."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow_proof
def test_a_killed_packager_leaves_the_old_crate_or_the_new_one(project: Path) -> None:
    command = [sys.executable, "-m", "tests.crate.crash_proof", "--kills", "18"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match(r"seed \d+, 18 kills\n", done.stdout)
