"""Runs as crates hold them, without their raw files: `run.json`, the PROV document and the metric store."""

from .metrics import OpenStores
from .run import COMMAND_LINE, PackagedRun, read_packaged, read_provenance

__all__ = ["COMMAND_LINE", "OpenStores", "PackagedRun", "read_packaged", "read_provenance"]
