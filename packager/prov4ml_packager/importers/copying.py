"""Files of an imported run: copied below `artifacts/` of the run directory, and described."""

import io
import os
from pathlib import Path
from typing import Any

from prov4ml.rundir import ARTIFACTS_DIRECTORY, safe_name

from .imported import ImportedFile
from .sources import directory_digest, open_source, regular_files, transfer


class Copier:
    """Copies files into one run directory that nobody else writes to.

    Attributes:
        lost: one sentence for each file that could not be read.
    """

    def __init__(self, run_directory: Path) -> None:
        self._run = run_directory
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
        if file.content is not None:
            described.update(kind="file", files=1)
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
                if not file.copy:
                    described["sha256"], described["size"] = transfer(reader)
                    return described
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as writer:
                    described["sha256"], described["size"] = transfer(reader, writer)
        described["path"] = target.relative_to(self._run).as_posix()
        return described

    def _lose(self, file: ImportedFile, error: OSError) -> None:
        self.lost.append(f"{file.original} could not be read ({error.strerror or error})")

    @staticmethod
    def _write(target: Path, content: bytes) -> tuple[str, int]:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as writer:
            return transfer(io.BytesIO(content), writer)

    def _directory(
        self, file: ImportedFile, root: Path, described: dict[str, Any], target: Path
    ) -> dict[str, Any]:
        digests: list[tuple[str, str]] = []
        total = 0
        for name, path in regular_files(root):
            try:
                reader = open_source(path)
            except OSError as error:
                self._lose(ImportedFile(f"{file.original}/{name}"), error)
                continue
            with reader:
                if file.copy:
                    copy = target / name
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    with copy.open("xb") as writer:
                        digest, size = transfer(reader, writer)
                else:
                    digest, size = transfer(reader)
            digests.append((name, digest))
            total += size
        if file.copy:
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
        key = safe_name(name)
        stem, suffix = (key, "") if directory else os.path.splitext(key)
        number, candidate = 1, key
        while (folder, candidate.lower()) in self._taken:
            number += 1
            candidate = f"{stem}-{number}{suffix}"
        self._taken.add((folder, candidate.lower()))
        return folder / candidate
