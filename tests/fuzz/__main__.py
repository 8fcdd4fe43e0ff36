"""`make fuzz`: damaged inputs by the hour, a process for each target, with a table at the end.

Where atheris is installed it chooses, by the code that an input reaches, which inputs to damage further; the
damage is ours in both cases. A process may use 1 GiB: beyond it ends, which is a failure of its own.
"""

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .attempts import Failure, attempt, damaged

if TYPE_CHECKING:
    from .targets import Target

MEMORY = 1 << 30
TARGETS = (
    "prov-json",
    "metadata",
    "crate-directory",
    "zip",
    "tar",
    "run-directory",
    "user-profile",
    "pyproject",
    "places",
)
_REPORT_EVERY = 2.0


class _Log:
    """Counts attempts and keeps the first input of every place that failed, in files that outlive a kill."""

    def __init__(self, name: str, failures: Path, counts: Path) -> None:
        self._name, self._failures, self._counts = name, failures, counts
        self._done = json.loads(counts.read_text()) if counts.exists() else {"attempts": 0, "failures": {}}
        self._next = 0.0

    def count(self, failure: Failure | None) -> None:
        self._done["attempts"] += 1
        if failure is not None and failure.place not in self._done["failures"]:
            digest = hashlib.sha256(failure.data).hexdigest()[:12]
            file = self._failures / f"{self._name}-{digest}"
            self._failures.mkdir(parents=True, exist_ok=True)
            file.write_bytes(failure.data)
            self._done["failures"][failure.place] = str(file)
            print(f"{self._name}: {failure.place}: {file}\n{failure.message}", flush=True)
            self._next = 0.0
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _REPORT_EVERY
            self._counts.write_text(json.dumps(self._done))


def _targets() -> "Mapping[str, Target]":
    from .targets import targets  # late: what atheris is to follow it has to import

    return targets()


def _plain(target: "Target", seconds: float, seed: int, run: Callable[[bytes], None]) -> None:
    end = time.monotonic() + seconds
    for data in damaged(target, random.Random(seed)):
        run(data)
        if time.monotonic() >= end:
            return


def _guided(target: "Target", seconds: float, seed: int, corpus: Path, run: Callable[[bytes], None]) -> None:
    import atheris  # type: ignore[import-not-found]

    def mutate(data: bytes, largest: int, number: int) -> bytes:
        return target.mutate(data, random.Random(number))[:largest]

    for index, data in enumerate(target.seeds()):
        (corpus / f"seed-{index}").write_bytes(data)
    options = [
        "fuzz", f"-seed={seed}", f"-max_total_time={max(1, int(seconds))}", "-max_len=300000", "-timeout=300",
        f"-rss_limit_mb={MEMORY >> 20}", f"-artifact_prefix={corpus}/", "-verbosity=0", str(corpus),
    ]  # fmt: skip
    atheris.Setup(options, run, custom_mutator=mutate)
    atheris.Fuzz()


def _child(name: str, seconds: float, seed: int, guided: bool, failures: Path, counts: Path) -> None:
    if guided:
        import atheris

        with atheris.instrument_imports(include=["prov4ml_validators"]):
            from prov4ml_validators.rules import all_rules

            all_rules()  # imports every check
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    target = _targets()[name]
    log = _Log(name, failures, counts)
    with tempfile.TemporaryDirectory() as scratch:
        folder, corpus = Path(scratch) / "input", Path(scratch) / "corpus"
        folder.mkdir()
        corpus.mkdir()
        last = counts.with_suffix(".input")  # what was tried when the process was killed

        def run(data: bytes) -> None:
            last.write_bytes(data)
            log.count(attempt(target, data, folder))

        if guided:
            _guided(target, seconds, seed, corpus, run)
        else:
            _plain(target, seconds, seed, run)


def _run_target(
    name: str, seconds: float, seed: int, guided: bool, failures: Path, scratch: Path
) -> dict[str, object]:
    """Run a target in processes of its own until its time is over, and return its counts."""
    counts = scratch / f"{name}.json"
    end = time.monotonic() + seconds
    deaths: dict[str, str] = {}
    while (left := end - time.monotonic()) > 0:
        command = [sys.executable, "-m", "tests.fuzz", "--child", name, "--seconds", str(left)]
        command += ["--seed", str(seed), "--failures", str(failures), "--counts", str(counts)]
        done = subprocess.run(
            [*command, *(["--guided"] if guided else [])], stderr=subprocess.PIPE, text=True
        )
        if done.returncode == 0:
            break
        failures.mkdir(parents=True, exist_ok=True)
        last = counts.with_suffix(".input")
        kept = failures / f"{name}-killed-{len(deaths)}"
        kept.write_bytes(last.read_bytes() if last.exists() else b"")
        said = (done.stderr.strip().splitlines() or [""])[-1][:200]
        deaths[f"the process ended with {done.returncode}: {said}"] = str(kept)
        print(f"{name}: {done.stderr[-2000:]}", flush=True)
        seed += 1
        if len(deaths) > 3 and time.monotonic() - (end - seconds) < 5:
            break  # it does not start at all
    found = json.loads(counts.read_text()) if counts.exists() else {"attempts": 0, "failures": {}}
    found["failures"].update(deaths)
    return {"target": name, **found}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--target", action="append", choices=TARGETS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(31))
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--plain", action="store_true", help="without atheris, even if it is installed")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try one kept input once, with --target")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--guided", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--counts", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(given.child, given.seconds, given.seed, given.guided, given.failures, given.counts)
        return 0
    names = given.target or list(TARGETS)
    with tempfile.TemporaryDirectory() as scratch:
        if given.again:
            failure = attempt(_targets()[names[0]], given.again.read_bytes(), Path(scratch))
            print(failure.message if failure else "nothing failed")
            return 1 if failure else 0
        guided = not given.plain and find_spec("atheris") is not None
        print(f"seed {given.seed}, {'atheris' if guided else 'no coverage: atheris is not installed'}")
        results = [
            _run_target(name, given.seconds / len(names), given.seed, guided, given.failures, Path(scratch))
            for name in names
        ]
    print("| target | attempts | failures |\n|---|---|---|")
    failed = False
    for one in results:
        failures = one["failures"]
        assert isinstance(failures, dict)
        failed = failed or bool(failures)
        print(f"| {one['target']} | {one['attempts']:,} | {len(failures)} |")
        for place, file in failures.items():
            print(f"  {place}: {file}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
