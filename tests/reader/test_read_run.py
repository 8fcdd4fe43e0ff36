"""Whole run directories, made by a writer that follows the document."""

import json
import math
import os
import struct
from pathlib import Path

import pytest

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import FileRecord

from .raw_writer import SECOND, T0, UUID, RawRank, copied_file, make_run, small_run


def test_a_finished_run(tmp_path: Path) -> None:
    record = read_run(small_run(tmp_path / "digits_0"))
    assert (record.uuid, record.experiment, record.run_id, record.status) == (UUID, "digits", "0", "finished")
    assert (record.start, record.end) == (T0, T0 + 11 * SECOND)
    assert record.warnings == ()
    assert [(p.key, p.value, p.is_input) for p in record.parameters] == [("lr", 0.1, True)]
    assert [(s.context, s.metric, s.source, s.unit, s.count) for s in record.metrics.series] == [
        (None, "cpu", "psutil", None, 5),
        ("TRAINING", "loss", None, "nats", 5),
    ]
    loss = record.metrics.series[1].points()
    assert loss["value"].tolist() == [1.0, 0.5, 1 / 3, 0.25, 0.2]
    assert loss["step"].tolist() == [0, 1, 2, 3, 4]
    assert loss["time"].tolist() == [T0 + second * SECOND for second in (4, 5, 6, 7, 8)]
    (artifact,) = record.artifacts
    assert artifact.file.path == "artifacts/notes.txt"
    assert artifact.attributes == {"k": 3}
    (context,) = record.contexts
    assert (context.name, context.parent, context.start, context.end) == (
        "TRAINING",
        None,
        T0 + 2 * SECOND,
        T0 + 10 * SECOND,
    )
    assert record.ranks[0].host == "node1"
    assert record.ranks[0].packages == {"numpy": "2.0"}


def test_reading_changes_nothing(tmp_path: Path) -> None:
    run = small_run(tmp_path / "run")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in run.rglob("*") if path.is_file()}
    for series in read_run(run).metrics.series:
        series.points()
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in run.rglob("*") if path.is_file()}
    assert after == before


def test_every_event_of_the_document(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", user_namespace="www.example.org", world_size=1)
    rank = RawRank(
        run, git={"commit": "c0ffee", "branch": "main", "dirty": True, "remote": "https://x.org/r"}
    )
    weights = copied_file(run, "weights.bin", b"w")
    code = copied_file(run, "src/train.py", b"pass\n")
    rank.event("context", name="inner", parent="outer")
    rank.event(
        "model",
        name="net",
        **{"class": "torch.nn.Linear"},
        parameters=10,
        trainable_parameters=8,
        memory_bytes=40,
        layers=[{"name": "fc", "class": "Linear", "parameters": 10}],
        file=None,
    )
    rank.event("model_version", name="net", version=1, previous=None, file=weights, context="inner", step=3)
    rank.event("model_version", name="net", version=2, previous=1, file=weights, context="inner", step=4)
    rank.event(
        "dataset",
        label="train",
        **{"class": "numpy.ndarray"},
        context="inner",
        sha256="ab",
        file=None,
        info={"samples": {"type": "int", "value": 7}, "shape": {"type": "json", "value": [7, 2]}},
    )
    rank.event("input", number=1, value={"type": "str", "value": "in"}, file=None)
    rank.event("output", number=1, value=None, file=weights)
    rank.event("source_code", files=[code], script="artifacts/src/train.py", git=None)
    rank.event("command", command="python train.py", path=None)
    rank.event(
        "final_metric",
        key="best",
        operation="max",
        initial={"type": "float", "value": "-INF"},
        value={"type": "float", "value": 0.5},
        count=4,
    )
    rank.event("warning", cause="gpu", message="no GPU", count=1)
    rank.event("warning", cause="gpu", message="no GPU", count=3)
    rank.event("something_of_a_later_version", x=1)
    rank.end()
    record = read_run(run)
    assert record.user_namespace == "www.example.org"
    assert [(c.name, c.parent) for c in record.contexts] == [("inner", "outer"), ("outer", None)]
    (model,) = record.models
    assert (model.type, model.parameters, model.trainable_parameters, model.memory_bytes) == (
        "torch.nn.Linear",
        10,
        8,
        40,
    )
    assert model.layers is not None
    assert (model.layers[0].name, model.layers[0].type, model.layers[0].parameters) == ("fc", "Linear", 10)
    assert [(v.version, v.previous, v.step, v.file.path) for v in record.model_versions] == [
        (1, None, 3, "artifacts/weights.bin"),
        (2, 1, 4, "artifacts/weights.bin"),
    ]
    assert record.datasets[0].info == {"samples": 7, "shape": [7, 2]}
    assert [(p.direction, p.number, p.value, p.file is None) for p in record.ports] == [
        ("input", 1, "in", True),
        ("output", 1, None, False),
    ]
    assert record.source_code[0].script == "artifacts/src/train.py"
    assert record.source_code[0].files[0].size == 5
    assert record.commands[0].command == "python train.py"
    assert (record.final_metrics[0].initial, record.final_metrics[0].value) == (-math.inf, 0.5)
    assert record.warnings == ("no GPU (3 times)",)
    git = record.ranks[0].git
    assert git is not None
    assert (git.commit, git.branch, git.dirty, git.remote) == ("c0ffee", "main", True, "https://x.org/r")


def test_a_killed_run_is_unfinished_and_ends_with_its_last_sign_of_life(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "loss", "T")
    rank.point(1, 0, 1.0, T0 + 60 * SECOND)
    rank.point(1, 1, 1.0, T0 + 120 * SECOND)
    rank.point(1, 2, 1.0, 0)  # the user's own clock
    rank.point(1, 3, 1.0, T0 + 10_000 * 86_400 * SECOND)
    record = read_run(run)
    assert record.status == "unfinished"
    assert record.ranks[0].end is None
    assert (record.start, record.end) == (T0, T0 + 120 * SECOND)
    assert (record.contexts[0].start, record.contexts[0].end) == (T0 + SECOND, T0 + 120 * SECOND)
    assert record.metrics.series[0].count == 4


def test_the_last_line_of_a_model_version_counts_in_each_rank(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", collect_all_processes=True, world_size=2)
    for number in (0, 1):
        rank = RawRank(run, number)
        for version, name in ((1, "a"), (2, "b"), (1, "c")):
            file = copied_file(run, f"{name}{number}", b"weights")
            rank.event("model_version", name="net", version=version, previous=None, file=file)
        rank.end()
    versions = read_run(run).model_versions
    assert [(one.rank, one.version, one.file.path) for one in versions] == [
        (0, 2, "artifacts/b0"), (1, 2, "artifacts/b1"), (0, 1, "artifacts/c0"), (1, 1, "artifacts/c1"),
    ]  # fmt: skip


def test_that_codecarbon_is_absent_warns_only_those_who_called_for_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.event("warning", cause="carbon", message="noted at the start", count=1)
    rank.event("warning", cause="carbon_call", message="called for", count=1)
    rank.end()
    assert read_run(run).warnings == ("called for",)


def test_torn_ends_are_dropped_with_a_warning_each(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "loss")
    rank.raw(b'{"event": "param", "key": "l')
    rank.point(1, 0, 1.0)
    rank.raw_points(b"\x01\x00\x00")
    record = read_run(run)
    assert record.warnings == (
        "rank_0/events.jsonl: line 3: torn last line dropped",
        "rank_0/metrics.bin: torn last record of 3 bytes dropped",
    )
    assert record.metrics.series[0].points()["value"].tolist() == [1.0]


def test_holes_and_undeclared_series_are_dropped_and_counted(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "loss")
    rank.raw(b"\0" * 100)
    rank.param("after", "int", 1)
    rank.point(1, 0, 1.0)
    rank.raw_points(bytes(64))
    rank.point(9, 0, 9.0)
    rank.point(1, 1, 2.0)
    rank.end(points=2)
    record = read_run(run)
    assert record.metrics.series[0].points()["value"].tolist() == [1.0, 2.0]
    assert [p.key for p in record.parameters] == ["after"]
    assert record.warnings == (
        "rank_0/events.jsonl: line 3: zeros skipped (the file system lost a part)",
        "rank_0/metrics.bin: 2 records of series 0 dropped (the file system lost a part)",
        "rank_0/metrics.bin: 1 records of series that the journal does not declare dropped",
    )


def test_points_that_the_disk_lost_are_reported(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "loss")
    rank.point(1, 0, 1.0)
    rank.end(points=5, points_lost=1)
    record = read_run(run)
    assert record.warnings == ("rank_0/metrics.bin: 1 points are there, 4 were written",)
    assert record.ranks[0].points_lost == 1


@pytest.mark.parametrize("content", [None, b"", b'{"event": "rank_st'], ids=["absent", "empty", "torn"])
def test_killed_before_the_first_line(tmp_path: Path, content: bytes | None) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run, start=False)
    if content is not None:
        rank.raw(content)
    record = read_run(run)
    assert (record.status, record.start, record.end, record.ranks[0].start) == ("unfinished", T0, T0, T0)


def test_killed_before_any_rank_folder(tmp_path: Path) -> None:
    record = read_run(make_run(tmp_path / "run"))
    assert (record.status, record.ranks, record.start, record.end) == ("unfinished", (), T0, T0)
    assert record.warnings == ("run.json: 1 of 1 ranks are missing: 0",)


def test_ranks_are_merged_in_the_order_logged(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", world_size=2, collect_all_processes=True)
    for number in (1, 0):
        rank = RawRank(run, number)
        rank.param("seed", "int", number, time=T0 + (number + 1) * SECOND)
        rank.series(1, "loss", "T")
        rank.point(1, 0, float(number))
        rank.end(points=1)
    record = read_run(run)
    assert [one.rank for one in record.ranks] == [0, 1]
    assert record.status == "finished"
    assert [(s.rank, s.points()["value"].tolist()) for s in record.metrics.series] == [(0, [0.0]), (1, [1.0])]
    assert [(p.key, p.value) for p in record.parameters] == [("seed", 1)]


def test_a_missing_rank_and_a_failed_one(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", world_size=3, collect_all_processes=True)
    RawRank(run, 0).end()
    record = read_run(run)
    assert (record.status, record.error) == ("unfinished", None)
    assert record.warnings == ("run.json: 2 of 3 ranks are missing: 1, 2",)
    error = {"type": "ValueError", "message": "bad", "traceback": "…"}
    RawRank(run, 2).end("failed", error=error, ended_by="exception")
    record = read_run(run)
    assert record.status == "failed"
    assert record.error is not None
    assert (record.error.type, record.error.message) == ("ValueError", "bad")


def test_start_and_end_as_logged_count(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.event("execution_time", label="start")
    rank.event("execution_time", label="start")
    rank.event("execution_time", label="end")
    rank.event("execution_time", label="end")
    rank.end()
    record = read_run(run)
    assert (record.start, record.end) == (T0 + SECOND, T0 + 4 * SECOND)


def test_the_last_line_of_a_parameter_counts(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.param("lr", "float", 0.1)
    rank.param("seed", "int", str(2**60))
    rank.param("lr", "float", 0.2)
    rank.param("lr", "float", 0.3, context="T")
    assert [(p.key, p.context, p.value) for p in read_run(run).parameters] == [
        ("lr", None, 0.2),
        ("seed", None, 2**60),
        ("lr", "T", 0.3),
    ]


def test_a_series_declared_twice_is_one(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "loss")
    rank.series(4_000_000_000, "loss", unit="nats")
    rank.point(1, 0, 1.0)
    rank.point(4_000_000_000, 1, 2.0)
    rank.point(2, 1, 3.0)
    (series,) = read_run(run).metrics.series
    assert (series.unit, series.points()["value"].tolist()) == ("nats", [1.0, 2.0])


def test_contexts_inside_each_other(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.event("context", name="a", parent="b")
    rank.event("context", name="b", parent="a")
    rank.event("context", name="self", parent="self")
    rank.event("context", name="child", parent="late")
    rank.param("x", "int", 1, context="child")
    record = read_run(run)
    parents = {c.name: c.parent for c in record.contexts}
    assert parents == {"a": "b", "b": None, "self": None, "child": "late", "late": None}
    spans = {c.name: (c.start, c.end) for c in record.contexts}
    assert spans["late"][0] <= spans["child"][0]
    assert spans["late"][1] >= spans["child"][1] == T0 + 5 * SECOND
    assert [w for w in record.warnings if "inside itself" in w] == [
        "contexts: context 'b' is inside itself; it is put at the top",
        "contexts: context 'self' is inside itself; it is put at the top",
    ]


def test_values_keep_their_bits(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.series(1, "x")
    patterns = [
        0x7FF8000000000001,
        0xFFF0000000000000,
        0x8000000000000000,
        0x7FF0000000000001,
        0x4340000000000001,
    ]
    for bits in patterns:
        rank.raw_points(struct.pack("<IIqqQ", 1, 0, -5, T0, bits))
    points = read_run(run).metrics.series[0].points()
    assert points["value"].view("<u8").tolist() == patterns
    assert set(points["step"].tolist()) == {-5}


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("../secret.txt", "is no plain relative path"),
        ("artifacts/../../secret.txt", "is no plain relative path"),
        ("/etc/passwd", "is no plain relative path"),
        ("C:/secret.txt", "is no plain relative path"),
        ("artifacts\\x", "is no plain relative path"),
        ("artifacts//x", "is no plain relative path"),
        ("run.json", "is not below artifacts/"),
        ("artifacts", "is not below artifacts/"),
        ("artifacts/link.txt", "is or passes through a symbolic link"),
        ("artifacts/linked/secret.txt", "is or passes through a symbolic link"),
        ("artifacts/gone.txt", "is missing"),
        ("artifacts/\ud800", "is missing"),
        ("artifacts/real", "is no file"),
    ],
)
def test_files_that_lead_elsewhere_are_left_out(tmp_path: Path, path: str, problem: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    run = make_run(tmp_path / "run")
    (run / "artifacts" / "real").mkdir(parents=True)
    (run / "artifacts" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (run / "artifacts" / "linked").symlink_to(tmp_path)
    file = {"path": path, "original": "x", "kind": "file", "size": 6, "sha256": None, "files": 1}
    rank = RawRank(run)
    rank.event("artifact", name="a", file=file, context=None)
    record = read_run(run)
    assert record.artifacts[0].file == FileRecord(None, "x", "file", 6, None, 1)
    assert record.warnings == (f"rank_0/events.jsonl: line 2: copy {path!r} {problem}; it is left out",)


def test_rank_folders_and_raw_files_that_are_links_are_not_followed(tmp_path: Path) -> None:
    other = small_run(tmp_path / "other")
    run = make_run(tmp_path / "run")
    (run / "rank_0").symlink_to(other / "rank_0")
    assert read_run(run).metrics.series == ()
    os.unlink(run / "rank_0")
    rank = RawRank(run)
    rank.series(1, "loss")
    os.mkfifo(rank.metrics)
    record = read_run(run)
    assert record.metrics.series[0].count == 0
    assert record.warnings == ("rank_0/metrics.bin: is no regular file; ignored",)


@pytest.mark.parametrize(
    "line",
    [
        b"[1, 2]",
        b'{"event": 5}',
        b'{"event": "param", "time": "x"}',
        b"\xff\xfe",
        b'{"event": "x", "v": NaN}',
        b"[" * 100_000,
        b'{"event": "param", "key": 5, "value": null}',
        b'{"event": "param", "key": "k", "value": {"type": "float", "value": "x"}}',
        b'{"event": "param", "key": "k", "value": {"type": "int", "value": "' + b"9" * 5000 + b'"}}',
        b'{"event": "param", "key": "k", "value": {"type": "float", "value": 1' + b"0" * 400 + b"}}",
        b'{"event": "param", "key": "k", "value": {"type": [], "value": {}}}',
        b'{"event": "artifact", "name": "a", "file": [], "time": 1}',
        b'{"event": "series", "number": -1, "key": "k"}',
        b'{"event": "series", "number": 4294967296, "key": "k"}',
        b'{"event": "model_version", "name": "a", "version": true, "time": 1}',
        b'{"event": "context", "name": null, "time": 1}',
        b'{"event": "source_code", "files": [1, {}], "git": [], "script": {}, "time": 1}',
        b'{"event": "dataset", "label": "d", "info": {"a": 1, "b": []}, "file": 3, "sha256": {}, "time": 1}',
    ],
)
def test_a_damaged_line_costs_only_itself(tmp_path: Path, line: bytes) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.raw(line + b"\n")
    rank.param("after", "int", 1)
    record = read_run(run)
    assert [(p.key, p.value) for p in record.parameters] == [("after", 1)]
    assert record.warnings
    assert all(warning.startswith("rank_0/events.jsonl: line 2: ") for warning in record.warnings)


def test_many_damaged_lines_are_summed_up(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.raw(b"x\n" * 100)
    warnings = read_run(run).warnings
    assert len(warnings) == 21
    assert warnings[-1] == "rank_0/events.jsonl: 80 more warnings"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uuid": 5}, "line 3: field 'uuid' must be a text, not int; "),
        ({"uuid": "../x"}, "line 3: field 'uuid' is no UUID: '../x'; "),
        ({"created": "now"}, "line 6: field 'created' must be an integer, not str; "),
        ({"created": True}, "line 6: field 'created' must be an integer, not bool; "),
        ({"created": 2**70}, f"line 6: field 'created' must be from 0 to 2**63 - 1, not {2**70}; "),
        ({"options": []}, "line 11: field 'options' must be an object, not list; "),
        (
            {"options": {"metrics_file_type": "hdf"}},
            "line 12: field 'options.metrics_file_type' is 'hdf'; use one of zarr, csv, netcdf",
        ),
        ({"format_version": 2}, "line 2: field 'format_version' is 2, this version reads up to 1; upgrade: "),
        ({"experiment": None}, "line 4: field 'experiment' is missing; "),
    ],
)
def test_a_damaged_run_file_names_line_and_fix(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    run = make_run(tmp_path / "run", **changes)
    with pytest.raises(PackagerError) as caught:
        read_run(run)
    assert str(caught.value).startswith(f"{run / 'run.json'}: {message}")
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\0" * 50, b"{", b"[]", b"\xff", b"[" * 200_000])
def test_a_run_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(PackagerError) as caught:
        read_run(tmp_path)
    assert caught.value.path == tmp_path / "run.json"


def test_what_is_no_run_directory(tmp_path: Path) -> None:
    with pytest.raises(PackagerError) as caught:
        read_run(tmp_path / "gone")
    assert str(caught.value) == f"{tmp_path / 'gone'}: does not exist; give the folder that start_run made"
    small_run(tmp_path / "digits_0")
    with pytest.raises(PackagerError) as caught:
        read_run(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: is no run directory: run.json is missing; did you mean {tmp_path / 'digits_0'}?"
    )
    with pytest.raises(PackagerError, match="is no run directory"):
        read_run(tmp_path / "digits_0" / "run.json")


def test_hostile_names_are_data(tmp_path: Path) -> None:
    names = ["../x", "a/b", "CON", "n" * 300, "line\nbreak", "\ud800", "\0", "😀", "A", "a"]
    run = make_run(tmp_path / "run", experiment="\ud800/../x")
    rank = RawRank(run)
    for number, name in enumerate(names, 1):
        rank.param(name, "str", name)
        rank.series(number, name, context=name)
        rank.point(number, 0, float(number))
    record = read_run(run)
    assert json.loads((run / "run.json").read_text())["experiment"] == record.experiment
    assert [p.key for p in record.parameters] == names
    assert [c.name for c in record.contexts] == names
    assert {s.metric: s.points()["value"].tolist() for s in record.metrics.series} == {
        name: [float(number)] for number, name in enumerate(names, 1)
    }
