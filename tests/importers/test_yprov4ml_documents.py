"""Documents of yProv4ML with odd times, names, paths, prefixes, bundles and bytes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.write import WrittenRun
from prov4ml_packager.reader import read_run

from .yprov4ml_documents import (
    FIRST,
    LAST,
    SECOND,
    document_of,
    imported,
    small_document,
)


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
