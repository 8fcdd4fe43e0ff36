"""Kills `crate` and `update --add` with SIGKILL at random instants and checks what is at the target.

It must be the old crate or the new one, whole: the same bytes as without a kill.

`python -m tests.crate.crash_proof --kills 200` prints a table; the test suite runs a short form.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from prov4ml_packager.crate import build_crate
from prov4ml_packager.crate.changed_graph import Changes
from prov4ml_packager.crate.update import update_crate
from prov4ml_validators import validate
from tests.crate.builders import FULL, artifact, make_run, write_file

NAMES = ("c.zip", "c.tar.gz", "c")
TIME = datetime(2026, 3, 4, tzinfo=UTC)
_NOISE = 3 << 20


def digest_of(crate: Path) -> str:
    """Return one digest of a file, or of all names and files of a directory."""
    digest = hashlib.sha256()
    for path in [crate] if crate.is_file() else sorted(crate.rglob("*")):
        digest.update(f"{path.relative_to(crate)}\0".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def restore(kept: Path, target: Path) -> None:
    """Put the old crate at the target, and take away what a killed process left beside it."""
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir(parents=True)
    if kept.is_dir():
        shutil.copytree(kept, target)
    else:
        shutil.copy(kept, target)


def run_and_kill(action: Callable[[], object], after: float | None) -> float:
    """Run an action in a child and kill it after so many seconds; return how long the child lived."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0 if sys.exception() is None else 1)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)  # the child is not reaped yet, so the number is still its own
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("the action failed by itself")
    return time.perf_counter() - began


def prove(kills: int, seed: int, folder: Path) -> Counter[tuple[str, str, str]]:
    """Kill so many times and count (command, target, what was found: `old` or `new`).

    Raises:
        SystemExit: something else was found.
    """
    generator = random.Random(seed)
    noise = generator.randbytes(_NOISE)
    run = make_run(
        folder / "run_1",
        extra=lambda root: (artifact("noise", write_file(root, "artifacts/noise.bin", noise)),),
    )
    notes = folder / "notes.bin"
    notes.write_bytes(noise[: _NOISE // 2])
    found: Counter[tuple[str, str, str]] = Counter()
    options = replace(FULL, name="The new one")
    changes = Changes(TIME, add={"notes.bin": notes})
    cases: list[tuple[str, Path, Path, Callable[[], object]]] = []
    for name in NAMES:
        kept = build_crate([run], folder / "kept" / name, FULL)
        made, changed = folder / "crate" / name, folder / "update" / name
        cases.append(("crate", kept, made, partial(build_crate, [run], made, options)))
        cases.append(("update --add", kept, changed, partial(update_crate, changed, changes)))
    for number, (command, kept, target, action) in enumerate(cases):
        restore(kept, target)
        lifetime = run_and_kill(action, None)
        if not validate(target).is_valid():
            raise SystemExit(f"{command}: {target.name} is not valid")
        states = {digest_of(kept): "old", digest_of(target): "new"}
        for _ in range(kills // len(cases) + (number < kills % len(cases))):
            restore(kept, target)
            run_and_kill(action, generator.uniform(0, 1.1 * lifetime))
            state = states.get(digest_of(target)) if target.exists() else None
            if state is None:
                raise SystemExit(
                    f"{command}: {target.name} is neither the old crate nor the new one (seed {seed})"
                )
            found[command, target.name, state] += 1
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Kill the packager.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        outcome = prove(given.kills, given.seed, Path(temporary))
    print(f"seed {given.seed}, {outcome.total()} kills")
    for (command, target, state), count in sorted(outcome.items()):
        print(f"{command:14} {target:10} {state:4} {count:4}")
