"""What `prov4ml.end_run` calls in the training process: finalize, and make the crate if asked."""

import logging
from pathlib import Path

from .crate import build_crate, load_crate_config, without_people
from .finalize import finalize

_log = logging.getLogger("prov4ml")


def package(directory: Path, *, graph: bool, svg: bool, crate: bool, card: bool) -> None:
    """Write `packaged/` and, with `crate`, `<directory>.zip` compressed as the run's options say.

    The people and the licence of the crate and of the card come from the `pyproject.toml` or `CITATION.cff`
    of the working directory. What is missing there is logged as information only: a training job's output is
    no place for it, and `prov4ml-pack crate` says it again.

    Raises:
        PackagerError: something cannot be read or written; the raw run is untouched.
    """
    options = load_crate_config() if crate or card else None
    if options is not None and options.redact:
        options = without_people(options)
    finalized = finalize(directory, graph=graph, svg=svg, card=options if card else None)
    for warning in finalized.warnings:
        _log.warning("prov4ml: %s: %s", directory, warning)
    if crate and options is not None:
        # Not with_suffix: a dot in the experiment's name is no suffix.
        target = directory.with_name(f"{directory.name}.zip")
        build_crate(
            [finalized.record],
            target,
            options,
            note=lambda line: _log.info("prov4ml: %s: %s", target, line),
            warn=lambda line: _log.warning("prov4ml: %s", line),
        )
