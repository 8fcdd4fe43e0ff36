"""Real runs of every kind as crates of every version, judged by programs that are not ours.

rocrate-validator and runcrate need other versions of our dependencies, so they live in an environment of
their own: `python -m venv other && other/bin/pip install roc-validator runcrate`.
"""

import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from prov4ml_packager.crate import CrateOptions, build_crate, load_crate_config
from prov4ml_packager.crate.template import write_template
from prov4ml_packager.demo import demo
from prov4ml_packager.finalize_many import ensure_all_finalized
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.record import RunRecord
from prov4ml_packager.wording import iso_time

from .test_experiment import finalized
from .workflow_runs import VALIDATOR, independent_issues

RUNCRATE = os.environ.get("PROV4ML_RUNCRATE_PYTHON", "")
SPECS = ["1.1", "1.2", "1.3"]
_RANKS = """
import prov4ml
prov4ml.start_run("ranks", "https://example.org/lab#", collect_all_processes=True, disable_codecarbon=True)
prov4ml.log_param("lr", 0.1)
for step in range(5):
    prov4ml.log_metric("loss", 1 / (step + 1), prov4ml.Context.TRAINING, step)
prov4ml.save_model_version(b"weights", "net")
prov4ml.end_run()
"""


def filled_in(path: Path) -> CrateOptions:
    """Options of the template that `prov4ml-pack init` writes, with every line filled in."""
    lines = write_template(path).read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(re.sub(r"^# (?=\[\[|\w+ = )", "", line) for line in lines), encoding="utf-8")
    return load_crate_config(path)


def of_version(options: CrateOptions, spec: str) -> CrateOptions:
    """The same for a version: 1.2 has no run profile."""
    return replace(
        options,
        spec=spec,  # type: ignore[arg-type]
        profile=None if spec == "1.2" else options.profile,
    )


def test_every_line_of_the_template_is_filled_in(tmp_path: Path) -> None:
    options, default = filled_in(tmp_path / "crate.toml"), CrateOptions()
    same = {
        field.name
        for field in fields(options)
        if getattr(options, field.name) == getattr(default, field.name)
    }
    # What the template has as its default, and what no configuration says.
    assert same == {"spec", "with_raw", "bag", "bagged", "secrets", "redact", "hidden_names"}


def demo_run(folder: Path) -> list[RunRecord]:
    return ensure_all_finalized([demo._train(folder)])


def four_ranks(folder: Path) -> list[RunRecord]:
    folder.mkdir(parents=True)
    (folder / "train.py").write_text(_RANKS)
    environment = {name: value for name, value in os.environ.items() if name != "PROV4ML_FINALIZE"}
    command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "4", sys.executable, "train.py"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=180)
    (record,) = ensure_all_finalized([folder / "prov" / "ranks_0"])
    assert len(record.ranks) == 4
    return [record]


def imported(folder: Path, shared: Path) -> list[RunRecord]:
    (run,) = import_runs(shared / "data" / "yprov4ml-runs" / "zarr_experiment_0", folder)
    assert isinstance(run, WrittenRun)
    return ensure_all_finalized([run.directory])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> dict[str, list[RunRecord]]:
    """Return the runs of each kind; they are made once for all versions."""
    folder = tmp_path_factory.mktemp("runs")
    return {
        "demo": demo_run(folder / "demo"),
        "ranks": four_ranks(folder / "ranks"),
        "imported": imported(folder / "imported", shared),
        "experiment": finalized(folder / "experiment", 20),
    }


@pytest.mark.skipif(
    not VALIDATOR, reason="needs PROV4ML_ROC_VALIDATOR_PYTHON: a Python that has roc-validator installed"
)
@pytest.mark.system("mpirun")
@pytest.mark.parametrize("spec", SPECS)
def test_rocrate_validator_finds_nothing(
    tmp_path: Path, shared: Path, runs: dict[str, list[RunRecord]], spec: str
) -> None:
    options = of_version(filled_in(tmp_path / "crate.toml"), spec)
    crates = [build_crate(records, tmp_path / f"{kind}.zip", options) for kind, records in runs.items()]
    if spec == "1.1":
        crates.append(
            build_crate(runs["demo"], tmp_path / "folder", replace(options, compression=None, with_raw=True))
        )
    found = independent_issues(shared / "tools" / "offline_roc.py", crates)
    profiles = ["process-run-crate-0.5"] if spec == "1.1" else [f"ro-crate-{spec}"]
    assert found == [(profiles, [])] * len(crates)


@pytest.mark.skipif(not RUNCRATE, reason="needs PROV4ML_RUNCRATE_PYTHON: a Python that has runcrate")
@pytest.mark.system("mpirun")
def test_runcrate_reports_every_run(tmp_path: Path, runs: dict[str, list[RunRecord]]) -> None:
    options = replace(filled_in(tmp_path / "crate.toml"), compression=None)
    for kind, records in runs.items():
        crate = build_crate(records, tmp_path / kind, options)
        program = "from runcrate.cli import cli; cli()"
        done = subprocess.run([RUNCRATE, "-c", program, "report", crate], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told = dict(one.split("\n", 1) for one in done.stdout.split("action: ")[1:])
        assert sorted(told) == sorted(f"urn:uuid:{record.uuid}" for record in records)
        for record in records:
            lines = [line.strip() for line in told[f"urn:uuid:{record.uuid}"].splitlines()]
            assert f"started: {iso_time(record.start)}" in lines
            assert f"ended: {iso_time(record.end)}" in lines
            results = lines[lines.index("outputs:") :]
            folder = f"{record.directory.name}/" if len(records) > 1 else ""
            assert f"{folder}packaged/prov.json" in results
            inputs = lines[lines.index("inputs:") : lines.index("outputs:")]
            values = {str(one.value) for one in record.parameters if isinstance(one.value, int | float)}
            assert values <= set(inputs)
