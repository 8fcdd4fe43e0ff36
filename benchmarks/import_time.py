"""What `import prov4ml` adds to the start of the interpreter, and what it loads."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

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


def start_ms(code: str) -> float:
    """Return the milliseconds that an interpreter takes to run `code` and exit."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - began) * 1e3


def measure_import() -> ImportTime:
    """Start interpreters with and without the import in turns."""
    start_ms("import prov4ml")  # compiles the bytecode
    pairs = [(start_ms("pass"), start_ms("import prov4ml")) for _ in range(REPETITIONS)]
    bare, imported = (statistics.median(column) for column in zip(*pairs, strict=True))
    listed = subprocess.run([sys.executable, "-c", _LIST_FOREIGN], check=True, capture_output=True, text=True)
    return ImportTime(bare, imported, tuple(sorted(listed.stdout.split())))
