"""Zips opened for reading, with all five compressions."""

import sys
import zipfile
from typing import BinaryIO, cast


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Return a reader that also knows zstd (method 93), as the standard library does from Python 3.14 on."""
    if sys.version_info >= (3, 14):
        return zipfile.ZipFile(stream)
    from backports.zstd import zipfile as zstd_zipfile

    return cast(zipfile.ZipFile, zstd_zipfile.ZipFile(stream))


def bad_zip_errors() -> tuple[type[Exception], ...]:
    """Return what a reader raises for a damaged archive."""
    if sys.version_info >= (3, 14):
        return (zipfile.BadZipFile,)
    from backports.zstd import zipfile as zstd_zipfile

    return (zipfile.BadZipFile, zstd_zipfile.BadZipFile)
