"""Files of a run beside its log: what wandb wrote of the environment, and what the user saved."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...record import JsonValue
from ..imported import ImportedArtifact, ImportedFile
from ..nested import JsonError, read_json
from ..sources import inside, links_in, open_source, regular_files
from .history import Media

_OWN = frozenset({"wandb-metadata.json", "wandb-summary.json", "config.yaml", "requirements.txt"})
_LIMIT = 16 << 20


def saved_files(
    folders: list[Path], media: Mapping[str, Media], lost: list[str]
) -> Iterator[ImportedArtifact]:
    """Yield the files of a run as artifacts named by their path; of a path in several folders the last.

    `wandb.save` makes links to the user's own files: they are named, and noted in `lost`.
    """
    found = {name: path for folder in folders for name, path in regular_files(folder)}
    for name in sorted({link for folder in folders for link in links_in(folder)} - set(found)):
        lost.append(f"{name}: files/{name} is a link, which an import does not follow")
        yield ImportedArtifact(name, ImportedFile(f"files/{name}"))
    for name, path in found.items():
        if name in _OWN:
            continue
        known = media.get(name)
        yield ImportedArtifact(
            name,
            ImportedFile(f"files/{name}", path),
            step=known.step if known else None,
            time=known.time if known else None,
            attributes={"wandb.key": known.key, **known.facts} if known else {},
        )


def packages_of(folders: list[Path]) -> dict[str, str]:
    """Return the packages in `requirements.txt` that have a version."""
    packages = {}
    for line in (_read(folders, "requirements.txt") or b"").decode("utf-8", "replace").splitlines():
        name, separator, version = line.partition("==")
        if separator and name.strip() and version.strip():
            packages[name.strip()] = version.strip()
    return packages


def metadata_of(folders: list[Path]) -> dict[str, Any]:
    """Return `wandb-metadata.json`, which older versions write instead of a record; empty without one."""
    data = _read(folders, "wandb-metadata.json")
    try:
        value: JsonValue = read_json(data) if data is not None else None
    except JsonError:
        return {}
    return value if isinstance(value, dict) else {}


def _read(folders: list[Path], name: str) -> bytes | None:
    for folder in reversed(folders):
        path = inside(folder, name)
        if path is not None:
            try:
                with open_source(path) as stream:
                    return stream.read(_LIMIT)
            except OSError:
                continue
    return None
