"""Which format a metric store has: by content where it exists, else by name."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ..errors import PackagerError
from .compressed import read_head, without_compression

StoreFormat = Literal["zarr", "netcdf", "csv"]

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"  # HDF5 File Format Specification 3.0, section II.A
_ZARR_ROOTS = ("zarr.json", ".zgroup", ".zarray")
_SUFFIXES: dict[str, StoreFormat] = {
    ".zarr": "zarr", ".zarr.zip": "zarr",
    ".nc": "netcdf", ".nc4": "netcdf", ".netcdf": "netcdf",
    ".csv": "csv", ".tsv": "csv",
}  # fmt: skip


def format_from_name(path: Path) -> StoreFormat:
    """Return the format that a file name stands for.

    Raises:
        PackagerError: the name ends in none of the known suffixes.
    """
    name = path.name.lower()
    if name.endswith((".gz", ".zst")):  # of the formats, a CSV alone is text
        name = name.rpartition(".")[0]
        return _format_of(path, name, {".csv": "csv", ".tsv": "csv"})
    return _format_of(path, name, _SUFFIXES)


def _format_of(path: Path, name: str, suffixes: Mapping[str, StoreFormat]) -> StoreFormat:
    for suffix, found in suffixes.items():
        if name.endswith(suffix):
            return found
    raise PackagerError(
        "the name does not say which metric store it is",
        path=path,
        hint=f"end it in {', '.join(_SUFFIXES)}, .csv.gz, .csv.zst, or name the format",
    )


def separator_from_name(path: Path) -> str:
    """Return what separates the fields of a CSV of this name: of a `.tsv` a tab, else a comma."""
    return "\t" if without_compression(path.name).lower().endswith(".tsv") else ","


def is_store_name(name: str) -> bool:
    """Tell whether a name ends like that of a store."""
    return without_suffix(name) != name


def without_suffix(name: str) -> str:
    """Return the name of a store without what says its format and compression."""
    bare = without_compression(name)
    suffixes = sorted(_SUFFIXES, key=len, reverse=True) if bare == name else [".csv", ".tsv"]
    found = next((suffix for suffix in suffixes if bare.lower().endswith(suffix)), None)
    return bare[: -len(found)] if found and len(bare) > len(found) else name


def is_zarr_directory(path: Path) -> bool:
    """Tell whether a directory is the root of a Zarr store, of format 2 or 3."""
    return any((path / root).is_file() for root in _ZARR_ROOTS)


def is_zarr_zip(path: Path) -> bool:
    """Tell whether a zip file is a Zarr store, of format 2 or 3; a damaged one is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(root in archive.NameToInfo for root in _ZARR_ROOTS)
    except (zipfile.BadZipFile, OSError):
        return False


def detect_format(path: Path) -> StoreFormat:
    """Return the format of a store: by its content if it exists, else by its name.

    Raises:
        PackagerError: what is there is no metric store, cannot be read, or the name says nothing.
    """
    if not path.exists():
        return format_from_name(path)
    if path.is_dir():
        if is_zarr_directory(path):
            return "zarr"
        raise PackagerError("is a directory without zarr.json or .zgroup, so no metric store", path=path)
    if not path.is_file():
        raise PackagerError("is no regular file, and a store is read more than once", path=path)
    head = read_head(path, 64)
    if head.startswith(_HDF5_SIGNATURE):
        return "netcdf"
    if head.startswith(b"PK"):
        return _detect_zip(path)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b'"').startswith(b"context"):
        return "csv"
    raise PackagerError(
        "is no metric store: neither Zarr, NetCDF-4 nor a CSV that begins with `context`", path=path
    )


def _detect_zip(path: Path) -> StoreFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.NameToInfo
            if any(root in names for root in _ZARR_ROOTS):
                return "zarr"
    except (zipfile.BadZipFile, OSError) as error:
        raise PackagerError(f"is a damaged zip file: {error}", path=path) from error
    raise PackagerError("is a zip file without zarr.json or .zgroup at its root, so no Zarr store", path=path)
