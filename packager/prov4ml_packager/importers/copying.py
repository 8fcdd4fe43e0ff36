"""Files of an imported run: copied or linked below `artifacts/` of the run directory, and described."""

import io
import os
from pathlib import Path
from typing import Any, BinaryIO, Literal

from prov4ml.rundir import ARTIFACTS_DIRECTORY, safe_file_name, safe_name

from .imported import ImportedFile
from .sources import (
    FileDigests,
    directory_digest,
    link_losses,
    open_source,
    regular_files,
    transfer,
)

FileMode = Literal["copy", "link", "none"]
"""What happens to a run's files: a copy; a second name (hard link) where the file system lets, else a copy;
or nothing but a note of size and digest."""


class Copier:
    """Copies files into one run directory that nobody else writes to.

    Args:
        run_directory: where to.
        mode: what happens to files. A link stays the same file: who changes one in place changes both.
        digests: of files that were read before.

    Attributes:
        lost: one sentence for each file that could not be read.
    """

    def __init__(
        self, run_directory: Path, mode: FileMode = "copy", digests: FileDigests | None = None
    ) -> None:
        self._run = run_directory
        self._mode = mode
        self._digests = digests or FileDigests()
        self._taken: set[tuple[Path, str]] = set()
        self._folders: dict[tuple[Path, str], Path] = {}
        self.lost: list[str] = []

    def describe(self, file: ImportedFile, folders: tuple[str, ...], name: str) -> dict[str, Any]:
        """Return the file object of docs/run-directory.md, after copying the file where that is wanted.

        A file that cannot be read is described by what the source says of it, and noted in `lost`.

        Args:
            file: what to copy.
            folders: folders below `artifacts/`, any text; keys on the disk.
            name: the name of the copy, any text; its key on the disk, with a number where it is taken.

        Raises:
            OSError: the copy cannot be written.
        """
        described: dict[str, Any] = {
            "path": None,
            "original": file.original,
            "kind": file.kind,
            "size": file.size,
            "sha256": file.sha256,
            "files": 1 if file.kind == "file" else None,
        }
        if file.path is None and file.content is None:
            return described
        target = self._target(folders, name, directory=file.path is not None and file.path.is_dir())
        copies = file.copy and self._mode != "none"
        if file.content is not None:
            described.update(kind="file", files=1)
            if not copies:
                described["sha256"], described["size"] = transfer(io.BytesIO(file.content))
                return described
            described["sha256"], described["size"] = self._write(target, file.content)
        elif file.path is not None and file.path.is_dir():
            return self._directory(file, file.path, described, target)
        elif file.path is not None:
            try:
                reader = open_source(file.path)
            except OSError as error:
                self._lose(file, error)
                return described
            with reader:
                if not copies:
                    described["sha256"], described["size"] = self._digests.of(reader)
                    return described
                described["sha256"], described["size"] = self._take(file.path, reader, target)
        described["path"] = target.relative_to(self._run).as_posix()
        return described

    def _lose(self, file: ImportedFile, error: OSError) -> None:
        self.lost.append(f"{file.original} could not be read ({error.strerror or error})")

    @staticmethod
    def _write(target: Path, content: bytes) -> tuple[str, int]:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as writer:
            return transfer(io.BytesIO(content), writer)

    def _take(self, path: Path, reader: BinaryIO, target: Path) -> tuple[str, int]:
        """Copy or link a file that was opened; return its digest and bytes."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._mode == "link" and _link(path, reader, target):
            return self._digests.of(reader)
        with target.open("xb") as writer:
            return transfer(reader, writer)

    def _directory(
        self, file: ImportedFile, root: Path, described: dict[str, Any], target: Path
    ) -> dict[str, Any]:
        copies = file.copy and self._mode != "none"
        digests: list[tuple[str, str]] = []
        total = 0
        self.lost += link_losses(root, f"{file.original.rstrip('/')}/")
        for name, path in regular_files(root):
            try:
                reader = open_source(path)
            except OSError as error:
                self._lose(ImportedFile(f"{file.original}/{name}"), error)
                continue
            with reader:
                if copies:
                    digest, size = self._take(path, reader, target / name)
                else:
                    digest, size = self._digests.of(reader)
            digests.append((name, digest))
            total += size
        if copies:
            target.mkdir(parents=True, exist_ok=True)
            described["path"] = target.relative_to(self._run).as_posix()
        described.update(kind="directory", size=total, sha256=directory_digest(digests), files=len(digests))
        return described

    def _target(self, folders: tuple[str, ...], name: str, *, directory: bool) -> Path:
        """Return a path below `artifacts/` that nothing else takes, also where case is folded."""
        folder = Path(self._run, ARTIFACTS_DIRECTORY)
        for part in folders:
            if (folder, part) not in self._folders:
                self._folders[folder, part] = self._claim(folder, part, directory=True)
            folder = self._folders[folder, part]
        return self._claim(folder, name, directory=directory)

    def _claim(self, folder: Path, name: str, *, directory: bool) -> Path:
        key = (safe_name if directory else safe_file_name)(name)
        stem, suffix = (key, "") if directory else os.path.splitext(key)
        number, candidate = 1, key
        while (folder, candidate.lower()) in self._taken:
            number += 1
            candidate = f"{stem}-{number}{suffix}"
        self._taken.add((folder, candidate.lower()))
        return folder / candidate


def _link(path: Path, reader: BinaryIO, target: Path) -> bool:
    """Make a second name for the file that was opened; tell whether that could be done."""
    try:
        os.link(path, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        return False
    if os.path.samestat(os.lstat(target), os.fstat(reader.fileno())):
        return True
    target.unlink()  # another file has taken the path meanwhile
    return False
