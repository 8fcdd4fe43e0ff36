"""A commented configuration to fill in."""

from importlib.resources import files
from pathlib import Path

from ..atomic import atomic_file
from ..errors import PackagerError
from .config import TABLE, has_crate_table


def template_text() -> str:
    """Return the table `[tool.prov4ml.crate]` with every key behind a `#`, which is the same as none."""
    return files(__package__).joinpath("template.toml").read_text(encoding="utf-8")


def write_template(path: Path) -> Path:
    """Write the template to a new TOML file, or at the end of one that is there.

    Raises:
        PackagerError: the file has the table already, is no TOML, or cannot be written.
    """
    before = ""
    if path.exists():
        if has_crate_table(path):
            raise PackagerError(f"has a table [{TABLE}] already", path=path, hint="fill it in")
        before = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n"
    with atomic_file(path) as temporary:
        try:
            temporary.write_text(before + template_text(), encoding="utf-8", newline="\n")
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o7777)
        except OSError as error:
            raise PackagerError(f"cannot be written: {error.strerror or error}", path=path) from error
    return path
