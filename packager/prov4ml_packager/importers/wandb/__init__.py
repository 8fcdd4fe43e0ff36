"""Weights & Biases' local runs, offline or online, read without wandb and without a server."""

from .importer import IMPORTER

__all__ = ["IMPORTER"]
