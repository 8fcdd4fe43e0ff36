"""A table as far as a killed conversion had written it, kept so that the next one goes on behind it."""

from pathlib import Path
from typing import BinaryIO

from .csvw import Block


class KeptText:
    """A table that grows, and beside it what blocks of it are whole; the first is its header.

    Args:
        folder: where both are kept; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "rows"
        self._journal = folder / "journal"

    def reopen(self) -> tuple[BinaryIO, list[Block]]:
        """Open the table behind its last whole block; return it and all blocks before."""
        blocks: list[Block] = []
        length = 0
        if self.path.is_file() and self._journal.is_file():
            size = self.path.stat().st_size
            for line in self._journal.read_text(encoding="ascii").split("\n")[:-1]:
                words = line.split()
                if len(words) != len(Block._fields) or length + int(words[1]) > size:
                    break
                blocks.append(Block(*map(int, words)))
                length += blocks[-1].length
        self._journal.write_text("".join(map(_journal_line, blocks)), encoding="ascii")
        stream = self.path.open("r+b" if self.path.exists() else "w+b")
        stream.truncate(length)
        stream.seek(length)
        return stream, blocks

    def note(self, stream: BinaryIO, block: Block) -> None:
        """Note that a block is in the table now."""
        stream.flush()
        with self._journal.open("a", encoding="ascii") as journal:
            journal.write(_journal_line(block))


def _journal_line(block: Block) -> str:
    return " ".join(map(str, block)) + "\n"
