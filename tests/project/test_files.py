"""What holds for every file of the project."""

import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def project_files() -> list[Path]:
    """Return the files of the project: what git knows or would add."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=PROJECT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return []  # an unpacked source archive; the tests below then have nothing to read and skip
    return [
        path for name in listed.stdout.decode().split("\0") if name and (path := PROJECT / name).is_file()
    ]


FILES = project_files()
pytestmark = pytest.mark.skipif(not FILES, reason="needs a git checkout")


def texts(*, without: str = "") -> list[tuple[Path, str]]:
    """Return the text files with their content, without those of one top folder."""
    found = []
    for path in FILES:
        relative = path.relative_to(PROJECT)
        if relative.parts[0] == without:
            continue
        try:
            found.append((relative, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # archives and metric points
    return found


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {path: len(path.read_bytes().splitlines()) for path in FILES if path.suffix == ".py"}
    assert lengths
    assert not {str(path): length for path, length in lengths.items() if length > 500}


# Put together here, so that this file does not name them itself.
@pytest.mark.parametrize("place", ["/" + "work/", "/" + "root/"])
def test_no_file_names_the_place_where_it_was_made(place: str) -> None:
    assert not [str(path) for path, text in texts() if place in text]


def test_only_tests_know_the_folder_beside_the_checkout() -> None:
    assert not [str(path) for path, text in texts(without="tests") if "../" + "shared" in text]
