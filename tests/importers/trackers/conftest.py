"""Sources that the real trackers wrote, once a session."""

from pathlib import Path

import pytest

from tests.importers.trackers.real_runs import needs, write_runs

HOW = "pip install 'prov4ml[test]'"


def _mlflow(kind: str, folders: pytest.TempPathFactory) -> Path:
    needs("mlflow", HOW)
    folder = folders.mktemp(f"mlflow-{kind}")
    source = folder / ("mlruns" if kind == "file" else "mlflow.db")
    uri = f"file:{source}" if kind == "file" else f"sqlite:///{source}"
    write_runs("mlflow_runs.py", folder, uri, str(folder))
    return source


@pytest.fixture(scope="session")
def mlflow_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file store of MLflow."""
    return _mlflow("file", tmp_path_factory)


@pytest.fixture(scope="session")
def mlflow_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite store of MLflow."""
    return _mlflow("sqlite", tmp_path_factory)


@pytest.fixture(scope="session")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of event files that tensorboardX wrote."""
    needs("tensorboardX", HOW)
    folder = tmp_path_factory.mktemp("tensorboard") / "runs"
    folder.mkdir()
    write_runs("tensorboard_runs.py", folder, str(folder))
    return folder


@pytest.fixture(scope="session")
def wandb_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a working folder in which wandb ran offline."""
    needs("wandb", HOW)
    folder = tmp_path_factory.mktemp("wandb")
    write_runs("wandb_runs.py", folder, "all")
    return folder


@pytest.fixture(scope="session")
def trackio_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of Trackio's."""
    needs("trackio", HOW)
    folder = tmp_path_factory.mktemp("trackio")
    write_runs("trackio_runs.py", folder, str(folder / "store"))
    return folder / "store"


@pytest.fixture(scope="session")
def dvclive_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a working folder in which DVCLive wrote a run."""
    needs("dvclive", "make test-trackers")
    folder = tmp_path_factory.mktemp("project")
    write_runs("dvclive_runs.py", folder, "dvclive")
    return folder


@pytest.fixture(scope="session")
def lightning_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which Lightning's CSVLogger wrote two runs."""
    needs("lightning", "make test-trackers")
    folder = tmp_path_factory.mktemp("lightning")
    write_runs("lightning_runs.py", folder, str(folder))
    return folder
