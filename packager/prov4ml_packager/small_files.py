"""Files that people write by hand, read as a whole: what is too large is none of them."""

from pathlib import Path

from .errors import PackagerError


def read_small_file(path: Path, most_mebibytes: int, what: str) -> bytes:
    """Return the content of a file, of which no more than the limit is read.

    Args:
        path: the file.
        most_mebibytes: how large it may be.
        what: it should be, in one word, for error messages.

    Raises:
        PackagerError: it cannot be read, or is larger.
    """
    most = most_mebibytes << 20
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=path) from error
    if len(content) > most:
        raise PackagerError(f"is larger than {most_mebibytes} MiB, which no {what} is", path=path)
    return content
