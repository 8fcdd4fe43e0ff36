"""Run directories: one good run, small damage, and the rule that says so."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prov4ml.rundir import POINT
from prov4ml_validators import Severity, Unreadable, validate

MakeRun = Callable[..., Path]
Rules = Callable[..., list[str]]
GOOD = POINT.pack(1, 0, 0, 1, 0.5) + POINT.pack(1, 0, 1, 2, 0.25)


def test_good_run_has_no_finding(make_run: MakeRun) -> None:
    report = validate(make_run())
    assert (report.kind, report.findings) == ("run-directory", ())


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda run: run.pop("uuid"), "run-directory/run-file"),
        (lambda run: run.update(uuid="me"), "run-directory/run-file"),
        (lambda run: run["options"].update(compressor="rar"), "run-directory/run-file"),
        (lambda run: run.update(format_version=2), "run-directory/format-version"),
    ],
)
def test_run_file(make_run: MakeRun, rules: Rules, damage: Any, rule: str) -> None:
    assert rules(make_run(run=damage)) == [rule]


def file_path(path: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda events: events[4]["file"].update(path=path)


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda events: events.pop(0), "run-directory/first-line"),
        (lambda events: events[0].update(rank=3), "run-directory/first-line"),
        (lambda events: events[0].update(format_version=9), "run-directory/format-version"),
        (lambda events: events.append(events[1]), "run-directory/after-end"),
        (lambda events: events[3].update(value={"type": "float", "value": "much"}), "run-directory/event"),
        (lambda events: events[5].update(status="great"), "run-directory/event"),
        (lambda events: events[1].pop("name"), "run-directory/event"),
        (lambda events: events[2].update(number=0), "run-directory/event"),
        (lambda events: events.insert(3, events[2]), "run-directory/series-number"),
        (file_path("../secret"), "run-directory/path-escapes"),
        (file_path("/etc/passwd"), "run-directory/path-escapes"),
        (file_path("C:\\secret"), "run-directory/path-escapes"),
        (file_path("artifacts/none"), "run-directory/artifact-missing"),
        (lambda events: events[4]["file"].update(sha256="0" * 64), "run-directory/artifact-digest"),
        (lambda events: events[4]["file"].update(size=1), "run-directory/artifact-digest"),
    ],
)
def test_journal(make_run: MakeRun, rules: Rules, damage: Any, rule: str) -> None:
    assert rule in rules(make_run(events=damage))


def test_unknown_events_and_fields_are_ignored(make_run: MakeRun) -> None:
    def later_version(events: list[dict[str, Any]]) -> None:
        events.insert(1, {"event": "hologram", "time": 1, "x": []})
        events[0]["new_field"] = 1

    assert validate(make_run(events=later_version)).findings == ()


def test_torn_last_line_is_dropped(make_run: MakeRun, rules: Rules) -> None:
    run = make_run()
    with (run / "rank_0/events.jsonl").open("ab") as stream:
        stream.write(b'{"event": "par')
    assert rules(run, Severity.SHOULD) == ["run-directory/torn-line"]


def test_damage_in_the_middle_is_no_torn_line(make_run: MakeRun, rules: Rules) -> None:
    run = make_run()
    journal = run / "rank_0/events.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[3] = b"\0\0\0\n"
    journal.write_bytes(b"".join(lines))
    assert rules(run, Severity.SHOULD) == ["run-directory/journal-line"]


def test_killed_run_is_valid(make_run: MakeRun, rules: Rules) -> None:
    run = make_run(events=lambda events: events.pop())
    assert rules(run, Severity.SHOULD) == []
    assert rules(run, Severity.MAY) == ["run-directory/no-end"]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (GOOD + b"\1" * 7, ["run-directory/torn-record"]),
        (GOOD + b"\0" * 64, ["run-directory/hole-of-zeros"]),
        (GOOD + POINT.pack(2, 0, 0, 1, 0.5), ["run-directory/undeclared-series"]),
        (GOOD[:32], ["run-directory/point-count"]),
    ],
)
def test_points_that_a_reader_drops(
    make_run: MakeRun, rules: Rules, points: bytes, expected: list[str]
) -> None:
    run = make_run(points=points)
    assert rules(run, Severity.SHOULD) == expected
    assert validate(run).is_valid()


def test_dropped_points_are_counted_across_chunks(make_run: MakeRun) -> None:
    many = POINT.pack(1, 0, 0, 1, 0.5) * 70_000 + b"\0" * 32 + POINT.pack(7, 0, 0, 1, 0.5) * 3
    messages = [finding.message for finding in validate(make_run(points=many)).findings]
    assert messages == [
        "1 records of zeros are dropped",
        "3 records of series that the journal lacks (7) are dropped",
    ]


def test_reserved_field(make_run: MakeRun, rules: Rules) -> None:
    assert rules(make_run(points=GOOD + POINT.pack(1, 1, 0, 1, 0.5))) == ["run-directory/reserved-field"]


def test_missing_and_unexpected_ranks(make_run: MakeRun, rules: Rules) -> None:
    run = make_run(run=lambda one: one.update(collect_all_processes=True, world_size=4))
    (run / "rank_9").mkdir()
    assert rules(run, Severity.SHOULD) == [
        "run-directory/missing-rank",
        "run-directory/unexpected-rank",
        "run-directory/no-journal",
    ]


def test_copied_directory_has_its_digest(make_run: MakeRun, rules: Rules) -> None:
    import hashlib

    inner = hashlib.sha256(b"x").hexdigest()
    digest = hashlib.sha256(f"{inner}  a/b.txt\n{inner}  c.txt\n".encode()).hexdigest()

    def as_directory(events: list[dict[str, Any]]) -> None:
        events[4]["file"].update(path="artifacts/d", kind="directory", size=2, sha256=digest, files=2)

    run = make_run(events=as_directory)
    (run / "artifacts/d/a").mkdir(parents=True)
    (run / "artifacts/d/a/b.txt").write_bytes(b"x")
    (run / "artifacts/d/c.txt").write_bytes(b"x")
    assert validate(run).findings == ()
    (run / "artifacts/d/c.txt").write_bytes(b"y")
    assert rules(run) == ["run-directory/artifact-digest"]


def test_links_are_not_followed(make_run: MakeRun, rules: Rules) -> None:
    run = make_run()
    shutil.move(run / "artifacts", run.parent / "elsewhere")
    (run / "artifacts").symlink_to(run.parent / "elsewhere")
    assert rules(run) == ["run-directory/link"]
    shutil.move(run / "rank_0", run.parent / "rank_elsewhere")
    (run / "rank_0").symlink_to(run.parent / "rank_elsewhere")
    assert rules(run) == ["run-directory/linked-part"]


def test_run_file_that_is_no_json_is_unreadable(make_run: MakeRun) -> None:
    run = make_run()
    (run / "run.json").write_text("{")
    with pytest.raises(Unreadable, match=r"run\.json: line 1, column 2: not JSON"):
        validate(run)


def test_directory_of_nothing_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="neither a run directory"):
        validate(tmp_path)


def test_packaged_store_needs_a_reader(make_run: MakeRun) -> None:
    run = make_run()
    (run / "packaged").mkdir()
    (run / "packaged/metrics.csv").write_text("")
    (finding,) = validate(run).findings
    assert finding.message == '"packaged/metrics.csv" not checked: needs [pack]'
