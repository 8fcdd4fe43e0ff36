"""`prov4ml-pack validate` beside rocrate-validator's command on the same crates, start of Python included.

Usage: start_up.py [CONTEXTS]

CONTEXTS is a folder with the JSON-LD contexts of RO-Crate, `ro-crate-1.1.jsonld` and `workflow-run.jsonld`:
where there is no network, rocrate-validator's cache is filled from it. Both commands run in environments of
their own.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from validators import root_and_files

PROJECT = Path(__file__).resolve().parents[1]
ROUNDS = 7
INSTALL_SECONDS = 900
_CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate-1.1.jsonld",
    "https://w3id.org/ro/terms/workflow-run/context": "workflow-run.jsonld",
}
# Run by rocrate-validator's own Python: its cache, filled with files in place of answers of the network.
_FILL = """
import io, json, sys
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse
files = json.loads(sys.argv[2])
class FromFile(HTTPAdapter):
    def send(self, request, **options):
        body = io.BytesIO(open(files[request.url], "rb").read())
        headers = {"Content-Type": "application/ld+json"}
        answer = HTTPResponse(body=body, status=200, headers=headers, preload_content=False)
        return self.build_response(request, answer)
session = CachedSession(cache_name=sys.argv[1], backend="sqlite", expire_after=-1)
session.mount("https://", FromFile())
for url in files:
    session.get(url)
"""


@dataclass(frozen=True)
class CommandTime:
    """Medians for one crate, in seconds of processor time of the whole process, and on the clock."""

    crate: str
    ours: float
    theirs: float
    ours_clock: float
    theirs_clock: float


def measure_commands(folder: Path, contexts: Path | None = None) -> list[CommandTime] | str:
    """Install both commands below `folder` and run them in turns on each crate; or say why that failed."""
    ours, theirs = folder / "venv-prov4ml", folder / "venv-rocrate-validator"
    try:
        _install(ours, f"{PROJECT}[validate]")
        _install(theirs, "roc-validator")
        cache = _fill_cache(theirs / "bin", folder / "http", contexts)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return f"rocrate-validator could not be prepared: {error}"
    small = folder / "crate-of-10-entities"
    write_crate(small, 10)
    crates = [small, *sorted((PROJECT / "fixtures/format-1/crates").glob("finished_0.zip"))]
    times = []
    for crate in crates:
        check = [str(ours / "bin/prov4ml-pack"), "validate", str(crate)]
        peer = [str(theirs / "bin/rocrate-validator"), "validate", str(crate)]
        peer += ["--offline", "--cache-path", cache, "--no-paging"]
        for command in (check, peer):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                return f"{Path(command[0]).name} does not accept {crate.name}: {done.stdout[-300:]}"
        pairs = [(_run(check), _run(peer)) for _ in range(ROUNDS)]
        columns = list(zip(*((*a, *b) for a, b in pairs), strict=True))
        mine, mine_clock, their, their_clock = (statistics.median(column) for column in columns)
        times.append(CommandTime(crate.name, mine, their, mine_clock, their_clock))
    return times


def write_crate(folder: Path, entities: int) -> None:
    """Write a crate of exactly this many entities, its files included."""
    graph = root_and_files(entities)
    for entity in graph:
        if entity["@type"] == "File":
            file = folder / entity["@id"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x")
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    (folder / "ro-crate-metadata.json").write_text(json.dumps(document, indent=1))


def _install(environment: Path, requirement: str) -> None:
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [str(environment / "bin/python"), "-m", "pip", "install", "-q", requirement],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)


def _fill_cache(programs: Path, cache: Path, contexts: Path | None) -> str:
    if contexts is None:
        command = [str(programs / "rocrate-validator"), "cache", "warm", "--all-profiles"]
        command += ["--cache-path", str(cache), *(f"--url={url}" for url in _CONTEXTS)]
    else:
        files = {url: str(contexts / name) for url, name in _CONTEXTS.items()}
        command = [str(programs / "python"), "-c", _FILL, str(cache), json.dumps(files)]
    subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    return str(cache)


def _run(command: list[str]) -> tuple[float, float]:
    """Return the seconds of processor time and on the clock of one run."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    clock = time.perf_counter() - began
    process.returncode = 0
    return used.ru_utime + used.ru_stime, clock


def commands_section(times: list[CommandTime] | str) -> str:
    """Return the measurements as a section in Markdown."""
    if isinstance(times, str):
        table = times
    else:
        rows = [
            f"| {one.crate} | {one.ours * 1e3:.0f} | {one.theirs * 1e3:.0f} | {one.theirs / one.ours:.1f} |"
            f" {one.ours_clock * 1e3:.0f} | {one.theirs_clock * 1e3:.0f} |"
            f" {one.theirs_clock / one.ours_clock:.1f} |"
            for one in times
        ]
        table = "\n".join(
            [
                "| crate | prov4ml, ms | rocrate-validator, ms | times | on the clock, ms | ms | times |",
                "|---|---|---|---|---|---|---|",
                *rows,
            ]
        )
    return f"""## Checking a crate: the whole command

`prov4ml-pack validate CRATE` with `prov4ml[validate]`, and `rocrate-validator validate CRATE --offline`
with its cache of contexts filled, each in an environment of its own and in turns: medians of {ROUNDS} runs,
start of the interpreter included; first the processor's time, which other programs change little, then the
clock's. The goal is 20 times.

{table}
"""


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        print(commands_section(measure_commands(Path(scratch), Path(sys.argv[1]) if sys.argv[1:] else None)))
