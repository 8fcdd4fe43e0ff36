"""BagIt bags around a crate: the declaration, the manifests of payload and tag files, and every digest.

Source: RFC 8493, The BagIt File Packaging Format (V1.0).
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .manifest import DIGEST_LENGTHS, digests_of, unescape
from .members import LARGEST_METADATA, DamagedMember, Member, Members

# A crate is one also in a bag that is incomplete: what weighs MUST is that bytes are what they were.
_MUST, _SHOULD = Severity.MUST, Severity.SHOULD

DECLARATION = rule(
    "bagit/declaration",
    _SHOULD,
    "bagit.txt has two lines: BagIt-Version: M.N, and Tag-File-Character-Encoding.",
    source="RFC 8493, section 2.1.1",
    help="package again",
)
MANIFEST = rule(
    "bagit/manifest",
    _SHOULD,
    "A bag has at least one manifest of its payload, manifest-ALGORITHM.txt.",
    source="RFC 8493, section 2.1.3",
    help="package again",
)
FORM = rule(
    "bagit/manifest-form",
    _MUST,
    "A line of a manifest is a digest in hex, white space and a path: in data/, of a tag manifest elsewhere.",
    source="RFC 8493, section 2.1.3",
    help="package again",
)
DIGEST = rule(
    "bagit/digest",
    _MUST,
    "A file has the digest that a manifest of the bag lists.",
    source="RFC 8493, section 3",
    help="find out whether the file was changed, or package again",
)
ABSENT = rule(
    "bagit/missing",
    _MUST,
    "A file that a manifest lists is in the bag.",
    source="RFC 8493, section 3",
    help="fetch what fetch.txt names, or package again",
)
UNLISTED = rule(
    "bagit/unlisted",
    _SHOULD,
    "Every file of the payload is listed in every manifest of the payload.",
    source="RFC 8493, section 2.1.3",
    help="package again",
)
OXUM = rule(
    "bagit/payload-oxum",
    _MUST,
    "Payload-Oxum in bag-info.txt is the number of bytes and of files of the payload.",
    source="RFC 8493, section 2.2.2",
    help="package again",
)
UNREADABLE = rule(
    "bagit/damaged",
    _MUST,
    "Every file of a bag can be read.",
    source="prov4ml",
    help="package again",
)
NOT_CHECKED = rule(
    "bagit/not-checked",
    Severity.MAY,
    "The algorithm of a manifest, and the encoding of the tag files, are known.",
    source="prov4ml",
    help="check it with a tool that knows it",
)

_DECLARED = re.compile(r"BagIt-Version: ?(\d+)\.(\d+)\s*\nTag-File-Character-Encoding: ?([\w.:-]+)\s*")
_NAME = re.compile(r"(tag)?manifest-([A-Za-z0-9_-]+)\.txt")
_LINE = re.compile(r"([0-9a-fA-F]+)[ \t]+\*?(.+)")
_OXUM_LINE = re.compile(r"^Payload-Oxum[ \t]*:[ \t]*(\S+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})


def bag_base(entries: Sequence[Member], root: str) -> str | None:
    """Return what stands before a bag in its archive whose payload is the crate; None without a bag."""
    base = root.removesuffix("data/")
    is_bag = base != root and any(one.path == f"{base}bagit.txt" for one in entries)
    return base if is_bag else None


@dataclass
class _Bag:
    """What is known of a bag so far; paths are relative to it."""

    members: Members
    base: str
    files: Mapping[str, Member]
    encoding: str = "utf-8"
    digests: dict[str, dict[str, str]] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """Return a tag file's text, None if it is too large."""
        if self.files[path].size > LARGEST_METADATA:
            return None
        parts = self.members.contents({self.base + path})
        data = b"".join(chunk for _, chunks in parts for chunk in chunks)
        return data.decode(self.encoding, "surrogateescape" if self.encoding == "utf-8" else "replace")


def check_bag(members: Members, entries: Sequence[Member], base: str) -> Iterator[Finding]:
    """Yield what is wrong with a bag, reading each of its files once.

    Args:
        members: of the archive.
        entries: of the archive.
        base: what stands before the bag in it, with `/` at the end, or nothing.
    """
    files = (one for one in entries if one.path.startswith(base) and one.kind == "file")
    bag = _Bag(members, base, {one.path[len(base) :]: one for one in files})
    try:
        version = yield from _declaration(bag)
        yield from _manifests(bag, version)
        yield from _oxum(bag)
        yield from _changed(bag)
    except DamagedMember as error:
        path = error.path.removeprefix(base)
        yield UNREADABLE.finding(f"{shorten(path)} is not readable: {error.reason}", Location(file=path))
    except OSError as error:
        yield UNREADABLE.finding(f"not readable: {error}")


def _declaration(bag: _Bag) -> Generator[Finding, None, tuple[int, int]]:
    """Check `bagit.txt` and return the version, (1, 0) where it says none."""
    where = Location(file="bagit.txt")
    match = _DECLARED.fullmatch((bag.text("bagit.txt") or "").replace("\r\n", "\n").removeprefix("\ufeff"))
    if match is None:
        yield DECLARATION.finding("bagit.txt has not the two lines of a declaration", where)
        return (1, 0)
    encoding = match[3].lower()
    if encoding in _ENCODINGS:
        bag.encoding = encoding
    else:
        yield NOT_CHECKED.finding(f"tag files in {shorten(match[3])} are read as UTF-8", where)
    return (int(match[1]), int(match[2]))


def _manifests(bag: _Bag, version: tuple[int, int]) -> Iterator[Finding]:
    payload = {path for path in bag.files if path.startswith("data/")}
    listings: dict[str, set[str]] = {}
    for name in sorted(bag.files):
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        algorithm = match[2].lower()
        listed: set[str] = set()
        yield from _listed(bag, name, algorithm, listed, of_tags=match[1] is not None)
        if match[1] is None:
            listings[name] = listed
    if not listings:
        yield MANIFEST.finding("there is no manifest of the payload")
        return
    if version < (1, 0):  # a file might be in one of several manifests only
        listings = {" or ".join(sorted(listings)): set().union(*listings.values())}
    for name, listed in listings.items():
        for path in sorted(payload - listed):
            yield UNLISTED.finding(f"{shorten(path)} is not in {name}", Location(file=path))


def _listed(bag: _Bag, name: str, algorithm: str, listed: set[str], *, of_tags: bool) -> Iterator[Finding]:
    """Read a manifest into the digests of the bag, and the paths that it lists into `listed`."""
    content = bag.text(name)
    if content is None:
        yield FORM.finding(f"{name} is too large to be read", Location(file=name))
        return
    if algorithm not in DIGEST_LENGTHS:
        yield NOT_CHECKED.finding(f"digests in {shorten(algorithm)} are not checked", Location(file=name))
    for number, line in enumerate(content.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        where = Location(file=name, line=number, column=1)
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is None or not _has_length(match[1], algorithm):
            yield FORM.finding(f"{shorten(line)} is no digest and path", where)
            continue
        path = match[2].removeprefix("./")
        if path not in bag.files:
            path = unescape(path)
        if path.startswith("data/") == of_tags:
            yield FORM.finding(f"{shorten(path)} does not belong into {name}", where)
        elif path in listed:
            yield FORM.finding(f"{shorten(path)} is listed twice", where)
        elif path not in bag.files:
            yield ABSENT.finding(f"{shorten(path)} is not in the bag", where)
        elif algorithm in DIGEST_LENGTHS:
            bag.digests.setdefault(path, {})[algorithm] = match[1].lower()
        listed.add(path)


def _has_length(digest: str, algorithm: str) -> bool:
    return len(digest) == DIGEST_LENGTHS.get(algorithm, len(digest))


def _oxum(bag: _Bag) -> Iterator[Finding]:
    if "bag-info.txt" not in bag.files:
        return
    stated = _OXUM_LINE.search(bag.text("bag-info.txt") or "")
    sizes = [one.size for path, one in bag.files.items() if path.startswith("data/")]
    found = f"{sum(sizes)}.{len(sizes)}"
    if stated is not None and stated[1] != found:
        message = f"Payload-Oxum is {shorten(stated[1])}, and the payload has {found}"
        yield OXUM.finding(message, Location(file="bag-info.txt"))


def _changed(bag: _Bag) -> Iterator[Finding]:
    wanted = {bag.base + path for path in bag.digests}
    for found, chunks in bag.members.contents(wanted):
        path = found.removeprefix(bag.base)
        actual = digests_of(chunks, bag.digests[path])
        wrong = [name for name, digest in bag.digests[path].items() if actual[name] != digest]
        if wrong:
            message = f"{shorten(path)} has another {' and '.join(wrong)} than its manifest lists"
            yield DIGEST.finding(message, Location(file=path))
