"""`manifest-sha256.txt`: the digest of every member but itself, the metadata, and a signature."""

from collections.abc import Sequence

from .archive.members import MANIFEST, Member
from .entities import Entity


def manifest_lines(members: Sequence[Member]) -> bytes:
    """Return the lines that `sha256sum --check` reads, sorted by path."""
    files = sorted((member.path, member.sha256) for member in members if not member.is_directory)
    return "".join(f"{sha256}  {path}\n" for path, sha256 in files).encode("utf-8")


def manifest_entity(manifest: Member | None) -> Entity:
    """Return the JSON-LD of the manifest, with its own size and digest unless it is not known yet."""
    entity: Entity = {
        "@id": MANIFEST,
        "@type": "File",
        "name": MANIFEST,
        "description": "SHA-256 of every file of this crate but the metadata and itself, for sha256sum.",
        "encodingFormat": "text/plain",
    }
    if manifest is not None:
        entity |= {"contentSize": str(manifest.size), "sha256": manifest.sha256}
    return entity
