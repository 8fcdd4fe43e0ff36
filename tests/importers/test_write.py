"""`write_run`: what an importer yields, read back by the reader and judged by our checks."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_packager.importers import sources
from prov4ml_packager.importers.imported import (
    ImportedArtifact,
    ImportedContext,
    ImportedDataset,
    ImportedFile,
    ImportedFinalMetric,
    ImportedModel,
    ImportedModelVersion,
    ImportedParameter,
    ImportedPort,
    ImportedRank,
    ImportedRun,
    ImportedSourceCode,
    Repair,
)
from prov4ml_packager.importers.sources import FileDigests, digest_source, inside, transfer
from prov4ml_packager.importers.write import WrittenRun, write_run
from prov4ml_packager.metric_table import POINT_DTYPE, series_from_points
from prov4ml_packager.reader import read_run
from prov4ml_packager.reader.typed_values import decode_typed, encode_typed
from prov4ml_packager.record import GitRecord, LayerRecord, RunError, RunRecord
from prov4ml_validators.run_directory import check_run_directory

T0 = 1_600_000_000_000_000_000
SECOND = 10**9


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "sub").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"weights")
    (folder / "sub" / "a.txt").write_text("a")
    return folder


def write(run: ImportedRun, folder: Path, **options: Any) -> WrittenRun:
    return write_run(
        run,
        folder,
        importer="test",
        version="1",
        sources=[digest_source(one) for one in run.sources],
        **options,
    )


def written_run(run: ImportedRun, folder: Path) -> RunRecord:
    directory = write(run, folder).directory
    assert [finding for finding in check_run_directory(directory) if finding.severity.name == "MUST"] == []
    return read_run(directory)


def full_run(source: Path) -> ImportedRun:
    loss = np.array([(0, T0 + 2 * SECOND, 1.5), (1, T0 + 3 * SECOND, np.nan)], POINT_DTYPE)
    return ImportedRun(
        experiment="digits",
        run_id="a7",
        sources=(source,),
        start=T0,
        end=T0 + 9 * SECOND,
        status="failed",
        error=RunError("ValueError", "no", None),
        name="brave_fox",
        user_namespace="https://example.org/",
        tracker=("MLthing", "2.1"),
        ranks=(
            ImportedRank(host="node1", user="ada", python={"version": "3.11"}, points_lost=4),
            ImportedRank(1, host="node2", end=T0 + 8 * SECOND, status="finished"),
        ),
        world_size=2,
        series=(
            series_from_points(loss, metric="loss", context="TRAINING", source="mine", unit="nats"),
            series_from_points(loss[:1], metric="loss", context="TRAINING", rank=1),
            series_from_points(loss[:0], metric="empty"),
        ),
        contexts=(
            ImportedContext("TRAINING", None, T0 + SECOND, T0 + 5 * SECOND),
            ImportedContext("INNER", "TRAINING"),
        ),
        parameters=(
            ImportedParameter("lr", 0.1),
            ImportedParameter("layers", [1, float("inf")], "TRAINING", time=T0 + 2 * SECOND),
            ImportedParameter("found", 3, is_input=False),
        ),
        artifacts=(
            ImportedArtifact("w", ImportedFile("weights.bin", source / "weights.bin"), is_model=True),
            ImportedArtifact("all", ImportedFile("sub", source / "sub"), attributes={"kind": "folder"}),
            ImportedArtifact("gone", ImportedFile("/home/ada/gone.bin", size=7), step=3),
            ImportedArtifact("hashed", ImportedFile("weights.bin", source / "weights.bin", copy=False)),
            ImportedArtifact("note", ImportedFile("note.txt", content=b"hello")),
        ),
        models=(ImportedModel("net", "Net", 10, 8, 40, (LayerRecord("fc", "Linear", 10),)),),
        model_versions=(
            ImportedModelVersion("net", 1, ImportedFile("weights.bin", source / "weights.bin")),
            ImportedModelVersion("net", 2, ImportedFile("weights.bin", source / "weights.bin"), 1),
        ),
        datasets=(ImportedDataset("train", "Table", "TRAINING", {"samples": 5}, "a" * 64),),
        ports=(ImportedPort("input", "x"), ImportedPort("output", 2.5)),
        source_code=(
            ImportedSourceCode(
                (ImportedFile("src/a.txt", source / "sub" / "a.txt"),),
                script_first=True,
                git=GitRecord("c0ffee", "main", True, None),
            ),
        ),
        command="python a.txt",
        final_metrics=(ImportedFinalMetric("best", 0.9, "max", count=4),),
        tags={"team": "blue", "n": 2},
        carried=("1 thing",),
        lost=("a video",),
        repairs=(Repair("self-member", "it was its own member", ("x", "y")),),
    )


def test_everything_that_an_importer_can_say_is_read_back(source: Path, tmp_path: Path) -> None:
    run = written_run(full_run(source), tmp_path / "out")
    assert (run.experiment, run.run_id, run.name) == ("digits", "a7", "brave_fox")
    assert (run.start, run.end, run.status) == (T0, T0 + 9 * SECOND, "failed")
    assert run.error == RunError("ValueError", "no", None)
    assert (run.logger_name, run.logger_version) == ("MLthing", "2.1")
    assert run.tags == {"team": "blue", "n": 2}
    assert run.user_namespace == "https://example.org/"
    assert [(r.rank, r.host, r.status, r.end, r.points_lost) for r in run.ranks] == [
        (0, "node1", "failed", T0 + 9 * SECOND, 4),
        (1, "node2", "finished", T0 + 8 * SECOND, 0),
    ]
    assert {c.name: (c.parent, c.start, c.end) for c in run.contexts} == {
        "TRAINING": (None, T0 + SECOND, T0 + 5 * SECOND),
        "INNER": ("TRAINING", T0 + SECOND, T0 + SECOND),
    }
    assert {(p.key, p.context): (p.value, p.is_input) for p in run.parameters} == {
        ("lr", None): (0.1, True),
        ("layers", "TRAINING"): ([1, "INF"], True),
        ("found", None): (3, False),
    }
    series = {(one.metric, one.rank): one for one in run.metrics.series}
    loss = series["loss", 0]
    assert (loss.context, loss.source, loss.unit) == ("TRAINING", "mine", "nats")
    assert loss.points()["step"].tolist() == [0, 1]
    assert loss.points()["time"].tolist() == [T0 + 2 * SECOND, T0 + 3 * SECOND]
    assert str(loss.points()["value"].tolist()) == "[1.5, nan]"
    assert (series["loss", 1].count, series["empty", 0].count) == (1, 0)
    assert [(m.name, m.type, m.parameters, m.layers) for m in run.models] == [
        ("net", "Net", 10, (LayerRecord("fc", "Linear", 10),))
    ]
    assert [(v.name, v.version, v.previous) for v in run.model_versions] == [("net", 1, None), ("net", 2, 1)]
    assert [(d.label, d.info, d.sha256) for d in run.datasets] == [("train", {"samples": 5}, "a" * 64)]
    assert [(p.direction, p.value) for p in run.ports] == [("input", "x"), ("output", 2.5)]
    assert run.source_code[0].script == run.source_code[0].files[0].path == "artifacts/source/a.txt"
    assert run.source_code[0].git == GitRecord("c0ffee", "main", True, None)
    assert [command.command for command in run.commands] == ["python a.txt"]
    assert [(f.key, f.value, f.count) for f in run.final_metrics] == [("best", 0.9, 4)]
    assert run.warnings == ()


def test_files_are_copied_or_described(source: Path, tmp_path: Path) -> None:
    run = written_run(full_run(source), tmp_path / "out")
    files = {one.name: one.file for one in run.artifacts}
    digest = hashlib.sha256(b"weights").hexdigest()
    assert (files["w"].path, files["w"].sha256, files["w"].size) == ("artifacts/w.bin", digest, 7)
    assert (run.directory / "artifacts/w.bin").read_bytes() == b"weights"
    assert (files["all"].path, files["all"].kind, files["all"].files) == ("artifacts/all", "directory", 1)
    assert (files["gone"].path, files["gone"].size, files["gone"].sha256) == (None, 7, None)
    assert (files["hashed"].path, files["hashed"].sha256) == (None, digest)
    assert (run.directory / "artifacts/note.txt").read_bytes() == b"hello"


def test_files_can_be_linked(source: Path, tmp_path: Path) -> None:
    run = write(full_run(source), tmp_path / "out", files="link").directory
    assert (run / "artifacts/w.bin").samefile(source / "weights.bin")
    assert (run / "artifacts/all/a.txt").samefile(source / "sub/a.txt")
    assert (run / "artifacts/note.txt").read_bytes() == b"hello"
    copied = read_run(write(full_run(source), tmp_path / "copy").directory)
    assert {one.name: one.file for one in read_run(run).artifacts} == {
        one.name: one.file for one in copied.artifacts
    }
    assert check_run_directory(run) == []


def test_a_link_that_cannot_be_made_is_a_copy(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    run = write(full_run(source), tmp_path / "out", files="link").directory
    assert (run / "artifacts/w.bin").read_bytes() == b"weights"
    assert not (run / "artifacts/w.bin").samefile(source / "weights.bin")


def test_files_can_stay_where_they_are(source: Path, tmp_path: Path) -> None:
    done = write(full_run(source), tmp_path / "out", files="none")
    run = read_run(done.directory)
    assert "of files only name, size and digest: they stay where they are" in done.carried
    files = {one.name: one.file for one in run.artifacts}
    digest = hashlib.sha256(b"weights").hexdigest()
    assert (files["w"].path, files["w"].sha256, files["w"].size) == (None, digest, 7)
    assert (files["all"].path, files["all"].kind, files["all"].files) == (None, "directory", 1)
    assert (files["note"].path, files["note"].sha256) == (None, hashlib.sha256(b"hello").hexdigest())
    assert not (done.directory / "artifacts").exists()
    assert check_run_directory(done.directory) == []


def test_a_large_file_is_read_once(source: Path, tmp_path: Path) -> None:
    content = os.urandom(1 << 20)
    (source / "weights.bin").write_bytes(content)
    digests = FileDigests()
    known = digest_source(source, digests)
    for number in range(2):
        done = write_run(
            full_run(source), tmp_path / f"out{number}", importer="test", version="1", sources=[known],
            files="none", digests=digests,
        )  # fmt: skip
        files = {one.name: one.file for one in read_run(done.directory).artifacts}
        assert files["w"].sha256 == hashlib.sha256(content).hexdigest()
        assert files["w"].size == len(content)
        content = content[::-1]  # changed meanwhile: it is another file now
        (source / "weights.bin").write_bytes(content)
    with (source / "weights.bin").open("rb") as reader:
        digests.of(reader)
        reader.seek(0)
        assert digests.of(reader) == (hashlib.sha256(content).hexdigest(), len(content))
        assert reader.tell() == 0


def test_a_large_file_that_is_linked_is_read_once(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "weights.bin").write_bytes(os.urandom(1 << 20))
    digests = FileDigests()
    known = digest_source(source, digests)
    read: list[int] = []

    def transferred(reader: BinaryIO) -> tuple[str, int]:
        found = transfer(reader)
        read.append(found[1])
        return found

    monkeypatch.setattr(sources, "transfer", transferred)
    done = write_run(
        full_run(source), tmp_path / "out", importer="test", version="1", sources=[known],
        files="link", digests=digests,
    )  # fmt: skip
    (path,) = (one.file.path for one in read_run(done.directory).artifacts if one.name == "w")
    assert path is not None
    assert (done.directory / path).samefile(source / "weights.bin")
    assert 1 << 20 not in read


def test_the_import_is_recorded(source: Path, tmp_path: Path) -> None:
    record = written_run(full_run(source), tmp_path / "out").imported
    assert record is not None
    assert (record.format, record.source_version, record.run) == ("test", "2.1", "a7")
    assert (record.tool, record.tool_version) == ("prov4ml-pack", "1")
    lines = [
        f"{hashlib.sha256(b'a').hexdigest()}  sub/a.txt\n",
        f"{hashlib.sha256(b'weights').hexdigest()}  weights.bin\n",
    ]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()  # docs/run-directory.md, Files
    assert [(one.kind, one.sha256, one.files, one.size) for one in record.sources] == [
        ("directory", digest, 2, 8)
    ]
    assert record.lost == ("a video",)
    assert "1 thing" in record.carried
    assert "3 metric series with 3 points" in record.carried
    assert [(one.rule, one.subjects) for one in record.repairs] == [("self-member", ("x", "y"))]
    assert record.imported > T0


def test_a_run_that_never_ended_is_unfinished(tmp_path: Path, source: Path) -> None:
    run = written_run(ImportedRun("e", "1", (source,), T0, status="unfinished"), tmp_path / "out")
    assert (run.status, run.ranks[0].end, run.end) == ("unfinished", None, T0)


def test_a_finished_run_without_an_end_ends_with_its_last_point(tmp_path: Path, source: Path) -> None:
    points = np.array([(0, T0 + 5, 1.0)], POINT_DTYPE)
    run = ImportedRun("e", "1", (source,), T0, series=(series_from_points(points, metric="m"),))
    read = written_run(run, tmp_path / "out")
    assert (read.status, read.end) == ("finished", T0 + 5)


def test_points_outside_of_the_run_say_nothing_of_its_contexts(tmp_path: Path, source: Path) -> None:
    points = np.array([(0, T0 - 10**18, 1.0), (1, T0 + 10**18, 2.0)], POINT_DTYPE)
    context = ImportedContext("TRAINING", None, T0 + 3, T0 + 5)
    series = (series_from_points(points, metric="m", context="TRAINING"),)
    run = ImportedRun("e", "1", (source,), T0, T0 + 9, contexts=(context,), series=series)
    read = written_run(run, tmp_path / "out")
    assert (read.start, read.end) == (T0, T0 + 9)
    assert [(one.start, one.end) for one in read.contexts] == [(T0 + 3, T0 + 5)]
    assert read.metrics.series[0].points()["time"].tolist() == [T0 - 10**18, T0 + 10**18]


def test_the_same_run_is_imported_once(tmp_path: Path, source: Path) -> None:
    run = ImportedRun("e", "1", (source,), T0)
    first, second = write(run, tmp_path / "out"), write(run, tmp_path / "out")
    assert (first.is_new, second.is_new) == (True, False)
    assert first.directory == second.directory
    assert write(run, tmp_path / "out", force=True).is_new
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["e_1"]


def test_another_run_of_the_same_name_gets_a_number(tmp_path: Path, source: Path) -> None:
    write(ImportedRun("e", "1", (source,), T0), tmp_path / "out")
    (source / "weights.bin").write_bytes(b"other")
    second = write(ImportedRun("e", "1", (source,), T0), tmp_path / "out")
    assert second.directory.name == "e_1-2"
    assert read_run(second.directory).run_id == "1-2"


HOSTILE = ["../../x", "a/b", "CON", "nul.txt", "line\nbreak", "x" * 300, "", "..", "\ud800", "a\0b", "Loss"]


def test_hostile_names_stay_inside(tmp_path: Path, source: Path) -> None:
    run = ImportedRun(
        "../../evil",
        "../x",
        (source,),
        T0,
        artifacts=tuple(
            ImportedArtifact(name, ImportedFile(name, content=name.encode("utf-8", "replace")))
            for name in [*HOSTILE, "loss"]
        ),
        model_versions=(ImportedModelVersion("../m", 1, ImportedFile("../../v.bin", content=b"v")),),
        parameters=tuple(ImportedParameter(name, name) for name in HOSTILE),
        tags={name: name for name in HOSTILE},
    )
    read = written_run(run, tmp_path / "out")
    assert read.directory.parent == tmp_path / "out"
    assert [one.name for one in read.artifacts] == [*HOSTILE, "loss"]
    paths = [one.file.path for one in read.artifacts]
    assert None not in paths
    assert len({str(path).lower() for path in paths}) == len(paths)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


def test_links_are_not_followed(tmp_path: Path, source: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (source / "sub" / "link").symlink_to(secret)
    (source / "out").symlink_to(tmp_path)
    assert inside(source, "sub/link") is None
    assert inside(source, "out/secret") is None
    written = write(
        ImportedRun(
            "e",
            "1",
            (source,),
            T0,
            artifacts=(
                ImportedArtifact("dir", ImportedFile("sub", source / "sub")),
                ImportedArtifact("link", ImportedFile("sub/link", source / "sub" / "link")),
            ),
        ),
        tmp_path / "out",
    )
    assert os.listdir(written.directory / "artifacts") == ["dir"]
    assert os.listdir(written.directory / "artifacts" / "dir") == ["a.txt"]
    assert written.lost == (
        "sub/link: it is a link, which an import does not follow",
        "sub/link could not be read (Too many levels of symbolic links)",
    )


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../source/weights.bin", "sub/../../x", "C:/x", "", ".", "no", "a\0"]
)
def test_paths_that_are_not_inside(source: Path, path: str) -> None:
    assert inside(source, path) is None


@pytest.mark.parametrize("path", ["weights.bin", "./weights.bin", "sub//a.txt", "sub\\a.txt"])
def test_paths_that_are_inside(source: Path, path: str) -> None:
    found = inside(source, path)
    assert found is not None
    assert found.is_file()


def test_nothing_is_left_of_an_import_that_fails(tmp_path: Path, source: Path) -> None:
    def chunks() -> Iterator[None]:
        raise OSError("the store is damaged")
        yield

    broken = series_from_points(np.zeros(1, POINT_DTYPE), metric="m")
    object.__setattr__(broken, "read", lambda start, stop: next(chunks()))
    with pytest.raises(Exception, match="the store is damaged"):
        write(ImportedRun("e", "1", (source,), T0, series=(broken,)), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(leaves | st.lists(leaves) | st.dictionaries(st.text(), leaves))
def test_typed_values_come_back(value: object) -> None:
    encoded = json.loads(json.dumps(encode_typed(value), allow_nan=False))  # type: ignore[arg-type]
    back = decode_typed(encoded)
    if isinstance(value, list | dict):
        assert encode_typed(back) == encoded
    else:
        assert (repr(back), type(back)) == (repr(value), type(value))
