"""Which importer a source is for, by what is in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from prov4ml.rundir import RUN_FILE

from ..crate_members import is_crate
from ..errors import PackagerError
from .imported import ImportedRun, UnreadableRun

_MODULES = ("mlflow", "wandb", "trackio", "dvclive", "yprov4ml", "tensorboard", "lightning", "aim")
"""Modules beside this one, each with an `IMPORTER`. The first that recognises a source reads it."""


@dataclass(frozen=True)
class Importer:
    """One kind of source.

    Attributes:
        name: how the user names it with `--from`.
        title: how messages name it.
        reads: what a source is, for the help: `a run directory`, `an event file`.
        recognises: whether a path is such a source, by its content, cheaply; never raises.
        read: yields the runs of a source one after the other. What it opened stays open until the next run is
            asked for. Raises `PackagerError` for a source that cannot be read at all.
        imports: False for one that only says why its sources cannot be read.
        remarks: says what of a source is left out on purpose, one sentence each; never raises.
    """

    name: str
    title: str
    reads: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Iterator[ImportedRun | UnreadableRun]]
    imports: bool = True
    remarks: Callable[[Path], Sequence[str]] = lambda source: ()


def importers() -> tuple[Importer, ...]:
    """Return all importers, in the order in which they are asked."""
    return tuple(import_module(f".{name}", __package__).IMPORTER for name in _MODULES)


def others_for(source: Path) -> list[Importer]:
    """Return the importers that recognise a source but leave it to the first that does."""
    return [one for one in importers() if one.imports and one.recognises(source)][1:]


def find_importer(source: Path, name: str | None = None) -> Importer:
    """Return the importer for a source: the one named, or the first that recognises it.

    Raises:
        PackagerError: the source does not exist, no importer has that name, or none recognises the source.
    """
    known = importers()
    if not source.exists():
        raise PackagerError("does not exist", path=source, hint="give what another tracker wrote")
    if (source / RUN_FILE).is_file():
        hint = f"go on with prov4ml-pack crate {source} -o FILE"
        raise PackagerError("is a run directory already", path=source, hint=hint)
    for one in known:
        if one.name == name or (name is None and one.recognises(source)):
            return one
    if name is not None:
        names = ", ".join(one.name for one in known if one.imports)
        raise PackagerError(f"there is no importer {name!r}", hint=f"use one of {names}")
    if is_crate(source):
        raise PackagerError(
            "is a crate",
            path=source,
            hint=f"unpack it (prov4ml-pack unpack {source}) and import what is in it",
        )
    titles = "; ".join(f"{one.title} ({one.reads})" for one in known if one.imports)
    raise PackagerError("is nothing that can be imported", path=source, hint=f"known are: {titles}")
