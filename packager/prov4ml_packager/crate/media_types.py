"""Media types by file name, from a table of our own: the system's differs from machine to machine."""

_TYPES = {
    ".bin": "application/octet-stream",
    ".bz2": "application/x-bzip2",
    ".cfg": "text/plain",
    ".csv": "text/csv",
    ".css": "text/css",
    ".cwl": "application/cwl",
    ".dot": "text/vnd.graphviz",
    ".ga": "application/json",
    ".gif": "image/gif",
    ".gz": "application/gzip",
    ".h5": "application/x-hdf5",
    ".hdf5": "application/x-hdf5",
    ".htm": "text/html",
    ".html": "text/html",
    ".ini": "text/plain",
    ".ipynb": "application/x-ipynb+json",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".jsonld": "application/ld+json",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".mp4": "video/mp4",
    ".nc": "application/x-netcdf",
    ".nf": "text/plain",
    ".npy": "application/octet-stream",
    ".npz": "application/zip",
    ".onnx": "application/octet-stream",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".r": "text/plain",
    ".sh": "application/x-sh",
    ".smk": "text/plain",
    ".svg": "image/svg+xml",
    ".tar": "application/x-tar",
    ".tgz": "application/gzip",
    ".tiff": "image/tiff",
    ".toml": "application/toml",
    ".tsv": "text/tab-separated-values",
    ".ttl": "text/turtle",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".wdl": "text/plain",
    ".xml": "application/xml",
    ".xz": "application/x-xz",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zip": "application/zip",
    ".zst": "application/zstd",
}

UNKNOWN_TYPE = "application/octet-stream"

# fmt: off
_COMPRESSED = frozenset({
    ".7z", ".avif", ".bz2", ".flac", ".gif", ".gz", ".jpeg", ".jpg", ".lz4",
    ".lzma", ".mkv", ".mov", ".mp3", ".mp4", ".npz", ".ogg", ".parquet", ".png",
    ".rar", ".tgz", ".webm", ".webp", ".whl", ".xz", ".zip", ".zst",
})
# fmt: on


def _suffix(path: str) -> str:
    name = path.rsplit("/", 1)[-1].lower()
    return name[name.rfind(".") :] if "." in name[1:] else ""


def media_type(path: str) -> str:
    """Return the media type that the name of a file stands for; `UNKNOWN_TYPE` if it stands for none."""
    return _TYPES.get(_suffix(path), UNKNOWN_TYPE)


def is_compressed(path: str) -> bool:
    """Return whether a file of this name is compressed already, so that doing it again gains nothing."""
    return _suffix(path) in _COMPRESSED
