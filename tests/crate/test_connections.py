"""What belongs together: models with data, hyper-parameters and metrics; stores with variables; energy."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.crate import build_crate
from prov4ml_packager.metric_table import series_from_points, sorted_table
from prov4ml_packager.record import ModelVersionRecord, RunRecord
from prov4ml_validators import validate

from .builders import FULL, START, make_run, points, write_file


def graph_of(run: RunRecord, folder: Path) -> dict[str, Any]:
    crate = build_crate([run], folder / "c", FULL)
    assert validate(crate).is_valid()
    document = json.loads((crate / "ro-crate-metadata.json").read_text())
    return {one["@id"]: one for one in document["@graph"]}


def names(entities: dict[str, Any], value: Any) -> list[Any]:
    """Return the names of what a property refers to."""
    return [entities[one["@id"]]["name"] for one in (value if isinstance(value, list) else [value])]


def with_second_version(run: RunRecord) -> RunRecord:
    file = write_file(run.directory, "artifacts/model/model-v2.bin", b"better weights" * 100)
    second = ModelVersionRecord("digits-net", 2, 1, file, "training", 6, START, 0)
    return replace(run, model_versions=(*run.model_versions, second))


def test_a_model_knows_its_data_its_hyper_parameters_and_its_metrics(tmp_path: Path) -> None:
    entities = graph_of(with_second_version(make_run(tmp_path / "run_1")), tmp_path)
    first, second = (entities[f"artifacts/model/model-v{number}.bin"] for number in (1, 2))
    assert names(entities, first["isBasedOn"]) == ["digits file", "digits"]
    assert names(entities, second["isBasedOn"]) == ["digits-net, version 1", "digits file", "digits"]
    assert "additionalProperty" not in first
    assert names(entities, second["additionalProperty"]) == [
        "lr", "lr", "layers", "huge", "limit", "best", "loss", "accuracy",
    ]  # fmt: skip


def test_a_store_says_which_variables_it_holds(tmp_path: Path) -> None:
    entities = graph_of(make_run(tmp_path / "run_1"), tmp_path)
    measured = entities["packaged/metrics.zarr/"]["variableMeasured"]
    assert names(entities, measured) == ["loss", "accuracy"]
    assert entities[measured[1]["@id"]]["unitText"] == "%"


def amounts(entities: dict[str, Any]) -> dict[str, tuple[float, str]]:
    (action,) = [one for one in entities.values() if one["@type"] == "CreateAction"]
    usage = action["resourceUsage"]
    found = [entities[one["@id"]] for one in (usage if isinstance(usage, list) else [usage])]
    assert len({one["propertyID"] for one in found}) == len(found)
    return {one["name"]: (float(one["value"]), one["unitCode"].rpartition("/")[2]) for one in found}


def test_energy_and_emissions_are_resource_usage_where_they_were_measured(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    assert amounts(graph_of(run, tmp_path / "without")) == {"wall time": (90.0, "SEC")}
    measured = [
        series_from_points(
            points(1000.0, 500.0, float("nan")), metric="energy_consumed", context="training", unit="J"
        ),
        series_from_points(points(200.0), metric="energy_consumed", context="validation", unit="J"),
        series_from_points(points(0.25, 0.5), metric="emissions", context="training", unit="gCO2eq"),
    ]
    entities = graph_of(
        replace(run, metrics=sorted_table([*run.metrics.series, *measured])), tmp_path / "with"
    )
    assert amounts(entities) == {
        "wall time": (90.0, "SEC"), "energy": (1700.0, "J"), "CO₂-equivalent emissions": (0.75, "GM"),
    }  # fmt: skip
    model = entities["artifacts/model/model-v1.bin"]
    assert "energy_consumed" not in names(entities, model["additionalProperty"])


@pytest.mark.parametrize("spec", ["1.1", "1.2", "1.3"])
def test_a_run_without_models_or_metrics_has_no_connections(tmp_path: Path, spec: Any) -> None:
    run = replace(
        make_run(tmp_path / "run_1"), models=(), model_versions=(), metrics=sorted_table([]), final_metrics=()
    )
    crate = build_crate([run], tmp_path / "c", replace(FULL, spec=spec))
    text = (crate / "ro-crate-metadata.json").read_text()
    assert "variableMeasured" not in text
    assert "additionalProperty" not in text
