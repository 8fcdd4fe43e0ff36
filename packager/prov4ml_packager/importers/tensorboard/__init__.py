"""TensorBoard's event files, read without TensorBoard and TensorFlow."""

from .importer import IMPORTER

__all__ = ["IMPORTER"]
