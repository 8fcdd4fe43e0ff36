"""Which release of this project is running."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the version that is installed, or `unreleased` in a folder that was never installed."""
    try:
        return version("prov4ml")
    except PackageNotFoundError:
        return "unreleased"
