"""The commands end to end, on real runs, with real files."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.cli.unpack_command import default_target
from prov4ml_packager.reader import read_run
from prov4ml_packager.stores import open_store

from ..reader.raw_writer import RawRank, make_run, small_run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with one small run, `digits_0`."""
    (tmp_path / ".git").mkdir()  # where the search for a crate configuration ends
    monkeypatch.chdir(tmp_path)
    small_run(tmp_path / "digits_0")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out.splitlines()


def test_finalize_prints_its_products(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "finalize", "digits_0", "--to", "netcdf", "--svg", "--graph") == [
        "digits_0/packaged/prov.json",
        "digits_0/packaged/metrics.nc",
        "digits_0/packaged/graph.dot",
        "digits_0/packaged/graph.svg",
    ]
    assert all(
        (here / line).exists() for line in ["digits_0/packaged/metrics.nc", "digits_0/packaged/graph.svg"]
    )


def test_finalize_tells_what_the_reader_met(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    killed = make_run(here / "killed")
    RawRank(killed).raw(b"torn")
    assert run(["finalize", "killed"]) == 0
    assert capsys.readouterr().err == (
        "prov4ml-pack: warning: killed: rank_0/events.jsonl: line 2: torn last line dropped\n"
    )


def test_convert_there_and_back(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "convert", "digits_0", "a.nc") == ["a.nc"]
    assert printed(capsys, "convert", "a.nc", "b.csv") == ["b.csv"]
    assert printed(capsys, "convert", "b.csv", "c", "--to", "zarr") == ["c"]
    with open_store(here / "a.nc") as first, open_store(here / "c") as last:
        assert [one.points().tobytes() for one in first.series] == [
            one.points().tobytes() for one in last.series
        ]
    assert printed(capsys, "convert", "c", "raw", "--to", "raw") == ["raw"]
    assert run(["validate", "raw"]) == 0
    before, after = read_run(here / "digits_0"), read_run(here / "raw")
    assert (after.uuid, after.experiment, after.run_id, after.created) == (
        before.uuid,
        before.experiment,
        before.run_id,
        before.created,
    )


def test_crate_finalizes_validates_and_unpacks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = printed(
        capsys, "crate", "digits_0", "-o", "out.zip", "--compression", "deflate", "--with-raw",
        "--author", "Ada Lovelace <0000-0002-1825-0097>", "--license", "CC-BY-4.0", "--name", "Digits",
    )  # fmt: skip
    assert made == ["out.zip"]
    with zipfile.ZipFile("out.zip") as archive:
        metadata = json.loads(archive.read("ro-crate-metadata.json"))
        assert any(name.endswith("rank_0/metrics.bin") for name in archive.namelist())
    text = json.dumps(metadata)
    assert "Ada Lovelace" in text
    assert "https://orcid.org/0000-0002-1825-0097" in text
    assert "CC-BY-4.0" in text
    assert run(["validate", "out.zip"]) == 0, capsys.readouterr().out
    capsys.readouterr()
    summary = json.loads("\n".join(printed(capsys, "inspect", "out.zip", "--json")))
    assert (summary["kind"], summary["name"], summary["authors"]) == ("ro-crate", "Digits", ["Ada Lovelace"])
    assert len(summary["actions"]) == 1
    assert printed(capsys, "unpack", "out.zip") == ["out"]
    assert run(["validate", "out"]) == 0
    capsys.readouterr()
    assert printed(capsys, "graph", "out.zip", "-o", "crate.dot") == ["crate.dot"]
    assert printed(capsys, "graph", "out", "-o", "folder.dot") == ["folder.dot"]
    assert (here / "crate.dot").read_text() == (here / "folder.dot").read_text()


@pytest.mark.parametrize("output", ["out.zip", "out.tar.gz", "out.tar.zst", "out"])
def test_every_kind_of_crate_is_inspected(
    here: Path, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "crate", "digits_0", "-o", output)
    lines = printed(capsys, "inspect", output)
    assert lines[0] == f"ro-crate {output}"
    assert "actions (1)" in lines


def test_what_a_crate_lacks_is_said_in_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        "--author",
        "Ada",
        "--publisher",
        "Lab <https://example.org/lab>",
        "--url",
        "https://example.org/",
    ]
    assert run(["crate", "digits_0", "-o", "out.zip", "--compression", "zstd", *options]) == 0
    out, err = capsys.readouterr()
    assert out == "out.zip\n"
    missing, readers = err.splitlines()
    assert missing == (
        "prov4ml-pack: note: no licence, ORCID of Ada, affiliation of Ada or contact given; use --license, "
        "or fill in [tool.prov4ml.crate] in pyproject.toml, of which prov4ml-pack init writes a template"
    )
    assert readers.startswith("prov4ml-pack: note: a zip with zstd opens in 7-Zip")


def test_a_bad_option_makes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["crate", "digits_0", "-o", "x.zip", "--spec", "1.2", "--profile", "process"]) == 2
    assert "no run profile was made for RO-Crate 1.2" in capsys.readouterr().err
    assert sorted(path.name for path in here.iterdir()) == [".git", "digits_0"]
    assert not (here / "digits_0" / "packaged").exists()


def test_a_profile_of_the_configuration_is_for_the_versions_that_have_one(here: Path) -> None:
    (here / "pyproject.toml").write_text('[tool.prov4ml.crate]\nprofile = "process"\n')
    assert run(["crate", "digits_0", "-o", "crate", "--spec", "1.2"]) == 0
    assert "wfrun/process" not in (here / "crate" / "ro-crate-metadata.json").read_text()


@pytest.mark.parametrize("detail", ["overview", "summary", "full"])
def test_a_graph_of_each_input_at_each_level(
    here: Path, detail: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "finalize", "digits_0")
    document = "digits_0/packaged/prov.json"
    printed(capsys, "graph", "digits_0", "-o", "a.dot", "--detail", detail)
    printed(capsys, "graph", document, "-o", "b.dot", "--detail", detail)
    assert (here / "a.dot").read_text() == (here / "b.dot").read_text()
    assert (here / "a.dot").read_text().startswith("digraph")


def test_an_svg(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "graph", "digits_0", "-o", "a.svg") == ["a.svg"]
    assert "<svg" in (here / "a.svg").read_text()


def test_inspect_document_and_store(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "finalize", "digits_0", "--to", "zarr")
    lines = printed(capsys, "inspect", "digits_0/packaged/prov.json")
    assert lines[0] == "prov-json digits_0/packaged/prov.json"
    assert any(line.split()[:1] == ["entity"] for line in lines)
    summary = json.loads("\n".join(printed(capsys, "inspect", "digits_0/packaged/metrics.zarr", "--json")))
    assert (summary["kind"], summary["format"], summary["points"]) == ("metric-store", "zarr", 10)
    assert [one["count"] for one in summary["metrics"]] == [5, 5]
    lines = printed(capsys, "inspect", "digits_0/packaged/metrics.zarr")
    assert ["points:", "10"] in [line.split() for line in lines]


def test_validate_reads_the_store_of_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "finalize", "digits_0")
    assert run(["validate", "digits_0/packaged/prov.json", "--format", "json"]) == 0
    rules = [one["rule"] for one in json.loads(capsys.readouterr().out)["results"][0]["findings"]]
    assert "store/not-checked" not in rules
    document = here / "digits_0" / "packaged" / "prov.json"
    document.write_text(document.read_text().replace('"$": "5"', '"$": "6"'))
    assert run(["validate", str(document), "--format", "json"]) == 1
    rules = [one["rule"] for one in json.loads(capsys.readouterr().out)["results"][0]["findings"]]
    assert rules[0] == "store/count"


def test_a_crate_without_its_document(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "crate", "digits_0", "-o", "out")
    for path in list((here / "out").rglob("prov.json")):
        path.unlink()
    assert run(["graph", "out", "-o", "x.dot"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: out: holds no packaged/prov.json and no other PROV document; "
        "give the PROV document itself\n"
    )
    shutil.rmtree("out")
    (here / "out.zip").write_bytes(b"no zip")
    assert run(["graph", "out.zip", "-o", "x.dot"]) == 2
    assert capsys.readouterr().err == "prov4ml-pack: error: out.zip: is no zip, or one that was cut off\n"


@pytest.mark.parametrize(
    ("crate", "target"),
    [("a/b.zip", "b"), ("b.tar.gz", "b"), ("b.TAR.ZST", "b"), ("b", "b-unpacked"), (".zip", ".zip-unpacked")],
)
def test_where_a_crate_is_unpacked_to(crate: str, target: str) -> None:
    assert default_target(Path(crate)) == Path(target)
