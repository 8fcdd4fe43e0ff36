"""Small documents of yProv4ML in the wording of each version, and their import."""

import json
from pathlib import Path
from typing import Any

from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord
from prov4ml_validators.run_directory import check_run_directory

SECOND = 10**9
FIRST, LAST = 1_749_112_161 * SECOND, 1_749_112_162 * SECOND


def imported(source: Path, folder: Path) -> tuple[WrittenRun, RunRecord]:
    """Import the one run of a source, check its run directory, and read it back."""
    (written,) = import_runs(source, folder)
    assert isinstance(written, WrittenRun)
    findings = [one for one in check_run_directory(written.directory) if one.severity.name == "MUST"]
    assert findings == []
    return written, read_run(written.directory)


def document_of(tmp_path: Path, document: dict[str, Any]) -> Path:
    """Write a document and return its path."""
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def small_document(experiment: str = "demo", **times: Any) -> dict[str, Any]:
    """Return a document of 2.x with one metric of two points, 1 and 2 s after the epoch 1749112160 s."""
    return {
        "prefix": {"prov-ml": "prov-ml", "default": "www.example.org"},
        "entity": {
            experiment: {"prov-ml:type": "Experiment", "prov-ml:experiment_name": experiment},
            "loss_Context.TRAINING": {
                "prov-ml:type": "Metric",
                "prov-ml:name": "loss",
                "prov-ml:context": "Context.TRAINING",
                "prov-ml:metric_epoch_list": "[0, 1]",
                "prov-ml:metric_value_list": "[1.5, 2.5]",
                "prov-ml:metric_timestamp_list": "[1749112161000, 1749112162000]",
            },
            **{
                f"execution_{name}_time": {"prov-ml:type": "Parameter", "prov-ml:parameter_value": time}
                for name, time in times.items()
            },
        },
        "activity": {f"{experiment}_execution": {"prov-ml:type": "LearningExecution"}},
    }


def sourced_document() -> dict[str, Any]:
    """Return a document as 3.2 makes it of things that have a source: `<source>//<label>//<context>`."""
    run = "demo_GR0_0"
    parts = {"prov:generatedAtTime": "2026-01-02T03:04:05", "prov:role": "input"}
    entities = {
        f"cfg//lr//{run}": {"prov:type": "provml:HyperParameter", "prov:label": "lr", "prov:value": "0.5"},
        "cfg//depth//fold 1": {
            "prov:type": "provml:HyperParameter",
            "prov:label": "depth",
            "prov:value": "3",
        },
        f"execution_command//{run}": {
            "prov:type": "provml:HyperParameter",
            "prov:label": "execution_command",
            "prov:value": "python train.py",
        },
        f"disk//Original_a.txt//{run}": {
            **parts,
            "prov:label": "Original_a.txt",
            "dcterms:identifier": "a.txt",
        },
        f"disk//a.txt//{run}": {
            **parts,
            "prov:label": "a.txt",
            "dcterms:identifier": "runs/demo_0/artifacts_GR0/a.txt",
        },
        "disk//digits//fold 1": {**parts, "prov:type": "provml:Dataset", "prov:label": "digits"},
        f"nvml//power//{run}": {
            "prov:type": "provml:Metric",
            "prov:label": "power",
            "yprov:context": run,
            "yprov:source": "nvml",
            "dcterms:identifier": "runs/demo_0/metrics_GR0/power_GR0.csv",
        },
    }
    began = "2026-01-02T03:04:05"
    return {
        "activity": {
            run: {
                "yprov:experiment_name": run,
                "yprov:experiment_dir": "runs/demo_0",
                "prov:startedAtTime": "2026-01-02T03:04:00",
                "prov:endedAtTime": "2026-01-02T03:05:00",
            },
            f"cfg//{run}": {"prov:startedAtTime": began},
            f"disk//{run}": {"prov:startedAtTime": began},
            f"nvml//{run}": {"prov:startedAtTime": began},
            "fold 1": {},
            "cfg//fold 1": {"prov:startedAtTime": "2026-01-02T03:04:07"},
            "disk//fold 1": {"prov:startedAtTime": "2026-01-02T03:04:06"},
        },
        "entity": entities,
        "used": {
            f"_:{number}": {
                "prov:entity": name,
                "prov:activity": "//".join(name.split("//")[:1] + name.split("//")[-1:]),
            }
            for number, name in enumerate(entities)
            if name.count("//") == 2
        },
        "wasDerivedFrom": {
            "_:d": {
                "prov:generatedEntity": f"disk//a.txt//{run}",
                "prov:usedEntity": f"disk//Original_a.txt//{run}",
            }
        },
    }


def later_two(tmp_path: Path) -> Path:
    """Make a run directory as 2.0.10 does: parameters with a prefix, names in the first line of stores."""
    folder = tmp_path / "demo_0"
    (folder / "metrics_GR0").mkdir(parents=True)
    (folder / "artifacts_GR0" / "net").mkdir(parents=True)
    (folder / "artifacts_GR0" / "net" / "net_0.pt").write_bytes(b"weights")
    (folder / "artifacts_GR0" / "final.pt").write_bytes(b"more weights")
    for context, values in (("TRAINING", (1.5, "nan")), ("VALIDATION", (0.25, "inf"))):
        rows = "".join(f"{step},{value},{1749112161000 + step}\n" for step, value in enumerate(values))
        store = folder / "metrics_GR0" / f"loss_Context.{context}_GR0.csv"
        store.write_text(f"loss,Context.{context},None\n{rows}")
    level = {"yProv4ML:level": {"$": "1", "type": "xsd:int"}}
    run = {
        "yProv4ML:level": {"$": "0", "type": "xsd:int"},
        "yProv4ML:experiment_dir": "prov/demo_0",
        "yProv4ML:experiment_name": "demo_GR0_0",
        "yProv4ML:run_id": {"$": "0", "type": "xsd:int"},
        "yProv4ML:execution_start_time": {"$": "1749112160.5", "type": "xsd:double"},
        "yProv4ML:execution_end_time": {"$": "1749112170", "type": "xsd:double"},
        "yProv4ML:lr": {"$": "0.001", "type": "xsd:double"},
        "yProv4ML:flag": True,
        "yProv4ML:none": "{'$': 'None', 'type': 'NoneType'}",
        "yProv4ML:layers": "{'$': '[1, 2]', 'type': 'list'}",
    }
    metric = {"yProv4ML:label": "loss", "yProv4ML:role": "output", "yProv4ML:source": "None"}
    place = "prov/demo_0/metrics_GR0/loss_Context."
    artifacts = "prov/demo_0/artifacts_GR0"
    paths = {
        "net_0": f"{artifacts}/net/net_0.pt",
        "final": f"{artifacts}/final.pt",
        "original_a.txt": "a.txt",
        "a.txt": f"{artifacts}/a.txt",
    }
    document = {
        "prefix": {"context": "context", "yProv4ML": "yProv4ML", "default": "demo_GR0_0"},
        "activity": {
            "context:demo_GR0_0": run,
            "context:Context.TRAINING": {**level, "yProv4ML:depth": {"$": "3", "type": "xsd:int"}},
            "context:Context.VALIDATION": level,
        },
        "entity": {
            "yProv4ML:loss": [
                {**metric, "yProv4ML:context": f"Context.{one}", "yProv4ML:path": f"{place}{one}_GR0.csv"}
                for one in ("TRAINING", "VALIDATION")
            ],
            **{
                f"yProv4ML:{label}": {"yProv4ML:label": label, "yProv4ML:path": path}
                for label, path in paths.items()
            },
        },
        "wasDerivedFrom": {
            "_:d": {
                "prov:generatedEntity": "yProv4ML:a.txt",
                "prov:usedEntity": "yProv4ML:original_a.txt",
            }
        },
    }
    document_of(folder, document).rename(folder / "prov_demo_GR0_0.json")
    return folder
