"""Logged files as a document has them, believed only as far as their paths stay below `artifacts/`."""

import re
from collections.abc import Callable
from typing import Literal

from ..reader.files import plain_copy_path
from ..record import FileRecord
from .document import Element

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileReader:
    """Reads the files of elements; `is_there` tells whether a copy is, as a file or a directory.

    Attributes:
        gone: how many copies the document names that are not there.
    """

    def __init__(self, is_there: Callable[[str, Literal["file", "directory"]], bool]) -> None:
        self._is_there = is_there
        self.gone = 0

    def optional(self, element: Element) -> FileRecord | None:
        """Return the file of something that may have none."""
        known = ("prov4ml:path", "prov4ml:size", "prov4ml:files")
        return self.needed(element) if any(element.has(name) for name in known) else None

    def needed(self, element: Element, original: str = "") -> FileRecord:
        """Return the file of something that has one; a copy that is not there has no path.

        Raises:
            PackagerError: its path leads out of the run.
        """
        files = element.integer("prov4ml:files")
        kind: Literal["file", "directory"] = "file" if files is None else "directory"
        path = element.text("prov4ml:path")
        if path is not None and (problem := plain_copy_path(path)) is not None:
            raise element.error("prov4ml:path", problem)
        if path is not None and not self._is_there(path, kind):
            self.gone += 1
            path = None
        digest = element.text("prov4ml:sha256")
        if digest is not None and _SHA256.fullmatch(digest) is None:
            raise element.error("prov4ml:sha256", "is no digest in lower-case hex")
        size = element.integer("prov4ml:size")
        return FileRecord(path, original, kind, size, digest, 1 if files is None else files)
