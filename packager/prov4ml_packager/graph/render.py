"""DOT to SVG, by the system's Graphviz or by `graphviz-pure`, which is installed with the packager."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from ..errors import PackagerError

_BUNDLED = "graphviz-pure"
_TIMEOUT_SECONDS = 120
# The document type would let a careless reader fetch it; comments carry the version of Graphviz.
_NOT_CONTENT = re.compile(rb"<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)


def render_svg(dot: str, *, engine: Literal["auto", "bundled"] = "auto") -> bytes:
    """Return the SVG of a DOT text, well-formed, without scripts, comments and document type.

    Args:
        dot: DOT text; it reaches the program on standard input, no shell is involved.
        engine: `auto` takes the system's `dot` and, where there is none, `graphviz-pure`; `bundled` always
            takes `graphviz-pure`, whose output is the same on every machine.

    Raises:
        PackagerError: no program is installed, or it fails, takes over two minutes, or writes no XML.
    """
    program = _program(engine)
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=dot.encode("utf-8"),
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PackagerError(
            f"no layout after {_TIMEOUT_SECONDS} seconds", path=program, hint="use --detail overview"
        ) from error
    except OSError as error:
        raise PackagerError(f"cannot be started: {error.strerror or error}", path=program) from error
    svg = _NOT_CONTENT.sub(b"", done.stdout)
    if done.returncode != 0 or not svg:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PackagerError(f"failed: {lines[0] if lines else 'no message'}", path=program)
    try:
        ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise PackagerError(
            f"wrote SVG that is no XML: {error}", path=program, hint="use the bundled engine"
        ) from error
    return svg


def _program(engine: Literal["auto", "bundled"]) -> str:
    found = shutil.which("dot") if engine == "auto" else None
    return found or _bundled()


def _bundled() -> str:
    # Beside the interpreter first: in a virtual environment that was not activated PATH knows nothing of it.
    folders = (str(Path(sys.executable).parent), sysconfig.get_path("scripts"), None)
    for folder in folders:
        found = shutil.which(_BUNDLED, path=folder)
        if found is not None:
            return found
    raise PackagerError(
        "no program to draw graphs is installed", hint='run: pip install "prov4ml[pack]", or install Graphviz'
    )
