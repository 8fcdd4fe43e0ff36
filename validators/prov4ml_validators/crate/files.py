"""Rules on single files of a crate: the main workflow, the preview, and files that are elsewhere."""

from collections.abc import Iterator

from ..json_text import shorten
from ..report import Finding, Location, Severity
from .graph import CrateGraph
from .payload import Payload
from .versions import versioned
from .workflow import MAIN_FILE

_NEWER = ("1.2", "1.3")
PREVIEW = "ro-crate-preview.html"
_LARGEST_PREVIEW = 64 << 20

DOCTYPE = versioned(
    "preview-html", Severity.MUST, f"{PREVIEW} is an HTML 5 document.",
    section="Structure, RO-Crate Website", help="begin it with <!DOCTYPE html>", versions=_NEWER,
)  # fmt: skip
LOCAL_PATH = versioned(
    "file-local-path", Severity.SHOULD, "A file that is not in the crate says where it may be found.",
    section="Data Entities, File Data Entity", help="add localPath, or the file", versions=_NEWER,
)  # fmt: skip


def check_files(graph: CrateGraph, payload: Payload, version: str) -> Iterator[Finding]:
    """Yield a preview that is no HTML 5, and absent files without a localPath."""
    preview = payload.entries.get(PREVIEW)
    if preview is not None and preview.kind == "file" and preview.size <= _LARGEST_PREVIEW:
        contents = payload.members.contents({payload.prefix + PREVIEW})
        text = b"".join(chunk for _, chunks in contents for chunk in chunks)
        if b"<!doctype html" not in text.lower():
            yield from DOCTYPE.finding(version, f"{PREVIEW} has no doctype", Location(file=PREVIEW))
    for entity in graph.of_types("File"):
        is_absent = entity.id.startswith("#")
        if not is_absent:
            path = graph.local_path(entity)
            is_absent = path is not None and payload.find(path) is None
        if is_absent and not entity.has("localPath"):
            message = f"{shorten(entity.id)} is not in the crate and has no localPath"
            yield from LOCAL_PATH.finding(version, message, entity.place())


def check_main_workflow(graph: CrateGraph, payload: Payload, version: str) -> Iterator[Finding]:
    """Yield a main workflow that is no file of the crate."""
    root = graph.root
    for entity in () if root is None else graph.referenced(root, "mainEntity"):
        path = graph.local_path(entity)
        if path is not None and payload.find(path) is None:
            message = f"the main workflow {shorten(entity.id)} is not there"
            yield from MAIN_FILE.finding(version, message, entity.place())
