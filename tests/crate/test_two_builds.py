"""The short form of `two_builds`: one virtual environment, the quick kinds of crates."""

import sys
from pathlib import Path

from .two_builds import SHORT, build, other_user, two_sides, write_runs


def test_two_unlike_machines_build_the_same_crates(tmp_path: Path) -> None:
    python = Path(sys.executable)
    runs = write_runs(tmp_path, python)
    sides = two_sides((python, python), other_user(python, tmp_path))
    one, two = (build(side, runs, tmp_path, SHORT) for side in sides)
    assert {name for name, *_ in SHORT} <= {file.split("/")[0] for file in one}
    assert one == two
