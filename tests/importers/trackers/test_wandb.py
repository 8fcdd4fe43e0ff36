"""Weights & Biases: logs of the real wandb, whole, resumed, killed, torn at any byte, and hostile."""

import struct
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.importers.imported import UnreadableRun
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.wandb.log import RunLog
from prov4ml_packager.record import RunRecord
from tests.importers.trackers.logged import CONFIG, NUMBERS
from tests.importers.trackers.real_runs import bytes_of, imported, needs, records, series_of, write_runs

BLOCK = 1 << 15
HEADER = b":W&B\xe1\xbe\x00"


@pytest.fixture(scope="module")
def run(wandb_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    (run,) = records(wandb_folder, tmp_path_factory.mktemp("out")).values()
    return run


def test_every_number_has_its_step_and_its_bits(run: RunRecord) -> None:
    found = {
        metric: [(step, value) for step, _, value in points]
        for (context, metric, origin), points in series_of(run).items()
        if context is None and origin is None
    }
    expected = {name: [(step, value.hex()) for step, value in points] for name, points in NUMBERS.items()}
    assert found == {**expected, "late": [(100, (1.0).hex())]}


def test_times_are_those_of_the_rows(run: RunRecord) -> None:
    times = [time for points in series_of(run).values() for _, time, _ in points]
    assert run.start - 5 * 10**9 < min(times)
    assert max(times) < time.time_ns()
    loss = series_of(run)[None, "loss", None]
    assert loss[0][1] < loss[1][1]


def test_the_configuration_has_its_types(run: RunRecord) -> None:
    found = {one.key: one.value for one in run.parameters}
    assert found == {**CONFIG, "later": [3]}
    assert {key: type(value) for key, value in found.items()} == {
        **{key: type(value) for key, value in CONFIG.items()}, "later": list,
    }  # fmt: skip


def test_identity_status_and_environment(run: RunRecord) -> None:
    assert (run.experiment, run.name, run.status) == ("proj", "näme", "failed")
    assert run.error is not None
    assert (run.error.type, run.error.message) == ("exit code", "3")
    assert run.tags == {
        "wandb.group": "g", "wandb.job_type": "train", "wandb.notes": "some notes",
        "wandb.tags": ["x", "y"], "wandb.step_metric.custom": "epoch",
    }  # fmt: skip
    (rank,) = run.ranks
    assert rank.script == "wandb_runs.py" or str(rank.script).endswith("/wandb_runs.py")
    assert "wandb" in rank.packages
    assert rank.python["version"].startswith("3.")


def test_the_summary_says_what_points_do_not(run: RunRecord) -> None:
    assert {one.key: one.value for one in run.final_metrics} == {
        "best": 0.5, "text": "words", "list": [1, 2],
    }  # fmt: skip


def test_files_of_the_run_are_artifacts(run: RunRecord) -> None:
    files = {one.name: one for one in run.artifacts}
    notes, output = files["notes.txt"].file.path, files["output.log"].file.path
    assert notes is not None
    assert output is not None
    assert bytes_of(run, notes) == b"inside"
    assert b"hello output" in bytes_of(run, output)
    (image,) = (one for name, one in files.items() if name.startswith("media/images/"))
    assert (image.step, image.attributes["wandb.key"]) == (100, "image")
    assert image.file.path is not None
    assert bytes_of(run, image.file.path).startswith(b"\x89PNG")


def test_files_outside_the_run_are_named_and_not_read(wandb_folder: Path, tmp_path: Path) -> None:
    (one,) = imported(wandb_folder / "wandb", tmp_path)
    artifacts = {artifact.name: artifact for artifact in one.run.artifacts}
    assert artifacts["outside.txt"].file.path is None
    assert artifacts["data"].file.path is None
    assert artifacts["data"].attributes["wandb.files"] == ["renamed.txt"]
    assert "outside.txt: files/outside.txt is a link, which an import does not follow" in one.lost
    assert "1 file of artifact data: wandb keeps it outside the run's folder" in one.lost
    assert "1 value of history: text, no number; the last of a key is a final metric" in one.lost
    copies = [path.read_bytes() for path in one.directory.rglob("*") if path.is_file()]
    assert not any(b"what lies outside" in copy for copy in copies)


def test_a_resumed_run_is_one_run(tmp_path: Path) -> None:
    needs("wandb", "pip install 'prov4ml[test]'")
    write_runs("wandb_runs.py", tmp_path, "resume", "again")
    (one,) = imported(tmp_path, tmp_path / "out")
    assert len(one.run.sources) == 2
    points = next(series for series in one.run.series if series.metric == "loss").points()
    assert points["value"].tolist() == [3.0, 2.0, 1.0]
    assert one.run.status == "finished"


def test_a_killed_run_imports_what_reached_the_disk(tmp_path: Path) -> None:
    needs("wandb", "pip install 'prov4ml[test]'")
    write_runs("wandb_runs.py", tmp_path, "kill", killed=True)
    (one,) = imported(tmp_path, tmp_path / "out")
    assert one.run.status == "unfinished"
    points = next(series for series in one.run.series if series.metric == "loss").points()
    assert points["step"].tolist() == list(range(len(points)))
    assert points["value"].tolist() == [1 / (step + 1) for step in range(len(points))]
    assert len(points) > 0  # wandb writes in blocks of 32 KiB, and in its own time what is left


def log_of(payloads: list[bytes]) -> tuple[bytes, list[int]]:
    """Return a log with these records, and where each ends: LevelDB's log format, written plainly."""
    data, ends = bytearray(HEADER), []
    for payload in payloads:
        first, rest = True, payload
        while first or rest:
            left = BLOCK - len(data) % BLOCK
            if left < 7:
                data += b"\0" * left
                left = BLOCK
            piece, rest = rest[: left - 7], rest[left - 7 :]
            kind = (1 if not rest else 2) if first else (4 if not rest else 3)
            check = zlib.crc32(bytes([kind]) + piece)
            data += struct.pack("<IHB", check, len(piece), kind) + piece
            first = False
        ends.append(len(data))
    return bytes(data), ends


def read_log(folder: Path, data: bytes) -> tuple[list[bytes], RunLog]:
    path = folder / "run-x.wandb"
    path.write_bytes(data)
    log = RunLog(path)
    return list(log.records()), log


@given(st.lists(st.integers(0, 90_000), max_size=5), st.data())
@settings(max_examples=60)
def test_a_log_torn_at_any_byte_keeps_every_whole_record(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], data: st.DataObject
) -> None:
    payloads = [bytes([index + 1]) * size for index, size in enumerate(sizes)]
    whole, ends = log_of(payloads)
    cut = data.draw(st.integers(len(HEADER), len(whole)))
    found, log = read_log(tmp_path_factory.mktemp("torn"), whole[:cut])
    kept = sum(end <= cut for end in ends)
    assert found == payloads[:kept]
    assert log.damaged == 0


def test_a_wrong_checksum_costs_the_rest_of_its_block(tmp_path: Path) -> None:
    payloads = [bytes([index]) * 1000 for index in range(100)]
    whole, _ = log_of(payloads)
    broken = bytearray(whole)
    broken[BLOCK + 5000] ^= 1
    found, log = read_log(tmp_path, bytes(broken))
    assert set(found) < set(payloads)
    assert len(found) >= len(payloads) - BLOCK // 1000 - 2
    assert 0 < log.damaged <= BLOCK


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no log of wandb: it is shorter than a header"),
        (b"SQLite format 3\0", "is no log of wandb: it does not begin with :W&B"),
        (b":W&B\xe1\xbe\x07", "is a log of version 7; this program reads version 0"),
    ],
)
def test_a_file_that_is_no_log(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(PackagerError, match=reason):
        read_log(tmp_path, data)


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=5))
@settings(max_examples=60)
def test_any_bytes_in_records_are_understood_or_counted(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "run-x.wandb").write_bytes(log_of(contents)[0])
    for one in import_runs(folder / "run-x.wandb", folder / "out"):
        assert not isinstance(one, UnreadableRun) or one.reason


def nested_json(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("text", [b"{", b"9" * 5000, nested_json(100_000), b'{"a": 1e999999}', b"\xff"])
def test_hostile_json_in_a_row(tmp_path: Path, text: bytes) -> None:
    def field(number: int, data: bytes) -> bytes:
        def varint(value: int) -> bytes:
            return bytes([value & 0x7F | 0x80]) + varint(value >> 7) if value > 0x7F else bytes([value])

        return varint(number << 3 | 2) + varint(len(data)) + data

    row = field(2, field(1, field(2, b"m") + field(16, text)))
    good = field(2, field(1, field(2, b"m") + field(16, b"1.5")))
    (tmp_path / "run-x.wandb").write_bytes(log_of([row, good])[0])
    (one,) = imported(tmp_path / "run-x.wandb", tmp_path / "out")
    points = next(series for series in one.run.series if series.metric == "m").points()
    assert points["value"].tolist()[-1] == 1.5
