"""yProv4ML: run directories of 2.x and 3.x, and PROV-JSON documents by themselves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import PackagerError
from ..imported import ImportedRun, UnreadableRun
from ..registry import Importer
from ..sources import remarks_on_links
from .discovery import SUFFIXES, find_documents, looks_like_document


def recognises(path: Path) -> bool:
    """Return whether a path is a PROV-JSON document, or a folder with one."""
    if path.is_dir():
        return next(find_documents(path), None) is not None
    return path.is_file() and looks_like_document(path.resolve())


def read(path: Path) -> Iterator[ImportedRun | UnreadableRun]:
    """Yield the runs of a document or folder.

    Raises:
        PackagerError: `path` is a document that cannot be read.
    """
    from .runs import read_runs

    if not path.is_dir():
        yield from read_runs([path])
        return
    for group in _groups(list(find_documents(path))):
        try:
            yield from read_runs(group)
        except PackagerError as error:
            yield UnreadableRun(str(group[0]), error.message)


def _groups(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the documents of each run: those of one folder that differ in the rank only."""
    from ...repair.loading import load_prov_json
    from ...repair.model import Ledger
    from ...repair.own_run import find_run
    from ...repair.reading import read_document
    from .names import name_run

    folders: dict[Path, list[Path]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path)
    for folder in folders.values():
        runs: dict[tuple[str, str], dict[int, Path]] = {}
        alone: list[Path] = []
        for path in folder if len(folder) > 1 else []:
            if "_GR" not in path.name:
                alone.append(path)
                continue
            try:
                document = read_document(load_prov_json(path), Ledger())
            except PackagerError:
                alone.append(path)
                continue
            for elements in document.elements.values():
                for element in elements.values():
                    element.records = [{k: v for r in element.records for k, v in r.items()}]
            name = name_run(path.stem, find_run(document).attributes)
            ranks = runs.setdefault((name.experiment, name.run_id), {})
            if name.rank in ranks:
                alone.append(path)
            else:
                ranks[name.rank] = path
        for ranks in runs.values():
            yield [path for _, path in sorted(ranks.items())]
        yield from ([path] for path in (alone if len(folder) > 1 else folder))


IMPORTER = Importer(
    name="yprov4ml",
    title="yProv4ML",
    reads="a run directory, a PROV-JSON document, or a folder of either",
    recognises=recognises,
    read=read,
    remarks=lambda source: remarks_on_links(source, SUFFIXES),
)
