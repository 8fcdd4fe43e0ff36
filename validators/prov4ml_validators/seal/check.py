"""The chain of a sealed crate: signature → metadata → manifest → every other member.

One pass of its own, and stricter than the checks of any crate: what is not covered, or cannot be read, is a
finding at MUST that names the member.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from ..crate.manifest import MANIFEST, parse_line
from ..crate.members import LARGEST_METADATA, DamagedMember, Member, Members
from ..json_text import decode_json, shorten
from ..report import Finding, Location, Severity, Unreadable
from ..rules import rule
from .public_keys import has_signed
from .ssh_signature import NAMESPACE, MalformedSignature, SshSignature, fingerprint, parse_signature

METADATA = "ro-crate-metadata.json"
SIGNATURE = f"{METADATA}.sig"
_SOURCE = "prov4ml, sealed crates"

NOT_SEALED = rule(
    "seal/not-sealed",
    Severity.MUST,
    f"A crate whose signature is to be verified has one, in {SIGNATURE}.",
    source=_SOURCE,
    help="ask its maker for a signed one: prov4ml-pack sign CRATE --key KEY",
)
FORM = rule(
    "seal/signature-form",
    Severity.MUST,
    f"The signature is an SSH signature for the namespace {NAMESPACE!r}.",
    source="OpenSSH, PROTOCOL.sshsig",
    help="sign the crate with prov4ml-pack sign",
)
SIGNER = rule(
    "seal/signer",
    Severity.MUST,
    "The crate is signed with the key that it is verified with.",
    source=_SOURCE,
    help="check that you have the maker's key, and the maker's crate",
)
CHANGED = rule(
    "seal/signature",
    Severity.MUST,
    "The metadata is what was signed.",
    source="OpenSSH, PROTOCOL.sshsig",
    help="do not trust this copy; get another",
)
CHAIN = rule(
    "seal/manifest",
    Severity.MUST,
    f"The metadata has the SHA-256 of {MANIFEST}.",
    source=_SOURCE,
    help="do not trust this copy; get another",
)
MEMBER = rule(
    "seal/member",
    Severity.MUST,
    f"Every member but the metadata, its signature and the manifest is the file that {MANIFEST} lists.",
    source=_SOURCE,
    help="do not trust this copy; get another",
)


def check_seal(members: Members, root: str, public_key: bytes) -> Iterator[Finding]:
    """Yield what breaks the chain from the key to the bytes of each member.

    Args:
        members: of the crate.
        root: what stands before the crate's root in the archive, with `/` at the end, or nothing. What lies
            outside, such as the tag files of a bag, is no part of the crate.
        public_key: that the crate has to be signed with, in the wire format of SSH.
    """
    entries = [one for one in members.entries() if one.path.startswith(root)]
    files = {one.path[len(root) :]: one for one in entries if one.kind == "file"}
    if METADATA not in files or SIGNATURE not in files:
        yield NOT_SEALED.finding(f"not sealed: there is no {SIGNATURE}")
        return
    small = _read_small(members, root, files, (METADATA, SIGNATURE, MANIFEST))
    if METADATA not in small or SIGNATURE not in small:
        yield CHANGED.finding(f"{METADATA} or {SIGNATURE} cannot be read", Location(file=METADATA))
        return
    broken = _signature_problem(small[METADATA], small[SIGNATURE], public_key)
    if broken is not None:
        yield broken
        return  # what the metadata says of the manifest is nobody's word
    manifest = small.get(MANIFEST)
    if manifest is None or hashlib.sha256(manifest).hexdigest() not in _manifest_digests(small[METADATA]):
        what = "is not there, or cannot be read" if manifest is None else "is not the one that was signed"
        yield CHAIN.finding(f"{MANIFEST} {what}", Location(file=MANIFEST))
        return
    lines = manifest.decode("utf-8", "surrogateescape").split("\n")
    listed = dict(parsed for line in lines if (parsed := parse_line(line)) is not None)
    yield from _unlisted(entries, root, listed)
    yield from _changed(members, root, files, listed)


def _read_small(
    members: Members, root: str, files: dict[str, Member], names: Sequence[str]
) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in names:
        if name not in files or files[name].size > LARGEST_METADATA:
            continue
        try:
            for _, chunks in members.contents({root + name}):
                content = bytearray()
                for chunk in chunks:
                    content += chunk
                    if len(content) > LARGEST_METADATA:
                        raise OSError("larger than it says")
                found[name] = bytes(content)
        except Exception:  # those of zlib, lzma and zstd too; the caller says that it is unreadable
            continue
    return found


def _signature_problem(metadata: bytes, content: bytes, public_key: bytes) -> Finding | None:
    where = Location(file=SIGNATURE)
    try:
        signature: SshSignature = parse_signature(content)
    except MalformedSignature as error:
        return FORM.finding(f"{SIGNATURE} is no signature: {error}", where)
    if signature.namespace != NAMESPACE:
        return FORM.finding(f"the signature was made for {shorten(signature.namespace)}", where)
    if signature.public_key != public_key:
        theirs, ours = fingerprint(signature.public_key), fingerprint(public_key)
        return SIGNER.finding(f"signed with the key {theirs}, not with {ours}", where)
    if not has_signed(signature, metadata):
        return CHANGED.finding(
            f"{METADATA} or its signature was changed after it was signed", Location(file=METADATA)
        )
    return None


def _manifest_digests(metadata: bytes) -> set[str]:
    """Return the digests that the metadata gives for the manifest."""
    try:
        value = decode_json(metadata, path=METADATA).value
    except (Unreadable, ValueError, RecursionError):
        return set()
    graph = value.get("@graph") if isinstance(value, dict) else None
    if not isinstance(graph, list):
        return set()
    found = [one.get("sha256") for one in graph if isinstance(one, dict) and one.get("@id") == MANIFEST]
    return {one for one in found if isinstance(one, str)}


def _unlisted(entries: Sequence[Member], root: str, listed: dict[str, str]) -> Iterator[Finding]:
    outside = {METADATA, SIGNATURE, MANIFEST}
    counts = Counter(one.path for one in entries)
    for one in entries:
        path = one.path[len(root) :]
        if one.kind == "directory" or not path:
            continue
        if counts[one.path] > 1:
            counts[one.path] = 0  # said once
            yield MEMBER.finding(f"{shorten(path)} is there more than once", Location(file=path))
        elif one.kind != "file":
            yield MEMBER.finding(f"{shorten(path)} is a link or a special file", Location(file=path))
        elif path not in listed and path not in outside:
            yield MEMBER.finding(f"{shorten(path)} was added after it was signed", Location(file=path))


def _changed(
    members: Members, root: str, files: dict[str, Member], listed: dict[str, str]
) -> Iterator[Finding]:
    left = {path for path in listed if path in files}
    for path in sorted(listed.keys() - left):
        yield MEMBER.finding(f"{shorten(path)} was taken out after it was signed", Location(file=path))
    while left:
        try:
            for full_path, chunks in members.contents({root + path for path in left}):
                path = full_path[len(root) :]
                digest = hashlib.sha256()
                for chunk in chunks:
                    digest.update(chunk)
                left.discard(path)
                if digest.hexdigest() != listed[path]:
                    yield MEMBER.finding(
                        f"{shorten(path)} was changed after it was signed", Location(file=path)
                    )
            break
        except DamagedMember as error:
            path = error.path[len(root) :]
            left.discard(path)
            yield MEMBER.finding(f"{shorten(path)} cannot be read: {error.reason}", Location(file=path))
        except OSError:  # the archive itself ends here
            break
    for path in sorted(left):
        yield MEMBER.finding(f"{shorten(path)} cannot be read", Location(file=path))
