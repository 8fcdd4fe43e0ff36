"""Metric stores that a document names, against what it says of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..report import Finding, Location
from ..store_reader import StoreReader, check_store
from .names import scopes
from .records import scope_records

_STORE_NAMES = (".zarr", ".zarr.zip", ".nc", ".csv")


def _named_stores(document: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(document, dict):
        return
    for scope in scopes(document):
        for record in scope_records(scope):
            location = record.attributes.get("prov:location", record.attributes.get("prov:atLocation"))
            text = location.get("$") if isinstance(location, dict) else location
            if record.kind == "entity" and isinstance(text, str) and text.endswith(_STORE_NAMES):
                yield text, record.pointer


def check_stores(document: Any, directory: Path, reader: StoreReader | None) -> Iterator[Finding]:
    """Yield the stores that a document names and that cannot be read, each once.

    Args:
        document: the parsed document.
        directory: what its relative paths begin in: the folder of the document, or the run's above it.
        reader: None where only `[validate]` is installed.
    """
    first: dict[str, str] = {}
    for name, place in _named_stores(document):
        first.setdefault(name, place)
    for name, place in first.items():
        if _leads_out(name):
            continue
        store = directory / name if (directory / name).exists() else directory.parent / name
        if reader is None or store.exists():
            yield from check_store(store, name, Location(pointer=place), reader)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)
