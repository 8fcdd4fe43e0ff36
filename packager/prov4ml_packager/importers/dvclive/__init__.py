"""DVCLive's folders, read without DVC."""

from .importer import IMPORTER

__all__ = ["IMPORTER"]
