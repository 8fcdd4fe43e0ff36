"""Trackio's SQLite databases, read without Trackio."""

from .importer import IMPORTER

__all__ = ["IMPORTER"]
