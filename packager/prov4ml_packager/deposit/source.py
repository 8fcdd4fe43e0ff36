"""The file that a record gets: the crate's archive, or a zip of the directory that it is."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prov4ml_validators import validate
from prov4ml_validators.crate.graph import DESCRIPTOR
from prov4ml_validators.report import Severity

from ..crate.archive.archives import write_archive
from ..crate.archive.members import CHUNK, total_size
from ..crate.existing import open_existing
from ..crate_members import parse_object, read_member
from ..errors import PackagerError
from ..progress import UNWATCHED, Progress


@dataclass(frozen=True)
class Source:
    """A crate, its metadata, and the file to deposit; `digest` is the file's MD5, in hexadecimal."""

    crate: Path
    document: dict[str, Any]
    file: Path
    size: int
    digest: str

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the file.

        Raises:
            PackagerError: it is not what it was when it was opened.
        """
        left = self.size
        with self.file.open("rb") as stream:
            while left and (chunk := stream.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
            if left or stream.read(1):
                raise PackagerError("changed while it was uploaded", path=self.crate, hint="try again")


def read_document(crate: Path) -> dict[str, Any]:
    """Return the metadata of a crate that may be given away: nothing in it breaks a rule at MUST.

    Raises:
        PackagerError: it is not valid, or has no metadata.
        Unreadable: it is no crate that can be read.
    """
    report = validate(crate)
    if report.kind != "ro-crate":
        raise PackagerError("is no crate", path=crate, hint="package the run first: prov4ml-pack crate")
    broken = report.at_or_above(Severity.MUST)
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        raise PackagerError(
            f"is not valid: {broken[0].rule}: {broken[0].message}{more}",
            path=crate,
            hint=f"see prov4ml-pack validate {crate}",
        )
    return parse_object(read_member(crate, DESCRIPTOR), crate, DESCRIPTOR)


@contextmanager
def open_source(
    crate: Path, *, note: Callable[[str], None] = lambda line: None, progress: Progress = UNWATCHED
) -> Iterator[Source]:
    """Open a crate to be deposited; a directory becomes a temporary zip, the same bytes each time.

    Raises:
        PackagerError: it is no crate, or is not valid.
        Unreadable: it is no crate that can be read.
    """
    document = read_document(crate)
    if not crate.is_dir():
        yield _source(crate, document, crate, progress)
        return
    with TemporaryDirectory(prefix="prov4ml-") as place, open_existing(crate) as existing:
        file = Path(place) / f"{crate.resolve().name}.zip"
        note(f"{crate} is a directory: a zip of it is deposited, {file.name}")
        members = existing.wrapped(existing.members(progress=progress), progress)
        progress.stage("pack", total_size(members))
        write_archive(members, file, "zip", "deflate", progress=progress)
        yield _source(crate, document, file, progress)


def _source(crate: Path, document: dict[str, Any], file: Path, progress: Progress) -> Source:
    digest = hashlib.md5(usedforsecurity=False)  # the sum that InvenioRDM tells of a file
    size = 0
    progress.stage("read", file.stat().st_size)
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            progress(len(chunk))
    return Source(crate, document, file, size, digest.hexdigest())
