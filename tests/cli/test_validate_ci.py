"""The hooks, the action and the page on CI: they parse, what they name exists, what they run works."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from prov4ml_packager.cli.main import group
from prov4ml_validators.configuration import TABLE, parse_configuration
from prov4ml_validators.selection import make_selection

from ..reader.raw_writer import small_run
from .test_help import command_named

Json = dict[str, Any]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def hooks(project: Path) -> list[Json]:
    value: list[Json] = yaml.safe_load((project / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return value


def action(project: Path) -> Json:
    value: Json = yaml.safe_load((project / "action.yml").read_text("utf-8"))
    return value


def metadata_of(project: Path) -> Json:
    with (project / "pyproject.toml").open("rb") as stream:
        value: Json = tomllib.load(stream)["project"]
    return value


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with `prov4ml-pack` as an installation would put it."""
    folder = tmp_path / "prov4ml" / "bin"
    folder.mkdir(parents=True)
    script = folder / "prov4ml-pack"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m prov4ml_packager "$@"\n')
    script.chmod(0o755)
    return folder


def environment(project: Path, programs: Path) -> dict[str, str]:
    paths = os.pathsep.join(str(project / part) for part in (".", "packager", "validators"))
    return {**os.environ, "PYTHONPATH": paths, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def test_hooks_have_what_pre_commit_asks_for(project: Path) -> None:
    metadata = metadata_of(project)
    for hook in hooks(project):
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert shlex.split(hook["entry"])[0] in metadata["scripts"]
        assert hook["language"] == "python"
        assert hook["additional_dependencies"] == metadata["optional-dependencies"]["validate"]


@pytest.mark.parametrize(
    ("name", "hook"),
    [
        ("ro-crate-metadata.json", "validate-ro-crate"),
        ("a/b/ro-crate-metadata.json", "validate-ro-crate"),
        ("a/ro-crate-metadata.jsonld", "validate-ro-crate"),
        ("x.eln", "validate-ro-crate"),
        ("a/prov.json", "validate-prov-json"),
        ("a/run.prov.json", "validate-prov-json"),
        ("package.json", None),
        ("my-ro-crate-metadata.json.txt", None),
        ("improv.json", None),
    ],
)
def test_hooks_take_the_files_they_are_for(project: Path, name: str, hook: str | None) -> None:
    takers = [one["id"] for one in hooks(project) if "files" in one and re.search(one["files"], name)]
    assert takers == ([hook] if hook else [])


@pytest.mark.parametrize(
    ("hook", "content", "status"),
    [
        ("validate-prov-json", '{"entity": {}}', 0),
        ("validate-prov-json", '{"entities": {}}', 1),
        ("validate-ro-crate", '{"@context": "x", "@graph": []}', 1),
        ("validate-all", '{"entity": {}}', 0),
        ("validate-all", '{"entities": {}}', 1),
    ],
)
def test_hooks_run(
    project: Path, tmp_path: Path, programs: Path, hook: str, content: str, status: int
) -> None:
    (chosen,) = [one for one in hooks(project) if one["id"] == hook]
    folder = tmp_path / "repository"
    folder.mkdir()
    name = "ro-crate-metadata.json" if hook == "validate-ro-crate" else "prov.json"
    (folder / name).write_text(content)
    files = [] if chosen.get("pass_filenames") is False else [name]
    done = subprocess.run(
        [*shlex.split(chosen["entry"]), *files], cwd=folder, env=environment(project, programs),
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert "of 1 valid" in done.stdout


def test_the_action_has_what_github_asks_for(project: Path) -> None:
    document = action(project)
    assert {"name", "description", "runs"} <= set(document)
    assert document["runs"]["using"] == "composite"
    for step in document["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "uses" in step or step["shell"] == "bash"
        # An expression in a script is a hole: whoever names a branch or a file would write a part of it.
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"inputs\.([\w-]+)", (project / "action.yml").read_text("utf-8")))
    assert used == set(document["inputs"])


def test_the_action_installs_this_repository_with_the_extra(project: Path) -> None:
    (install,) = [one for one in action(project)["runs"]["steps"] if one.get("name") == "Install prov4ml"]
    assert '"$GITHUB_ACTION_PATH[validate]"' in install["run"]
    assert "validate" in metadata_of(project)["optional-dependencies"]


def run_action(
    project: Path, programs: Path, folder: Path, **inputs: str
) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    (step,) = [one for one in action(project)["runs"]["steps"] if one.get("name") == "Validate"]
    given = {name: one["default"] for name, one in action(project)["inputs"].items()}
    given.update({name.replace("_", "-"): value for name, value in inputs.items()})
    variables = {
        name: given[re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)[1]]  # type: ignore[index]
        for name, value in step["env"].items()
    }
    return subprocess.run(
        [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder, capture_output=True, text=True,
        env={**environment(project, programs), **variables, "RUNNER_TEMP": str(programs.parents[1])},
    )  # fmt: skip


def test_the_action_runs(project: Path, programs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    small_run(folder / "runs" / "one")
    (folder / "a b.prov.json").write_text('{"entities": {}}')
    done = run_action(project, programs, folder, path="runs", sarif_file="out.sarif")
    assert (done.returncode, done.stdout.splitlines()[-1][:19]) == (0, "1 of 1 valid at MUS")
    assert json.loads((folder / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    done = run_action(project, programs, folder, path="runs\na b.prov.json\n")
    assert done.returncode == 1
    assert "::error file=a b.prov.json,line=1,col=2,title=prov-json/unknown-section::" in done.stdout


def test_no_input_of_the_action_is_a_command(project: Path, programs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    hostile = '$(touch hacked); touch hacked "\n--help'
    done = run_action(project, programs, folder, path=hostile, sarif_file="$(touch hacked)")
    assert done.returncode == 2
    assert "Usage:" not in done.stdout
    assert [path.name for path in folder.iterdir()] == ["$(touch hacked)"]


def blocks(project: Path, language: str) -> list[str]:
    text = (project / "docs" / "ci.md").read_text("utf-8")
    return [content for name, content in BLOCK.findall(text) if name == language]


def test_the_page_shows_yaml_that_names_what_exists(project: Path) -> None:
    documents = [yaml.safe_load(block) for block in blocks(project, "yaml")]
    text = str(documents)
    steps = [step for one in documents if isinstance(one, list) for step in one]
    ours = [step for step in steps if "/prov4ml@" in step["uses"]]
    assert ours
    for step in ours:
        assert set(step["with"]) <= set(action(project)["inputs"])
    named = {hook["id"] for one in documents if "repos" in one for hook in one["repos"][0]["hooks"]}
    assert named == {"validate-ro-crate", "validate-prov-json"} < {hook["id"] for hook in hooks(project)}
    assert "prov4ml-pack validate crates --format junit" in text


def test_the_page_shows_commands_that_are_understood(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line.strip("- ") for line in "\n".join(blocks(project, "sh")).splitlines()]
    commands = [shlex.split(line)[2:] for line in lines if line.startswith("prov4ml-pack validate")]
    assert len(commands) == 5
    for arguments in commands:
        if "--explain" in arguments:
            assert group.main(["validate", *arguments], standalone_mode=False) == 0
            assert "Wrong:" in capsys.readouterr().out
        else:
            parameters = command_named("validate").make_context("validate", arguments).params
            make_selection(parameters["select"], parameters["ignore"])


def test_the_page_shows_a_table_that_is_understood(project: Path) -> None:
    (block,) = blocks(project, "toml")
    value = tomllib.loads(block)
    for key in TABLE.split("."):
        value = value[key]
    configuration = parse_configuration(value, Path("pyproject.toml"))
    make_selection(configuration.select or (), configuration.ignore or ())
    assert len(value) == 4


def test_the_page_lists_every_format(project: Path) -> None:
    from prov4ml_validators import FORMATTERS

    text = (project / "docs" / "ci.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(FORMATTERS)
