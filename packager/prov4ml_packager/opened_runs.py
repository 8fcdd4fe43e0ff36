"""Runs to be read, wherever they are: run directories, and crates with one run or with many."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from prov4ml.rundir import JOURNAL_FILE, METRICS_FILE, PACKAGED_DIRECTORY, PACKAGED_PROV, RUN_FILE
from prov4ml_validators.crate.check import find_root
from prov4ml_validators.crate.graph import DESCRIPTOR
from prov4ml_validators.crate.members import DirectoryMembers

from .atomic import private_directory
from .crate.archive.unpack import unpack_crate
from .crate.licences import NO_LICENCE
from .crate.options import Author, CrateOptions
from .crate_members import crate_stem, is_crate
from .crate_metadata import CrateMetadata, Entity, plain_text, read_metadata
from .crate_of_runs import crate_around
from .errors import PackagerError
from .find_runs import find_runs, natural_key
from .metric_table import MetricSeries, SeriesStatistics, statistics
from .packaged import COMMAND_LINE, OpenStores, read_packaged, read_provenance
from .provenance import build_document
from .reader import read_run
from .reader.ranks import RANK_FOLDER, has_ranks
from .reader.scratch import scratch_folder
from .record import RunRecord
from .text import unescape_text

_PREFIX = "prov4ml-"
_ORCID = re.compile(r"https?://orcid\.org/")
_COMMAND = re.compile(r"\. Command: (.+)", re.DOTALL)


@dataclass(frozen=True)
class SourceCrate:
    """A crate that runs were read from.

    Attributes:
        path: where it is.
        metadata: what it says of itself.
        runs: how many runs it holds.
        missing: what it does not hold of one of its runs or more, a few words each.
    """

    path: Path
    metadata: CrateMetadata
    runs: int
    missing: tuple[str, ...]

    def people(self) -> CrateOptions:
        """Return the licence and the authors that the crate states, as a model card takes them."""
        root = self.metadata.root
        licence = next(iter(self.metadata.referred(root.get("license"))), {})
        address = plain_text(licence.get("@id"))
        words = address if address.startswith("http") else plain_text(licence.get("name"))
        stated = None if address == NO_LICENCE else plain_text(licence.get("identifier")) or words
        authors = [_author(one) for one in self.metadata.referred(root.get("author"))]
        return CrateOptions(license=stated or None, authors=tuple(authors))


def _author(person: Entity) -> Author:
    orcid = person["@id"] if _ORCID.match(person["@id"]) else None
    return Author(plain_text(person.get("name")) or person["@id"], orcid)


@dataclass(frozen=True)
class OpenedRun:
    """A run that was read; its points can be, as long as it is open.

    Attributes:
        record: all that is known of it.
        series: each series with its figures, in the order of the table.
        place: where it is, for people: the run directory; the crate, or its folder in a crate of several.
        name: the last part of that, without the ending of an archive.
        provenance: returns its PROV document: from the crate, or made of the raw run.
        crate: where it is from, None for a run directory.
        missing: what the crate does not hold of it.
    """

    record: RunRecord
    series: tuple[tuple[MetricSeries, SeriesStatistics], ...]
    place: Path
    name: str
    provenance: Callable[[], dict[str, Any]] = field(repr=False)
    crate: SourceCrate | None = None
    missing: tuple[str, ...] = ()


@contextmanager
def open_runs(
    places: Iterable[Path], note: Callable[[str], None] = lambda _: None
) -> Iterator[list[OpenedRun]]:
    """Open runs to be read; neither they nor crates are changed.

    An archive is unpacked to a temporary place, as safely as by `unpack`; what is not read is empty there. A
    folder stands for the runs in it, or where there is none for the crates in it. The runs of a crate are in
    the order in which they began. Of a run without raw files only that is known which the crate holds.

    Args:
        places: run directories, crates, folders of a run in an unpacked crate, or folders that hold some.
        note: called with one line for each folder that is left out, and for each crate that lacks something.

    Raises:
        PackagerError: a run or crate cannot be read, an archive is refused, or a crate holds no run of ours.
        Unreadable: it is no archive.
    """
    with ExitStack() as stack:
        stores = OpenStores()
        stack.callback(stores.close)
        runs: list[OpenedRun] = []
        for place in find_runs(places, note, crates=True):
            if is_crate(place):
                found = _of_crate(place, None, stores, stack)
            elif (around := crate_around(place)) is not None:
                found = _of_crate(around, place.absolute().name, stores, stack)
            else:
                found = [_of_directory(place)]
            crate = found[0].crate
            if crate is not None and crate.missing:
                note(f"{place}: has no raw files; not in it: {', '.join(crate.missing)}")
            runs += found
        yield runs


def _of_directory(directory: Path) -> OpenedRun:
    record = read_run(directory)
    return OpenedRun(
        record=record,
        series=tuple((one, statistics(one)) for one in record.metrics.series),
        place=directory,
        name=directory.name,
        provenance=lambda: build_document(record, store=None),
    )


def _of_crate(crate: Path, only: str | None, stores: OpenStores, stack: ExitStack) -> list[OpenedRun]:
    """Return the runs of a crate, or the one in a folder of it."""
    folder = crate if crate.is_dir() else _unpacked(crate, stack)
    try:
        root = folder / (find_root(list(DirectoryMembers(folder).entries())) or "")
        metadata = read_metadata(root)
        places = _run_folders(root)
        if not places:
            raise PackagerError(
                f"holds no run of prov4ml: no {RUN_FILE} beside {PACKAGED_DIRECTORY}/{PACKAGED_PROV}",
                path=folder,
                hint="see what it holds with prov4ml-pack inspect",
            )
        runs = [_run_of_crate(root, one, metadata, stores) for one in places if only in (None, one)]
    except PackagerError as error:
        raise _located(error, folder, crate) from error
    missing = dict.fromkeys(words for one in runs for words in one.missing)
    source = SourceCrate(crate, metadata, len(places), tuple(missing))
    stem = (None if crate.is_dir() else crate_stem(crate)) or crate.resolve().name
    runs = [
        replace(one, place=crate / one.name if one.name else crate, name=one.name or stem, crate=source)
        for one in runs
    ]
    return sorted(runs, key=lambda one: (one.record.start, natural_key(one.name), one.record.uuid))


def _unpacked(crate: Path, stack: ExitStack) -> Path:
    """Return a temporary folder with all files of an archive; those that are not needed are empty."""
    scratch = scratch_folder()
    try:
        temporary = stack.enter_context(private_directory(_PREFIX, Path(scratch) if scratch else None))
    except OSError as error:
        raise PackagerError(
            f"cannot be unpacked to a temporary folder: {error.strerror or error}",
            path=crate,
            hint="set TMPDIR to a folder with more space",
        ) from error
    return unpack_crate(crate, temporary / "crate", needed=_is_needed)


def _is_needed(path: str) -> bool:
    """Return whether a file of a crate is read to know its runs: not what was logged, which can be large."""
    *folders, name = path.split("/")
    if PACKAGED_DIRECTORY in folders:
        inside = [*folders, name][folders.index(PACKAGED_DIRECTORY) + 1]
        return inside == PACKAGED_PROV or inside.startswith("metrics.")
    if folders and RANK_FOLDER.fullmatch(folders[-1]):
        return name in (JOURNAL_FILE, METRICS_FILE)
    return name in (RUN_FILE, DESCRIPTOR)


def _run_folders(root: Path) -> list[str]:
    """Return the folders of the runs in an unpacked crate: nothing for the only one, which is at its top."""
    if (root / RUN_FILE).is_file():
        return [""]
    folders = (entry.name for entry in sorted(root.iterdir()) if entry.is_dir() and not entry.is_symlink())
    return [
        name
        for name in folders
        if (root / name / RUN_FILE).is_file() and (root / name / PACKAGED_DIRECTORY / PACKAGED_PROV).is_file()
    ]


def _run_of_crate(root: Path, name: str, metadata: CrateMetadata, stores: OpenStores) -> OpenedRun:
    """Return a run of an unpacked crate, from its raw files where the crate has them."""
    directory = root / name
    if has_ranks(directory):
        return replace(_of_directory(directory), name=name)
    _refuse_links(directory)
    packaged = read_packaged(directory, stores)
    record, missing = packaged.record, packaged.missing
    command = _command(metadata, record.uuid)
    if command and record.ranks:
        record = replace(record, ranks=(replace(record.ranks[0], command=command), *record.ranks[1:]))
        missing = tuple(one for one in missing if one != COMMAND_LINE)
    return OpenedRun(
        record=record,
        series=packaged.series,
        place=directory,
        name=name,
        provenance=lambda: read_provenance(directory),
        missing=missing,
    )


def _refuse_links(directory: Path) -> None:
    """Refuse links among the products of a run, since libraries that read a store would follow them."""
    packaged = directory / PACKAGED_DIRECTORY
    if packaged.is_dir() and not packaged.is_symlink():
        for entry in DirectoryMembers(packaged).entries():
            if entry.kind not in ("file", "directory"):
                place = f"{PACKAGED_DIRECTORY}/{entry.path}"
                raise PackagerError("is a link or a special file", path=directory, place=place)


def _command(metadata: CrateMetadata, uuid: str) -> tuple[str, ...]:
    """Return the command line that the description of a run's action ends with, nothing if it has none."""
    description = metadata.entity(f"urn:uuid:{uuid}").get("description")
    found = _COMMAND.search(description) if isinstance(description, str) else None
    return tuple(unescape_text(found[1]).split(" ")) if found else ()


def _located(error: PackagerError, folder: Path, crate: Path) -> PackagerError:
    """Return an error about the temporary folder of a crate as one about the crate."""
    if crate == folder or error.path is None or not Path(error.path).is_relative_to(folder):
        return error
    inside = Path(error.path).relative_to(folder).as_posix()
    place = ": ".join(one for one in ("" if inside == "." else inside, error.place or "") if one)
    return PackagerError(error.message, path=crate, place=place or None, hint=error.hint)
