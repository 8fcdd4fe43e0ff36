"""Finding the documents of a source: a document, a run directory, or a folder of either."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from prov4ml.rundir import RUN_FILE
from prov4ml_validators.prov_json.records import KINDS

from ...errors import PackagerError
from ...repair.loading import is_prov_json, load_json
from ..sources import open_source

SUFFIXES = (".json", ".provjson")
_DEPTH = 4
_HEAD = 1 << 16
_NAME_OF_PROV = re.compile(r'"(?:prov|prov-?ml|yprov|yprov4ml):', re.IGNORECASE)
_MARKS = tuple(f'"{section}"' for section in ("prefix", "bundle", *KINDS))


def looks_like_document(path: Path) -> bool:
    """Return whether a file is PROV-JSON, by its content; one that is damaged is none."""
    try:
        with open_source(path) as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    text = head.decode(json.detect_encoding(head), "replace")
    if not text.lstrip(" \t\r\n").startswith("{") or not any(mark in text for mark in _MARKS):
        return False
    try:
        return is_prov_json(load_json(path))
    except PackagerError:
        # A damaged document has its error shown, rather than the file taken for something else.
        return _NAME_OF_PROV.search(text) is not None


def find_documents(folder: Path) -> Iterator[Path]:
    """Yield the documents in a folder and the folders in it, in order; links are not followed.

    Run directories of this project, and what yProv4ML copied as artifacts, are left out.
    """
    waiting = [(folder, 0)]
    while waiting:
        current, depth = waiting.pop(0)
        try:
            entries = sorted(current.iterdir())
        except OSError:
            continue
        if (current / RUN_FILE).is_file():
            continue
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.is_dir():
                if depth < _DEPTH and not entry.name.startswith(("artifacts", "metrics", ".")):
                    waiting.append((entry, depth + 1))
            elif entry.suffix.lower() in SUFFIXES and looks_like_document(entry):
                yield entry
