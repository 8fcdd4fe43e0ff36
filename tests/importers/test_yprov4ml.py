"""Import of yProv4ML: documents with the points inside, and run directories with stores of three kinds."""

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import zarr

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord
from prov4ml_validators.run_directory import check_run_directory

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


def imported(source: Path, folder: Path) -> tuple[WrittenRun, RunRecord]:
    (written,) = import_runs(source, folder)
    assert isinstance(written, WrittenRun)
    findings = [one for one in check_run_directory(written.directory) if one.severity.name == "MUST"]
    assert findings == []
    return written, read_run(written.directory)


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


def document_of(tmp_path: Path, document: dict[str, Any]) -> Path:
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


SECOND = 10**9
FIRST, LAST = 1_749_112_161 * SECOND, 1_749_112_162 * SECOND


@pytest.mark.parametrize(
    ("times", "start", "end", "note"),
    [
        ({"start": "1749112160.5", "end": "1749112170"}, FIRST - SECOND // 2, 1_749_112_170 * SECOND, None),
        ({"start": "1749112170", "end": "1749112160.5"}, FIRST - SECOND // 2, 1_749_112_170 * SECOND, None),
        (
            {"start": "1749112160.5"},
            FIRST - SECOND // 2,
            LAST,
            "the end of the run: the document has none, and the time of the last point counts",
        ),
        (
            {"end": "1749112170"},
            FIRST,
            1_749_112_170 * SECOND,
            "the start of the run: the document has none, and the time of the first point counts",
        ),
        (
            {},
            FIRST,
            LAST,
            "the times of the run: the document has none, and those of the first and last point count",
        ),
    ],
)
def test_a_time_of_the_run_that_is_missing_is_that_of_a_point(
    tmp_path: Path, times: dict[str, str], start: int, end: int, note: str | None
) -> None:
    written, run = imported(document_of(tmp_path, small_document(**times)), tmp_path / "out")
    assert (run.start, run.end) == (start, end)
    assert written.lost == (() if note is None else (note,))


@pytest.mark.parametrize(
    ("times", "note"),
    [
        ({"start": "1749112160"}, "the end of the run: the document has none, and its start counts"),
        ({"end": "1749112160"}, "the start of the run: the document has none, and its end counts"),
    ],
)
def test_without_points_the_other_time_counts(tmp_path: Path, times: dict[str, str], note: str) -> None:
    document = small_document(**times)
    del document["entity"]["loss_Context.TRAINING"]
    written, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert run.start == run.end == 1_749_112_160 * SECOND
    assert written.lost == (note,)


def test_a_document_with_nothing_but_bundles_is_a_run_each(tmp_path: Path) -> None:
    bundles = {
        "ex:one": small_document("one"),
        "ex:two": small_document("two"),
        "ex:again": small_document("one"),
    }
    del bundles["ex:one"]["prefix"]
    document = {"prefix": {"ex": "http://example.org/", "prov-ml": "prov-ml"}, "bundle": bundles}
    outcomes = list(import_runs(document_of(tmp_path, document), tmp_path / "out"))
    names = [one.directory.name for one in outcomes if isinstance(one, WrittenRun)]
    assert names == ["one_0", "two_0", "one_0-again"]
    assert [one.is_new for one in outcomes if isinstance(one, WrittenRun)] == [True] * 3
    for name in names:
        (series,) = read_run(tmp_path / "out" / name).metrics.series
        assert series.points()["value"].tolist() == [1.5, 2.5]


def test_what_has_no_place_in_a_run_is_named(tmp_path: Path) -> None:
    document = small_document(start="1749112160", end="1749112170")
    document["activity"]["other_execution"] = {"prov-ml:type": "LearningExecution"}
    document["entity"] |= {f"silent{number}": {} for number in range(5)}
    # The collection of all datasets and the statistics of the run stand in every document of 2.x.
    document["entity"] |= {"datasets": {}, "final_run_statistics": {"prov-ml:type": "RunStatistics"}}
    document["bundle"] = {"ex:one": {"entity": {"a": {}}}}
    written, _ = imported(document_of(tmp_path, document), tmp_path / "out")
    assert written.lost == (
        "5 entities of which the document says nothing but the name: silent0, silent1, silent2, … 2 more",
        "1 bundle, for a run directory has none: ex:one",
        "2 runs in one document: all of it is in that of demo_execution, and what other_execution did is not"
        " told apart",
    )


def test_artifacts_have_the_last_part_of_their_path_as_name(tmp_path: Path) -> None:
    names = {
        "C:\\runs\\model.pt": "model.pt",
        "\\\\server\\share\\data.csv": "data.csv",
        "https://example.org/data/x.csv": "x.csv",
        "s3://bucket/key/": "key",
        "/home/ada/a.txt": "a.txt",
        "a//b/c.txt": "c.txt",
        "prov\\demo_0\\artifacts\\net\\net.pth": "net/net.pth",
    }
    document = small_document()
    document["entity"]["demo"]["prov-ml:artifact_uri"] = "prov/demo_0/artifacts"
    document["entity"] |= {path: {"prov-ml:artifact_path": path} for path in names}
    _, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert {one.file.original: one.name for one in run.artifacts} == names


def test_a_context_is_known_by_its_activity_and_by_its_name(tmp_path: Path) -> None:
    document = small_document()
    document["prefix"]["context"] = "context"
    document["activity"]["context:Context.VALIDATION"] = {}
    metric = document["entity"].pop("loss_Context.TRAINING")
    forms = [
        "Context.VALIDATION",
        "context:Context.VALIDATION",
        {"$": "context:Context.VALIDATION", "type": "prov:QUALIFIED_NAME"},
        "phase:two",
    ]
    for number, form in enumerate(forms):
        document["entity"][f"m{number}"] = {**metric, "prov-ml:name": f"m{number}", "prov-ml:context": form}
    _, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert {one.metric: one.context for one in run.metrics.series} == {
        "m0": "VALIDATION",
        "m1": "VALIDATION",
        "m2": "VALIDATION",
        "m3": "phase:two",
    }


@pytest.mark.parametrize("prefix", ["ml:", "prov.ml:", "prov ml:", "é-ml:", ""])
def test_attributes_are_known_whatever_their_prefix(tmp_path: Path, prefix: str) -> None:
    document = json.loads(json.dumps(small_document(start="1749112160")).replace("prov-ml:", prefix))
    _, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert (run.experiment, run.start) == ("demo", 1_749_112_160 * SECOND)
    assert [one.metric for one in run.metrics.series] == ["loss"]
    assert run.parameters == ()


def test_parameters_keep_zeros_in_front(tmp_path: Path) -> None:
    document = small_document()
    texts = {"zeros": "007", "large": "1e400", "number": "0.5", "zero": "0", "negative": "-00.5"}
    for key, text in texts.items():
        document["entity"][key] = {"prov-ml:type": "Parameter", "prov-ml:parameter_value": text}
    _, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert {one.key: one.value for one in run.parameters} == texts | {"number": 0.5, "zero": 0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("demo", "d\xe9mo").encode("latin-1"), "is no text in UTF-8 (byte "),
        (lambda text: text[:-40].encode(), "is no JSON (Expecting "),
        (lambda text: text.encode() + b"\0" * 9, "is no JSON (Extra data)"),
        (
            lambda text: text.replace('"[0, 1]"', "[" * 300 + "]" * 300).encode(),
            "is no JSON that can be read (nested too deeply)",
        ),
        (
            lambda text: text.replace('"[0, 1]"', "[" * 70_000 + "]" * 70_000).encode(),
            "is no JSON that can be read (nested too deeply)",
        ),
    ],
)
def test_a_damaged_document_has_its_own_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[str], bytes], message: str
) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(change(json.dumps(small_document())))
    assert run_command(["import", str(path), "-o", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"prov4ml-pack: error: {path}: ")
    assert message in err
    assert err.count("\n") == 1


def test_links_to_documents_elsewhere_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "store").mkdir()
    outside = document_of(tmp_path / "store", small_document("other"))
    folder = tmp_path / "documents"
    folder.mkdir()
    document_of(folder, small_document())
    (folder / "other.json").symlink_to(outside)
    assert run_command(["import", str(folder), "-o", str(tmp_path / "out")]) == 0
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["demo_0"]
    assert capsys.readouterr().err == (
        f"prov4ml-pack: note: {folder}: links that lead out of it are not followed: other.json\n"
    )


STORE = "metrics_GR0/Loss_training_None_GR0"


def damaged_run(shared: Path, tmp_path: Path, kind: str, change: Callable[[Path], None]) -> WrittenRun:
    """Import a copy of a run of 3.x whose store of Loss in training was changed; 318 points were in it."""
    folder = tmp_path / f"{kind}_experiment_0"
    shutil.copytree(shared / "data" / "yprov4ml-runs" / folder.name, folder)
    change(folder / f"{STORE}.{kind}")
    written, _ = imported(folder, tmp_path / "out")
    return written


def points_of(written: WrittenRun) -> list[tuple[int, int, float]]:
    (series,) = [
        one
        for one in read_run(written.directory).metrics.series
        if (one.metric, one.context) == ("Loss", "training")
    ]
    return [tuple(point) for point in series.points().tolist()]


@pytest.mark.parametrize(
    ("change", "kept", "reason", "lost"),
    [
        (lambda rows: [*rows[:-1], rows[-1][:-1]], 318, None, 0),  # only the line break is missing
        (lambda rows: [*rows[:-1], rows[-1][:-4]], 317, "its last row was not written to its end", 1),
        (lambda rows: [*rows[:-1], rows[-1][:9]], 316, "its last row was not written to its end", 2),
        (lambda rows: [*rows[:4], "x,y,z\n", *rows[5:]], 317, "the epoch 'x' is no number", 1),
        (
            lambda rows: [*rows[:4], "0.5" + rows[4][1:], *rows[5:]],
            317,
            "0.5 is no whole number, and a step has to be one",
            1,
        ),
    ],
)
def test_a_damaged_table_keeps_its_good_rows(
    shared: Path,
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
    kept: int,
    reason: str | None,
    lost: int,
) -> None:
    def spoil(path: Path) -> None:
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    whole = points_of(damaged_run(shared, tmp_path / "whole", "csv", lambda path: None))
    written = damaged_run(shared, tmp_path, "csv", spoil)
    found = points_of(written)
    assert len(found) == kept
    assert set(found) <= set(whole)
    are = "point of it is" if lost == 1 else "points of it are"
    store = f"the store runs/csv_experiment_0/{STORE}.csv"
    note = f"{store} is damaged ({reason}): {lost} {are} lost, {kept} came over"
    assert written.lost == ((note,) if reason else ())
    assert read_run(written.directory).ranks[0].points_lost == lost


def test_a_store_that_cannot_be_read_is_not_said_to_be_absent(shared: Path, tmp_path: Path) -> None:
    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:3000])

    written = damaged_run(shared, tmp_path, "nc", cut)
    assert points_of(written) == []
    first, second = written.lost
    assert first.startswith(f"the store runs/nc_experiment_0/{STORE}.nc cannot be read (is damaged: ")
    assert str(tmp_path) not in first
    assert second == "the points of Loss in training: the document has none"


def test_a_chunk_that_is_damaged_costs_its_points_and_no_others(shared: Path, tmp_path: Path) -> None:
    def spoil(path: Path) -> None:
        shutil.rmtree(path)
        group = zarr.create_group(path, zarr_format=2)
        group.attrs["name"], group.attrs["context"] = "Loss", "training"
        for name, values in (
            ("epochs", [0] * 30),
            ("values", range(30)),
            ("timestamps", range(10**12, 10**12 + 30)),
        ):
            kind = "f4" if name == "values" else "i8"
            group.create_array(name, data=np.array(values, kind), chunks=(10,))
        (path / "values" / "1").write_bytes(b"damaged")

    written = damaged_run(shared, tmp_path, "zarr", spoil)
    assert [value for _, _, value in points_of(written)] == [*range(10), *range(20, 30)]
    (note,) = written.lost
    assert note.startswith(f"the store runs/zarr_experiment_0/{STORE}.zarr is damaged (")
    assert note.endswith("): 10 points of it are lost, 20 came over")


def test_a_damaged_store_does_not_hide_others_that_the_document_does_not_name(
    shared: Path, tmp_path: Path
) -> None:
    def add(path: Path) -> None:
        whole = path.read_bytes()
        extra = path.parent / "Extra_training_None_GR0.nc"
        extra.write_bytes(whole)
        with netCDF4.Dataset(extra, "a") as store:
            store.setncattr("_name", "Extra")
        (path.parent / "Torn_training_None_GR0.nc").write_bytes(whole[:3000])
        path.write_bytes(whole[:3000])

    written = damaged_run(shared, tmp_path, "nc", add)
    assert "Extra_training_None_GR0.nc: a metric that the document does not name" in written.carried
    torn = [note for note in written.lost if "Torn" in note]
    assert len(torn) == 1
    assert torn[0].startswith("the store Torn_training_None_GR0.nc: is damaged: ")
    assert sum("Loss_training" in note for note in written.lost) == 1


def test_repairs_are_those_of_the_run_and_not_of_the_document(tmp_path: Path) -> None:
    document = small_document()
    for key, text in {"layers": "[1, 2]", "nothing": "None"}.items():
        document["entity"][key] = {"prov-ml:type": "Parameter", "prov-ml:parameter_value": text}
    document["entity"]["loss_Context.TRAINING"]["prov-ml:unit"] = "None"
    written, run = imported(document_of(tmp_path, document), tmp_path / "out")
    assert {one.key: one.value for one in run.parameters} == {"layers": "[1, 2]", "nothing": None}
    subjects = {one.message: one.subjects for one in written.run.repairs}
    assert subjects["points that were written as text are numbers in the metric store"] == (
        "loss_Context.TRAINING",
    )
    assert subjects["an attribute that is None is left out"] == ("unit of loss_Context.TRAINING",)


@pytest.mark.parametrize(("zone", "hours"), [("CET+0100", 1), ("-03-0300", -3), ("UTC+0000", 0)])
def test_local_times_are_in_the_zone_of_the_run(tmp_path: Path, zone: str, hours: int) -> None:
    run = {
        "yprov:experiment_name": "demo",
        "yprov:time_zone": zone,
        "prov:startedAtTime": "2026-01-02T03:04:05.000006",
        "prov:endedAtTime": "2026-01-02T03:04:06",
    }
    _, record = imported(document_of(tmp_path, {"activity": {"demo_GR0_0": run}}), tmp_path / "out")
    start = 1_767_323_045_000_006_000 - hours * 3600 * SECOND  # 2026-01-02T03:04:05.000006Z
    assert (record.start, record.end) == (start, start + SECOND - 6000)


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


def test_what_has_a_source_is_in_the_run_or_its_context_and_keeps_the_source(tmp_path: Path) -> None:
    _, run = imported(document_of(tmp_path, sourced_document()), tmp_path / "out")
    assert [(one.key, one.value, one.context, one.source) for one in run.parameters] == [
        ("lr", 0.5, None, "cfg"),
        ("depth", 3, "fold 1", "cfg"),
    ]
    assert run.commands[0].command == "python train.py"
    assert [(one.name, one.context, one.source) for one in run.artifacts] == [("a.txt", None, "disk")]
    (dataset,) = run.datasets
    assert (dataset.label, dataset.context, dataset.info["source"]) == ("digits", "fold 1", "disk")
    assert [(one.metric, one.context, one.source) for one in run.metrics.series] == [("power", None, "nvml")]
    (context,) = run.contexts
    assert (context.name, context.start) == ("fold 1", run.start + 5 * SECOND)


def test_rows_without_a_value_are_counted_and_no_damage(tmp_path: Path) -> None:
    folder = tmp_path / "demo_0"
    (folder / "metrics_GR0").mkdir(parents=True)
    (folder / "metrics_GR0" / "power_GR0.csv").write_text(
        "epoch,value,timestep\n0,None,1767323045000\n1,7.5,1767323046000\n2,None,1767323047000\n"
    )
    written, run = imported(document_of(folder, sourced_document()), tmp_path / "out")
    (series,) = run.metrics.series
    assert series.points()["value"].tolist() == [7.5]
    assert written.lost == ("power: 2 points without a value",)
    assert run.ranks[0].points_lost == 0


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


def test_a_run_of_the_later_two(tmp_path: Path) -> None:
    written, run = imported(later_two(tmp_path), tmp_path / "out")
    assert written.lost == ()
    assert {
        (one.metric, one.context, one.source): [float(value).hex() for value in one.points()["value"]]
        for one in run.metrics.series
    } == {
        ("loss", "TRAINING", None): [(1.5).hex(), "nan"],
        ("loss", "VALIDATION", None): [(0.25).hex(), "inf"],
    }
    assert [(one.key, one.value, one.context) for one in run.parameters] == [
        ("lr", 0.001, None),
        ("flag", True, None),
        ("none", None, None),
        ("layers", "[1, 2]", None),
        ("depth", 3, "TRAINING"),
    ]
    assert run.tags == {}
    assert [(one.name, one.version) for one in run.model_versions] == [("net", 1)]
    assert [(one.name, one.file.path) for one in run.artifacts] == [
        ("final", "artifacts/final.pt"),
        ("a.txt", None),
    ]


def test_a_torn_store_of_the_later_two(tmp_path: Path) -> None:
    folder = later_two(tmp_path)
    store = folder / "metrics_GR0" / "loss_Context.TRAINING_GR0.csv"
    store.write_bytes(store.read_bytes()[:-4])
    written, _ = imported(folder, tmp_path / "out")
    assert written.lost == (
        "the store prov/demo_0/metrics_GR0/loss_Context.TRAINING_GR0.csv is damaged (its last row was not"
        " written to its end): 1 point of it is lost, 1 came over",
    )
