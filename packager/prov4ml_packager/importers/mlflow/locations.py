"""Where the artifacts of an MLflow run are: only ever inside the store that is imported.

A store names them by absolute paths or addresses (`file:///home/ada/mlruns/1/<run>/artifacts`,
`mlflow-artifacts:/1/<run>/artifacts`, `s3://…`). They are stale once the store was moved, and in a store from
elsewhere they could name any folder of this machine. So the end of the path is looked up in the store.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..sources import inside

_ARTIFACT_FOLDERS = ("mlruns", "mlartifacts", "artifacts", "")
_TAIL = 6


def location_parts(location: str) -> list[str]:
    """Return the parts of the path of a location; empty for one on another machine."""
    text = location.replace("\\", "/")
    if "://" in text or text.startswith(("file:", "mlflow-artifacts:")):
        address = urlsplit(text)
        if address.scheme not in ("file", "mlflow-artifacts"):
            return []
        text = unquote(address.path)
    return [part for part in text.split("/") if part not in ("", ".")]


def find_in(folder: Path, location: str) -> Path | None:
    """Return the folder that a location names, if it is inside a folder; None if it is not there.

    The location itself counts where it lies inside; else its last parts, the longest first, below the folder
    or one of the names that MLflow gives to folders of artifacts.

    Args:
        folder: the folder of the store.
        location: path or address as the store has it.
    """
    parts = location_parts(location)
    if not parts or ".." in parts:
        return None
    own = [part for part in os.fspath(folder.resolve()).replace("\\", "/").split("/") if part]
    candidates = []
    if parts[: len(own)] == own:
        candidates.append(parts[len(own) :])
    for length in range(min(_TAIL, len(parts)), 1, -1):
        candidates += [[name, *parts[-length:]] for name in _ARTIFACT_FOLDERS]
    for candidate in candidates:
        found = inside(folder, "/".join(part for part in candidate if part))
        if found is not None and found.is_dir():
            return found
    return None
