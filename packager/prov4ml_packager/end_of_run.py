"""What `prov4ml.end_run` calls in the training process: finalize, and make the crate if asked."""

from pathlib import Path

from .crate import CrateOptions, build_crate
from .finalize import finalize


def package(directory: Path, *, graph: bool, svg: bool, crate: bool) -> None:
    """Write `packaged/` and, with `crate`, `<directory>.zip` compressed as the run's options say.

    Raises:
        PackagerError: something cannot be read or written; the raw run is untouched.
    """
    finalized = finalize(directory, graph=graph, svg=svg)
    if crate:
        # Not with_suffix: a dot in the experiment's name is no suffix.
        build_crate([finalized.record], directory.with_name(f"{directory.name}.zip"), CrateOptions())
