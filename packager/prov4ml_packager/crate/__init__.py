"""RO-Crates of runs: the metadata graph, the archives, the preview, and the safe way back out of them.

A crate is made from `RunRecord`s whose `packaged/` folder is there already; nothing else is read.
"""

from .archive.unpack import UnpackLimits, unpack_crate
from .build import build_crate
from .config import load_crate_config
from .options import Author, Contact, CrateOptions, Organization
from .privacy.redact import without_people

__all__ = [
    "Author",
    "Contact",
    "CrateOptions",
    "Organization",
    "UnpackLimits",
    "build_crate",
    "load_crate_config",
    "unpack_crate",
    "without_people",
]
