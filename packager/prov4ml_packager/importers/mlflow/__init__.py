"""MLflow's file store and SQLite store, read without MLflow and without a server."""

from .stores import IMPORTER

__all__ = ["IMPORTER"]
