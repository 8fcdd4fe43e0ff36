"""Aim's repositories: recognised, and refused with the reason (docs/imports.md, Aim)."""

from collections.abc import Iterator
from pathlib import Path

from ..errors import PackagerError
from .imported import ImportedRun, UnreadableRun
from .registry import Importer
from .sources import inside


def _recognises(source: Path) -> bool:
    repository = source if source.name == ".aim" else source / ".aim"
    return inside(repository, "run_metadata.sqlite") is not None


def _read(source: Path) -> Iterator[ImportedRun | UnreadableRun]:
    raise PackagerError(
        "is a repository of Aim, whose RocksDB files only Aim opens, and not without writing to them",
        path=source,
        hint="write its metrics to TensorBoard with Aim's own API and import those",
    )


IMPORTER = Importer(
    name="aim",
    title="Aim",
    reads="a repository .aim",
    recognises=_recognises,
    read=_read,
    imports=False,
)
