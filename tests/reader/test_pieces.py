"""Files read in pieces, with and without a thread that reads ahead."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prov4ml_packager.reader import pieces
from prov4ml_packager.reader.pieces import read_pieces


@pytest.mark.parametrize("worth_a_thread", [0, 1 << 30])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(content=st.binary(max_size=60), size=st.integers(1, 70), limit=st.none() | st.integers(0, 70))
def test_pieces_are_the_file(
    content: bytes,
    size: int,
    limit: int | None,
    worth_a_thread: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pieces, "_WORTH_A_THREAD", worth_a_thread)
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("rb") as file:
        found = [bytes(piece) for piece in read_pieces(file, size, limit)]
    assert b"".join(found) == content[:limit]
    assert all(len(piece) == size for piece in found[:-1])


def test_a_reader_that_stops_leaves_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_WORTH_A_THREAD", 0)
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    with path.open("rb") as file:
        reading = read_pieces(file, 10)
        assert len(next(reading)) == 10
        reading.close()  # type: ignore[attr-defined]
        assert file.tell() <= 20
