"""From a run directory to a `RunRecord`; the only code that reads the raw format."""

from .run import read_run

__all__ = ["read_run"]
