import hashlib
import io
import os
import threading
from pathlib import Path

import pytest

from prov4ml import files
from prov4ml.files import adopt_into, copy_into, hash_file, record_file, staging_directory, write_bytes_into

WEIGHTS = b"weights"
WEIGHTS_SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def run(tmp_path):
    directory = tmp_path / "prov" / "run_1"
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(WEIGHTS)
    return path


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


def everything(run: Path) -> set[str]:
    return {path.relative_to(run).as_posix() for path in run.rglob("*") if not path.is_dir()}


def digest_of(members: dict[bytes, bytes]) -> str:
    """The rule of docs/run-directory.md, written again from its text."""
    lines = [
        hashlib.sha256(content).hexdigest().encode() + b"  " + name + b"\n"
        for name, content in members.items()
    ]
    return hashlib.sha256(b"".join(line for _, line in sorted(zip(members, lines, strict=True)))).hexdigest()


def test_hash_file(source):
    assert hash_file(source) == (WEIGHTS_SHA256, 7)


def test_copy_a_file(run, source):
    assert copy_into(source, run, ("models", "../net"), "model.pt", original="out/model.pt") == {
        "path": f"artifacts/models/{files.safe_name('../net')}/model.pt",
        "original": "out/model.pt",
        "kind": "file",
        "size": 7,
        "sha256": WEIGHTS_SHA256,
        "files": 1,
    }
    assert everything(run) == {f"artifacts/models/{files.safe_name('../net')}/model.pt"}


def test_the_same_content_is_kept_once_and_other_content_beside_it(run, source):
    first = copy_into(source, run, (), "model.pt")
    assert copy_into(source, run, (), "model.pt") == first
    source.write_bytes(b"WEIGHTS")
    second = copy_into(source, run, (), "model.pt")
    assert second["path"] == "artifacts/model-2.pt"
    source.write_bytes(WEIGHTS)
    assert copy_into(source, run, (), "model.pt") == first
    assert everything(run) == {"artifacts/model.pt", "artifacts/model-2.pt"}
    assert (run / "artifacts/model.pt").read_bytes() == WEIGHTS


def test_a_changed_copy_is_not_taken_for_the_old_one(run, source):
    copy_into(source, run, (), "model.pt")
    (run / "artifacts/model.pt").write_bytes(b"changed")
    os.utime(run / "artifacts/model.pt", ns=(1, 1))
    assert copy_into(source, run, (), "model.pt")["path"] == "artifacts/model-2.pt"


def test_many_versions_do_not_read_those_before(run, source, monkeypatch):
    read = []
    record = files.record_file
    monkeypatch.setattr(
        files, "record_file", lambda path, **named: read.append(path) or record(path, **named)
    )
    for number in range(30):
        source.write_bytes(b"%07d" % number)
        copy_into(source, run, (), "model.pt")
    assert len(everything(run)) == 30
    assert read == []


def test_processes_that_race_for_a_name_all_keep_their_content(run, tmp_path):
    results = {}

    def log(number: int) -> None:
        path = tmp_path / f"source-{number}"
        path.write_bytes(b"content %d" % (number % 4))
        results[number] = copy_into(path, run, (), "same")

    threads = [threading.Thread(target=log, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, described in results.items():
        assert (run / described["path"]).read_bytes() == b"content %d" % (number % 4)
    assert len(everything(run)) == 4


@needs_pipes
def test_a_directory(run, tmp_path):
    root = tmp_path / "data"
    (root / "sub").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "b").write_bytes(b"two")
    (root / "sub" / "a").write_bytes(b"one")
    (root / "link").symlink_to("b")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe")
    members = {b"b": b"two", b"sub/a": b"one"}
    (root / os.fsdecode(b"\xff\n")).write_bytes(b"odd")
    members[b"\xff\n"] = b"odd"
    described = copy_into(root, run, (), "data")
    assert (described["kind"], described["files"], described["size"]) == ("directory", 3, 9)
    assert described["sha256"] == digest_of(members)
    assert everything(run) == {"artifacts/data/" + os.fsdecode(name) for name in members}
    assert record_file(run / described["path"])["sha256"] == described["sha256"]
    assert copy_into(root, run, (), "data") == described
    (root / "b").write_bytes(b"2")
    assert copy_into(root, run, (), "data")["path"] == "artifacts/data-2"


def test_a_directory_around_the_run_directory_is_copied_without_it(run, tmp_path):
    (run / "run.json").write_text("{}")
    (tmp_path / "train.py").write_text("1")
    described = copy_into(tmp_path, run, (), "everything")
    assert described["files"] == 1
    assert everything(run) == {"run.json", "artifacts/everything/train.py"}


def test_the_run_directory_itself_is_refused(run):
    with pytest.raises(OSError, match="a run directory cannot be logged into itself"):
        copy_into(run, run, (), "self")
    assert everything(run) == set()


def test_a_folder_of_the_run_directory_is_copied_once(run, source):
    copy_into(source, run, (), "model.pt")
    described = copy_into(run / "artifacts", run, (), "artifacts")
    assert described["files"] == 1
    assert everything(run) == {"artifacts/model.pt", "artifacts/artifacts/model.pt"}


@needs_pipes
def test_pipes_and_devices_are_refused_without_waiting(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        for use in (hash_file, record_file, lambda path: copy_into(path, run, (), "x")):
            with pytest.raises(OSError, match="not a regular file"):
                use(path)
    assert list(run.iterdir()) == []


def test_what_is_not_there_raises_and_leaves_nothing(run, tmp_path):
    with pytest.raises(FileNotFoundError):
        record_file(tmp_path / "absent")
    with pytest.raises(FileNotFoundError):
        copy_into(tmp_path / "absent", run, (), "x")
    assert list(run.iterdir()) == []


def test_a_failing_copy_leaves_nothing(run, source, monkeypatch):
    def full(reader, target):
        target.write(b"par")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_drain", full)
    with pytest.raises(OSError, match="No space left"):
        copy_into(source, run, (), "model.pt")
    assert everything(run) == set()


def test_a_link_given_by_name_is_followed(run, source, tmp_path):
    (tmp_path / "latest.pt").symlink_to(source)
    described = copy_into(tmp_path / "latest.pt", run, (), "latest.pt")
    assert described["sha256"] == WEIGHTS_SHA256
    assert not (run / described["path"]).is_symlink()


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="needs a user whom permissions bind")
def test_an_unreadable_file_has_a_size_and_no_digest(source):
    source.chmod(0)
    assert record_file(source)["sha256"] is None
    assert record_file(source)["size"] == 7


def test_a_file_system_without_hard_links(run, source, monkeypatch):
    def refuse(*paths):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    first = copy_into(source, run, (), "model.pt")
    assert copy_into(source, run, (), "model.pt") == first
    assert (run / first["path"]).read_bytes() == WEIGHTS


def test_names_that_differ_in_case_only_are_two_files_or_one_content(run, source):
    copy_into(source, run, (), "a")
    source.write_bytes(b"other")
    described = copy_into(source, run, (), "A")
    assert (run / described["path"]).read_bytes() == b"other"
    assert (run / "artifacts/a").read_bytes() == WEIGHTS


@pytest.mark.parametrize("name", ["../../x", "CON", "a/b", "new\nline", "n" * 300, "", "run", "\udc80"])
def test_no_name_leaves_the_run_directory(run, name):
    described = write_bytes_into(WEIGHTS, run, (name,), name)
    assert described["original"] == name
    target = (run / described["path"]).resolve()
    assert target.read_bytes() == WEIGHTS
    assert target.parent.parent == (run / "artifacts").resolve()


def test_staged_files_are_adopted_and_the_rest_removed(run):
    with staging_directory(run) as folder:
        (folder / "net.pt").write_bytes(WEIGHTS)
        (folder / "rest").write_bytes(b"")
        described = adopt_into(folder / "net.pt", run, ("models",), "net.pt", original="net")
    assert described == {
        "path": "artifacts/models/net.pt",
        "original": "net",
        "kind": "file",
        "size": 7,
        "sha256": WEIGHTS_SHA256,
        "files": 1,
    }
    assert everything(run) == {"artifacts/models/net.pt"}


def test_a_file_that_grows_as_fast_as_it_is_copied_is_copied_as_it_was(tmp_path, monkeypatch):
    source = tmp_path / "growing.log"
    source.write_bytes(b"a" * 100)
    monkeypatch.setattr("prov4ml.files.CHUNK", 10)
    open_regular = files._open_regular

    class Growing(io.BufferedReader):
        def read(self, size: int | None = -1) -> bytes:
            with open(source, "ab") as log:
                log.write(b"b" * 20)
            return super().read(size)

    monkeypatch.setattr(
        "prov4ml.files._open_regular",
        lambda path, *, follow: Growing(open_regular(path, follow=follow).detach()),
    )
    copied = copy_into(source, tmp_path, (), "log")
    assert (tmp_path / copied["path"]).read_bytes() == b"a" * 100
    assert copied["size"] == 100
