"""Reports of crates: of what a crate holds, however it is packed, and what it lacks is said in one line."""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run as pack
from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.crate_members import read_member
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize_many import ensure_all_finalized
from prov4ml_packager.opened_runs import open_runs
from prov4ml_packager.provenance import build_document
from prov4ml_packager.report import write_report

from ..crate.builders import FULL
from ..crate.hostile import Raw, zip_of
from ..crate.test_preview import Page
from ..crate.workflow_runs import logged_run
from .runs import ordinary_run

RELEASED = sorted((Path(__file__).parents[2] / "fixtures").glob("format-*/crates/*.zip"))
KINDS = ["crate", "crate.zip", "crate.tar.gz", "crate.tar.zst"]
LACKS = "has no raw files; not in it: what the logger warned of"
TRACE = {"type": "ValueError", "message": "no data", "traceback": "Traceback: line 7"}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary files, where nothing may be left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield folder
    assert list(folder.iterdir()) == []


def words_of(report: Path) -> list[str]:
    return Page(report.read_text(encoding="utf-8")).words


def a_crate(target: Path, *numbers: int, options: CrateOptions = FULL) -> Path:
    """A crate of ordinary runs with these numbers, which are gone."""
    source = target.parent / "source"
    runs = [ordinary_run(source / f"run_{number}", number, rate=0.1 * (number + 1)) for number in numbers]
    build_crate(ensure_all_finalized(runs), target, options)
    shutil.rmtree(source)
    return target


@pytest.mark.parametrize("name", KINDS)
def test_a_crate_is_reported_however_it_is_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    crate = a_crate(tmp_path / name, 0)
    output = tmp_path / "report.html"
    assert pack(["report", str(crate), "-o", str(output)]) == 0
    assert capsys.readouterr() == (f"{output}\n", f"prov4ml-pack: note: {crate}: {LACKS}\n")
    words = words_of(output)
    for word in ["digits, run 0", "rate", "0.1", "loss", "plot", "CPython 3.11.7", "1 kWh (3,600,000 J)"]:
        assert word in words
    for word in [
        name,
        "Digits, classified",
        "Ada Lovelace",
        "Creative Commons Attribution 4.0 International",
    ]:
        assert word in words
    assert words[words.index("Not in it") + 1] == "what the logger warned of"
    assert "for the crate: 0 MUST" in " ".join(words)


def curves(report: Path) -> list[dict[str, Any]]:
    text = report.read_text(encoding="utf-8")
    data = text.partition('<script type="application/json" id="curves">')[2].partition("</script>")[0]
    found: list[dict[str, Any]] = json.loads(data)["curves"]
    return found


def test_the_curves_are_those_of_the_run(tmp_path: Path) -> None:
    run = ordinary_run(tmp_path / "run_0")
    crate = build_crate(ensure_all_finalized([run]), tmp_path / "crate.zip", FULL)
    of_run = curves(write_report([run], tmp_path / "run.html"))
    assert curves(write_report([crate], tmp_path / "crate.html")) == of_run
    assert len(of_run) == 5


def test_a_crate_with_raw_files_lacks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = logged_run(tmp_path / "run", end={"status": "failed", "error": TRACE})
    crate = build_crate([run], tmp_path / "crate.zip", replace(FULL, with_raw=True))
    output = tmp_path / "report.html"
    assert pack(["report", str(crate), "-o", str(output)]) == 0
    assert capsys.readouterr().err == ""
    words = words_of(output)
    assert "Not in it" not in words
    assert "Traceback: line 7" in words
    assert not [word for word in words if "is missing" in word]  # copies, which are empty while it is read


def test_what_failed_is_said_without_its_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = logged_run(tmp_path / "run", end={"status": "failed", "error": TRACE})
    crate = build_crate([run], tmp_path / "crate.zip", FULL)
    output = tmp_path / "report.html"
    assert pack(["report", str(crate), "-o", str(output)]) == 0
    assert capsys.readouterr().err == (f"prov4ml-pack: note: {crate}: {LACKS}, the traceback of the error\n")
    words = words_of(output)
    assert "ValueError: no data" in words
    assert "Traceback: line 7" not in words


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
def test_a_crate_of_several_runs_compares_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    crate = a_crate(tmp_path / name, 0, 2, 10)
    output, table = tmp_path / "report.html", tmp_path / "table.csv"
    assert pack(["report", str(crate), "-o", str(output), "--table", str(table)]) == 0
    assert capsys.readouterr().err == f"prov4ml-pack: note: {crate}: {LACKS}\n"
    assert [line.split(",")[0] for line in table.read_text().splitlines()] == [
        "run", "run_0", "run_2", "run_10",
    ]  # fmt: skip
    words = words_of(output)
    assert words.index("Comparison") < words.index("Crate") < words.index("Differences")
    assert words[words.index("Runs") + 1] == "3"
    assert [word for word in words if word.endswith("(3 times)")] == [
        'the run is of "ada" in the provenance, and of "Ada Lovelace" in the crate (3 times)'
    ]
    assert "Digits, classified" in words


def test_the_table_is_that_of_the_crate(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0, 1)
    assert pack(["report", str(crate), "--table", str(tmp_path / "table.csv")]) == 0
    assert (tmp_path / "table.csv").read_bytes() == (crate / "comparison.csv").read_bytes()


def test_one_run_of_an_unpacked_crate_is_reported(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0, 1)
    words = words_of(write_report([crate / "run_1"], tmp_path / "report.html"))
    assert "digits, run 1" in words
    assert "digits, run 0" not in words


def test_a_plain_tar_of_a_crate_is_one(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0)
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as archive:
        archive.add(crate, ".")
    assert "digits, run 0" in words_of(write_report([packed], tmp_path / "report.html"))


@pytest.mark.parametrize("name", ["crate", "crate.zip", "crate.tar.gz"])
def test_a_bag_is_a_crate(tmp_path: Path, name: str) -> None:
    crate = a_crate(tmp_path / name, 0, 1, options=replace(FULL, bag=True))
    words = words_of(write_report([crate], tmp_path / "report.html"))
    assert "digits, run 0" in words
    assert "Digits, classified" in words


def test_crates_and_runs_are_compared(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0)
    run = ordinary_run(tmp_path / "mine", 1, rate=0.5)
    with open_runs([crate, run]) as runs:
        assert [(one.name, one.place) for one in runs] == [("crate", crate), ("mine", run)]
    words = words_of(write_report([crate, run], tmp_path / "report.html"))
    assert "for the run directory: 0 MUST, 0 SHOULD, 0 MAY." in " ".join(words)
    assert "for the crate: 0 MUST" in " ".join(words)


def test_a_folder_without_runs_stands_for_its_crates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "received"
    (folder / "notes").mkdir(parents=True)
    (folder / "notes.txt").touch()
    crates = [a_crate(folder / name, number) for number, name in enumerate(["a10.zip", "a9", "b.tar.gz"])]
    assert pack(["report", str(folder), "-o", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"prov4ml-pack: note: {folder / 'notes'}: is neither a run nor a crate and is left out",
        *(f"prov4ml-pack: note: {crate}: {LACKS}" for crate in (crates[1], crates[0], crates[2])),
    ]


def test_a_folder_with_runs_stands_for_them_alone(tmp_path: Path) -> None:
    folder = tmp_path / "prov"
    ordinary_run(folder / "run_0")
    build_crate(ensure_all_finalized([folder / "run_0"]), folder / "run_0.zip", FULL)
    with open_runs([folder]) as runs:
        assert [one.name for one in runs] == ["run_0"]


def test_a_run_and_its_crate_are_one(tmp_path: Path) -> None:
    run = ordinary_run(tmp_path / "run_0")
    crate = build_crate(ensure_all_finalized([run]), tmp_path / "run_0.zip", FULL)
    with pytest.raises(PackagerError) as caught:
        write_report([run, crate], tmp_path / "report.html")
    assert str(caught.value) == (
        f"{crate}: is given twice, or is a copy of another run given; leave out one of {run} and {crate}"
    )


def test_without_its_store_a_crate_has_figures_and_no_curves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0)
    assert pack(["update", str(crate), "--remove", "packaged/metrics.csv"]) == 0
    capsys.readouterr()
    output = tmp_path / "report.html"
    assert pack(["report", str(crate), "-o", str(output)]) == 0
    lacks = f"{LACKS}, the metric store, so that there are no curves"
    assert capsys.readouterr().err == f"prov4ml-pack: note: {crate}: {lacks}\n"
    assert 'id="curves"' not in output.read_text(encoding="utf-8")
    words = words_of(output)
    assert words[words.index("Metric points") + 1] == "501 in 6 series"
    said = [word for word in words if word.strip()]
    row = next(at for at, word in enumerate(said) if said[at : at + 2] == ["score", "VALIDATION"])
    assert said[row + 2 : row + 8] == ["100", "-1", "-0.01", "-1", "-0.01", "-0.505"]


def test_a_redacted_crate_says_what_it_holds(tmp_path: Path) -> None:
    options = replace(FULL, authors=(), contact=None, publisher=None, redact=True)
    words = words_of(write_report([a_crate(tmp_path / "crate.zip", 0, options=options)], tmp_path / "r.html"))
    assert "host-1" in words
    assert "node1" not in " ".join(words)


def test_files_that_are_gone_are_counted(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0)
    assert pack(["update", str(crate), "--remove", "artifacts"]) == 0
    words = words_of(write_report([crate], tmp_path / "report.html"))
    assert words[words.index("Not in it") + 1] == "what the logger warned of, 1 of the logged files"
    assert "artifacts/plot.txt" not in words


def test_a_card_takes_people_and_licence_from_the_crate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card.md"
    assert pack(["report", str(a_crate(tmp_path / "crate.zip", 0)), "--card", str(card)]) == 0
    text = card.read_text(encoding="utf-8")
    assert text.startswith("---\nlicense: cc-by-4.0\n")
    assert "`Ada Lovelace`" in text
    capsys.readouterr()
    several = a_crate(tmp_path / "several.zip", 0, 1)
    assert pack(["report", str(several), "--card", str(card)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"prov4ml-pack: error: {several}: holds 2 runs, and --card takes one"
    )


def test_a_crate_without_a_run_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0)
    assert pack(["update", str(crate), "--remove", "run.json"]) == 0
    capsys.readouterr()
    assert pack(["report", str(crate), "-o", str(tmp_path / "report.html")]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {crate}: holds no run of prov4ml: no run.json beside packaged/prov.json; "
        "see what it holds with prov4ml-pack inspect\n"
    )
    assert not (tmp_path / "report.html").exists()


def test_a_damaged_document_is_named_by_its_place(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0)
    document = crate / "packaged/prov.json"
    content = json.loads(document.read_text(encoding="utf-8"))
    content["entity"]["param.rate"]["prov:value"] = {"$": "much", "type": "xsd:double"}
    document.write_text(json.dumps(content), encoding="utf-8")
    packed = tmp_path / "packed.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(crate, ".")
    for place, where in [(crate, f"{document}"), (packed, f"{packed}: packaged/prov.json")]:
        with pytest.raises(PackagerError) as caught:
            write_report([place], tmp_path / "report.html")
        assert str(caught.value) == (
            f"{where}: entity param.rate: attribute prov:value is no xsd:double: 'much'; "
            "check it with prov4ml-pack validate"
        )


def test_metadata_that_somebody_made_up_stays_text(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0)
    path = crate / "ro-crate-metadata.json"
    metadata = json.loads(path.read_text(encoding="utf-8"))
    root = next(one for one in metadata["@graph"] if one["@id"] == "./")
    root |= {
        "name": {"not": "text"},
        "description": ["<script>alert(1)</script>"],
        "author": [{"@id": f"https://[{number}"} for number in range(60)],
        "publisher": {"@id": "javascript:alert(1)"},
        "license": [7, {"@id": {}}, None],
        "datePublished": "<b>2026</b>",
    }
    path.write_text(json.dumps(metadata), encoding="utf-8")
    report = write_report([crate], tmp_path / "report.html")
    words = words_of(report)
    assert "javascript:alert(1)" in words
    assert "<b>2026</b"[:10] in words
    assert any(word.endswith(", and 10 more") for word in words)
    text = report.read_text(encoding="utf-8")
    assert 'href="javascript' not in text
    assert 'href="https://[' not in text
    assert "<b>" not in text


def test_a_link_among_the_products_is_refused(tmp_path: Path) -> None:
    crate = a_crate(tmp_path / "crate", 0)
    store = crate / "packaged/metrics.csv"
    shutil.move(store, tmp_path / "elsewhere.csv")
    store.symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(PackagerError) as caught:
        write_report([crate], tmp_path / "report.html")
    assert str(caught.value) == f"{crate}: packaged/metrics.csv: is a link or a special file"


def test_an_archive_that_leads_out_is_refused(tmp_path: Path) -> None:
    crate = zip_of(tmp_path / "crate.zip", [Raw(b"run.json", b"{}"), Raw(b"../escaped", b"x")])
    with pytest.raises(PackagerError) as caught:
        write_report([crate], tmp_path / "report.html")
    assert str(caught.value) == f"{crate}: ../escaped: leaves the crate with '..'"
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("crate", RELEASED, ids=lambda crate: crate.stem)
def test_crates_of_released_formats_are_read(tmp_path: Path, crate: Path) -> None:
    document = json.loads(read_member(crate, "packaged/prov.json"))
    with open_runs([crate]) as (run,):
        store = next(
            entity["prov4ml:store"] for entity in document["entity"].values() if "prov4ml:store" in entity
        )
        assert build_document(run.record, store=store) == document
    assert "Not in it" in words_of(write_report([crate], tmp_path / "report.html"))


@pytest.mark.skipif(os.name != "posix", reason="mode bits")
def test_what_was_logged_takes_no_room(tmp_path: Path, temporary: Path) -> None:
    crate = a_crate(tmp_path / "crate.zip", 0)
    with open_runs([crate]) as runs:
        copy = runs[0].record.directory / "artifacts/plot.txt"
        assert copy.is_relative_to(temporary)
        assert copy.stat().st_size == 0
        assert oct(copy.parents[2].stat().st_mode & 0o777) == "0o700"
        assert runs[0].record.metrics.series[0].points()["value"].tolist() == [0.75]
