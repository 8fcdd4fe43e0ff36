"""The README is followed to the letter: its script is run, and then its commands, in an empty folder."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importers.trackers.real_runs import write_runs

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
# Commands of a clone or of a package index, which other tests and CI run.
NOT_RUN_HERE = ("make ", "pip install ")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Return the command lines of all shell blocks."""
    return [line for block in blocks("sh") for line in block.splitlines()]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder` with this interpreter's scripts first on PATH."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    kinds = set(re.findall(r"^```(\w*)\n", README, re.MULTILINE)) - {""}
    assert kinds == {"sh", "text", "python", "yaml"}


@pytest.mark.system("ssh-keygen")
def test_script_and_commands_work_as_written(tmp_path: Path) -> None:
    uri = f"file:{tmp_path / 'mlruns'}"
    write_runs("mlflow_runs.py", tmp_path, uri, str(tmp_path))  # what a user of MLflow has already
    (script,) = blocks("python")
    (tmp_path / "line.py").write_text(script, encoding="utf-8")
    done = run([sys.executable, "line.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "prov" / "line_0" / "packaged" / "graph.svg").is_file()
    ours = [line for line in commands() if not line.startswith(NOT_RUN_HERE)]
    assert len(ours) >= 5
    for line in ours:
        words = shlex.split(line)
        assert words[0] in ("prov4ml-pack", "ssh-keygen"), f"{line}: this test knows nothing of it"
        done = run(words, tmp_path)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert (tmp_path / "opened" / "ro-crate-preview.html").is_file()


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{p.name}" for p in PROJECT.glob("docs/*.md"))],
)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    for target in targets:
        if target and "://" not in target:
            assert (PROJECT / page).parent.joinpath(target).exists(), f"{page}: {target}"


def test_make_targets_named_on_the_pages_exist() -> None:
    known = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(
            re.findall(r"(?:^|`)make ([a-z-]+)", (PROJECT / page).read_text(encoding="utf-8"), re.MULTILINE)
        )
        assert named
        assert named <= known
