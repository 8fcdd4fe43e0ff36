"""`manifest-sha256.txt`: one line a file, digest and path, as in BagIt (RFC 8493, section 2.1.3)."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .members import LARGEST_METADATA, Member, Members

MANIFEST = "manifest-sha256.txt"
_SOURCE = "RFC 8493, section 2.1.3"

FORM = rule(
    "payload/manifest-form",
    Severity.MUST,
    "A line of the manifest is a SHA-256 in hex, white space and a path.",
    source=_SOURCE,
    help="package again",
)
WRONG = rule(
    "payload/manifest-digest",
    Severity.MUST,
    "A file has the digest that the manifest lists.",
    source=_SOURCE,
    help="find out whether the file was changed, or package again",
)
ABSENT = rule(
    "payload/manifest-missing",
    Severity.MUST,
    "A file that the manifest lists is in the crate.",
    source=_SOURCE,
    help="package again",
)
UNLISTED = rule(
    "payload/manifest-unlisted",
    Severity.MUST,
    "Every file but the manifest, the metadata and a signature is listed in the manifest.",
    source=_SOURCE,
    help="package again",
)

DIGEST_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
"""How many hexadecimal digits a digest of each algorithm has."""

_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)")
_ESCAPE = re.compile(r"%(0[aA]|0[dD]|25)")


def parse_line(line: str) -> tuple[str, str] | None:
    """Return path and digest (in lower case) of a line of the manifest; None if it has another form."""
    match = _LINE.fullmatch(line.removesuffix("\r"))
    return None if match is None else (match[2].removeprefix("./"), match[1].lower())


def digests_of(chunks: Iterable[bytes], algorithms: Iterable[str]) -> dict[str, str]:
    """Return the digests of a content in hex by each of some algorithms, reading it once."""
    import hashlib  # loads OpenSSL, for crates that state digests

    digests = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    for chunk in chunks:
        for digest in digests.values():
            digest.update(chunk)
    return {name: digest.hexdigest() for name, digest in digests.items()}


def _is_outside(path: str) -> bool:
    """Return whether the manifest leaves a file out: it would be circular, or it comes later."""
    return path in (MANIFEST, "ro-crate-metadata.json") or path.endswith((".sig", ".asc", ".minisig"))


def unescape(path: str) -> str:
    """Return a path of which CR, LF and % are percent-encoded, as RFC 8493 has it in a manifest."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), path)


def check_manifest_lines(
    members: Members, prefix: str, entries: Mapping[str, Member], listed: dict[str, str]
) -> Iterator[Finding]:
    """Yield lines that are malformed or name nothing, and files that no line names.

    Args:
        members: where the manifest is read from.
        prefix: what stands before the root of the crate in an archive.
        entries: the members below the root.
        listed: receives the path and digest of each line whose file is there.
    """
    if entries[MANIFEST].size > LARGEST_METADATA:
        yield FORM.finding("the manifest is too large to be read", Location(file=MANIFEST))
        return
    data = b"".join(chunk for _, chunks in members.contents({prefix + MANIFEST}) for chunk in chunks)
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        if not line:
            continue
        where = Location(file=MANIFEST, line=number, column=1)
        parsed = parse_line(line)
        if parsed is None:
            yield FORM.finding(f"{shorten(line)} is no digest and path", where)
            continue
        path, digest = parsed
        if path not in entries:
            path = unescape(path)
        if path not in entries or entries[path].kind != "file":
            yield ABSENT.finding(f"{shorten(path)} is not in the crate", where)
        else:
            listed[path] = digest
    for path, member in entries.items():
        if member.kind == "file" and path not in listed and not _is_outside(path):
            yield UNLISTED.finding(f"{shorten(path)} is not in the manifest", Location(file=path))
