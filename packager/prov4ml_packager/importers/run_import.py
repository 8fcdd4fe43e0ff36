"""`import_runs`: every run of a source into run directories."""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from ..errors import PackagerError
from .copying import FileMode
from .imported import UnreadableRun
from .registry import find_importer
from .sources import FileDigests, SourceDigest, digest_source
from .write import WrittenRun, write_run


def import_runs(
    source: Path,
    folder: Path,
    *,
    importer: str | None = None,
    force: bool = False,
    files: FileMode = "copy",
    progress: Callable[[int], None] | None = None,
) -> Iterator[WrittenRun | UnreadableRun]:
    """Import the runs of a source, one after the other; each is complete when it is yielded.

    The source is only read. Each run is a run directory in `folder`, as docs/run-directory.md describes.

    Args:
        source: what another tracker wrote: a folder, a file, a database.
        folder: where the run directories go.
        importer: its name in the registry; by the content of the source if not given.
        force: write again what was imported before.
        files: what happens to the files of the runs.
        progress: called with the number of points just written.

    Raises:
        PackagerError: the source is not known or cannot be read, holds no run, or a run cannot be written.
    """
    chosen = find_importer(source, importer)
    own_version = version("prov4ml")
    digests: dict[Path, SourceDigest] = {}
    file_digests = FileDigests()
    empty = True
    for run in chosen.read(source):
        empty = False
        if isinstance(run, UnreadableRun):
            yield run
            continue
        for path in run.sources:
            if path not in digests:
                digests[path] = _digest(path, file_digests)
        yield write_run(
            run,
            folder,
            importer=chosen.name,
            version=own_version,
            sources=[digests[path] for path in run.sources],
            force=force,
            files=files,
            digests=file_digests,
            progress=progress,
        )
    if empty:
        hint = "; ".join(chosen.remarks(source)) or None
        raise PackagerError(f"holds no run of {chosen.title}", path=source, hint=hint)


def _digest(path: Path, digests: FileDigests) -> SourceDigest:
    try:
        return digest_source(path, digests)
    except OSError as error:
        raise PackagerError(f"cannot be read ({error.strerror or error})", path=path) from error
