"""Crates to deposit, and a server to deposit them on."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from prov4ml_packager.crate import Organization, build_crate

from ..crate.builders import FULL, make_run
from .invenio import TOKEN, Invenio, running

GIVEN = replace(
    FULL,
    funders=(Organization("Example Foundation", "https://ror.org/01y2jtd41"), Organization("A friend")),
    citations=("10.1234/article", "https://example.org/page"),
    identifier="10.5281/zenodo.1234567",
)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a crate with all that a record can tell."""
    folder = tmp_path_factory.mktemp("deposit")
    return build_crate([make_run(folder / "run")], folder / "digits.zip", GIVEN)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Path) -> Path:
    """Work in a folder with `digits.zip`, with a token, without a proxy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits.zip").write_bytes(made.read_bytes())
    monkeypatch.setenv("PROV4ML_DEPOSIT_TOKEN", TOKEN)
    for name in ("https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


@pytest.fixture
def server() -> Iterator[Invenio]:
    with running(Invenio()) as server:
        yield server


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that were to be waited, which no test waits for."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found
