"""Archives: the same bytes whatever surrounds the build, the same content whatever the kind."""

import hashlib
import os
import random
import stat
import subprocess
import sys
import tarfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_packager.crate import CrateOptions, build_crate, unpack_crate
from prov4ml_packager.crate.archive.archives import archive_kind
from prov4ml_packager.crate.archive.deflate import BLOCK, Deflater, GzipCompressor
from prov4ml_packager.crate.archive.members import Member, bytes_member, file_member
from prov4ml_packager.crate.archive.paths import archive_paths, folded
from prov4ml_packager.crate.archive.tar_writer import write_tar
from prov4ml_packager.crate.archive.workers import start_workers
from prov4ml_packager.crate.archive.zip_writer import write_zip
from prov4ml_packager.crate.options import COMPRESSIONS, Compression
from prov4ml_packager.errors import PackagerError

from .builders import FULL, artifact, make_run, write_file

KINDS = ["c.zip", "c.tar.gz", "c.tgz", "c.tar.zst", "c"]
PLAIN = {"ro-crate-metadata.json", "manifest-sha256.txt", "ro-crate-preview.html"}


def content(folder: Path) -> dict[str, str]:
    """Return the digest of every file and a mark for every directory."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "/"
        for path in folder.rglob("*")
    }


def opened(crate: Path, target: Path) -> Path:
    return crate if crate.is_dir() else unpack_crate(crate, target)


BUILD = """
import os, sys, time
os.umask(int(sys.argv[4], 8)); time.tzset()
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.crate.builders import FULL, make_run
from dataclasses import replace
from prov4ml_packager.crate import build_crate
from prov4ml_packager.crate.options import COMPRESSIONS, Compression
from prov4ml_packager.crate.archive.tar_writer import write_tar
from prov4ml_packager.crate.archive.workers import start_workers
root = Path(sys.argv[2]); out = Path(sys.argv[3]); out.mkdir()
run = make_run(root / "run_1")
for one in COMPRESSIONS:
    build_crate([run], out / f"{one}.zip", replace(FULL, compression=one))
for name in ("c.tar.gz", "c.tar.zst", "c"):
    build_crate([run], out / name, FULL)
"""


def test_bytes_do_not_depend_on_zone_umask_folder_or_hash_seed(tmp_path: Path, project: Path) -> None:
    found = []
    for number, (zone, umask, seed) in enumerate(
        [("Asia/Kathmandu", "077", "1"), ("America/Caracas", "000", "2")]
    ):
        here = tmp_path / str(number)
        here.mkdir()
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        paths = [str(project), str(project / "packager"), str(project / "validators")]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        arguments = [str(project), str(here), str(here / "out"), umask]
        subprocess.run([sys.executable, "-c", BUILD, *arguments], check=True, cwd=here, env=environment)
        found.append(content(here / "out"))
    assert len(found[0]) > len(COMPRESSIONS) + 3
    assert found[0] == found[1]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_all_zip_methods_hold_the_same_files(tmp_path: Path, compression: str) -> None:
    run = make_run(tmp_path / "run_1")
    plain = build_crate([run], tmp_path / "plain", FULL)
    crate = build_crate([run], tmp_path / "c.zip", replace(FULL, compression=compression))
    assert content(unpack_crate(crate, tmp_path / "out")) == content(plain)


@pytest.mark.parametrize("name", KINDS)
def test_all_kinds_hold_the_same_files(tmp_path: Path, name: str) -> None:
    run = make_run(tmp_path / "run_1")
    plain = build_crate([run], tmp_path / "plain", FULL)
    crate = build_crate([run], tmp_path / name, FULL)
    assert content(opened(crate, tmp_path / "out")) == content(plain)


def test_directory_has_fixed_modes_whatever_the_umask(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    before = os.umask(0o077)
    try:
        plain = build_crate([run], tmp_path / "plain", FULL)
    finally:
        os.umask(before)
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [plain, *plain.rglob("*")]}
    assert modes == {(True, 0o755), (False, 0o644)}


@pytest.mark.parametrize("compression", ["deflate", "bzip2", "lzma"])
def test_standard_zipfile_opens_it(tmp_path: Path, compression: str) -> None:
    run = make_run(tmp_path / "run_1")
    crate = build_crate([run], tmp_path / "c.zip", replace(FULL, compression=compression))
    with zipfile.ZipFile(crate) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        dates = {info.date_time for info in archive.infolist()}
        assert dates == {(1980, 1, 1, 0, 0, 0)}
        assert "packaged/metrics.zarr/" in names


@pytest.mark.parametrize("compression", ["lzma", "zstd"])
def test_what_readers_need_first_is_never_in_a_rare_method(tmp_path: Path, compression: str) -> None:
    run = make_run(tmp_path / "run_1")
    crate = build_crate([run], tmp_path / "c.zip", replace(FULL, compression=compression))
    with zipfile.ZipFile(crate) as archive:
        methods = {info.filename: info.compress_type for info in archive.infolist()}
    assert {methods[name] for name in PLAIN} == {zipfile.ZIP_DEFLATED}
    assert methods["artifacts/model/model-v1.bin"] == {"lzma": 14, "zstd": 93}[compression]


def test_compressed_files_are_stored(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    crate = build_crate([run], tmp_path / "c.zip", replace(FULL, compression="deflate"))
    with zipfile.ZipFile(crate) as archive:
        methods = {info.filename: info.compress_type for info in archive.infolist()}
    assert methods["artifacts/digits.npz"] == zipfile.ZIP_STORED
    assert methods["packaged/metrics.zarr/training/loss/value/c/0"] == zipfile.ZIP_STORED
    assert methods["packaged/metrics.zarr/zarr.json"] == zipfile.ZIP_DEFLATED


def test_tar_members_say_nothing_of_the_machine(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    with tarfile.open(build_crate([run], tmp_path / "c.tar.gz", FULL)) as tar:
        members = tar.getmembers()
    assert {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one in members} == {
        (0, 0, "", "", 315532800)
    }
    assert {one.mode for one in members} == {0o644, 0o755}
    assert [one.name for one in members] == sorted(one.name for one in members)


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_deflate_and_gzip_are_what_zlib_reads(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    deflater, gzip = Deflater(), GzipCompressor()
    raw = b"".join([*(deflater.compress(piece) for piece in pieces), deflater.flush()])
    zipped = b"".join([*(gzip.compress(piece) for piece in pieces), gzip.flush()])
    assert zlib.decompress(raw, -15) == whole
    assert zlib.decompress(zipped, 31) == whole


def test_deflate_across_blocks_does_not_depend_on_the_pieces() -> None:
    whole = b"".join(
        hashlib.sha256(str(number % 5000).encode()).digest() for number in range(3 * BLOCK // 32 + 7)
    )
    results = set()
    for size in (1 << 12, BLOCK - 1, len(whole)):
        deflater = Deflater()
        pieces = [deflater.compress(whole[start : start + size]) for start in range(0, len(whole), size)]
        results.add(b"".join([*pieces, deflater.flush()]))
    assert len(results) == 1
    assert zlib.decompress(results.pop(), -15) == whole


def test_blocks_of_noise_are_stored_and_all_others_shrink() -> None:
    noise = random.Random(1).randbytes(BLOCK)
    weights = np.random.default_rng(1).normal(0, 0.02, BLOCK // 4).astype("<f4").tobytes()
    again = noise[:20_000] * (BLOCK // 20_000 + 1)  # repeats within the window
    text = b"".join(b"%d,%f\n" % (number, number / 7) for number in range(100_000))[:BLOCK]
    blocks = [noise, text, noise, weights, again[:BLOCK], noise[:5000]]
    whole = b"".join(blocks)
    deflater = Deflater()
    raw = [deflater.compress(block) for block in blocks]
    assert zlib.decompress(b"".join([*raw, deflater.flush()]), -15) == whole
    assert [len(one) > BLOCK for one in raw[:5]] == [True, False, True, False, False]
    assert len(raw[0]) < BLOCK + 200
    assert len(raw[3]) < 0.95 * BLOCK
    assert len(raw[4]) < 0.05 * BLOCK


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_bytes_do_not_depend_on_the_number_of_cores(tmp_path: Path, compression: Compression) -> None:
    block = b"".join(hashlib.sha256(b"%d" % number).digest() * (number % 3 + 1) for number in range(80_000))
    members = [
        bytes_member("a/large.bin", block),  # written in pieces
        *(bytes_member(f"b/{number}.txt", block[number : number * 9000]) for number in range(40)),
        Member("c/", None),
        bytes_member("d.png", block[:100_000]),
    ]
    assert len(block) > 4 << 20
    zips, tars = set(), set()
    for count in (1, 2, 5):
        with start_workers(count) as workers:
            write_zip(members, tmp_path / f"{count}.zip", compression, workers=workers)
            write_tar(members, tmp_path / f"{count}.tar.gz", GzipCompressor(workers))
        zips.add((tmp_path / f"{count}.zip").read_bytes())
        tars.add((tmp_path / f"{count}.tar.gz").read_bytes())
    assert (len(zips), len(tars)) == (1, 1)
    unpack_crate(tmp_path / "5.zip", tmp_path / "out")
    assert {member.path: member.sha256 for member in members if not member.is_directory} == {
        path: digest for path, digest in content(tmp_path / "out").items() if digest != "/"
    }


class Watched:
    """What a job told of its stages: bytes done, and how many it said there are."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: dict[str, int] = {}

    def stage(self, name: str, total: int = 0) -> None:
        self.now = name
        self.totals[name], self.done[name] = total, 0

    def __call__(self, count: int) -> None:
        self.done[self.now] += count


def test_progress_tells_every_byte_of_every_kind(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    plain = build_crate([run], tmp_path / "plain", FULL)
    size = sum(path.stat().st_size for path in plain.rglob("*") if path.is_file())
    own = ("ro-crate-metadata.json", "manifest-sha256.txt", "ro-crate-preview.html", "packaged/graph.svg")
    made = sum((plain / path).stat().st_size for path in own)
    for name in KINDS:
        watched = Watched()
        build_crate([run], tmp_path / "new" / name, FULL, progress=watched)
        assert watched.done["pack"] == watched.totals["pack"] == size, name
        assert watched.done["read"] == size - made, name
        unpacked = Watched()
        if name != "c":
            unpack_crate(tmp_path / "new" / name, tmp_path / "out" / name, progress=unpacked)
            assert unpacked.done == {"unpack": size}


class HugeMember(Member):
    """4 GiB and a little of zeros, which no test could keep in memory or on disk."""

    def chunks(self):  # type: ignore[no-untyped-def]
        block = bytes(1 << 24)
        for _ in range(self.size >> 24):
            yield block


def test_zip64_where_a_size_asks_for_it(tmp_path: Path) -> None:
    size = (1 << 32) + (1 << 24)
    target = tmp_path / "huge.zip"
    write_zip([HugeMember("a.bin", b"", size), bytes_member("b.txt", b"after")], target, "zstd")
    with zipfile.ZipFile(target) as archive:
        info = archive.getinfo("a.bin")
        assert info.file_size == size
        assert _crc_of_zeros(size) == info.CRC
        assert archive.getinfo("b.txt").file_size == 5


def _crc_of_zeros(size: int) -> int:
    block, checksum = bytes(1 << 24), 0
    for _ in range(size >> 24):
        checksum = zlib.crc32(block, checksum)
    return checksum


def test_zip64_where_the_count_asks_for_it(tmp_path: Path) -> None:
    target = tmp_path / "many.zip"
    write_zip((bytes_member(f"{number:05}", b"") for number in range(66000)), target, "stored")
    with zipfile.ZipFile(target) as archive:
        assert len(archive.namelist()) == 66000


def test_a_file_that_changes_while_it_is_packaged_is_an_error_and_the_old_crate_stays(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes(b"one")
    member = file_member("a.txt", source)
    for number, changed in enumerate((b"two", b"one and more", b"")):
        source.write_bytes(changed)
        with pytest.raises(PackagerError, match=r"a\.txt: changed while it was packaged; package again$"):
            write_zip([member], tmp_path / f"{number}.zip", "stored")


def test_interrupted_build_leaves_the_old_crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run_1")
    for name in ("c.zip", "c.tar.gz", "c"):
        build_crate([run], tmp_path / name, FULL)
    before = content(tmp_path)

    def broken(self: Member) -> list[bytes]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Member, "chunks", broken)
    for name in ("c.zip", "c.tar.gz", "c"):
        with pytest.raises(KeyboardInterrupt):
            build_crate([run], tmp_path / name, FULL)
    assert content(tmp_path) == before


def test_kind_comes_from_the_name(tmp_path: Path) -> None:
    (tmp_path / "there.zip").mkdir()
    expected = {
        "a.ZIP": "zip", "a.tar.gz": "tar.gz", "a.tgz": "tar.gz", "a.tar.zst": "tar.zst", "a": "directory",
        "run_1.5": "directory", "there.zip": "directory",
    }  # fmt: skip
    assert {name: archive_kind(tmp_path / name) for name in expected} == expected
    with pytest.raises(PackagerError) as caught:
        archive_kind(Path("a.rar"))
    assert (
        str(caught.value) == "a.rar: no crate is written as .rar; use .zip, .tar.gz, .tar.zst or a plain name"
    )


def test_compression_that_the_kind_cannot_have_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    with pytest.raises(
        PackagerError, match=r"c: a plain directory cannot be compressed with lzma; use a \.zip$"
    ):
        build_crate([run], tmp_path / "c", CrateOptions(compression="lzma"))


def test_targets_that_would_destroy_something_are_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "run_1")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    notes: list[str] = []
    for target, message in [
        (tmp_path / "mine", "is a directory with other things in it; choose a new name"),
        (tmp_path / "runs", "holds the run .*; choose a new name"),
        (run.directory, "lies in the run itself; write the crate beside it"),
        (run.directory / "c.zip", "lies in the run itself; write the crate beside it"),
    ]:
        with pytest.raises(PackagerError, match=message):
            build_crate([run], target, CrateOptions(), note=notes.append)
    assert notes == []  # what the crate lacks is of no interest yet
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


NAMES = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=30).filter(
    lambda n: n not in (".", "..")
)


@given(st.lists(st.lists(NAMES, min_size=1, max_size=3).map("/".join), max_size=12))
def test_archive_paths_never_collide_or_escape(paths: list[str]) -> None:
    found = archive_paths(paths)
    assert len({folded(path) for path in found.values()}) == len(found)
    for path in found.values():
        path.encode("utf-8")
        assert not path.startswith("/")
        assert "\\" not in path
        assert ".." not in path.split("/")
    assert archive_paths(list(reversed(paths))) == found


def test_hostile_file_names_travel_under_safe_ones(tmp_path: Path) -> None:
    names = ["CON", "a:b", "line\nbreak", "Case", "case", "back\\slash", "emoji 🎉.txt", "x" * 240]
    run = make_run(
        tmp_path / "run_1",
        extra=lambda root: tuple(
            artifact(name, write_file(root, f"artifacts/h/{name}", name.encode())) for name in names
        ),
    )
    for target in ("c.zip", "c.tar.gz", "c.tar.zst"):
        out = unpack_crate(build_crate([run], tmp_path / target, FULL), tmp_path / f"{target}.out")
        contents = {path.read_text() for path in (out / "artifacts/h").iterdir()}
        assert contents == set(names)
        assert (out / "artifacts/h/emoji 🎉.txt").is_file()
