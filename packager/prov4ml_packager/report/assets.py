"""Script and style of the page, bundled by `make web` from `packager/web` and the libraries it locks."""

from functools import cache
from importlib.resources import files

_FOLDER = "assets"


@cache
def script() -> str:
    """Return the page's script, with uPlot in it."""
    return _read("page.js")


@cache
def style() -> str:
    """Return the page's style sheet."""
    return _read("page.css")


@cache
def licences() -> str:
    """Return the licence texts of the libraries that are part of the script."""
    return _read("LICENSES.txt")


def _read(name: str) -> str:
    return (files(__package__) / _FOLDER / name).read_text(encoding="utf-8")
