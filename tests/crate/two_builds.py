"""Builds crates of the same runs on two sides that differ in all they can, and compares the bytes.

The sides differ in virtual environment, user, time zone, clock, umask, locale, home, hash seed, folder,
order of the entries of directories, number of cores, and in whether Graphviz's `dot` is on PATH. Each side
finalizes its own copy of the runs and packages it, by the command. The clock differs by more than the time
between the builds where `faketime` is installed, the user where root runs this and the other one may read
what it needs.

`python -m tests.crate.two_builds` makes the two virtual environments anew (a minute or two, needs a package
index); the test suite runs a short form.
"""

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# A disk lists a directory in whatever order it likes; here every listing comes in another one.
_SHUFFLED_LISTINGS = """
import os, random
_listdir, _scandir, _random = os.listdir, os.scandir, random.Random(int(os.environ["LISTINGS"]))

class _Shuffled:
    def __init__(self, entries):
        with entries:
            self._entries = list(entries)
        _random.shuffle(self._entries)
        self._iterator = iter(self._entries)
    def __iter__(self): return self
    def __next__(self): return next(self._iterator)
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def close(self): pass

def listdir(path="."):
    names = _listdir(path)
    _random.shuffle(names)
    return names

os.listdir, os.scandir = listdir, lambda path=".": _Shuffled(_scandir(path))
"""

# Real training is not needed: the logger does not look at what is logged. The text is long enough for several
# deflate blocks, which two cores compress side by side.
_RUNS = """
import math, random, sys
from pathlib import Path
import prov4ml
noise = random.Random(7)
here = Path(sys.argv[1])
(here / "notes.txt").write_text("".join(f"{noise.random()} and so on\\n" for _ in range(120_000)))
(here / "weights.bin").write_bytes(noise.randbytes(3 << 20))
(here / "train.py").write_text("print('training')\\n")
(here / "data").mkdir()
for number in range(40):
    (here / "data" / f"sample {number} é.csv").write_text(f"x,y\\n{number},{noise.random()}\\n")
for kind in prov4ml.MetricsType:
    prov4ml.start_run(f"two builds {kind.name}", prov_save_path=str(here / "runs"), metrics_file_type=kind,
                      disable_codecarbon=True)
    prov4ml.log_param("rate", 0.25)
    prov4ml.log_param("layers", [64, 32])
    for step in range(300):
        for context in (prov4ml.Context.TRAINING, prov4ml.Context.VALIDATION):
            for name in ("loss", "accuracy", "Größe/../x"):
                prov4ml.log_metric(name, math.sin(step) + noise.random(), context, step=step)
    prov4ml.log_metric("gap", math.nan, prov4ml.Context.TRAINING, step=0)
    prov4ml.log_source_code(str(here / "train.py"), use_git=False)
    prov4ml.log_artifact("notes", str(here / "notes.txt"))
    prov4ml.log_artifact("weights", str(here / "weights.bin"))
    prov4ml.log_artifact("data", str(here / "data"))
    prov4ml.end_run()
"""

_CONFIG = """
license = "CC-BY-4.0"
url = "https://example.org/software"
keywords = ["digits"]
[[author]]
name = "Ada Lovelace"
orcid = "https://orcid.org/0000-0002-1825-0097"
"""

SHORT = (
    ("deflate.zip", "--compression", "deflate", "--spec", "1.1"),
    ("zstd.zip", "--compression", "zstd", "--spec", "1.3"),
    ("all.tar.gz", "--spec", "1.2", "--with-raw"),
    ("folder", "--spec", "1.1", "--profile", "provenance"),
    ("review.zip", "--redact"),
)
LONG = (
    *SHORT,
    ("stored.zip", "--compression", "stored", "--spec", "1.3"),
    ("bzip2.zip", "--compression", "bzip2", "--spec", "1.1"),
    ("lzma.zip", "--compression", "lzma", "--spec", "1.1"),
    ("all.tar.zst", "--spec", "1.1"),
    ("bag.zip", "--compression", "deflate", "--bag"),
)


@dataclass(frozen=True)
class Side:
    """One of the two machines that could have built the crates."""

    name: str
    python: Path
    environment: Mapping[str, str]
    umask: int
    listings: int
    dot: bool
    cores: int
    user: str | None = None
    clock: str | None = None

    def command(self, arguments: Sequence[str]) -> list[str]:
        """Return the command line that runs `prov4ml-pack` on this side."""
        line = [str(self.python), "-m", "prov4ml_packager", *arguments]
        if shutil.which("taskset") is not None:
            usable = sorted(os.sched_getaffinity(0))[: self.cores]
            line = ["taskset", "-c", ",".join(map(str, usable)), *line]
        if self.clock is not None and shutil.which("faketime") is not None:
            line = ["faketime", self.clock, *line]
        return line

    def differences(self) -> dict[str, str]:
        """Return what is special about this side, for a person to read."""
        return {
            "python": str(self.python),
            "user": self.user or "own",
            "clock": self.clock if self.clock and shutil.which("faketime") else "own",
            "umask": f"{self.umask:03o}",
            "dot on PATH": "yes" if self.dot and shutil.which("dot") else "no",
            "cores": str(min(self.cores, len(os.sched_getaffinity(0)))) if shutil.which("taskset") else "all",
            **self.environment,
        }


def two_sides(pythons: tuple[Path, Path], user: str | None) -> tuple[Side, Side]:
    """Return two sides as unlike as this machine allows; the second one belongs to the user given."""
    first = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "1", "LOGNAME": "ada", "COLUMNS": "80"}
    second = {
        "TZ": "America/Caracas",
        "LC_ALL": _other_locale(),
        "PYTHONHASHSEED": "2",
        "LOGNAME": "grace",
        "COLUMNS": "200",
    }
    return (
        Side("one", pythons[0], first, 0o077, 11, True, 1, None, "2027-01-01 00:00:01"),
        Side("two", pythons[1], second, 0o000, 22, False, 2, user),
    )


def _other_locale() -> str:
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    others = [name for name in listed if not name.startswith(("C", "POSIX"))]
    return (others or ["C.UTF-8"])[0]


def write_runs(folder: Path, python: Path) -> Path:
    """Write a run of each kind of store with the logger, raw, and return the folder that holds them."""
    variables = {**os.environ, "PROV4ML_FINALIZE": "0"}
    subprocess.run([python, "-c", _RUNS, folder], check=True, env=variables, cwd=folder, capture_output=True)
    return folder / "runs"


def copy_shuffled(source: Path, target: Path, seed: int) -> None:
    """Copy a tree file by file in an order of its own, so that the disk lists it differently."""
    paths = sorted(source.rglob("*"))
    random.Random(seed).shuffle(paths)
    for path in paths:
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())


def build(side: Side, runs: Path, folder: Path, crates: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Finalize and package copies of the runs on one side; return the SHA-256 of each file made.

    Raises:
        SystemExit: the command fails.
    """
    home = folder / f"home of {side.name}"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "sitecustomize.py").write_text(_SHUFFLED_LISTINGS)
    (home / "crate.toml").write_text(_CONFIG)
    copies = home / "runs"
    copy_shuffled(runs, copies, side.listings)
    made = home / "crates"
    made.mkdir()
    if side.user is not None:
        for path in [home, *home.rglob("*")]:
            shutil.chown(path, side.user)
    environment = {
        **side.environment,
        "HOME": str(home),
        "PATH": os.environ["PATH"] if side.dot else _path_without_dot(home),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(hooks), os.environ.get("PYTHONPATH", "")])),
        "LISTINGS": str(side.listings),
    }
    for name, *options in crates:
        arguments = [
            "crate",
            str(copies),
            "-o",
            str(made / name),
            "--config",
            str(home / "crate.toml"),
            *options,
        ]
        done = subprocess.run(
            side.command(arguments),
            cwd=home,
            env=environment,
            umask=side.umask,
            user=side.user,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"side {side.name}: {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return {
        str(path.relative_to(made)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(made.rglob("*"))
        if path.is_file()
    }


def _path_without_dot(home: Path) -> str:
    """Return a PATH with the few programs that are needed, and no `dot` among them."""
    programs = home / "bin"
    programs.mkdir()
    for name in ("taskset", "faketime", "env", "sh"):
        found = shutil.which(name)
        if found is not None:
            (programs / name).symlink_to(found)
    return str(programs)


def other_user(python: Path, folder: Path) -> str | None:
    """Return another user who may run this Python with the packager and write below the folder, or None."""
    if os.geteuid() != 0:
        return None
    probe = [python, "-c", "import os, sys, prov4ml_packager; os.scandir(sys.argv[1]).close()", folder]
    try:
        subprocess.run(probe, user="nobody", capture_output=True, check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return None
    return "nobody"


def _new_environment(python: str, place: Path, wheel: Path) -> Path:
    subprocess.run([python, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}[pack]"]
    subprocess.run(install, check=True)
    return python


def main() -> None:
    """Print what differs between the sides and whether the crates do.

    Raises:
        SystemExit: status 1, some file differs.
    """
    parser = argparse.ArgumentParser(description="Build the same crates on two unlike sides.")
    parser.add_argument(
        "--python", default=sys.executable, help="what the virtual environments are made with"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="two-builds-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        wheels = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "-w",
            folder / "wheel",
            PROJECT,
        ]
        subprocess.run(wheels, check=True)
        wheel = next((folder / "wheel").glob("*.whl"))
        first, second = (
            _new_environment(chosen.python, folder / name, wheel) for name in ("venv-1", "venv-2")
        )
        sides = two_sides((first, second), other_user(second, folder))
        runs = write_runs(folder, first)
        for name, one, two in zip(
            sides[0].differences(), *(side.differences().values() for side in sides), strict=True
        ):
            print(f"{name:15} {one:40} {two}")
        first_made, second_made = (build(side, runs, folder, LONG) for side in sides)
    files = sorted(first_made.keys() | second_made.keys())
    for file in files:
        if "/" not in file:
            print(f"{file:15} {first_made.get(file)}")
    different = [file for file in files if first_made.get(file) != second_made.get(file)]
    print(f"{len(files)} files, {len(different)} different")
    for file in different:
        print(f"  {file}")
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
