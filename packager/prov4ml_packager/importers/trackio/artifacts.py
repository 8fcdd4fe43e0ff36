"""Versioned artifacts of Trackio: a manifest in the database, the files by their digest beside it."""

from collections.abc import Iterator
from pathlib import Path

from ...record import JsonValue
from ..databases import Database
from ..imported import ImportedArtifact, ImportedFile
from ..moments import from_iso
from ..nested import JsonError, read_json
from ..sources import inside


def linked_artifacts(
    database: Database, key: str, run: object, folder: Path, lost: list[str]
) -> Iterator[ImportedArtifact]:
    """Yield the files of the artifacts that a run logged or used, each named `<artifact>/<path>`.

    Args:
        database: the project's.
        key: the column that tells runs apart.
        run: its value.
        folder: where the database is; files are in `artifacts/<project>/blobs/sha256/…` beside it.
        lost: takes what is missing.
    """
    names = {row[0]: row[1:] for row in database.select("artifacts", ("id", "name", "type", "description"))}
    columns = ("artifact_id", "version", "manifest_digest", "manifest", "metadata")
    for version_id, direction, created in list(
        database.select("run_artifact_links", ("artifact_version_id", "direction", "created_at"), {key: run})
    ):
        for row in database.select("artifact_versions", columns, {"id": version_id}):
            artifact, version, digest, manifest, metadata = row
            name, kind, description = names.get(artifact, (f"artifact {artifact}", None, None))
            attributes: dict[str, JsonValue] = {
                f"trackio.{word}": value
                for word, value in (
                    ("type", kind), ("version", version), ("digest", digest), ("description", description),
                    ("metadata", metadata),
                )
                if isinstance(value, str | int)
            }  # fmt: skip
            for path, file in _files(manifest, str(name), database.path, folder, lost):
                yield ImportedArtifact(
                    f"{name}/{path}",
                    file,
                    is_input=direction == "input",
                    is_model=kind == "model",
                    attributes=attributes,
                    time=from_iso(created),
                )


def _files(
    manifest: object, artifact: str, database: Path, folder: Path, lost: list[str]
) -> Iterator[tuple[str, ImportedFile]]:
    try:
        entries = read_json(manifest) if isinstance(manifest, str | bytes) else None
    except JsonError:
        entries = None
    if not isinstance(entries, list):
        lost.append(f"the files of artifact {artifact}: its manifest is no list")
        return
    for entry in entries:
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(path, str):
            lost.append(f"a file of artifact {artifact}: it has no path")
            continue
        digest, size = entry.get("digest"), entry.get("size")
        digest = digest if isinstance(digest, str) else ""
        blob = f"artifacts/{database.stem}/blobs/sha256/{digest[:2]}/{digest}"
        found = inside(folder, blob) if digest.isalnum() else None
        if found is None:
            lost.append(f"{path} of artifact {artifact}: its content is not beside the database")
        is_known = len(digest) == 64 and all(one in "0123456789abcdef" for one in digest)
        yield (
            path,
            ImportedFile(
                f"{artifact}/{path}",
                found,
                size=size if type(size) is int and size >= 0 else None,
                sha256=digest if is_known else None,
            ),
        )
