"""TensorBoard: event files of the real tensorboardX, whole, torn, damaged and hostile."""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.importers.imported import UnreadableRun
from prov4ml_packager.importers.run_import import import_runs
from prov4ml_packager.importers.tensorboard.records import EventFile
from prov4ml_packager.importers.tensorboard.tensors import read_tensor, scalar
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord
from tests.importers.trackers.logged import HPARAMS, IMAGE, SCALARS, TEXT, WALL_TIME
from tests.importers.trackers.real_runs import bytes_of, imported, needs, records, series_of, write_runs


@pytest.fixture(scope="module")
def runs(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunRecord]:
    return records(logdir, tmp_path_factory.mktemp("out"))


def nanoseconds(seconds: float) -> int:
    return round(Fraction(seconds) * 10**9)


def test_the_runs_are_those_that_were_trained(runs: dict[str, RunRecord]) -> None:
    assert list(runs) == ["one", "search/two", "search/two/trial1", "search/two/trial2"]
    assert {run.experiment for run in runs.values()} == {"runs"}


def test_every_scalar_has_its_step_its_time_and_the_bits_of_the_file(runs: dict[str, RunRecord]) -> None:
    found = series_of(runs["one"])
    for tag, points in SCALARS.items():
        assert found[None, tag, None] == [
            (step, nanoseconds(WALL_TIME + index / 7), float(np.float32(value)).hex())
            for index, (step, value) in enumerate(points)
        ]
    assert [point[::2] for point in found["group/a", "group", None]] == [(3, (1.0).hex())]
    assert [point[::2] for point in found["group/b", "group", None]] == [(3, (2.0).hex())]
    assert [point[2] for point in found[None, "hp/acc", "hparams"]] == [(0.75).hex()]
    assert len(found) == len(SCALARS) + 3


def test_hparams_are_parameters(runs: dict[str, RunRecord]) -> None:
    assert {one.key: one.value for one in runs["one"].parameters} == HPARAMS
    trials = [runs[f"search/two/trial{size}"] for size in (1, 2)]
    assert [[one.value for one in trial.parameters] for trial in trials] == [[1.0], [2.0]]
    assert [[point[2] for point in series_of(trial)[None, "score", None]] for trial in trials] == [
        [(0.5).hex()],
        [(1.0).hex()],
    ]


def test_images_and_texts_are_artifacts(runs: dict[str, RunRecord]) -> None:
    from PIL import Image

    run = runs["one"]
    media = {one.name: one for one in run.artifacts}
    assert set(media) == {"samples/first/2.png", "notes/text_summary/1.md"}
    image = media["samples/first/2.png"]
    assert (image.step, image.attributes) == (2, {"height": 4, "width": 5})
    assert image.file.path is not None
    pixels = np.asarray(Image.open(io.BytesIO(bytes_of(run, image.file.path))))
    assert np.array_equal(pixels, (IMAGE * 255).astype(np.uint8).transpose(1, 2, 0))
    text = media["notes/text_summary/1.md"].file.path
    assert text is not None
    assert bytes_of(run, text).decode() == TEXT


def test_what_does_not_come_over_is_told(logdir: Path, tmp_path: Path) -> None:
    (one,) = imported(logdir / "one", tmp_path)
    assert one.lost == ("1 histogram: run directories hold none",)
    assert (one.run.experiment, one.run.run_id) == ("runs", "one")


def test_a_single_event_file(logdir: Path, tmp_path: Path) -> None:
    (path,) = (logdir / "search" / "two").glob("events*")
    (one,) = imported(path, tmp_path)
    assert (one.run.experiment, one.run.run_id) == ("search", "two")
    assert one.lost == ("how the run ended: event files do not say it; it counts as finished",)


def test_a_killed_run_imports_what_was_flushed(tmp_path: Path) -> None:
    needs("tensorboardX", "pip install 'prov4ml[test]'")
    write_runs("tensorboard_runs.py", tmp_path, str(tmp_path / "run"), "kill", killed=True)
    (run,) = records(tmp_path / "run", tmp_path / "out").values()
    (points,) = series_of(run).values()
    assert points
    assert [(step, value) for step, _, value in points] == [
        (step, float(np.float32(1 / (step + 1))).hex()) for step in range(len(points))
    ]


def masked(data: bytes) -> int:
    check = google_crc32c.value(data)
    return ((check >> 15 | check << 17) + 0xA282EAD8) & 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


def scalar_event(tag: bytes, value: float, step: int, wall_time: float = WALL_TIME) -> bytes:
    entry = b"\x0a" + bytes([len(tag)]) + tag + b"\x15" + struct.pack("<f", value)
    summary = b"\x0a" + bytes([len(entry)]) + entry
    head = b"\x09" + struct.pack("<d", wall_time) + b"\x10" + bytes([step])
    return head + b"\x2a" + bytes([len(summary)]) + summary


def event_file(folder: Path, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "events.out.tfevents.1"
    path.write_bytes(content)
    return path


def test_a_file_torn_at_any_byte_keeps_every_whole_record(tmp_path: Path) -> None:
    parts = [framed(scalar_event(b"m", index, index)) for index in range(4)]
    whole = b"".join(parts)
    for cut in range(len(whole) + 1):
        reader = EventFile(event_file(tmp_path, whole[:cut]))
        found = list(reader.records())
        assert len(found) == cut // len(parts[0])
        assert reader.torn == cut % len(parts[0])
        assert (reader.damaged, reader.skipped) == (0, 0)


def test_a_torn_run_is_unfinished_and_says_what_was_lost(tmp_path: Path) -> None:
    whole = framed(scalar_event(b"m", 0.5, 1))
    event_file(tmp_path / "run", whole + whole[:-3])
    (one,) = imported(tmp_path / "run", tmp_path / "out")
    assert one.run.status == "unfinished"
    assert one.lost == (
        f"the last {len(whole) - 3} bytes of events.out.tfevents.1: "
        "its last record was not written to its end",
        "how the run ended: event files do not say it; the last one is torn, so it counts as unfinished",
    )


def test_a_wrong_checksum_costs_its_record_alone(tmp_path: Path) -> None:
    parts = [bytearray(framed(scalar_event(b"m", index, index))) for index in range(3)]
    parts[1][20] ^= 1
    event_file(tmp_path / "run", b"".join(parts))
    (one,) = imported(tmp_path / "run", tmp_path / "out")
    assert [series.count for series in one.run.series] == [2]
    assert one.lost[0] == "1 record of events.out.tfevents.1: wrong checksum"


@pytest.mark.parametrize("hole", [b"\0" * 5000, b"\xff" * 77, b"\0\0\0\0\0\0\0\0" + b"\x01" * 5])
def test_a_hole_in_a_file_is_skipped(tmp_path: Path, hole: bytes) -> None:
    part = framed(scalar_event(b"m", 0.5, 1))
    event_file(tmp_path / "run", part + hole + part)
    (one,) = imported(tmp_path / "run", tmp_path / "out")
    assert [series.count for series in one.run.series] == [2]
    assert one.lost[0] == f"{len(hole):,} bytes of events.out.tfevents.1: no record begins in them"


def test_a_huge_length_is_no_record(tmp_path: Path) -> None:
    length = struct.pack("<Q", 2**62)
    event_file(tmp_path / "run", length + struct.pack("<I", masked(length)) + b"x" * 100)
    (bad,) = import_runs(tmp_path / "run", tmp_path / "out")
    assert isinstance(bad, UnreadableRun)
    assert bad.reason == "holds no event; 112 bytes of events.out.tfevents.1: no record begins in them"


@pytest.mark.parametrize("wall_time", [float("nan"), float("inf"), -1.0, 1e300])
def test_an_event_without_a_time_is_counted(tmp_path: Path, wall_time: float) -> None:
    good, bad = scalar_event(b"m", 0.5, 1), scalar_event(b"m", 0.5, 2, wall_time)
    event_file(tmp_path / "run", framed(good) + framed(bad))
    (one,) = imported(tmp_path / "run", tmp_path / "out")
    assert one.lost[0] == "1 event: without a time from 1970 on"


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_bytes_in_records_are_an_event_or_counted(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    event_file(folder / "run", b"".join(map(framed, [scalar_event(b"m", 0.5, 1), *contents])))
    (one,) = imported(folder / "run", folder / "out")
    assert one.run.series


def test_folders_of_keras_are_contexts_of_one_run(tmp_path: Path) -> None:
    for name in ("train", "validation"):
        event_file(tmp_path / "logs" / name, framed(scalar_event(b"epoch_loss", 0.5, 1)))
    (one,) = imported(tmp_path / "logs", tmp_path / "out")
    assert [(series.context, series.metric) for series in one.run.series] == [
        ("train", "epoch_loss"),
        ("validation", "epoch_loss"),
    ]


def test_a_run_above_others_does_not_swallow_them(tmp_path: Path) -> None:
    for name in (".", "exp1", "exp2/seed0"):
        event_file(tmp_path / "logs" / name, framed(scalar_event(b"loss", 0.5, 1)))
    names = [one.run.run_id for one in imported(tmp_path / "logs", tmp_path / "out")]
    assert names == ["logs", "exp1", "exp2/seed0"]


def test_a_tag_cannot_choose_a_path(tmp_path: Path) -> None:
    image = b"\x22\x03abc"
    entry = b"\x0a\x0e../../../evil." + b"\x22" + bytes([len(image)]) + image
    summary = b"\x0a" + bytes([len(entry)]) + entry
    event = b"\x09" + struct.pack("<d", WALL_TIME) + b"\x2a" + bytes([len(summary)]) + summary
    event_file(tmp_path / "run", framed(event))
    (one,) = imported(tmp_path / "run", tmp_path / "out")
    (artifact,) = one.run.artifacts
    assert artifact.name == "../../../evil./0.bin"
    assert all(path.is_relative_to(one.directory) for path in (tmp_path / "out").rglob("*.bin"))
    assert not list(tmp_path.glob("**/evil.*"))


def numeric_tensors() -> Iterator[tuple[int, str, float]]:
    for dtype, form in {1: "<f", 2: "<d", 3: "<i", 4: "<B", 5: "<h", 6: "<b", 9: "<q", 19: "<e"}.items():
        yield dtype, form, 5.0
    yield 2, "<d", 0.1
    yield 10, "<?", 1.0


@pytest.mark.parametrize(("dtype", "form", "value"), list(numeric_tensors()))
def test_scalars_of_tensorflow_2_are_tensors(dtype: int, form: str, value: float) -> None:
    raw = struct.pack(form, value if form[-1] in "fde" else int(value))
    tensor = read_tensor(b"\x08" + bytes([dtype]) + b"\x12\x00\x22" + bytes([len(raw)]) + raw)
    assert scalar(tensor) == value


def test_a_tensor_of_a_double_in_its_own_field_keeps_its_bits() -> None:
    assert scalar(read_tensor(b"\x08\x02\x31" + struct.pack("<d", 0.1))) == 0.1
    assert scalar(read_tensor(b"\x08\x02\x32\x08" + struct.pack("<d", 0.1))) == 0.1


def test_links_out_of_the_folder_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event_file(tmp_path / "logs" / "one", framed(scalar_event(b"loss", 0.5, 1)))
    event_file(tmp_path / "elsewhere", framed(scalar_event(b"loss", 0.5, 1)))
    (tmp_path / "logs" / "latest").symlink_to("one")
    (tmp_path / "logs" / "two").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "logs" / "gone").symlink_to(tmp_path / "nowhere")
    assert run_command(["import", str(tmp_path / "logs"), "-o", str(tmp_path / "out")]) == 0
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["logs_one"]
    assert capsys.readouterr().err == (
        f"prov4ml-pack: note: {tmp_path / 'logs'}: links that lead out of it are not followed: gone, two\n"
    )


def test_what_is_not_carried_over_is_counted_in_words(tmp_path: Path) -> None:
    without_value = b"\x2a\x05\x0a\x03\x0a\x01a"
    time = b"\x09" + struct.pack("<d", WALL_TIME)
    records = [scalar_event(b"m", 0.5, 1), time + without_value, time + without_value, b"\xff"]
    event_file(tmp_path / "run", b"".join(map(framed, records)))
    (one,) = imported(tmp_path / "run", tmp_path / "out")
    assert one.lost[:2] == (
        "1 event: not understood, for what it holds is damaged",
        "2 summaries without a value: run directories hold none",
    )


def test_a_folder_whose_path_is_no_key_is_the_name_of_the_run(tmp_path: Path) -> None:
    for name in ("search/lr é", "plain"):
        event_file(tmp_path / "logs" / name, framed(scalar_event(b"loss", 0.5, 1)))
    names = {read_run(one.directory).name for one in imported(tmp_path / "logs", tmp_path / "out")}
    assert names == {"search/lr é", None}
