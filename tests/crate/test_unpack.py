"""Archives of strangers: each trick is refused by name, and nothing is written."""

import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backports.zstd import zipfile as zstd_zipfile

from prov4ml_packager.crate import UnpackLimits, unpack_crate
from prov4ml_packager.errors import PackagerError

HOSTILE_NAMES = [
    ("../evil", "leaves the crate with '..'"),
    ("a/../../evil", "leaves the crate with '..'"),
    ("/etc/evil", "is an absolute path"),
    ("C:/evil", "begins with a drive letter"),
    ("a\\evil", "has a backslash in its name"),
    ("a\nb", "has a control character or broken encoding in its name"),
    ("a//b", "has an empty part in its name"),
]


def zip_of(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def tar_of(path: Path, *members: tarfile.TarInfo | str) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = 4 if info.isreg() else 0
            tar.addfile(info, io.BytesIO(b"evil"))
    return path


def refused(crate: Path, **limits: int) -> str:
    """Return why it was refused, after a look that nothing was left anywhere."""
    before = sorted(crate.parent.parent.rglob("*"))
    with pytest.raises(PackagerError) as caught:
        unpack_crate(crate, crate.parent / "out", limits=UnpackLimits(**limits) if limits else None)
    assert sorted(crate.parent.parent.rglob("*")) == before
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{crate}: ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    return tmp_path / "deep"


@pytest.mark.parametrize(("name", "why"), HOSTILE_NAMES)
def test_hostile_names_in_a_zip(folder: Path, name: str, why: str) -> None:
    assert refused(zip_of(folder / "c.zip", ("ok", b""), (name, b"evil"))) == f"{ascii(name)[1:-1]}: {why}"


@pytest.mark.parametrize(("name", "why"), HOSTILE_NAMES)
def test_hostile_names_in_a_tar(folder: Path, name: str, why: str) -> None:
    assert refused(tar_of(folder / "c.tar.gz", "ok", name)) == f"{ascii(name)[1:-1]}: {why}"


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("a", "a", "a: is there twice"),
        ("Read", "read", "read: collides with Read where case is folded"),
        ("caf\u00e9", "cafe\u0301", "cafe\\u0301: collides with caf\\xe9 where case is folded"),
        ("Dir/a", "dir/b", "dir: collides with Dir where case is folded"),
        ("a", "a/b", "a: is both a file and a directory"),
        ("a/b", "a", "a: is both a file and a directory"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_colliding_members(folder: Path, first: str, second: str, why: str) -> None:
    assert refused(zip_of(folder / "c.zip", (first, b"1"), (second, b"2"))) == why
    (folder / "c.zip").unlink()
    assert refused(tar_of(folder / "c.tar.gz", first, second)) == why


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (special("l", tarfile.SYMTYPE, "/etc/passwd"), "l: is a link, which a crate cannot hold"),
        (special("l", tarfile.LNKTYPE, "ok"), "l: is a link, which a crate cannot hold"),
        (special("d", tarfile.CHRTYPE), "d: is a special file, which a crate cannot hold"),
        (special("f", tarfile.FIFOTYPE), "f: is a special file, which a crate cannot hold"),
    ],
)
def test_links_and_devices_in_a_tar(folder: Path, member: tarfile.TarInfo, why: str) -> None:
    assert refused(tar_of(folder / "c.tar.gz", "ok", member)) == why


@pytest.mark.parametrize(("mode", "why"), [(0o120777, "a link"), (0o020644, "a special file")])
def test_links_and_devices_in_a_zip(folder: Path, mode: int, why: str) -> None:
    info = zipfile.ZipInfo("l")
    info.external_attr = mode << 16
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refused(folder / "c.zip") == f"l: is {why}, which a crate cannot hold"


def test_encrypted_member(folder: Path) -> None:
    crate = zip_of(folder / "c.zip", ("secret", b"data"))
    data = bytearray(crate.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    crate.write_bytes(data)
    assert refused(crate) == "secret: is encrypted"


def bomb_zip(path: Path) -> Path:
    return zip_of(path, ("zeros", bytes(1 << 22)), method=zipfile.ZIP_DEFLATED)


def bomb_tar(path: Path) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("zeros")
        info.size = 1 << 22
        tar.addfile(info, io.BytesIO(bytes(1 << 22)))
    return path


@pytest.mark.parametrize(("make", "name"), [(bomb_zip, "c.zip"), (bomb_tar, "c.tar.gz")])
def test_bombs_by_ratio_and_by_total(folder: Path, make: Callable[[Path], Path], name: str) -> None:
    crate = make(folder / name)
    allowed = crate.stat().st_size * 20
    by_ratio = f"zeros: unpacks to more than {allowed} bytes, 20 times the archive: a bomb?"
    assert refused(crate, ratio=20, ratio_from=0) == by_ratio
    assert refused(crate, total=1000).startswith("zeros: unpacks to more than 1000 bytes")
    assert (unpack_crate(crate, folder / "fine") / "zeros").stat().st_size == 1 << 22


def test_a_zip_that_lies_about_sizes_is_counted_by_what_it_writes(folder: Path) -> None:
    crate = bomb_zip(folder / "c.zip")
    data = bytearray(crate.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    crate.write_bytes(data)
    assert refused(crate, total=1000)


def test_too_many_members(folder: Path) -> None:
    crate = zip_of(folder / "c.zip", *((str(number), b"") for number in range(50)))
    assert refused(crate, members=49) == "has more than 49 members"
    assert refused(crate, members=1) == "has more than 1 members"


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_cut_off_or_damaged_archives(folder: Path, cut: int) -> None:
    for crate in (zip_of(folder / "c.zip", ("a", b"a" * 99)), tar_of(folder / "c.tar.gz", "a", "b")):
        crate.write_bytes(crate.read_bytes()[:-cut])
        assert refused(crate)
        crate.unlink()


def test_every_flipped_byte_of_content_is_found(folder: Path) -> None:
    crate = zip_of(folder / "c.zip", ("a", b"precious"))
    data = bytearray(crate.read_bytes())
    data[data.index(b"precious")] ^= 1
    crate.write_bytes(data)
    assert "CRC" in refused(crate)


def test_a_header_of_a_tar_is_bounded(folder: Path) -> None:
    with tarfile.open(folder / "c.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"comment": "x" * (20 << 20)}
        tar.addfile(info)
    assert refused(folder / "c.tar.gz") == "has more than 16777216 bytes of headers or padding"


def test_what_is_no_archive(folder: Path) -> None:
    (folder / "c.zip").write_bytes(b"just text")
    assert refused(folder / "c.zip") == "is no zip, tar, tar.gz or tar.zst"


def test_zstd_zip_of_another_writer(folder: Path) -> None:
    with zstd_zipfile.ZipFile(folder / "c.zip", "w", zstd_zipfile.ZIP_ZSTANDARD) as archive:
        archive.writestr("a/b", b"content" * 1000)
    assert (unpack_crate(folder / "c.zip", folder / "out") / "a/b").read_bytes() == b"content" * 1000


def test_plain_tar_with_dot_entries(folder: Path) -> None:
    with tarfile.open(folder / "c.tar", "w") as tar:
        for name, kind in (("./", tarfile.DIRTYPE), ("./a", tarfile.REGTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, 4 if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(b"data"))
    assert (unpack_crate(folder / "c.tar", folder / "out") / "a").read_bytes() == b"data"


def test_target_must_be_new_or_empty(folder: Path) -> None:
    crate = zip_of(folder / "c.zip", ("a", b"1"))
    (folder / "out").mkdir()
    unpack_crate(crate, folder / "out")
    with pytest.raises(PackagerError, match="out: is there already; choose a new or empty directory"):
        unpack_crate(crate, folder / "out")
    os.symlink(folder, folder / "link")
    with pytest.raises(PackagerError, match="link: is there already"):
        unpack_crate(crate, folder / "link")


def test_modes_of_the_archive_are_not_taken_over(folder: Path) -> None:
    info = tarfile.TarInfo("run-me")
    info.mode = 0o4755
    path = unpack_crate(tar_of(folder / "c.tar.gz", info), folder / "out") / "run-me"
    assert path.stat().st_mode & 0o7111 == 0
