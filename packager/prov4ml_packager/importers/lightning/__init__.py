"""The folders of Lightning's CSVLogger, read without Lightning."""

from .importer import IMPORTER

__all__ = ["IMPORTER"]
