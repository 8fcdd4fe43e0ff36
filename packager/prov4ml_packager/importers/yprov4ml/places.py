"""Where the files that a document names are now, in the run directory that it lies in."""

from pathlib import Path

from ...repair.model import Attributes, first_text
from ..sources import inside


class RunFiles:
    """Finds files by the paths of the machine and folder in which the run was recorded.

    Args:
        root: the folder of the document; nothing outside it is found.
        attributes: what the document says of the run.
    """

    def __init__(self, root: Path, attributes: Attributes) -> None:
        self.root = root
        folder = first_text(attributes, "experiment_dir")
        artifacts = first_text(attributes, "artifact_uri")
        if folder is None and artifacts is not None:
            folder = "/".join(_parts(artifacts)[:-1])
        self.directory = _parts(folder)[-1] if folder and _parts(folder) else None

    def find(self, path: str | None) -> Path | None:
        """Return where a recorded path is now, or None.

        Tried are the path behind the name of the run directory, and the path itself.
        """
        if path is None:
            return None
        parts = _parts(path)
        if self.directory in parts:
            place = len(parts) - 1 - parts[::-1].index(self.directory)
            behind = "/".join(parts[place + 1 :])
            if behind and (found := inside(self.root, behind)) is not None:
                return found
        return inside(self.root, path)


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
