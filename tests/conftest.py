"""What all tests share: system programs, data beside the checkout, and repeatable property tests."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

PROJECT = Path(__file__).resolve().parents[1]

# Deadlines measure the machine and not the code. In CI the same examples come every time, so that a red
# run can be repeated; elsewhere hypothesis looks for new ones.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose system program is absent, or fail it where every program has to be there."""
    for marker in item.iter_markers("system"):
        for program in marker.args:
            if shutil.which(program) is not None:
                continue
            reason = f"needs {program}: make system-deps"
            if os.environ.get("PROV4ML_REQUIRE_SYSTEM") == "1":
                pytest.fail(f"{reason} (PROV4ML_REQUIRE_SYSTEM=1 allows no skip)", pytrace=False)
            pytest.skip(reason)


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of published documents and contexts that may lie beside the checkout."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder `shared` beside the checkout")
    return folder
