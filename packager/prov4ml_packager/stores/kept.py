"""What a killed conversion had done already, kept so that the next one need not do it again."""

import os
from collections.abc import Iterable
from pathlib import Path


class KeptChunks:
    """Encoded chunks as files, each whole or not there at all.

    Args:
        folder: where they are kept; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, group: str, variable: str, number: int) -> Path:
        """Return where a chunk is kept."""
        return self._folder / f"{group}-{variable}-{number}"

    def has(self, group: str, variables: Iterable[str], number: int) -> bool:
        """Tell whether a chunk of all variables is kept."""
        return all(self.path(group, name, number).is_file() for name in variables)

    def put(self, group: str, variable: str, number: int, content: bytes) -> None:
        """Keep a chunk."""
        write_whole(self.path(group, variable, number), content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, also when the process is killed."""
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(content)
    os.replace(temporary, path)


def link_or_copy(source: Path, target: Path) -> None:
    """Make a second name for a file, or a second file where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        write_whole(target, source.read_bytes())
