"""The demo makes what it promises, and says what is missing."""

import contextlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.demo import demo, run_demo
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.reader import read_run
from prov4ml_validators import validate


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder in which `make demo` ran its command, and what that printed."""
    folder = tmp_path_factory.mktemp("demo")
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as output:
        assert run(["demo", "-o", "demo-output"]) == 0
    return folder, output.getvalue()


@pytest.fixture(scope="module")
def result(printed: tuple[Path, str]) -> demo.DemoResult:
    folder, lines = printed
    return demo.DemoResult(*(folder / line.split()[1] for line in lines.splitlines()))


def test_it_prints_what_the_readme_shows(printed: tuple[Path, str], project: Path) -> None:
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert "```sh\nmake demo\n```\n" in readme
    assert f"```text\n{printed[1]}```\n" in readme


def test_all_four_things_are_there(result: demo.DemoResult) -> None:
    assert result.svg.read_text(encoding="utf-8").lstrip().startswith(("<?xml", "<svg"))
    assert "<html" in result.preview.read_text(encoding="utf-8")
    assert zipfile.ZipFile(result.crate).testzip() is None
    assert validate(result.crate).is_valid()


def test_the_run_is_a_real_training(result: demo.DemoResult) -> None:
    made = read_run(result.run)
    assert made.status == "finished"
    assert {context.name for context in made.contexts} == {"TRAINING", "VALIDATION", "TESTING"}
    by_name = {(one.context, one.metric): one.points() for one in made.metrics.series}
    losses = by_name["TRAINING", "loss"]["value"]
    batches = -(-int(1797 * 0.7) // 32)  # the data set has 1,797 images, of which 70% are trained on
    assert len(losses) == 10 * batches
    assert losses[-batches:].mean() < losses[:batches].mean() / 2
    accuracies = by_name["VALIDATION", "validation_accuracy"]["value"]
    assert len(accuracies) == 10
    assert accuracies.max() > 0.9
    (final,) = made.final_metrics
    assert final.value == accuracies.max()
    assert [version.version for version in made.model_versions] == list(range(1, 11))
    assert {artifact.name for artifact in made.artifacts} == {"digits.csv"}
    assert {parameter.key for parameter in made.parameters} >= {"learning_rate", "batch_size", "epochs"}
    assert made.warnings == ()


def test_the_crate_says_whose_it_is(result: demo.DemoResult) -> None:
    with zipfile.ZipFile(result.crate) as archive:
        graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    (root,) = [entity for entity in graph if entity["@id"] == "./"]
    assert {"author", "license", "publisher", "name", "description", "datePublished"} <= root.keys()


def test_a_second_demo_adds_a_second_run(tmp_path: Path, result: demo.DemoResult) -> None:
    again = run_demo(result.run.parents[1])
    assert again.run != result.run
    assert result.crate.is_file()
    assert again.crate.is_file()


def test_without_scikit_learn_it_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PackagerError) as raised:
        run_demo(tmp_path / "demo")
    assert str(raised.value) == "the demo trains with scikit-learn; pip install 'prov4ml[demo]'"
    assert not (tmp_path / "demo").exists()


def test_a_failed_training_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "train.py"
    script.write_text("raise ValueError('no such data')\n", encoding="utf-8")
    monkeypatch.setattr(demo, "TRAINING_SCRIPT", script)
    with pytest.raises(PackagerError) as raised:
        run_demo(tmp_path / "demo")
    assert str(raised.value) == f"{script}: training failed with exit status 1: ValueError: no such data"


def test_the_training_script_explains_itself() -> None:
    done = subprocess.run([sys.executable, demo.TRAINING_SCRIPT, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "--epochs" in done.stdout
