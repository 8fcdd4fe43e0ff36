"""The one place where the logger reaches the packager, lazily and without ever failing the job."""

from __future__ import annotations

import os
import shlex

from .recorder import show_warning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def finish_command(directory: Path) -> str:
    """Return the command that packages a run directory."""
    return f"prov4ml-pack finalize {shlex.quote(str(directory))}"


def package_run(directory: Path, *, graph: bool, svg: bool, crate: bool, card: bool) -> None:
    """Finalize a run that has ended, and make its crate if asked; say what to do where that fails.

    `PROV4ML_FINALIZE=0` in the environment leaves the raw directory. Nothing is raised.

    Args:
        directory: the run directory.
        graph: also draw `packaged/graph.dot`.
        svg: also draw `packaged/graph.svg`.
        crate: also make `<run directory>.zip`.
        card: also write `packaged/model_card.md`.
    """
    if os.environ.get("PROV4ML_FINALIZE") == "0":
        return
    try:
        from prov4ml_packager.end_of_run import package

        # It imports what it needs as it needs it.
        package(directory, graph=graph, svg=svg, crate=crate, card=card)
    except ImportError as error:
        show_warning(
            f"{directory}: the raw run is complete. Packaging needs pip install 'prov4ml[pack]' "
            f"({error.name or error} is missing); then: {finish_command(directory)}"
        )
    except Exception as error:  # training has succeeded; packaging can be done again at any time
        problem = " ".join(str(error).split())
        show_warning(
            f"{directory}: packaging failed: {problem}; the raw run is safe, try: {finish_command(directory)}"
        )
