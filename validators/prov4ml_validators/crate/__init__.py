"""Checks of RO-Crates: metadata, profiles and payload."""

from .check import check_crate

__all__ = ["check_crate"]
