"""Images, sounds and texts of summaries, kept on the disk until their run is written."""

from pathlib import Path

from ...record import JsonValue
from ..imported import ImportedArtifact, ImportedFile

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"RIFF", ".wav"),
)


class MediaSpool:
    """Writes pieces of one run into a folder of its own.

    Attributes:
        artifacts: the pieces, in the order in which they came.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self.artifacts: list[ImportedArtifact] = []

    def add(
        self,
        tag: str,
        step: int,
        time: int,
        content: bytes,
        *,
        suffix: str | None = None,
        context: str | None,
        event_file: Path,
        attributes: dict[str, JsonValue],
    ) -> None:
        """Keep a piece as the artifact `<tag>/<step>` with a suffix by its content.

        A second piece of a tag at one step, as a batch of images has, is `<step>-2`.

        Raises:
            OSError: the disk is full.
        """
        suffix = suffix or next((end for start, end in _SIGNATURES if content.startswith(start)), ".bin")
        name, number = f"{tag}/{step}{suffix}", 1
        while f"{context}\0{name}" in self._names:
            number += 1
            name = f"{tag}/{step}-{number}{suffix}"
        self._names.add(f"{context}\0{name}")
        path = self._folder / f"{len(self.artifacts)}{suffix}"
        path.write_bytes(content)
        self.artifacts.append(
            ImportedArtifact(
                name,
                ImportedFile(f"{event_file.name}#{tag}", path),
                context=context,
                step=step,
                attributes=attributes,
                time=time,
            )
        )
