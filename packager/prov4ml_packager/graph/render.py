"""DOT to pictures, by `graphviz-pure`, which is installed with the packager; PDF by an installed Graphviz."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Literal

from ..errors import PackagerError

ImageFormat = Literal["svg", "png", "pdf"]

_BUNDLED = "graphviz-pure"
_SYSTEM = "dot"
_TIMEOUT_SECONDS = 120


def render(dot: str, image: ImageFormat, *, timeout: float = _TIMEOUT_SECONDS) -> bytes:
    """Return a picture of a DOT text.

    SVG and PNG are laid out and drawn by `graphviz-pure`, with its own fonts' sizes: the same on every
    machine. PDF has the same layout, drawn by the system's Graphviz.

    Args:
        dot: DOT text; it reaches the programs on standard input, no shell is involved.
        image: what to draw.
        timeout: seconds.

    Raises:
        PackagerError: a program is not installed, or fails; with `path` where it was started, as when it
            takes longer: a simpler layout may not.
    """
    if image != "pdf":
        return _run([_bundled(), f"-T{image}"], dot, timeout)
    system = shutil.which(_SYSTEM)
    if system is None:
        raise PackagerError(
            "PDF needs an installed Graphviz, and no program `dot` was found",
            hint="install it (Debian: apt-get install graphviz), or write .svg, .png or .html",
        )
    placed = _run([_bundled(), "-Tdot"], dot, timeout).decode("utf-8")
    return _run([system, "-Kneato", "-n2", "-Tpdf"], placed, timeout)


def _run(command: list[str], dot: str, timeout: float) -> bytes:
    program = command[0]
    try:
        done = subprocess.run(
            command, input=dot.encode("utf-8"), capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PackagerError(
            f"no layout after {timeout:.0f} seconds", path=program, hint="use --detail overview"
        ) from error
    except OSError as error:
        raise PackagerError(f"cannot be started: {error.strerror or error}", path=program) from error
    if done.returncode != 0 or not done.stdout:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PackagerError(f"failed: {lines[0] if lines else 'no message'}", path=program)
    return done.stdout


def _bundled() -> str:
    # Beside the interpreter first: in a virtual environment that was not activated PATH knows nothing of it.
    folders = (str(Path(sys.executable).parent), sysconfig.get_path("scripts"), None)
    for folder in folders:
        found = shutil.which(_BUNDLED, path=folder)
        if found is not None:
            return found
    raise PackagerError("no program to draw graphs is installed", hint='run: pip install "prov4ml[pack]"')
