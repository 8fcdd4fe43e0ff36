"""Whether runs at a path are those of a crate: told without what reads, makes or reports on crates."""

import os
from pathlib import Path

from prov4ml.rundir import RUN_FILE
from prov4ml_validators.crate.graph import DESCRIPTOR

from .crate_members import holds_metadata, is_crate
from .reader.ranks import has_ranks


def is_crate_of_runs(path: Path) -> bool:
    """Tell whether a path is a crate, or a run's folder in an unpacked one, without raw files of its own."""
    if path.is_dir():
        return not has_ranks(path) and (is_crate(path) or crate_around(path) is not None)
    return is_crate(path) and holds_metadata(path)


def crate_around(place: Path) -> Path | None:
    """Return the unpacked crate that a folder without raw files is the run of, None for any other place."""
    around = place.absolute().parent
    is_of_crate = os.path.lexists(around / DESCRIPTOR) and not os.path.lexists(place / DESCRIPTOR)
    return around if is_of_crate and (place / RUN_FILE).is_file() and not has_ranks(place) else None
