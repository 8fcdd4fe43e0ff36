"""Whatever is cut off or overwritten, a run is read, or refused with one clear line."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prov4ml_packager.errors import PackagerError
from prov4ml_packager.provenance import build_document
from prov4ml_packager.reader import read_run
from prov4ml_packager.reader.events import _HANDLERS

from .raw_writer import T0, RawRank, make_run, small_run

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(-1e300, 1e300)
    | st.text(max_size=5) | st.sampled_from(["file", "T", "float", "NaN", "finished", "../x", "start"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = [
    "number", "key", "context", "source", "unit", "value", "is_input", "name", "file", "step", "attributes",
    "layers", "version", "previous", "label", "info", "sha256", "files", "script", "git", "command", "path",
    "operation", "initial", "count", "cause", "message", "status", "error", "points", "points_lost", "parent",
    "host", "pid", "packages", "python", "devices", "rank", "class", "parameters", "original", "kind", "size",
]  # fmt: skip
EVENTS = st.sampled_from([*_HANDLERS, "rank_start", "run_end"])


def check_usable(directory: Path) -> None:
    record = read_run(directory)
    assert all(series.count == len(series.points()) for series in record.metrics.series)
    assert record.start <= record.end
    assert all(record.start <= c.start <= c.end <= record.end for c in record.contexts)
    json.dumps(build_document(record), allow_nan=False)


@settings(max_examples=40)
@given(
    lines=st.lists(st.tuples(EVENTS, st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=12)), max_size=4)
)
def test_any_fields_of_any_type(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, dict[str, Any]]]
) -> None:
    directory = make_run(tmp_path_factory.mktemp("x") / "run")
    rank = RawRank(directory)
    for event, fields in lines:
        rank.raw(json.dumps({"event": event, "time": T0, **fields}).encode() + b"\n")
    check_usable(directory)


@settings(max_examples=40)
@given(data=st.data())
def test_any_bytes_overwritten_or_cut_off(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    directory = small_run(tmp_path_factory.mktemp("x") / "run")
    name = data.draw(st.sampled_from(["run.json", "rank_0/events.jsonl", "rank_0/metrics.bin"]))
    path = directory / name
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content)))
    patch = data.draw(st.binary(max_size=12) | st.integers(1, 40).map(bytes))
    content[place : place + len(patch)] = patch
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    refused = None
    try:
        check_usable(directory)
    except PackagerError as error:
        refused = error
    if refused is not None:
        assert name == "run.json" or "format version" in refused.message
        assert "\n" not in str(refused)
        assert refused.hint
