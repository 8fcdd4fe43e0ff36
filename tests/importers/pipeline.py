"""The whole way of an imported run: run directory, three stores, PROV document, crate; each one judged."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run
from prov4ml_packager.repair import repair_document
from prov4ml_validators.json_text import decode_json
from prov4ml_validators.prov_json import check_prov_json
from prov4ml_validators.run_directory import check_run_directory

from .made_up import MadeUp, make_up, write

ROC_PYTHON = os.environ.get("PROV4ML_ROC_VALIDATOR_PYTHON")


def check_repair(document: Path) -> None:
    """Repair a document; the result has no finding at MUST and loads in `prov`."""
    import prov.model

    text = json.dumps(repair_document(document).document)
    findings = check_prov_json(decode_json(text.encode("utf-8"), path=""))
    assert [one for one in findings if one.severity.name == "MUST"] == []
    prov.model.ProvDocument.deserialize(content=text, format="json").get_provn()


def check_import(source: Path, folder: Path, formats: Sequence[str], *, crate: bool = True) -> list[Path]:
    """Import a source, finalize each run to the formats, package it; return the crates.

    The run directory, the PROV document and the crate have no finding at MUST.
    """
    crates = []
    for written in import_runs(source, folder / "runs"):
        assert isinstance(written, WrittenRun), written
        findings = check_run_directory(written.directory)
        assert [one for one in findings if one.severity.name == "MUST"] == []
        for form in formats:
            command("finalize", str(written.directory), "--to", form)
            command("validate", str(written.directory / "packaged" / "prov.json"))
        if crate:
            crates.append(folder / "crates" / f"{written.directory.name}.zip")
            command("crate", str(written.directory), "-o", str(crates[-1]))
            command("validate", str(crates[-1]))
    return crates


def check_made_up(made: MadeUp, runs: Path) -> None:
    """Hold the one run in a folder against what it was made up from, value by value."""
    (directory,) = runs.iterdir()
    run = read_run(directory)
    assert (run.experiment, run.run_id) == (made.experiment, made.run_id)
    series = {
        (one.context, one.metric, one.source): [
            (int(point["step"]), int(point["time"]), float(point["value"]).hex()) for point in one.points()
        ]
        for one in run.metrics.series
    }
    assert series == made.series
    parameters = {one.key: one.value for one in run.parameters}
    assert parameters.keys() == made.parameters.keys()
    for key, value in made.parameters.items():
        assert (type(parameters[key]), repr(parameters[key])) == (type(value), repr(value)), key
    assert {one.file.original for one in run.artifacts} - {"nested"} == made.artifacts
    assert made.start in (run.start, None)
    assert made.end in (run.end, None)


def command(*arguments: str) -> None:
    """Run a command of ours, which has to succeed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run_command(arguments)
    assert status == 0, out.getvalue() + err.getvalue()


def check_independently(crates: Sequence[Path], shared: Path) -> None:
    """Hold crates against rocrate-validator; nothing is asked where it is not installed."""
    if ROC_PYTHON is None:
        return
    tool = [ROC_PYTHON, str(shared / "tools" / "offline_roc.py"), *map(str, crates)]
    done = subprocess.run(tool, capture_output=True, text=True, cwd=crates[0].parent, check=False)
    reports = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert {report["path"]: report.get("issues", report) for report in reports} == {
        str(crate): [] for crate in crates
    }, done.stderr


def main(arguments: Sequence[str]) -> int:
    """Prove everything: `pipeline.py FOLDER [VARIANTS]`; prints what was proved.

    The documents are those in the folder `shared` beside the checkout.
    """
    from tests.importers.variants import base_document, variant

    shared, folder = Path(__file__).resolve().parents[3] / "shared", Path(arguments[0]).resolve()
    documents = sorted((shared / "data" / "yprov4ml-documents").glob("*.json"))
    runs = sorted(path for path in (shared / "data" / "yprov4ml-runs").iterdir() if path.is_dir())
    crates: list[Path] = []
    for source in (*documents, *runs):
        crates += check_import(source, folder / source.stem, ("zarr", "netcdf", "csv"))
    for document in documents:
        check_repair(document)
    check_independently(crates, shared)
    judged = "our validator and rocrate-validator" if ROC_PYTHON else "our validator"
    print(f"{len(documents)} documents, {len(runs)} runs: {len(crates)} crates, no finding of {judged}")
    bases = [base_document(path) for path in documents]
    number = int(arguments[1]) if len(arguments) > 1 else 200
    for seed in range(number):
        path = folder / f"variant-{seed}" / "document.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(variant(bases[seed % len(bases)], seed)), encoding="utf-8")
        try:
            check_repair(path)
            check_import(path, path.parent, [("zarr", "netcdf", "csv")[seed % 3]], crate=seed % 5 == 0)
        except BaseException:
            print(f"variant {seed}: {path}", file=sys.stderr)
            raise
    print(f"{number} variants of them: all repaired, imported and valid")
    crates = []
    for seed in range(number):
        place = folder / f"made-up-{seed}"
        made = make_up(seed)
        try:
            source = write(made, place / "source", seed)
            crates += check_import(source, place, [("zarr", "netcdf", "csv")[seed % 3]], crate=seed % 10 == 0)
            check_made_up(made, place / "runs")
        except BaseException:
            print(f"made-up run {seed}: {place}", file=sys.stderr)
            raise
    check_independently(crates, shared)
    print(f"{number} made-up runs: every value imported, {len(crates)} crates, no finding of {judged}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
