"""Giving a crate away: its metadata as InvenioRDM takes it, and the upload to a server such as Zenodo."""

from .draft import Deposited, deposit_crate
from .metadata import deposit_metadata
from .server import Server
from .source import open_source

__all__ = ["Deposited", "Server", "deposit_crate", "deposit_metadata", "open_source"]
