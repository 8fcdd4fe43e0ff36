"""What `import prov4ml` adds to the start of the interpreter, and what it loads."""

import os
import statistics
import subprocess
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
REPETITIONS = 40
_LIST_FOREIGN = (
    "import sys; before = set(sys.modules); import prov4ml; "
    "print(*{n.partition('.')[0] for n in set(sys.modules) - before} - sys.stdlib_module_names - {'prov4ml'})"
)


@dataclass(frozen=True)
class ImportTime:
    """Medians in milliseconds, and the third-party modules that the import loads."""

    bare_ms: float
    with_import_ms: float
    third_party: tuple[str, ...]


def start_ms(code: str, python: str, environment: dict[str, str]) -> float:
    """Return the milliseconds that an interpreter takes to run `code` and exit."""
    began = time.perf_counter()
    subprocess.run([python, "-c", code], check=True, env=environment)
    return (time.perf_counter() - began) * 1e3


def measure_import() -> ImportTime:
    """Start interpreters with and without the import in turns.

    They run in an empty virtual environment: the finder of an editable install would load, at every bare
    start, half of what the logger needs. An installed package has its bytecode, and so has this one here.
    """
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(f"{scratch}/venv", symlinks=os.name != "nt")
        python = f"{scratch}/venv/{'Scripts' if os.name == 'nt' else 'bin'}/python"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"PYTHONPATH": str(PROJECT), "PYTHONPYCACHEPREFIX": f"{scratch}/bytecode"}
        start_ms("import prov4ml", python, environment)
        pairs = [
            (start_ms("pass", python, environment), start_ms("import prov4ml", python, environment))
            for _ in range(REPETITIONS)
        ]
        listed = subprocess.run(
            [python, "-c", _LIST_FOREIGN], check=True, capture_output=True, text=True, env=environment
        )
    bare, imported = (statistics.median(column) for column in zip(*pairs, strict=True))
    return ImportTime(bare, imported, tuple(sorted(listed.stdout.split())))
