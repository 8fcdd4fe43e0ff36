"""The long proof on hostile archives: gigabytes and a million members for real, and what each costs.

`python -m tests.crate.hostile_proof` (`make hostile`) makes each archive, gives it to `unpack`, `validate`,
`inspect` and `update`, and prints a table. It fails if one is taken, is refused in more than one line, leaves
something behind, or costs more than 400 MiB. Needs 3 GB of disk.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .hostile import (
    METADATA,
    gigabyte_of_header,
    gigabyte_of_metadata,
    measured,
    million_tar,
    million_zip,
    overlapping_zip,
)

LARGEST_PEAK = 400 << 20
COMMANDS = (("validate",), ("inspect",), ("update", "--set", "name=New"), ("unpack", "-o", "out"))


def gigabyte_of_file(folder: Path) -> Path:
    """Make a crate's directory whose metadata is a sparse file of 1 GiB."""
    folder.mkdir()
    with (folder / METADATA).open("wb") as stream:
        stream.truncate(1 << 30)
    return folder


ARCHIVES: dict[str, Callable[[Path], Path]] = {
    "million.zip": million_zip,
    "million.crate.tar.gz": million_tar,
    "million.crate.tar.zst": million_tar,
    "overlapping.zip": overlapping_zip,
    "metadata.zip": gigabyte_of_metadata,
    "metadata.crate.tar.gz": gigabyte_of_metadata,
    "metadata.crate.tar.zst": gigabyte_of_metadata,
    "header.crate.tar.gz": gigabyte_of_header,
    "header.crate.tar.zst": gigabyte_of_header,
    "metadata-folder": gigabyte_of_file,
}


def fault(status: int, err: str, peak: int) -> str | None:
    """Return what is wrong with how a command ended; None if nothing is."""
    if status == 0:
        return "was not refused"
    if err.count("\n") > 1 or "Traceback" in err:
        return "said more than one line"
    return None if peak <= LARGEST_PEAK else "took too much memory"


def main() -> int:
    """Make the archives, try the commands, print the table; 1 if anything is wrong."""
    wrong = 0
    print(f"{'archive':24} {'MB':>7}  {'command':9} {'status':>6} {'s':>6} {'MiB':>5}  what it said")
    with tempfile.TemporaryDirectory(prefix="hostile-") as place:
        os.chdir(place)
        for name, make in ARCHIVES.items():
            path = make(Path(name))
            size = sum(one.stat().st_size for one in [path, *path.rglob("*")] if one.is_file()) / 1e6
            for command, *options in COMMANDS:
                before = sorted(Path().rglob("*"))
                began = time.monotonic()
                status, out, err, peak = measured(command, name, *options)
                seconds = time.monotonic() - began
                problem = fault(status, err, peak)
                if status and sorted(Path().rglob("*")) != before:
                    problem = "left something behind"
                said = (err or out.strip().partition("\n")[2]).strip().partition("\n")[0]
                said = said.removeprefix(f"prov4ml-pack: error: {name}: ")[:90]
                told = f"WRONG: {problem}: {said}" if problem else said
                wrong += problem is not None
                print(
                    f"{name:24} {size:7.1f}  {command:9} {status:6} {seconds:6.1f} {peak >> 20:5}  {told}",
                    flush=True,
                )
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
