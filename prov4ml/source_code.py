"""Which files are the program: the running script and the modules loaded from its folder."""

from __future__ import annotations

import os
import stat
import sys

from .rundir import RUN_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_GENERATED = frozenset({"__pycache__", "node_modules"})


def running_script() -> Path | None:
    """Return the absolute path of the running script; None in a console, a notebook or `python -c`."""
    from pathlib import Path

    name = getattr(sys.modules.get("__main__"), "__file__", None)
    if not isinstance(name, str) or not os.path.isfile(name):
        return None
    return Path(os.path.abspath(name))


def loaded_sources(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the Python files below a folder from which modules have been loaded, sorted.

    Installed packages (below `site-packages`, `dist-packages` or a virtual environment inside the folder),
    compiled modules, symbolic links and files that are gone are left out. Nothing is imported.

    Args:
        folder: usually the folder of `running_script()`.
    """
    from pathlib import Path

    root = os.path.realpath(folder)
    environments: dict[str, bool] = {}
    found: set[str] = set()
    for module in list(sys.modules.values()):
        name = getattr(module, "__dict__", {}).get("__file__")
        if not isinstance(name, str) or not name.endswith(".py"):
            continue
        path = os.path.realpath(name)
        try:
            inside = os.path.commonpath([root, path]) == root
            regular = stat.S_ISREG(os.lstat(os.path.abspath(name)).st_mode)
        except (OSError, ValueError):  # gone, inside an archive, or on another drive
            continue
        if inside and regular and not _is_installed(os.path.dirname(path), root, environments):
            found.add(path)
    return [Path(path) for path in sorted(found)]


def sources_below(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the files below a folder that may be somebody's source, sorted.

    Left out: hidden files and folders (`.git/config` and `.env` may hold credentials), caches, installed
    packages and virtual environments, run directories, symbolic links and special files.

    Args:
        folder: a folder that exists; what cannot be listed in it is left out.
    """
    from pathlib import Path

    found: list[Path] = []
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if _holds_sources(os.path.join(directory, name)))
        paths = (Path(directory, name) for name in sorted(names) if not name.startswith("."))
        found.extend(path for path in paths if path.is_file() and not path.is_symlink())
    return found


def _holds_sources(directory: str) -> bool:
    name = os.path.basename(directory)
    if name.startswith(".") or name in _INSTALLED or name in _GENERATED:
        return False
    return not any(os.path.exists(os.path.join(directory, mark)) for mark in ("pyvenv.cfg", RUN_FILE))


def _is_installed(directory: str, root: str, environments: dict[str, bool]) -> bool:
    """Tell whether a directory below the root belongs to an environment and not to the program."""
    if directory not in environments:
        if os.path.basename(directory) in _INSTALLED or os.path.exists(os.path.join(directory, "pyvenv.cfg")):
            environments[directory] = True
        elif directory == root or directory == os.path.dirname(directory):
            environments[directory] = False
        else:
            environments[directory] = _is_installed(os.path.dirname(directory), root, environments)
    return environments[directory]
