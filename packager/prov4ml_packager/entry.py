"""The `prov4ml-pack` script: it is in every install, so it must start even where click is absent."""

import gc
import os
import sys

_ALLOCATIONS = 50_000
"""After so many new objects Python looks for garbage, in place of its 700."""


def main() -> int:
    """Run the command line and return its exit status: 0 done, 1 findings, 2 could not do it.

    A short command spends a quarter of its time in Python's cyclic collector, which finds nothing: while the
    modules are imported, and twice more when the interpreter ends.
    """
    gc.set_threshold(_ALLOCATIONS)
    _open_closed_streams()
    try:
        from .cli.main import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("prov4ml"):
            raise
        print(
            f"prov4ml-pack: error: only the logger is installed ({error.name} is missing); "
            "run: pip install 'prov4ml[pack]', or 'prov4ml[validate]' for the validators alone",
            file=sys.stderr,
        )
        return 2
    try:
        return run(sys.argv[1:])
    finally:
        gc.freeze()  # the process ends: what is left need not be looked through


def _open_closed_streams() -> None:
    """Let what is printed go nowhere where someone closed stdout or stderr (`>&-`, a Windows service)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
