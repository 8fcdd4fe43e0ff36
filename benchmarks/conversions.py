"""Speed and memory of conversions, each beside what a library does with the same numbers in memory.

Usage: conversions.py [--points N] prints the section by itself, for large N.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).with_name("conversion_worker.py")
POINTS = 4_000_000
ROUNDS, LONG = 3, 20_000_000  # each side takes turns three times; of more points once

PAIRS = (
    ("run → Zarr", "raw-zarr", ("xarray-zarr",)),
    ("run → NetCDF-4", "raw-netcdf", ("xarray-netcdf-zlib", "xarray-netcdf")),
    ("Zarr → NetCDF-4", "zarr-netcdf", ("xarray-netcdf-zlib", "xarray-netcdf")),
    ("table in memory → CSV", "csv-write", ("polars-write", "pandas-write")),
    ("CSV read", "csv-read", ("polars-read", "pandas-read")),
    ("CSV of someone else read", "plain-read", ("polars-plain", "pandas-plain")),
)
NAMES = {
    "xarray-zarr": "`Dataset.to_zarr`",
    "xarray-netcdf-zlib": "`to_netcdf`, zlib 4",
    "xarray-netcdf": "`to_netcdf`, not compressed",
    "polars-write": "polars `write_csv`",
    "polars-read": "polars `read_csv`",
    "pandas-write": "pandas `to_csv`",
    "pandas-read": "pandas `read_csv`",
    "polars-plain": "polars `read_csv`",
    "pandas-plain": "pandas `read_csv`",
}


@dataclass(frozen=True)
class Conversion:
    """Seconds, peak resident MiB of the whole process, and bytes a point of the result."""

    seconds: float
    peak_mib: float
    bytes_a_point: float


def measure(case: str, points: int, folder: Path) -> Conversion:
    """Run one case in a process of its own."""
    command = [sys.executable, str(WORKER), case, str(points), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Conversion(*map(float, done.stdout.split()))


def rounds_of(points: int) -> int:
    return ROUNDS if points <= LONG else 1


def compare(
    case: str, peers: Sequence[str], points: int, folder: Path
) -> tuple[Conversion, dict[str, Conversion]]:
    """Run a case and its peers in turns; return what has the median time of each."""
    rounds = rounds_of(points)
    found: dict[str, list[Conversion]] = {}
    for _ in range(rounds):
        for one in (case, *peers):
            found.setdefault(one, []).append(measure(one, points, folder))
    medians = {
        one: sorted(all_of_it, key=lambda made: made.seconds)[rounds // 2] for one, all_of_it in found.items()
    }
    return medians.pop(case), medians


def conversion_section(points: int) -> str:
    """Measure all and return the section in Markdown."""
    rows = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(WORKER), "make", str(points), str(folder)], check=True)
        for label, case, peers in PAIRS:
            own, others = compare(case, peers, points, folder)
            for peer, other in others.items():
                rows.append(
                    f"| {label} | {points / own.seconds / 1e6:.1f} | {own.peak_mib:.0f} | "
                    f"{own.bytes_a_point:.1f} | {NAMES[peer]} | {points / other.seconds / 1e6:.1f} | "
                    f"{other.peak_mib:.0f} | {other.bytes_a_point:.1f} | {other.seconds / own.seconds:.2f} |"
                )
    return f"""## Conversions

{points:,} points of four series that were logged in turns: noisy values, jittering times. Each conversion
runs in a process of its own, and so does each peer, which has the same arrays in memory before the clock
starts; libraries are loaded before that too. They take turns, {rounds_of(points)} of each, and the median
counts. Speed is in millions of points a second, peak is the largest resident memory of the process, size
is in bytes a point. A CSV of someone else has a row a step and a column a metric; its points go through a
temporary file, which its peers do not need. The goals: half the speed of xarray, with our own CSV the speed
of the faster of polars and pandas, and less than 300 MiB for any number of points.

| conversion | speed | peak, MiB | size | peer | its speed | its peak | its size | speed / peer |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure conversions against xarray, polars and pandas.")
    parser.add_argument("--points", type=int, default=POINTS)
    print(conversion_section(parser.parse_args().points))


if __name__ == "__main__":
    main()
