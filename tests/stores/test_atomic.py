import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.atomic import atomic_directory, atomic_file
from prov4ml_packager.errors import PackagerError


def test_a_file_appears_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "x.txt"
    with atomic_file(target) as temporary:
        temporary.write_text("half")
        assert temporary.parent == target.parent
        assert not target.exists()
    assert target.read_text() == "half"
    assert os.listdir(target.parent) == ["x.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "x.txt"
    target.write_text("old")

    def write() -> None:
        with atomic_file(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.txt"]


def interrupted_directory(path: Path, *, until_filled: bool = False) -> None:
    with atomic_directory(path) as temporary:
        while until_filled and not os.listdir(temporary):
            time.sleep(0.001)
        raise KeyboardInterrupt


def test_a_second_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Polars raises KeyboardInterrupt and lets Python raise it again, maybe while all is removed."""
    remove, interrupts = shutil.rmtree, [KeyboardInterrupt()]

    def interrupted(*arguments: Any, **options: Any) -> None:
        if interrupts:
            raise interrupts.pop()
        remove(*arguments, **options)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        interrupted_directory(tmp_path / "x")
    assert (interrupts, os.listdir(tmp_path)) == ([], [])


def test_nothing_is_left_by_a_thread_that_still_writes(tmp_path: Path) -> None:
    stop = time.monotonic() + 0.15

    def write() -> None:
        number = 0
        while time.monotonic() < stop:
            number += 1
            for folder in tmp_path.iterdir():
                with suppress(OSError):
                    (folder / f"{number}").mkdir()
                    (folder / f"{number}" / "x").write_text("x")

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        with pytest.raises(KeyboardInterrupt):
            interrupted_directory(tmp_path / "x", until_filled=True)
        writing.result()
    assert os.listdir(tmp_path) == []


def test_a_file_never_replaces_a_directory(tmp_path: Path) -> None:
    with (
        pytest.raises(PackagerError, match="is a directory, and a file was to be written"),
        atomic_file(tmp_path),
    ):
        pytest.fail("the block must not run")


def test_a_block_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PackagerError, match="cannot be written: No such file"), atomic_file(tmp_path / "x"):
        pass


def test_the_longest_name_still_works(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)
    with atomic_file(target) as temporary:
        temporary.write_text("a")
    assert target.read_text() == "a"


@pytest.mark.parametrize("old", ["nothing", "directory", "link"])
def test_a_directory_replaces_what_was_there(tmp_path: Path, old: str) -> None:
    target, other = tmp_path / "d", tmp_path / "other"
    other.mkdir()
    (other / "kept").write_text("kept")
    if old == "directory":
        (target / "deep").mkdir(parents=True)
    elif old == "link":
        target.symlink_to(other)
    with atomic_directory(target) as temporary:
        (temporary / "a").write_text("new")
    assert [path.name for path in target.iterdir()] == ["a"]
    assert not target.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["d", "other"]
    assert (other / "kept").read_text() == "kept"


def test_a_directory_never_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "thesis"
    target.write_text("kept")
    with (
        pytest.raises(PackagerError, match="is a file, and a directory was to be written"),
        atomic_directory(target),
    ):
        pytest.fail("the block must not run")
    assert target.read_text() == "kept"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
@pytest.mark.parametrize("kind", [atomic_file, atomic_directory])
def test_a_device_or_a_pipe_is_never_replaced(tmp_path: Path, kind: Any) -> None:
    target = tmp_path / "pipe"
    os.mkfifo(target)
    with pytest.raises(PackagerError, match="is no regular file"), kind(target):
        pytest.fail("the block must not run")
    assert target.is_fifo()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_directory(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "d"
    target.mkdir()
    (target / "old").write_text("old")

    def write() -> None:
        with atomic_directory(target) as temporary:
            (temporary / "new").mkdir()
            raise error

    with pytest.raises(error):
        write()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert os.listdir(tmp_path) == ["d"]


def test_a_failed_swap_puts_the_old_directory_back(tmp_path: Path) -> None:
    target = tmp_path / "d"
    target.mkdir()
    (target / "old").write_text("old")
    with (
        pytest.raises(PackagerError, match="cannot be written: No such file or directory"),
        atomic_directory(target) as temporary,
    ):
        temporary.rmdir()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert os.listdir(tmp_path) == ["d"]


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(PackagerError, match="cannot be written"),
        atomic_file(tmp_path / "file" / "x") as _,
    ):
        pytest.fail("the block must not run")
