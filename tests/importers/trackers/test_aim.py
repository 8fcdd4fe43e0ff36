"""Aim: a repository is refused with the reason, whichever way it is named."""

from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run


@pytest.mark.parametrize("name", [".", ".aim"])
def test_a_repository_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    repository = tmp_path / "project" / ".aim"
    repository.mkdir(parents=True)
    (repository / "run_metadata.sqlite").write_bytes(b"SQLite format 3\0")
    source = tmp_path / "project" / name
    assert run(["import", str(source), "-o", str(tmp_path / "prov")]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {source}: is a repository of Aim, whose RocksDB files only Aim opens, and not "
        "without writing to them; write its metrics to TensorBoard with Aim's own API and import those\n"
    )
    assert not (tmp_path / "prov").exists()
