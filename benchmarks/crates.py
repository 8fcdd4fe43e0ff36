"""What it costs to pack a run directory into a crate, beside Info-ZIP's `zip` and `rocrate`'s own writer.

Usage: crates.py [--megabytes N] [--files N] [--folder DIR]
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import prov4ml

LARGE_FILE = 64 << 20
MEGABYTES = 2048
FILES = 100_000
ROCRATE_WRITER = """
import sys
from pathlib import Path
from rocrate.rocrate import ROCrate
source, target = map(Path, sys.argv[1:])
crate = ROCrate(version="1.1")
crate.name = crate.description = source.name
for path in sorted(source.rglob("*")):
    if path.is_file():
        crate.add_file(path, dest_path=path.relative_to(source).as_posix())
crate.write_zip(target)
"""


@dataclass(frozen=True)
class PackTime:
    """One way to pack a run directory: seconds, peak resident MiB of its processes, MiB of the archive."""

    way: str
    seconds: float
    peak_mib: float
    archive_mib: float


def _numbers(size: int, generator: random.Random) -> bytes:
    """Return text as logs and tables have it: one line a step, a time that grows and values that jitter."""
    lines = []
    length = 0
    step = 0
    while length < size:
        step += 1
        moment = 1_700_000_000 + step * 0.25
        line = f"{step},{moment:.2f},{generator.gauss(1, 0.1):.6f},training,epoch {step // 100}\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()[:size]


def make_large_run(folder: Path, megabytes: int) -> Path:
    """Log a run of files of 64 MiB, half of them random bytes, half text; return its directory."""
    source = folder / "source"
    source.mkdir()
    text = _numbers(LARGE_FILE, random.Random(0))
    for number in range(max(1, (megabytes << 20) // LARGE_FILE // 2)):
        (source / f"weights-{number}.bin").write_bytes(random.Random(number).randbytes(LARGE_FILE))
        # Another beginning each, so that the copies are not found to be one file by a file system.
        (source / f"table-{number}.txt").write_bytes(b"%d\n" % number + text)
    return _log_run("large", folder, source)


def make_run_of_small_files(folder: Path, files: int) -> Path:
    """Log a run with one directory of many small texts; return its directory."""
    source = folder / "source"
    generator = random.Random(0)
    text = _numbers(64 << 10, generator)
    for number in range(files):
        place = source / f"part-{number // 1000}"
        if number % 1000 == 0:
            place.mkdir(parents=True)
        begin = generator.randrange(len(text) - 2048)
        (place / f"sample-{number}.txt").write_bytes(
            b"%d\n" % number + text[begin : begin + generator.randrange(2048)]
        )
    return _log_run("small", folder, source)


def _log_run(name: str, folder: Path, source: Path) -> Path:
    os.environ["PROV4ML_FINALIZE"] = "0"
    run = prov4ml.start_run(name, prov_save_path=str(folder / "runs"), disable_codecarbon=True)
    for step in range(100):
        prov4ml.log_metric("loss", 1 / (step + 1), "training", step=step)
    prov4ml.log_artifact("data", str(source))
    directory = Path(prov4ml.get_run_dir())
    prov4ml.end_run()
    del run
    shutil.rmtree(source)
    return directory


def _pack(way: str, command: list[str], target: Path, folder: Path) -> PackTime:
    target.unlink(missing_ok=True)
    began = time.perf_counter()
    # In a child of its own, so that the peak is that of this command alone.
    code = (
        "import json, resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "print(json.dumps(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True, cwd=folder
    )
    seconds = time.perf_counter() - began
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return PackTime(way, seconds, json.loads(done.stdout) / unit, target.stat().st_size / 2**20)


def measure_packing(run: Path, folder: Path, *, compression: str, zip_level: int) -> list[PackTime]:
    """Return the times of our whole command, of `zip -r` and of `rocrate`, one after the other.

    The run is finalized before, and read once, so that the first way does not pay for a cold disk.
    """
    pack = str(Path(sys.executable).with_name("prov4ml-pack"))
    subprocess.run([pack, "finalize", str(run)], check=True, capture_output=True)
    subprocess.run(["tar", "cf", "/dev/null", str(run)], check=True, capture_output=True)
    target = folder / "crate.zip"
    options = ["--license", "CC-BY-4.0", "--compression", compression]
    times = [
        _pack("prov4ml-pack crate", [pack, "crate", str(run), "-o", str(target), *options], target, folder)
    ]
    unsearched = [pack, "crate", str(run), "-o", str(target), *options, "--secrets", "ignore"]
    times.append(_pack("prov4ml-pack crate --secrets ignore", unsearched, target, folder))
    if shutil.which("zip"):
        command = ["zip", "-q", "-r", f"-{zip_level}", str(target), str(run)]
        times.append(_pack(f"zip -r -{zip_level}", command, target, folder))
    writer = [sys.executable, "-c", ROCRATE_WRITER, str(run), str(target)]
    times.append(_pack("rocrate add_file, write_zip", writer, target, folder))
    target.unlink()
    return times


def packing_table(times: list[PackTime]) -> str:
    """Return the measurements as a table in Markdown; ratios are of the other way's time to ours."""
    ours = times[0]
    rows = [
        f"| `{one.way}` | {one.seconds:.1f} | {one.seconds / ours.seconds:.2f} | {one.peak_mib:.0f} |"
        f" {one.archive_mib:.1f} | {ours.archive_mib / one.archive_mib:.3f} |"
        for one in times
    ]
    head = "| way | s | times ours | peak, MiB | archive, MiB | our size / its |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def measure_crates(megabytes: int, files: int, folder: Path | None = None) -> str:
    """Measure both kinds of run and return the section of the page."""
    sections = []
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scratch = Path(name)
        for title, make, amount, compression, level in (
            (
                f"{megabytes:,} MiB, half of it random bytes, deflated",
                make_large_run,
                megabytes,
                "deflate",
                6,
            ),
            (f"{files:,} small files, stored", make_run_of_small_files, files, "stored", 0),
        ):
            place = scratch / make.__name__
            place.mkdir()
            times = measure_packing(make(place, amount), place, compression=compression, zip_level=level)
            sections.append(f"### {title}\n\n{packing_table(times)}\n")
            shutil.rmtree(place)
    return f"""## Packing a crate

The whole command on a finalized run, beside Info-ZIP and `rocrate`'s `add_file` and `write_zip` on the same
directory. Ours alone hashes and describes every file, makes manifest and preview, and searches for likely
secrets (the second row does not). The goals: with deflate three times as fast as either, at most 3 % larger,
300 MiB; of small files twice as fast as `rocrate`, and at most four times `zip -r -0`.

{chr(10).join(sections)}"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure packing.")
    parser.add_argument("--megabytes", type=int, default=MEGABYTES)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--folder", type=Path, help="where to write; needs three times the size")
    arguments = parser.parse_args()
    print(measure_crates(arguments.megabytes, arguments.files, arguments.folder))
