"""Opening the raw files of a run directory, which may come from anywhere, and strict JSON."""

import json
import os
import stat
from pathlib import Path
from typing import BinaryIO, NoReturn

from ..errors import PackagerError


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        FileNotFoundError: there is none.
        PackagerError: it is a link, a pipe or a device (which could lead out of the run directory or block
            for ever), or the system refuses.
    """
    try:
        mode = os.lstat(path).st_mode
        if not stat.S_ISREG(mode):
            raise PackagerError("is no regular file", path=path, hint="replace it by the file itself")
        return open(path, "rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PackagerError(
            f"cannot be read ({error.strerror or error})", path=path, hint="check its permissions"
        ) from error


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def parse_json(data: bytes) -> object:
    """Parse strict JSON in UTF-8; lone surrogates written as escapes are kept.

    Raises:
        ValueError: not UTF-8, no JSON, a NaN or Infinity, a number of thousands of digits, nested too deep.
    """
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
