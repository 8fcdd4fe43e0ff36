"""With fewer extras installed every command says which one it needs, and validate and help still work.

A finder that refuses the modules stands in for an environment without them; the wheel is tried in real ones.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..reader.raw_writer import small_run
from .test_help import COMMANDS

PACK_MODULES = [
    "numpy",
    "zarr",
    "xarray",
    "netCDF4",
    "prov",
    "pydot",
    "rocrate",
    "backports",
    "yaml",
    "pandas",
    "lxml",
    "rdflib",
]
VALIDATE_MODULES = ["click", "jsonschema"]

SCRIPT = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
REFUSED = set(sys.argv.pop(1).split(","))
sys.meta_path.insert(0, Refuse())
from prov4ml_packager.entry import main
sys.exit(main())
"""


def pack(project: Path, refused: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(project / part) for part in (".", "packager", "validators"))
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, ",".join(refused), *arguments],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["crate", "x", "-o", "y"], ["validate", "x"]])
def test_a_bare_install_says_what_to_run(project: Path, arguments: list[str]) -> None:
    done = pack(project, VALIDATE_MODULES + PACK_MODULES, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "prov4ml-pack: error: only the logger is installed (click is missing); "
        "run: pip install 'prov4ml[pack]', or 'prov4ml[validate]' for the validators alone\n"
    )


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_needs_only_validate(project: Path, name: str) -> None:
    done = pack(project, PACK_MODULES, *([name] if name else []), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Example:" in done.stdout


def test_validate_needs_only_validate(project: Path, tmp_path: Path) -> None:
    done = pack(project, PACK_MODULES, "validate", str(small_run(tmp_path / "run")))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 1 valid" in done.stdout


def test_prov_in_other_formats_says_what_it_needs(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.provn"
    path.write_text("document\nendDocument\n")
    done = pack(project, PACK_MODULES, "validate", str(path))
    assert done.returncode == 2
    assert done.stderr == (
        f"prov4ml-pack: error: {path}: PROV-N is read with the library prov, which is not installed; "
        "run: pip install 'prov4ml[pack]'\n"
    )
    done = pack(project, PACK_MODULES, "validate", str(tmp_path))
    assert "holds no crate, no run and no PROV-JSON document" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["finalize", "RUN"], ["convert", "RUN", "x.nc"], ["graph", "RUN", "-o", "x.svg"],
        ["crate", "RUN", "-o", "x.zip"], ["inspect", "RUN"], ["unpack", "RUN"], ["deposit", "RUN"],
        ["demo", "-o", "x"],
    ],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_the_other_commands_name_the_extra(project: Path, tmp_path: Path, arguments: list[str]) -> None:
    directory = small_run(tmp_path / "run")
    given = [
        str(directory) if one == "RUN" else str(tmp_path / one) if one.startswith("x") else one
        for one in arguments
    ]
    done = pack(project, PACK_MODULES, *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "prov4ml-pack: error: numpy is not installed; run: pip install 'prov4ml[pack]'\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
