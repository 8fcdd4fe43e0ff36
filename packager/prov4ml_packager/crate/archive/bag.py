"""BagIt bags: a crate as the payload, and around it the tag files that let any archive check it.

Source: RFC 8493, The BagIt File Packaging Format (V1.0); RO-Crate 1.2, appendix Implementation notes, Adding
RO-Crate to BagIt.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from prov4ml_validators.crate.members import DirectoryMembers

from ...errors import PackagerError
from ...progress import UNWATCHED
from ...record import RunRecord
from ...release import release
from ...wording import run_title
from ..entities import doi_url
from ..options import CrateOptions
from .members import METADATA, Member, bytes_member, file_member

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
FETCH = "fetch.txt"
DATA = "data/"
ALGORITHMS = ("sha256", "sha512")
"""RFC 8493, section 2.4, and RO-Crate ask for the second; the first is what many readers know."""
UNREADABLE = "%"
"""A manifest has it percent-encoded, which `bagit` for Python (1.9) neither writes nor reads."""

_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_OXUM = "Payload-Oxum"
_LARGEST_INFO = 1 << 20


@dataclass(frozen=True)
class Bag:
    """What of a bag is not the crate.

    Attributes:
        base: what stands before the tag files in an archive, with `/` at the end; nothing for a directory.
        tags: label and value of each line of `bag-info.txt`, without the Payload-Oxum, which is counted.
        others: tag files of other makers, with paths relative to the bag.
    """

    base: str
    tags: tuple[tuple[str, str], ...]
    others: tuple[Member, ...] = ()


def bag_members(
    members: Iterable[Member], bag: Bag, *, progress: Callable[[int], None] = UNWATCHED
) -> list[Member]:
    """Return the members of a bag that has a crate in it; each file is read once for its SHA-512.

    Args:
        members: of the crate, with paths relative to its root.
        bag: the rest.
        progress: called with the number of bytes just read.

    Raises:
        PackagerError: a file is not what it was when it was described.
    """
    payload = sorted(members, key=lambda member: member.path)
    files = [member for member in payload if not member.is_directory]
    oxum = f"{sum(member.size for member in files)}.{len(files)}"
    tags = [(DECLARATION, _DECLARED), (INFO, _info([*bag.tags, (_OXUM, oxum)]))]
    lines: dict[str, list[str]] = {name: [] for name in ALGORITHMS}
    for member in files:
        for name, digest in (("sha256", member.sha256), ("sha512", _sha512(member, progress))):
            lines[name].append(f"{digest}  {encoded_path(DATA + member.path)}\n")
    tags += [(f"manifest-{name}.txt", "".join(lines[name]).encode("utf-8")) for name in ALGORITHMS]
    own = [bytes_member(path, content) for path, content in tags] + list(bag.others)
    own.sort(key=lambda member: member.path)
    for name in ALGORITHMS:
        sums = (f"{_digest(member, name)}  {encoded_path(member.path)}\n" for member in own)
        tags.append((f"tagmanifest-{name}.txt", "".join(sums).encode("utf-8")))
    inside = [replace(one, path=DATA + one.path, plain=one.is_plain_for_all) for one in payload]
    around = [replace(bytes_member(path, content), plain=True) for path, content in tags]
    placed = [*inside, *around, *bag.others]
    return sorted((replace(one, path=bag.base + one.path) for one in placed), key=lambda member: member.path)


def _digest(member: Member, algorithm: str) -> str:
    return member.sha256 if algorithm == "sha256" else _sha512(member)


def _sha512(member: Member, progress: Callable[[int], None] = UNWATCHED) -> str:
    digest = hashlib.sha512()
    for chunk in member.chunks():
        digest.update(chunk)
        progress(len(chunk))
    return digest.hexdigest()


def encoded_path(path: str) -> str:
    """Return a path as a manifest has it (RFC 8493, section 2.1.3): CR, LF and % are percent-encoded."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _info(tags: Sequence[tuple[str, str]]) -> bytes:
    """Return `bag-info.txt` (RFC 8493, section 2.2.2): a line for each label and value."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in tags).encode("utf-8")


def is_bag(folder: Path) -> bool:
    """Return whether a folder is a bag with a crate in it."""
    payload = folder / "data"
    return (folder / DECLARATION).is_file() and (payload / METADATA).is_file() and not payload.is_symlink()


def find_bag(folder: Path) -> str | None:
    """Return the base of a bag in an unpacked archive: `""`, or the one folder in it; None without a bag."""
    inside = list(folder.iterdir())
    bases = ["", f"{inside[0].name}/"] if len(inside) == 1 else [""]
    return next((base for base in bases if is_bag(folder / base)), None)


def bag_tags(runs: Sequence[RunRecord], options: CrateOptions) -> Iterator[tuple[str, str]]:
    """Yield labels and values of `bag-info.txt`: who made it, what it is, when.

    The date is the day on which the last run ended, unless the options have one, so that the same run makes
    the same bag.
    """
    if options.publisher is not None:
        yield "Source-Organization", options.publisher.name
    if options.contact is not None:
        if options.contact.name:
            yield "Contact-Name", options.contact.name
        if options.contact.email:
            yield "Contact-Email", options.contact.email
    titles = ", ".join(run_title(run) for run in runs)
    yield "External-Description", options.description or options.name or f"Machine-learning runs: {titles}"
    if options.identifier is not None:
        yield "External-Identifier", doi_url(options.identifier)
    name = (
        runs[0].uuid if len(runs) == 1 else uuid5(NAMESPACE_OID, " ".join(sorted(run.uuid for run in runs)))
    )
    yield "External-Identifier", f"urn:uuid:{name}"
    last = datetime.fromtimestamp(max(run.end for run in runs) // 10**9, UTC).date()
    yield "Bagging-Date", (options.bagged or last).isoformat()
    yield "Bag-Software-Agent", f"prov4ml-pack {release()}"


def read_bag(folder: Path, base: str, crate: Path) -> Bag:
    """Return what a bag has besides its payload; manifests are left out, since they are made anew.

    Args:
        folder: what the archive was unpacked to, or the bag itself.
        base: of the bag in it.
        crate: for error messages.

    Raises:
        PackagerError: it is not complete, or its `bag-info.txt` cannot be read.
    """
    others = []
    for entry in DirectoryMembers(folder / base).entries():
        if entry.kind == "directory" or entry.path.startswith(DATA) or _is_made(entry.path):
            continue
        if entry.path == FETCH:
            hint = "fetch what it names first, with a tool for BagIt"
            raise PackagerError("is a bag that is not complete", path=crate, place=FETCH, hint=hint)
        if entry.kind != "file":
            raise PackagerError("is a link or a special file", path=crate, place=entry.path)
        others.append(file_member(entry.path, folder / base / entry.path))
    return Bag(base, _read_tags(folder / base / INFO, crate), tuple(others))


def _is_made(path: str) -> bool:
    return path in (DECLARATION, INFO) or (
        path.startswith(("manifest-", "tagmanifest-")) and path.endswith(".txt") and "/" not in path
    )


def _read_tags(path: Path, crate: Path) -> tuple[tuple[str, str], ...]:
    if not path.is_file() or path.is_symlink():
        return ()
    with path.open("rb") as stream:
        content = stream.read(_LARGEST_INFO + 1)
    try:
        if len(content) > _LARGEST_INFO:
            raise ValueError("larger than 1 MiB")
        text = content.decode("utf-8-sig")
    except ValueError as error:
        raise PackagerError(f"cannot be read: {error}", path=crate, place=INFO) from error
    tags: list[tuple[str, str]] = []
    for line in text.splitlines():
        label, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and tags:  # a long value goes on in an indented line
            tags[-1] = (tags[-1][0], f"{tags[-1][1]} {line.strip()}")
        elif colon:
            tags.append((label.strip(), value.strip()))
    return tuple(tag for tag in tags if tag[0].lower() != _OXUM.lower())
