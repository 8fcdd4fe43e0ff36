"""Import of yProv4ML: documents with the points inside, and run directories with stores of three kinds."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun

from .yprov4ml_documents import imported

DOCUMENTS = [
    "BAMBlock_performance_0",
    "MetricsType.NETCDF_False_None_0",
    "MetricsType.TXT_True_None_1",
    "MetricsType.ZARR_True_zstd_0",
    "albert_med_0.05(2)",
    "bert_imdb_0.0005",
    "mlp_mnist_0.01",
    "prov_MetricsType.NETCDF_False_GR0_0",
    "provgraph_3B",
    "provgraph_IBM_outliers(1)",
]
RUNS = ["csv_experiment_0", "nc_experiment_0", "zarr_experiment_0"]


def numbers(text: str) -> list[str]:
    """Return the elements of a list as `eval` would give them, found in the plainest way there is."""
    inner = text.strip()[1:-1].replace("np.float64(", "").replace(")", "")
    return [one.strip() for one in inner.split(",")]


def metric_entities(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, body in document["entity"].items():
        for record in body if isinstance(body, list) else [body]:
            if "prov-ml:metric_value_list" in record:
                yield name, record


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_point_of_a_document_is_imported(shared: Path, tmp_path: Path, name: str) -> None:
    path = shared / "data" / "yprov4ml-documents" / f"{name}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    _, run = imported(path, tmp_path)
    series = {(one.context, one.metric): one for one in run.metrics.series}
    for _, entity in metric_entities(document):
        key = (entity["prov-ml:context"].removeprefix("Context."), entity["prov-ml:name"])
        if '"' in entity["prov-ml:metric_value_list"] or "'" in entity["prov-ml:metric_value_list"]:
            assert series[key].count == 0  # its values are texts, and lie in an artifact
            continue
        epochs, values, times = (
            [one for one in numbers(entity[f"prov-ml:metric_{part}_list"]) if one != "..."]
            for part in ("epoch", "value", "timestamp")
        )
        points = series[key].points()
        assert points["step"].tolist() == [int(float(one)) for one in epochs]
        assert points["time"].tolist() == [int(one) * 10**6 for one in times]
        assert points["value"].tobytes() == np.array([float(one) for one in values]).tobytes()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_parameter_of_a_document_is_imported(shared: Path, tmp_path: Path, name: str) -> None:
    path = shared / "data" / "yprov4ml-documents" / f"{name}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    _, run = imported(path, tmp_path)
    found = {one.key: one.value for one in run.parameters}
    wanted = {
        key: body["prov-ml:parameter_value"]
        for key, body in document["entity"].items()
        if isinstance(body, dict) and "prov-ml:parameter_value" in body
    }
    start, end = (wanted.pop(f"execution_{which}_time", None) for which in ("start", "end"))
    for key, text in wanted.items():
        assert str(found[key]) == text or float(str(found[key])) == float(text)
    if start is not None and end is not None:
        assert run.start == int(start.replace(".", "").ljust(19, "0"))
        assert run.end == int(end.replace(".", "").ljust(19, "0"))


def test_values_that_are_no_numbers_are_in_an_artifact(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "yprov4ml-documents" / "provgraph_IBM_outliers(1).json"
    document = json.loads(path.read_text(encoding="utf-8"))
    texts = document["entity"]["Indices_Context.TRAINING"]["prov-ml:metric_value_list"]
    written, run = imported(path, tmp_path)
    (artifact,) = [one for one in run.artifacts if one.name == "Indices.values.json"]
    assert artifact.file.path is not None
    content = json.loads((run.directory / artifact.file.path).read_text(encoding="ascii"))
    assert content["value"] == re.findall(r"'(\[[^']*\])'", texts)
    assert len(content["epoch"]) == len(content["time"]) == 1600
    assert "Indices in TRAINING: 1,600 values that are no numbers, in an artifact" in written.carried


def test_what_a_shortened_list_lost_is_said(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "yprov4ml-documents" / "MetricsType.NETCDF_False_None_0.json"
    written, run = imported(path, tmp_path)
    assert (
        "MSE_train in TRAINING: the list was shortened when it was written, and 6 points are left;"
        " how many are lost is not known, at least 995"
    ) in written.lost
    assert run.ranks[0].points_lost == 6 * 995
    series = {one.metric: one for one in run.metrics.series}
    assert series["MSE_train"].points()["value"].tolist() == [
        0.11815604, 0.12485784, 0.10406231, 0.07749307, 0.06542269, 0.06846681,
    ]  # fmt: skip
    assert series["MSE_test"].count == 313


def test_artifacts_of_other_runs_stay_out(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "yprov4ml-documents" / "MetricsType.TXT_True_None_1.json"
    names = json.loads(path.read_text(encoding="utf-8"))["entity"]
    foreign = {
        one for one in names if re.match(r"prov/MetricsType\.(?!TXT_True_None_0/)[^/]*/artifacts/", one)
    }
    assert foreign
    written, run = imported(path, tmp_path)
    (repair,) = [one for one in written.run.repairs if one.rule == "other-run"]
    assert set(repair.subjects) == foreign
    files = [one.file.original for one in (*run.artifacts, *run.model_versions)]
    assert sum(name.startswith("prov/MetricsType.TXT_True_None_0/artifacts/") for name in files) == 6
    assert not foreign.intersection(files)


def test_repairs_and_source_are_in_the_run(shared: Path, tmp_path: Path) -> None:
    import hashlib

    path = shared / "data" / "yprov4ml-documents" / "bert_imdb_0.0005.json"
    written, run = imported(path, tmp_path)
    assert run.imported is not None
    assert run.imported.format == "yprov4ml"
    assert [one.sha256 for one in run.imported.sources] == [hashlib.sha256(path.read_bytes()).hexdigest()]
    rules = {one.rule: one for one in run.imported.repairs}
    assert rules["epoch-twice"].subjects == tuple(f"epoch_{number}.0" for number in range(20))
    assert {"declared-twice", "activity-as-trigger", "self-relation", "namespace", "text-as-value"} <= set(
        rules
    )
    assert "20 epochs, as the steps of the metrics" in written.carried
    assert (run.experiment, run.run_id, run.ranks[0].user) == ("IBM_outliers", "190", "lelepado")
    assert run.logger_name == "yProv4ML"


@pytest.mark.parametrize("name", RUNS)
def test_run_directories_with_their_stores(shared: Path, tmp_path: Path, name: str) -> None:
    folder = shared / "data" / "yprov4ml-runs" / name
    written, run = imported(folder, tmp_path)
    assert written.lost == ()
    assert (run.experiment, run.run_id) == (name.removesuffix("_0"), "0")
    assert {one.key: one.value for one in run.parameters} == {
        "learning_rate": 0.001,
        "optimizer": "Adam",
        "dataset transformation": "Compose(\n    RandomRotation(10)\n    ToTensor()\n)",
    }
    # The three runs logged the same values: the CSV store shows them as text, the others keep float32.
    stores = shared / "data" / "yprov4ml-runs" / "csv_experiment_0" / "metrics_GR0"
    for series in run.metrics.series:
        with (stores / f"{series.metric}_{series.context}_None_GR0.csv").open() as file:
            rows = list(csv.DictReader(file))
        points = series.points()
        assert points["step"].tolist() == [int(row["epoch"]) for row in rows]
        expected = np.array([float(row["value"]) for row in rows])
        np.testing.assert_allclose(points["value"], expected, rtol=1e-6, atol=1e-7)
        if name.startswith("csv"):
            assert points["value"].tobytes() == expected.tobytes()
            assert points["time"].tolist() == [int(row["timestep"]) * 10**6 for row in rows]
    assert len(run.metrics.series) == 3
    artifacts = {one.name: one for one in run.artifacts}
    assert set(artifacts) == {"train.csv", "model.bin", "requirements.txt"}
    for artifact in artifacts.values():
        assert artifact.file.path is not None
        original = folder / "artifacts_GR0" / artifact.name
        assert (run.directory / artifact.file.path).read_bytes() == original.read_bytes()
    assert (artifacts["train.csv"].is_input, artifacts["model.bin"].is_input) == (True, False)
    assert artifacts["model.bin"].is_model
    assert artifacts["model.bin"].context == "training"
    assert run.ranks[0].host == "vm"
    assert run.ranks[0].python == {"version": "3.12.1"}
    contexts = {one.name: one for one in run.contexts}
    assert set(contexts) == {"training", "validation"}
    assert all(run.start <= one.start <= one.end <= run.end for one in contexts.values())


def elided(values: list[str]) -> str:
    return f"[{', '.join(values[:3])}, ..., {', '.join(values[-3:])}]"


def shorten(document: dict[str, Any], metric: str, parts: tuple[str, ...]) -> None:
    entity = document["entity"][metric]
    for part in parts:
        key = f"prov-ml:metric_{part}_list"
        entity[key] = elided(numbers(entity[key]))


def test_a_shortened_list_beside_a_whole_one_lost_an_exact_number(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "yprov4ml-documents" / "BAMBlock_performance_0.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    metric = "Loss_Pretrain_Context.VALIDATION"
    shorten(document, metric, ("value",))
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    written, run = imported(changed, tmp_path / "out")
    assert "Loss_Pretrain in VALIDATION: exactly 3,124 points of 3,130" in written.lost
    (series,) = [one for one in run.metrics.series if one.metric == "Loss_Pretrain"]
    epochs = numbers(document["entity"][metric]["prov-ml:metric_epoch_list"])
    assert series.points()["step"].tolist() == [int(one) for one in epochs[:3] + epochs[-3:]]
    assert run.ranks[0].points_lost == 3124


def test_a_shortened_list_is_filled_from_the_store_of_the_run(shared: Path, tmp_path: Path) -> None:
    """A run directory as 2.x makes it: a shortened list in the document, the points in a store."""
    origin = shared / "data" / "yprov4ml-runs" / "nc_experiment_0"
    folder = tmp_path / "digits_0"
    (folder / "artifacts" / "metrics").mkdir(parents=True)
    store = "artifacts/metrics/Loss_Context.TRAINING_GR0.nc"
    shutil.copy(origin / "metrics_GR0" / "Loss_training_None_GR0.nc", folder / store)
    with (
        shared / "data/yprov4ml-runs/csv_experiment_0/metrics_GR0/Loss_training_None_GR0.csv"
    ).open() as file:
        rows = list(csv.DictReader(file))
    document = {
        "prefix": {"prov-ml": "prov-ml", "default": "www.example.org"},
        "entity": {
            "digits": {
                "prov-ml:type": "Experiment",
                "prov-ml:experiment_name": "digits",
                "prov-ml:run_id": "0",
                "prov-ml:artifact_uri": "prov/digits_0/artifacts",
            },
            "Loss_Context.TRAINING": {
                "prov-ml:type": "Metric",
                "prov-ml:name": "Loss",
                "prov-ml:context": "Context.TRAINING",
                "prov-ml:source": "",
                "prov-ml:metric_epoch_list": elided([row["epoch"] for row in rows]),
                "prov-ml:metric_value_list": elided([row["value"] for row in rows]),
                "prov-ml:metric_timestamp_list": elided([row["timestep"] for row in rows]),
                "prov-ml:artifact_uri": f"prov/digits_0/{store}",
            },
        },
        "activity": {"digits_execution": {"prov-ml:type": "LearningExecution"}},
    }
    (folder / "provgraph_digits.json").write_text(json.dumps(document), encoding="utf-8")
    written, run = imported(folder, tmp_path / "out")
    assert written.lost == (
        "the times of the run: the document has none, and those of the first and last point count",
    )
    note = f"Loss in TRAINING: shortened in the document, all {len(rows)} points from its store"
    assert note in written.carried
    (series,) = run.metrics.series
    assert series.count == len(rows)
    assert (series.metric, series.context) == ("Loss", "TRAINING")


def test_a_folder_of_documents_is_a_run_each(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("provgraph_3B", "prov_MetricsType.NETCDF_False_GR0_0"):
        shutil.copy(shared / "data" / "yprov4ml-documents" / f"{name}.json", folder)
    (folder / "notes.json").write_text('{"a": 1}')
    (folder / "torn.json").write_text('{"prefix": {}, "entity": {"a": {"prov:label": "x"}')
    outcomes = list(import_runs(folder, tmp_path / "out"))
    assert sorted(one.directory.name for one in outcomes if isinstance(one, WrittenRun)) == [
        "3B_2N_0",
        "MetricsType.NETCDF_False_0",
    ]


@pytest.mark.parametrize("recorded", ["1", "0"])
def test_ranks_of_one_run_become_one_run(shared: Path, tmp_path: Path, recorded: str) -> None:
    folder = tmp_path / "csv_experiment_0"
    shutil.copytree(shared / "data" / "yprov4ml-runs" / "csv_experiment_0", folder)
    first = folder / "prov_csv_experiment_GR0_0.json"
    second = first.read_text(encoding="utf-8").replace("GR0", "GR1")
    second = second.replace('"yprov:global_rank": "0"', f'"yprov:global_rank": "{recorded}"')
    (folder / "prov_csv_experiment_GR1_0.json").write_text(second, encoding="utf-8")
    (folder / "metrics_GR0").rename(folder / "kept")
    shutil.copytree(folder / "kept", folder / "metrics_GR0")
    (folder / "metrics_GR1").mkdir()
    for store in (folder / "kept").iterdir():
        shutil.copy(store, folder / "metrics_GR1" / store.name.replace("GR0", "GR1"))
    shutil.rmtree(folder / "kept")
    _, run = imported(folder, tmp_path / "out")
    assert [one.rank for one in run.ranks] == [0, 1]
    assert run.world_size == 2
    assert run.status == "finished"
    assert sorted((one.metric, one.context, one.rank) for one in run.metrics.series) == sorted(
        (metric, context, rank)
        for metric, context in (("Loss", "training"), ("Accuracy", "training"), ("Loss", "validation"))
        for rank in (0, 1)
    )


def test_paths_of_a_document_do_not_leave_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "run_0"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret.txt")
    document = {
        "entity": {
            "a": {"prov-ml:artifact_path": "../secret.txt"},
            "b": {"prov-ml:artifact_path": str(tmp_path / "secret.txt")},
            "c": {"prov-ml:artifact_path": "link"},
            "d": {"prov-ml:artifact_path": "run_0/../../secret.txt"},
        }
    }
    (folder / "document.json").write_text(json.dumps(document), encoding="utf-8")
    _, run = imported(folder / "document.json", tmp_path / "out")
    assert [one.file.path for one in run.artifacts] == [None] * 4
    assert not (run.directory / "artifacts").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is nothing that can be imported"),
        (b"{}", "is nothing that can be imported"),
        (b'{"entity": {"a": {"prov:label": ', "is no JSON"),
        (b"[1, 2]", "is nothing that can be imported"),
        (b"\xff\xfe", "is nothing that can be imported"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(content)
    with pytest.raises(PackagerError, match=message):
        list(import_runs(path, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_the_command_prints(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared / "data" / "yprov4ml-documents" / "provgraph_3B.json"
    assert run_command(["import", str(path), "-o", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == str(tmp_path / "out" / "3B_2N_0")
    assert lines[1] == "  carried over: 18 metric series with 270 points"
    assert "                1 epoch, as the steps of the metrics" in lines
    assert (
        "                an activity that an activity started as if that were an entity is part of it:"
        " wasStartedBy(epoch_0, 3B_2N_execution)"
    ) in lines
    assert err == ""
    assert run_command(["import", str(path), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(tmp_path / "out" / "3B_2N_0"),
        "  is there already and stays as it is; --force imports it again",
    ]


def test_final_statistics_are_final_metrics(tmp_path: Path) -> None:
    statistics = {"prov-ml:type": "RunStatistics", "prov-ml:best": "0.75"}
    document = {"entity": {"final_run_statistics": statistics}}
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    _, run = imported(path, tmp_path / "out")
    assert [(one.key, one.value) for one in run.final_metrics] == [("best", 0.75)]


def test_a_run_that_cannot_be_read_does_not_stop_the_others(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    shutil.copy(shared / "data" / "yprov4ml-documents" / "provgraph_3B.json", folder)
    (folder / "torn.json").write_text('{"prefix": {}, "entity": {"a": {"prov:label": "x"}')
    assert run_command(["import", str(folder), "-o", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == str(tmp_path / "out" / "3B_2N_0")
    assert err.startswith(f"prov4ml-pack: error: {folder / 'torn.json'}: is no JSON (Expecting ")


def test_what_is_a_run_or_a_crate_already_is_said(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written, _ = imported(shared / "data" / "yprov4ml-runs" / "csv_experiment_0", tmp_path / "out")
    crate = shared / "data" / "yprov4ml-runs" / "csv_experiment_0.zip"
    assert run_command(["import", str(written.directory), "-o", str(tmp_path / "x")]) == 2
    assert run_command(["import", str(crate), "-o", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"prov4ml-pack: error: {written.directory}: is a run directory already; go on with"
        f" prov4ml-pack crate {written.directory} -o FILE",
        f"prov4ml-pack: error: {crate}: is a crate; unpack it (prov4ml-pack unpack {crate}) and import what"
        " is in it",
    ]
    assert not (tmp_path / "x").exists()
