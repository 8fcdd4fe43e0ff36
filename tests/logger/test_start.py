"""What can be wrong when a run starts, and what is said about it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import prov4ml
from prov4ml import Prov4MLError
from prov4ml import directory as directory_module
from tests.logger.raw import events, only


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prov_user_namespace": 5}, "prov_user_namespace=5 is no text"),
        ({"country_iso_code": 39}, "country_iso_code=39 is no text"),
        ({"prov_save_path": 5}, "prov_save_path=5 is no path"),
    ],
)
def test_an_argument_of_the_wrong_type_raises_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Prov4MLError, match=f"start_run: {message}"):
        prov4ml.start_run("e", **arguments)
    assert not list(tmp_path.iterdir())


def test_a_working_directory_that_is_gone_is_told_as_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(Prov4MLError, match="cannot make the run directory"):
        prov4ml.start_run("e", disable_codecarbon=True)


def test_files_that_cannot_be_opened_are_told_as_one_error_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_file = os.open

    def refuse(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith("metrics.bin"):
            raise OSError(24, "Too many open files")
        return open_file(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Prov4MLError, match=r"cannot make the run directory \(Too many open files\)"):
        prov4ml.start_run("e", prov_save_path=tmp_path, disable_codecarbon=True)
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())


def test_an_empty_run_id_is_none(tmp_path: Path) -> None:
    with prov4ml.start_run("e", prov_save_path=tmp_path, use_run_id="", disable_codecarbon=True) as run:
        assert run.get_run_dir() == str(tmp_path / "e_0")


def test_a_run_id_that_is_taken_is_told_in_the_journal_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with prov4ml.start_run("e", prov_save_path=tmp_path, use_run_id=7, disable_codecarbon=True):
            pass
    assert len(caplog.messages) == 1
    assert "the run id 7 is taken by another run" in only(tmp_path / "e_8" / "rank_0", "warning")["message"]
    assert not events(tmp_path / "e_7" / "rank_0", "warning")


def test_a_file_system_that_folds_case_gives_the_next_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Digits_0").mkdir()
    (tmp_path / "Digits_1").mkdir()
    exists = Path.exists

    def exists_folded(path: Path, **options: Any) -> bool:
        return exists(path, **options) or path.name.lower() in [
            entry.name.lower() for entry in tmp_path.iterdir() if path.parent == tmp_path
        ]

    monkeypatch.setattr(Path, "exists", exists_folded)
    made = directory_module._make_run_directory(tmp_path, {"experiment": "digits"}, None)
    assert made == tmp_path / "digits_2"
    assert json.loads((made / "run.json").read_text())["run_id"] == "2"


def test_ranks_that_cannot_find_each_other_are_told_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PMI_RANK", "1")
    monkeypatch.setenv("PMI_SIZE", "4")
    prov4ml.start_run("e", prov_save_path=tmp_path, collect_all_processes=True, disable_codecarbon=True)
    message = only(tmp_path / "e_0" / "rank_1", "warning")["message"]
    assert "rank 1 of 4 records a run of its own" in message
    assert "use_run_id" in message
    assert len(caplog.messages) == 1
