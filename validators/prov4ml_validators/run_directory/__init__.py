"""Checks of run directories, the format of `docs/run-directory.md`."""

from .check import check_run_directory

__all__ = ["check_run_directory"]
