"""Measure everything once and print the page; ratios within this one run are what counts.

Usage: run.py [--write FILE] [--without-peers] [--contexts DIRECTORY]
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from conversions import POINTS as CONVERTED_POINTS
from conversions import conversion_section
from crates import FILES, MEGABYTES, measure_crates
from graphs import LIMIT, graphs_section, measure_graphs
from import_time import REPETITIONS, ImportTime, measure_import
from importers import POINTS as IMPORTED_POINTS
from importers import importers_section
from logger_worker import FLOOR, ROUNDS
from peers import PEERS, LoggerCost, measure_logger, measure_peer
from reports import measure_reports, reports_section
from start_up import CommandTime, commands_section, measure_commands
from store_sizes import size_section
from stores import POINTS, SERIES, StoreTime, measure_stores

from validators import (
    CRATE_SIZES,
    SIZES,
    VERSIONS,
    CheckTime,
    CrateTime,
    crates_section,
    measure_check,
    measure_crate,
    prov_section,
)

MEMORY_WORKER = Path(__file__).with_name("memory_worker.py")
MEMORY_CASES = ((1, 10_000_000), (10_000, 100))
MEMORY_SAMPLES = 5


def measure_memory(series: int, rounds: int, folder: Path) -> list[tuple[int, float]]:
    """Return points logged and resident MiB, from the first hundredth of the run to its end."""
    done = subprocess.run(
        [sys.executable, str(MEMORY_WORKER), str(series), str(rounds), str(MEMORY_SAMPLES), str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return [(int(points), float(mib)) for points, mib in (line.split() for line in done.stdout.splitlines())]


def machine() -> str:
    """Return what this was measured on, in one line."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # no Linux, or a processor that does not name itself
    system = f"{platform.system()} {platform.machine()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {system}, {python}"


def logging_section(costs: list[LoggerCost]) -> str:
    ours = costs[0]
    rows = []
    for cost in costs:
        if cost.problem:
            rows.append(f"| {cost.logger} | – | – | – | – | {cost.problem.replace('|', '/')} |")
            continue
        rows.append(
            f"| {cost.logger} {cost.version} | {cost.call_us:.2f} | {cost.floor_us:.2f} | {cost.ratio:.1f} | "
            f"{cost.ratio / ours.ratio:.1f} | {cost.calls:,} calls |"
        )
    return f"""## One call of `log_metric`

The floor is `{FLOOR}`. Logger and floor take turns in one process, {ROUNDS} rounds
each; the figures are medians, and the logger's include its own writing to disk. Each peer runs in an
environment of its own, with its public function for one scalar. The goal is at most 3 floors.

| logger | µs a call | µs floor | calls in floors | against prov4ml | |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def import_section(times: ImportTime) -> str:
    bare, imported = times.bare_ms, times.with_import_ms
    foreign = ", ".join(times.third_party) or "none"
    return f"""## Import

Medians of {REPETITIONS} starts of the interpreter each, in turns. The goal: at most 40 ms over a bare start.

| bare start, ms | with `import prov4ml`, ms | added, ms | times a bare start | third-party modules loaded |
|---|---|---|---|---|
| {bare:.1f} | {imported:.1f} | {imported - bare:.1f} | {imported / bare:.2f} | {foreign} |
"""


def memory_section(cases: list[tuple[int, list[tuple[int, float]]]]) -> str:
    rows = []
    for series, samples in cases:
        (few, first), (many, last) = samples[0], samples[-1]
        rows.append(f"| {series:,} | {few:,} | {first:.1f} | {many:,} | {last:.1f} | {last / first:.2f} |")
    return f"""## Memory

Resident memory of a process that logs, early and at the end. It must not follow the number of points.

| series | points, early | MiB | points, end | MiB | end / early |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def stores_section(times: list[StoreTime]) -> str:
    floor = times[0]
    rows = [
        f"| {one.format} | {one.write_s:.2f} | {one.write_s / floor.write_s:.0f} | {one.open_s:.2f} | "
        f"{one.open_s / floor.open_s:.0f} | {one.mebibytes:.1f} |"
        for one in times
    ]
    return f"""## Metric stores

{SERIES:,} series of {POINTS} points, written once and opened once with every point read. The floor is one
numpy file of the bare points. The goals are 60 s to write and 15 s to open.

| store | write, s | in floors | open and read, s | in floors | MiB |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def validation_section(times: list[CheckTime]) -> str:
    return f"""## Checking a PROV-JSON document

Everything that `prov4ml-pack validate` looks at (structure, references, PROV-CONSTRAINTS, ML rules), in turns
with `ProvDocument.deserialize` of the `prov` library, which only loads, in one process. The goal is a ratio
of at most 1, and a cost a record that does not grow.

{prov_section(times)}
"""


def crate_section(times: list[CrateTime], commands: list[CommandTime] | str) -> str:
    return f"""{commands_section(commands)}
## Checking a crate: inside a process

The metadata of a crate of files, all rules of its version, medians once everything is imported. The goals are
5 ms for 10 entities and 5 s for 100,000.

{crates_section(times)}
"""


def measure_page(*, peers: bool, contexts: Path | None, converted_points: int = CONVERTED_POINTS) -> str:
    """Measure and return the page in Markdown."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        costs = [measure_logger("prov4ml", sys.executable, scratch / "log-prov4ml")]
        costs += [measure_peer(peer, scratch) for peer in PEERS if peers]
        imports = measure_import()
        memory = []
        for series, rounds in MEMORY_CASES:
            folder = scratch / f"memory-{series}"
            memory.append((series, measure_memory(series, rounds, folder)))
        stores = measure_stores(scratch)
        checks = [measure_check(records, 3 if records < SIZES[-1] else 1) for records in SIZES]
        crates = [measure_crate(size, version) for version in VERSIONS for size in CRATE_SIZES]
        commands = measure_commands(scratch, contexts) if peers else "Not measured: no peer was installed."
        reports = measure_reports(scratch, peers=peers)
        drawings = measure_graphs(scratch, largest=SIZES[-1], limit=LIMIT)
        packing = measure_crates(MEGABYTES, FILES)
    return f"""# Benchmarks

Made by `make bench`. Absolute figures belong to the machine below and to that hour; compare ratios, each of
which was taken within one run of its section.

Machine: {machine()}.

{logging_section(costs)}
{import_section(imports)}
{memory_section(memory)}
{stores_section(stores)}
{size_section()}
{conversion_section(converted_points)}
{importers_section(IMPORTED_POINTS, peers=peers)}
{validation_section(checks)}
{crate_section(crates, commands)}
{packing}
{graphs_section(drawings)}
{reports_section(reports)}"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure prov4ml against floors and peers.")
    parser.add_argument("--write", type=Path, help="also write the page to this file")
    parser.add_argument("--without-peers", action="store_true", help="install nothing")
    parser.add_argument("--contexts", type=Path, help="JSON-LD contexts for a peer without a network")
    parser.add_argument("--points", type=int, default=CONVERTED_POINTS, help="points of each conversion")
    arguments = parser.parse_args()
    page = measure_page(
        peers=not arguments.without_peers, contexts=arguments.contexts, converted_points=arguments.points
    )
    print(page)
    if arguments.write:
        arguments.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
