import os
import shutil
import subprocess
import time

import pytest

from prov4ml.git import TIMEOUT, describe_git, strip_credentials

needs_git = pytest.mark.system("git")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    folder = tmp_path / "repository"
    folder.mkdir()

    def git(*arguments):
        result = subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True)
        return result.stdout.strip()

    git("init", "-q", "-b", "main")
    return folder, git


@needs_git
def test_a_repository(repository):
    folder, git = repository
    assert describe_git(folder) == {"commit": None, "branch": "main", "dirty": False, "remote": None}
    (folder / "a.py").write_text("1")
    assert describe_git(folder)["dirty"] is False  # an untracked file
    git("add", "a.py")
    git("commit", "-qm", "first")
    git("remote", "add", "origin", "https://me:secret@example.org/x.git")
    expected = {"commit": git("rev-parse", "HEAD"), "branch": "main", "dirty": False}
    assert describe_git(folder) == expected | {"remote": "https://example.org/x.git"}
    (folder / "a.py").write_text("2")
    assert describe_git(folder)["dirty"] is True
    git("checkout", "-q", "--detach")
    assert describe_git(folder)["branch"] is None


@needs_git
def test_the_remote_of_the_branch_counts(repository):
    folder, git = repository
    git("remote", "add", "origin", "https://example.org/origin.git")
    git("remote", "add", "fork", "git@example.org:fork.git")
    assert describe_git(folder)["remote"] == "https://example.org/origin.git"
    git("config", "branch.main.remote", "fork")
    assert describe_git(folder)["remote"] == "git@example.org:fork.git"


@needs_git
def test_a_repository_cannot_run_its_monitor(repository):
    folder, git = repository
    (folder / "a.py").write_text("1")
    git("add", "a.py")
    git("commit", "-qm", "first")
    trap = folder / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {folder}/ran\n")
    trap.chmod(0o755)
    git("config", "core.fsmonitor", str(trap))
    git("status")
    assert (folder / "ran").exists()  # the trap works
    (folder / "ran").unlink()
    assert describe_git(folder)["dirty"] is False
    assert not (folder / "ran").exists()


@needs_git
def test_asking_leaves_the_index_alone(repository):
    folder, git = repository
    (folder / "a.py").write_text("1")
    git("add", "a.py")
    git("commit", "-qm", "first")
    os.utime(folder / "a.py", (1, 1))  # git would like to refresh its index now
    before = (folder / ".git" / "index").read_bytes()
    assert describe_git(folder)["dirty"] is False
    assert (folder / ".git" / "index").read_bytes() == before


@needs_git
def test_variables_of_a_hook_do_not_choose_the_repository(repository, tmp_path, monkeypatch):
    folder, _ = repository
    monkeypatch.setenv("GIT_DIR", str(folder / ".git"))
    assert describe_git(tmp_path) is None


def test_no_repository_and_no_git(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe_git(tmp_path) is None
    assert describe_git(tmp_path / "absent") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_git(tmp_path) is None


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_a_git_that_hangs_is_ended_with_its_children(tmp_path, monkeypatch):
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\n/bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    start = time.monotonic()
    assert describe_git(tmp_path) is None
    assert TIMEOUT <= time.monotonic() - start < TIMEOUT + 2


@pytest.mark.parametrize(
    ("address", "stripped"),
    [
        ("https://host/x.git", "https://host/x.git"),
        ("https://user@host/x.git", "https://host/x.git"),
        ("https://user:p@ss@host/x.git", "https://host/x.git"),
        ("https://host/x.git?access_token=t#f", "https://host/x.git"),
        ("ssh://git:pw@host:22/x.git", "ssh://git@host:22/x.git"),
        ("git+ssh://git@host/x.git", "git+ssh://git@host/x.git"),
        ("git@host:x.git", "git@host:x.git"),
        ("user:pw@host:x.git", "user@host:x.git"),
        ("../elsewhere", "../elsewhere"),
        ("C:\\work\\x", "C:\\work\\x"),
    ],
)
def test_strip_credentials(address, stripped):
    assert strip_credentials(address) == stripped
