"""Crates as what metrics are converted from: the points are those of the store in them."""

from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run as pack
from prov4ml_packager.convert import convert
from prov4ml_packager.crate import build_crate
from prov4ml_packager.finalize_many import ensure_all_finalized

from ..crate.builders import FULL
from ..report.runs import ordinary_run


def a_crate(target: Path, *numbers: int) -> Path:
    runs = [ordinary_run(target.parent / f"run_{number}", number) for number in numbers]
    return build_crate(ensure_all_finalized(runs), target, FULL)


@pytest.mark.parametrize("name", ["crate", "crate.zip", "crate.tar.gz"])
def test_the_metrics_of_a_crate_are_those_of_its_run(tmp_path: Path, name: str) -> None:
    crate = a_crate(tmp_path / name, 0)
    of_run = convert(tmp_path / "run_0", tmp_path / "run.csv")
    of_crate = convert(crate, tmp_path / "crate.csv")
    assert of_crate.read_bytes() == of_run.read_bytes()
    assert (tmp_path / "crate.csv-metadata.json").read_text().replace("crate.csv", "run.csv") == (
        tmp_path / "run.csv-metadata.json"
    ).read_text()


def test_the_runs_of_an_unpacked_crate_keep_their_places(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0, 1)
    assert pack(["convert", str(crate), str(tmp_path / "stores"), "--to", "csv"]) == 0
    for number in range(2):
        own = convert(tmp_path / f"run_{number}", tmp_path / f"{number}.csv").read_bytes()
        assert (tmp_path / f"stores/run_{number}.csv").read_bytes() == own


def test_a_packed_crate_of_several_runs_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0, 1)
    assert pack(["convert", str(crate), str(tmp_path / "metrics.csv")]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {crate}: is a crate of 2 runs; "
        "unpack it with prov4ml-pack unpack, and give its folder or that of one run\n"
    )
    assert not (tmp_path / "metrics.csv").exists()


def test_a_crate_without_its_store_has_no_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0)
    assert pack(["update", str(crate), "--remove", "packaged/metrics.csv"]) == 0
    capsys.readouterr()
    assert pack(["convert", str(crate), str(tmp_path / "metrics.nc")]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {crate}: does not hold the points: "
        "the metric store, so that there are no curves\n"
    )
