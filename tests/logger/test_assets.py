"""Models and datasets: either order of arguments, several threads, and what is kept when saving fails."""

import threading
from pathlib import Path

import pytest

import prov4ml
from prov4ml import Prov4MLError
from tests.logger.raw import events, only


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, in which names and paths can be mistaken for one another."""
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    (place / "weights.bin").write_bytes(b"weights")
    (place / "default").mkdir()
    (place / "net").mkdir()
    return place


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("weights.bin",), "default"),
        (("weights.bin", "net"), "net"),
        (("my net", "weights.bin"), "my net"),
        (("net", b"weights"), "net"),
        ((b"weights", "net"), "net"),
        ((Path("weights.bin"), "net"), "net"),
    ],
)
def test_model_and_name_in_either_order(
    run: prov4ml.Run, rank_path: Path, folder: Path, arguments: tuple[object, ...], name: str
) -> None:
    prov4ml.log_model(*arguments)  # type: ignore[arg-type]
    prov4ml.end_run()
    logged = only(rank_path, "model")
    assert logged["name"] == name
    assert (rank_path.parent / logged["file"]["path"]).read_bytes() == b"weights"


@pytest.mark.parametrize(
    ("arguments", "label"),
    [
        (("weights.bin",), "dataset"),
        (("weights.bin", "training data"), "training data"),
        (("training data", "weights.bin"), "training data"),
        (("training data", Path("weights.bin")), "training data"),
        ((Path("weights.bin"), "net"), "net"),
    ],
)
def test_dataset_and_label_in_either_order(
    run: prov4ml.Run, rank_path: Path, folder: Path, arguments: tuple[object, ...], label: str
) -> None:
    prov4ml.log_dataset(*arguments)
    prov4ml.end_run()
    logged = only(rank_path, "dataset")
    assert (logged["label"], logged["file"]["size"]) == (label, 7)


def test_a_model_that_cannot_be_saved_is_described_all_the_same(
    run: prov4ml.Run, rank_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prov4ml.log_model(lambda inputs: inputs, "closure")
    prov4ml.end_run()
    logged = only(rank_path, "model")
    assert (logged["name"], logged["class"], logged["file"]) == ("closure", "function", None)
    assert len(caplog.messages) == 1
    assert "model 'closure' is logged without its weights" in caplog.messages[0]


def test_versions_from_several_threads_have_numbers_of_their_own(run: prov4ml.Run, rank_path: Path) -> None:
    def save(thread: int) -> None:
        for version in range(5):
            prov4ml.save_model_version(f"{thread} {version}".encode(), "net")
            prov4ml.log_input(f"{thread} {version}")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    prov4ml.end_run()
    versions = events(rank_path, "model_version")
    assert [event["version"] for event in versions] == list(range(1, 31))
    assert len({event["file"]["sha256"] for event in versions}) == 30
    assert sorted(event["number"] for event in events(rank_path, "input")) == list(range(1, 31))


def test_a_wrong_context_leaves_no_copy_behind(run: prov4ml.Run, rank_path: Path) -> None:
    with pytest.raises(Prov4MLError, match="context 3: pass"):
        prov4ml.save_model_version(b"weights", "net", 3)  # type: ignore[arg-type]
    with pytest.raises(Prov4MLError, match="context 3: pass"):
        prov4ml.log_artifact("a", __file__, 3)  # type: ignore[arg-type]
    prov4ml.end_run()
    assert not (rank_path.parent / "artifacts").exists()
