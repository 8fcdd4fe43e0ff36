"""Zstandard, wherever this Python has it."""

import sys
from types import ModuleType


def zstd_module() -> ModuleType:
    """Return the standard library's Zstandard, or `backports.zstd` below Python 3.14."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    module: ModuleType = zstd
    return module
