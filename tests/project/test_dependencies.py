"""`pyproject.toml` and the page that explains each dependency."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirement_name(requirement: str) -> str:
    """Return the distribution that a requirement names."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return match[0]


def extras_by_dependency() -> dict[str, set[str]]:
    """Return the extras that name each third-party dependency themselves."""
    found: dict[str, set[str]] = {}
    for extra, requirements in CONFIG["optional-dependencies"].items():
        for requirement in requirements:
            if requirement_name(requirement) != "prov4ml":
                found.setdefault(requirement_name(requirement), set()).add(extra)
    return found


def test_the_logger_depends_on_nothing() -> None:
    assert CONFIG["dependencies"] == []


def test_these_are_the_extras() -> None:
    names = {"validate", "sign", "pack", "secrets", "remote", "dask", "carbon", "all", "demo", "test", "fuzz"}
    assert names == set(CONFIG["optional-dependencies"])


def test_dependencies_have_floors_and_no_caps() -> None:
    for requirements in CONFIG["optional-dependencies"].values():
        for requirement in requirements:
            if requirement_name(requirement) == "prov4ml":
                continue
            version = requirement.partition(";")[0]
            assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?>=[0-9.]+", version), requirement


def test_every_dependency_is_explained() -> None:
    page = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", extras)) for name, extras, _ in rows}
    assert listed == extras_by_dependency()
    assert all(reason.strip() for _, _, reason in rows)
