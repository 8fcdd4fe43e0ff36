"""Values back from a finalized run, by the names that notebooks use."""

import json
import math
from pathlib import Path

import pytest

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize import finalize
from prov4ml_packager.getters import (
    get_avg_metric,
    get_metric,
    get_metric_time,
    get_metrics,
    get_param,
    get_params,
    get_sum_metric,
)

from .raw_writer import SECOND, T0, RawRank, make_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    directory = make_run(tmp_path / "run")
    rank = RawRank(directory)
    rank.param("lr", "float", 0.1)
    rank.param("lr", "float", "NaN", context="TRAINING")
    rank.param("layers", "json", [1, {"a": "INF"}])
    rank.param("on", "bool", False)
    rank.param("big", "int", str(2**70))
    rank.param("text\0", "str", "a\ud800")
    rank.series(1, "loss", "TRAINING")
    rank.series(2, "loss", "VALIDATION")
    rank.series(3, "only", None, source="x")
    for step, value in enumerate([3.0, math.nan, 1.0]):
        rank.point(1, step, value, T0 + step * SECOND)
        rank.point(2, 2 - step, -value, T0 - step * SECOND)
    rank.series(4, "empty")
    rank.end(points=6)
    finalize(directory)
    return directory


def test_parameters_with_their_types(run: Path) -> None:
    prov = run / "packaged" / "prov.json"
    assert get_param(prov, "lr") == 0.1
    first, second = get_params(prov, "lr")
    assert (first, math.isnan(second)) == (0.1, True)
    assert get_param(prov, "layers") == [1, {"a": "INF"}]
    assert get_param(prov, "on") is False
    assert get_param(prov, "big") == 2**70
    assert get_param(prov, "text\0") == "a\ud800"
    assert get_params(prov, "nothing") == []
    with pytest.raises(PackagerError) as caught:
        get_param(prov, "nothing")
    assert caught.value.message == "there is no parameter 'nothing'"
    assert caught.value.hint is not None
    assert "layers, lr, on" in caught.value.hint


@pytest.mark.parametrize("place", ["packaged/prov.json", "."])
def test_frames(run: Path, place: str) -> None:
    frame = get_metric(run / place, "loss_TRAINING")
    assert list(frame.columns) == ["value", "epoch", "time"]
    assert frame["epoch"].tolist() == [0, 1, 2]
    assert frame["time"].tolist() == [T0 // 10**6 + 1000 * step for step in range(3)]
    assert frame["value"].tolist()[::2] == [3.0, 1.0]
    assert math.isnan(frame["value"][1])


def test_options_of_frames(run: Path) -> None:
    frame = get_metric(run, "loss_VALIDATION", time_in_sec=True, time_incremental=True, sort_by="epoch")
    assert frame["epoch"].tolist() == [0, 1, 2]
    assert frame["time"].tolist() == [-2.0, -1.0, 0.0]
    assert get_metric(run, "loss_TRAINING", start_at=1, end_at=1)["epoch"].tolist() == [1]
    assert len(get_metric(run, "empty")) == 0


def test_aggregates(run: Path) -> None:
    assert get_avg_metric(run, "loss_TRAINING") == 2.0
    assert get_sum_metric(run, "loss_TRAINING") == 4.0
    assert get_metric_time(run, "loss_TRAINING") == 2000.0
    assert get_metric_time(run, "loss_VALIDATION", time_in_sec=True) == 2.0
    assert math.isnan(get_avg_metric(run, "empty"))
    assert (get_sum_metric(run, "empty"), get_metric_time(run, "empty")) == (0.0, 0.0)


def test_names(run: Path) -> None:
    assert len(get_metrics(run)) == 4
    (identifier,) = get_metrics(run, "only")
    assert len(get_metric(run, identifier)) == 0
    with pytest.raises(PackagerError, match="several series are called 'loss'; choose one of: "):
        get_metric(run, "loss")
    with pytest.raises(PackagerError, match="there is no metric 'acc'; choose one of: "):
        get_metric(run, "acc")


def test_a_loaded_document_needs_the_folder(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads((run / "packaged" / "prov.json").read_text(encoding="utf-8"))
    assert get_sum_metric(document, "loss_TRAINING", run_directory=run) == 4.0
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PackagerError, match=r"the metric store is missing; pass the path of prov.json"):
        get_sum_metric(document, "loss_TRAINING")
    monkeypatch.chdir(run)
    assert get_sum_metric(document, "loss_TRAINING") == 4.0


@pytest.mark.parametrize("store", ["../secret.csv", "/etc/passwd", "", 5, None])
def test_a_store_outside_the_run_is_not_opened(run: Path, store: object) -> None:
    document = json.loads((run / "packaged" / "prov.json").read_text(encoding="utf-8"))
    for entity in document["entity"].values():
        if "prov4ml:store" in entity:
            entity["prov4ml:store"] = store
    with pytest.raises(PackagerError, match="the document names no store for this metric"):
        get_sum_metric(document, "loss_TRAINING", run_directory=run)
