"""Progress: a bar on a terminal that says how much of how much, and nothing where nobody watches."""

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from prov4ml_packager.cli import progress_bar
from prov4ml_packager.cli.progress_bar import ProgressBar, fitted

from ..crate.builders import write_file
from ..reader.raw_writer import small_run

MB = r"\d+\.\d MB"
WHOLE = rf"\[#{{24}}\] 100% of {MB}"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    small_run(tmp_path / "digits_0")
    write_file(tmp_path, "big.bin", os.urandom(1 << 20))
    return tmp_path


def on_a_terminal(folder: Path, *arguments: str, width: int = 0) -> list[str]:
    """Run a command whose stderr is a terminal, and return the lines on it as they stand in the end."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, width))
    command = [sys.executable, "-m", "prov4ml_packager", *arguments]
    child = subprocess.Popen(command, cwd=folder, stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 1 << 16)
        except OSError:  # how Linux says that the other end of a terminal is closed
            break
        if not data:
            break
        shown += data
    os.close(ours)
    assert child.wait() == 0, shown
    lines = shown.decode().replace("\r\n", "\n").split("\n")
    return [line.rpartition("\r")[2].rstrip() for line in lines]


def assert_lines(lines: list[str], *patterns: str) -> None:
    """Assert that for each pattern there is a line, in this order."""
    rest = iter(lines)
    for pattern in patterns:
        assert any(re.fullmatch(pattern, line) for line in rest), (pattern, lines)


def test_what_a_terminal_shows(here: Path) -> None:
    assert_lines(
        on_a_terminal(here, "crate", "digits_0", "-o", "c.zip"),
        r"finalize digits_0: 10 points", r"prov4ml-pack: note: no licence, .*",
        rf"read c\.zip: {MB}", rf"pack c\.zip: {WHOLE}",
    )  # fmt: skip
    assert_lines(on_a_terminal(here, "crate", "digits_0", "-o", "b.zip", "--bag"), rf"bag b\.zip: {WHOLE}")
    assert_lines(
        on_a_terminal(here, "update", "c.zip", "--add", "big.bin"),
        r"add c\.zip: 1\.0 MB", rf"read c\.zip: {MB}", rf"pack c\.zip: {WHOLE}",
    )  # fmt: skip
    assert_lines(on_a_terminal(here, "unpack", "c.zip"), rf"unpack c\.zip: {WHOLE}")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (0, "convert runs/digits_0: [####----]  50% of 9 points"),
        (51, "convert runs/digits_0: [####----]  50% of 9 points"),
        (50, "convert runs/digits_0: 50% of 9 points"),
        (39, "convert runs/digits_0: 50% of 9 points"),
        (38, "…nvert runs/digits_0: 50% of 9 points"),
        (20, "…0: 50% of 9 points"),
        (19, "50% of 9 points"),
        (8, "50% of "),
    ],
)
def test_a_line_that_fits(width: int, line: str) -> None:
    """A longer one would be broken by the terminal, and its first part would stay there at every step."""
    assert fitted("convert runs/digits_0", "[####----] ", " 50% of 9 points", width) == line


def test_a_narrow_terminal(here: Path) -> None:
    assert on_a_terminal(here, "convert", "digits_0", "m.nc", width=30) == [
        "… digits_0: 100% of 10 points", "",
    ]  # fmt: skip


def test_nothing_where_nobody_watches(here: Path) -> None:
    for arguments in (["crate", "digits_0", "-o", "c.zip"], ["unpack", "c.zip"]):
        done = subprocess.run(
            [sys.executable, "-m", "prov4ml_packager", *arguments], cwd=here, capture_output=True, text=True
        )
        assert done.returncode == 0
        assert all(line.startswith("prov4ml-pack: note: ") for line in done.stderr.splitlines())


def test_one_point_is_no_points(capsys: pytest.CaptureFixture[str]) -> None:
    for counts, shown in (((1,), "1 point"), ((1, 1_234), "1,235 points")):
        bar = ProgressBar("finalize digits_0")
        for count in counts:
            bar(count)
        bar.close()
        assert capsys.readouterr().err.rstrip().rpartition("\r")[2] == f"finalize digits_0: {shown}"


def test_stages_notes_and_what_is_taken_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(clock))
    bar = ProgressBar("c.zip", "bytes")
    bar.stage("read")
    bar(1_500_000)
    bar.stage("upload", 4_000_000)
    bar(3_000_000)
    bar.note("once more")
    bar(-2_000_000)
    bar.close()
    lines = capsys.readouterr().err.split("\n")
    shown = [line.rpartition("\r")[2].rstrip() for line in lines]
    assert shown[0] == "read c.zip: 1.5 MB"
    assert shown[1] == "once more"
    assert shown[2].startswith("upload c.zip: [######------------------]  25% of 4.0 MB, ")
