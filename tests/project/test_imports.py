"""Who imports whom: packager → validators → prov4ml.rundir; the logger only the standard library."""

import ast
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = {
    "prov4ml": PROJECT / "prov4ml",
    "prov4ml_packager": PROJECT / "packager" / "prov4ml_packager",
    "prov4ml_validators": PROJECT / "validators" / "prov4ml_validators",
}
# The demo's training script is a user's script and no module: it is run, never imported.
NO_MODULE = {ROOTS["prov4ml_packager"] / "demo" / "train.py"}
MODULES = [
    pytest.param(package, path, id=str(path.relative_to(PROJECT)))
    for package, root in ROOTS.items()
    for path in sorted(root.rglob("*.py"))
    if path not in NO_MODULE
]


class Import(NamedTuple):
    """An absolute import: the module named, the line, and whether it runs when the module is imported."""

    module: str
    line: int
    at_import: bool


def absolute_imports(source: str) -> list[Import]:
    """Return the absolute imports of a module; those under `if TYPE_CHECKING` never run and are left out."""

    def walk(node: ast.AST, at_import: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, at_import) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield Import(node.module, node.lineno, at_import)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            return
        deeper = at_import and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            yield from walk(child, deeper)

    return list(walk(ast.parse(source), True))


def test_the_walk_tells_module_level_from_function_level() -> None:
    source = "import a\ndef f():\n    from b.c import d\nclass K:\n    import e\nfrom . import g\n"
    assert absolute_imports(source) == [Import("a", 1, True), Import("b.c", 3, False), Import("e", 5, True)]


@pytest.mark.parametrize(("package", "path"), MODULES)
def test_dependencies_point_one_way(package: str, path: Path) -> None:
    # The logger reaches the packager lazily, when a run ends.
    allowed = {
        "prov4ml": {"prov4ml_packager"},
        "prov4ml_packager": {"prov4ml.rundir", "prov4ml.redaction", "prov4ml_validators"},
        "prov4ml_validators": {"prov4ml.rundir"},
    }[package]
    for found in absolute_imports(path.read_text(encoding="utf-8")):
        top = found.module.partition(".")[0]
        if top == package:
            pytest.fail(f"{path}:{found.line}: import {found.module}: imports inside a package are relative")
        if top in ROOTS:
            assert found.module in allowed or top in allowed, f"{path}:{found.line}: imports {found.module}"
            assert package != "prov4ml" or not found.at_import, f"{path}:{found.line}: {top} at import"


@pytest.mark.parametrize(("package", "path"), [one for one in MODULES if one.values[0] == "prov4ml"])
def test_the_logger_loads_only_the_standard_library(package: str, path: Path) -> None:
    for found in absolute_imports(path.read_text(encoding="utf-8")):
        if found.at_import:
            top = found.module.partition(".")[0]
            assert top in sys.stdlib_module_names, f"{path}:{found.line}: {found.module} at import"


@pytest.mark.parametrize(("package", "path"), MODULES)
def test_only_command_lines_know_click(package: str, path: Path) -> None:
    inside = path.relative_to(ROOTS[package])
    if "cli" in inside.parts or inside.stem in {"cli", "entry"}:
        return
    found = [
        one for one in absolute_imports(path.read_text(encoding="utf-8")) if one.module.startswith("click")
    ]
    assert not found, f"{path}:{found[0].line}: imports click"


def test_importing_the_logger_loads_no_third_party_module() -> None:
    code = (
        "import sys; before = set(sys.modules); import prov4ml; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}"
        " - sys.stdlib_module_names - {'prov4ml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert (done.stdout, done.stderr) == ("[]\n", "")


HEAVY = {
    "numpy", "numcodecs", "zarr", "netCDF4", "prov", "rdflib", "lxml", "rocrate", "jsonschema", "yaml",
    "zlib_ng", "graphviz", "pandas", "xarray", "prov4ml",
}  # fmt: skip
"""What `validate` may need for one input and must not load for another; the logger is among it."""
SLOW_PARTS = {
    "importlib.resources", "importlib.metadata", "traceback", "multiprocessing", "xml.etree", "tomllib",
}  # fmt: skip
"""Of the standard library."""
NO_FILES = {"hashlib", "tarfile", "zipfile"}
"""What a document alone needs none of."""


@pytest.mark.parametrize("name", ["crate", "crate.zip", "prov.json", "ro-crate-metadata.json"])
def test_validate_loads_nothing_heavy(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    if name.startswith("crate"):
        with zipfile.ZipFile(PROJECT / "fixtures/format-1/crates/finished_0.zip") as archive:
            archive.extractall(tmp_path / "crate")
        if name == "crate.zip":
            shutil.make_archive(str(tmp_path / "crate"), "zip", tmp_path / "crate")
    else:
        member = "packaged/prov.json" if name == "prov.json" else name
        with zipfile.ZipFile(PROJECT / "fixtures/format-1/crates/finished_0.zip") as archive:
            target.write_bytes(archive.read(member))
    code = (
        "import sys; from prov4ml_packager.entry import main; before = set(sys.modules); status = main(); "
        "print(status, *(name for name in sys.modules if name not in before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", str(target)], capture_output=True, text=True, cwd=tmp_path
    )
    status, *loaded = done.stderr.splitlines()[-1].split()
    assert status == "0", done.stdout + done.stderr
    assert f"prov4ml_validators.{'crate.check' if 'crate' in name else 'prov_json.document'}" in loaded
    parts = {".".join(module.split(".")[:count]) for module in loaded for count in (1, 2)}
    assert parts & (HEAVY | SLOW_PARTS | (NO_FILES if name.endswith(".json") else set())) == set()


NETWORK = {"aiohttp", "ftplib", "http", "requests", "smtplib", "socket", "ssl", "urllib.request"}


def test_only_a_deposit_speaks_to_the_network() -> None:
    # URLs as inputs and outputs go through fsspec, whose file systems the user installs for it.
    found = {
        path.relative_to(root.parent).as_posix()
        for root in ROOTS.values()
        for path in root.rglob("*.py")
        for one in absolute_imports(path.read_text(encoding="utf-8"))
        if one.module in NETWORK or one.module.partition(".")[0] in NETWORK
    }
    assert found == {f"prov4ml_packager/deposit/{name}.py" for name in ("connection", "server")}
