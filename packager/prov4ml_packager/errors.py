"""The one error that the packager shows to its users."""

from pathlib import Path


class PackagerError(Exception):
    """Something the user can mend: bad input, a missing extra, a target that cannot be written.

    The command line prints it as one line, `path: place: message; hint`, and exits with status 2.

    Attributes:
        path: the file or directory at fault, if there is one.
        place: where in it (a line, a JSON pointer, a member of an archive).
        hint: what to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        place: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.message = message
        self.path = path
        self.place = place
        self.hint = hint
        where = [str(part) for part in (path, place) if part is not None]
        text = ": ".join([*where, message])
        super().__init__(f"{text}; {hint}" if hint else text)


class ScratchError(PackagerError):
    """The folder for temporary files refuses: no damage of what is read, and no end of it either."""

    def __init__(self, error: OSError, folder: Path | str) -> None:
        super().__init__(
            f"cannot write temporary files: {error.strerror or error}",
            path=folder,
            hint="set TMPDIR to a folder with more space",
        )
