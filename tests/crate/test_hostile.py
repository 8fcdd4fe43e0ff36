"""Hostile archives of every kind: `unpack` and `validate` refuse each, and nothing is written anywhere.

What takes gigabytes or a million members of a tar for real is in `hostile_proof.py` (`make hostile`).
"""

import contextlib
import io
import json
import subprocess
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.crate import UnpackLimits, unpack_crate
from prov4ml_packager.crate.archive import unpack as unpack_module
from prov4ml_packager.errors import PackagerError
from prov4ml_validators import validate
from prov4ml_validators.crate import members as members_module
from prov4ml_validators.report import Unreadable

from .hostile import (
    CHARACTER_DEVICE,
    FIFO,
    GOOD,
    METADATA,
    SYMLINK,
    WRITERS,
    Raw,
    bomb,
    measured,
    million_tar,
    million_zip,
    overlapping_zip,
    two_faced_zip,
    zip_header,
    zip_member,
)

TARS = ("c.crate.tar.gz", "c.crate.tar.zst")
UTF8 = 0x800


@dataclass(frozen=True)
class Case:
    """Members besides good metadata, why they are not unpacked, and the rule at MUST that they break."""

    members: tuple[Raw, ...]
    why: str
    rule: str


LINK = Raw(b"l", b"../../etc/passwd", SYMLINK, tarfile.SYMTYPE, b"../../etc/passwd")
CASES = {
    "parent": Case((Raw(b"../evil"),), "../evil: leaves the crate with '..'", "payload/path-escapes"),
    "parent-inside": Case(
        (Raw(b"a/../../evil"),), "a/../../evil: leaves the crate with '..'", "payload/path-escapes"
    ),
    "absolute": Case((Raw(b"/tmp/evil"),), "/tmp/evil: is an absolute path", "payload/path-absolute"),
    "drive": Case((Raw(b"C:/evil"),), "C:/evil: begins with a drive letter", "payload/path-absolute"),
    "drive-backslash": Case(
        (Raw(b"C:\\evil"),), "C:\\\\evil: has a backslash in its name", "payload/path-absolute"
    ),
    "unc": Case(
        (Raw(b"\\\\server\\share\\evil"),),
        "\\\\\\\\server\\\\share\\\\evil: has a backslash in its name",
        "payload/path-absolute",
    ),
    "unc-slashes": Case(
        (Raw(b"//server/share/evil"),), "//server/share/evil: is an absolute path", "payload/path-absolute"
    ),
    "link": Case((LINK,), "l: is a link, which a crate cannot hold", "payload/link"),
    "through-a-link": Case((LINK, Raw(b"l/evil")), "l: is a link, which a crate cannot hold", "payload/link"),
    "hard-link": Case(
        (Raw(b"l", b"", SYMLINK, tarfile.LNKTYPE, b"/etc/passwd"),),
        "l: is a link, which a crate cannot hold",
        "payload/link",
    ),
    "device": Case(
        (Raw(b"d", b"", CHARACTER_DEVICE, tarfile.CHRTYPE),),
        "d: is a special file, which a crate cannot hold",
        "payload/link",
    ),
    "fifo": Case(
        (Raw(b"f", b"", FIFO, tarfile.FIFOTYPE),),
        "f: is a special file, which a crate cannot hold",
        "payload/link",
    ),
    "twice": Case((Raw(b"a", b"1"), Raw(b"a", b"2")), "a: is there twice", "payload/duplicate-member"),
    "metadata-twice": Case(
        (Raw(METADATA.encode(), GOOD),), f"{METADATA}: is there twice", "payload/duplicate-member"
    ),
    "case": Case(
        (Raw(b"Read", b"1"), Raw(b"read", b"2")),
        "read: collides with Read where case is folded",
        "payload/collision",
    ),
    "unicode-form": Case(
        (Raw("caf\u00e9".encode(), flags=UTF8), Raw("cafe\u0301".encode(), flags=UTF8)),
        "cafe\\u0301: collides with caf\\xe9 where case is folded",
        "payload/collision",
    ),
    "file-and-folder": Case(
        (Raw(b"a"), Raw(b"a/b")), "a: is both a file and a directory", "payload/file-and-directory"
    ),
    "empty-name": Case((Raw(b""),), "(empty name): has no name", "payload/name-encoding"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work deep in a folder, so that what leads out of it would be seen above."""
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    return tmp_path


def called(*arguments: str) -> tuple[int, str, str]:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        status = run(arguments)
    return status, out.getvalue(), err.getvalue()


def refused(here: Path, name: str) -> str:
    """Return the line with which `unpack` refuses an archive, once it is sure that nothing was written."""
    before = sorted(here.rglob("*"))
    status, out, err = called("unpack", name, "-o", "out")
    assert (status, out) == (2, "")
    assert err.startswith(f"prov4ml-pack: error: {name}: ")
    assert err.count("\n") == 1
    assert sorted(here.rglob("*")) == before
    return err.strip().removeprefix(f"prov4ml-pack: error: {name}: ")


def broken_rules(here: Path, name: str) -> set[str]:
    """Return the rules at MUST that an archive breaks for `validate`, which writes nothing."""
    before = sorted(here.rglob("*"))
    status, out, err = called("validate", name, "--format", "json")
    assert (status, err) == (1, "")
    assert sorted(here.rglob("*")) == before
    (result,) = json.loads(out)["results"]
    return {one["rule"] for one in result["findings"] if one["severity"] == "must"}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("case", CASES)
def test_each_is_refused(here: Path, name: str, case: str) -> None:
    WRITERS[name](Path(name), [Raw(METADATA.encode(), GOOD), *CASES[case].members])
    assert refused(here, name) == CASES[case].why
    assert CASES[case].rule in broken_rules(here, name)


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_archive_without_them_is_taken(here: Path, name: str) -> None:
    WRITERS[name](Path(name), [Raw(METADATA.encode(), GOOD), Raw(b"a", b"1"), Raw(b"b/c", b"2")])
    assert called("unpack", name, "-o", "out")[0] == 0
    assert (here / "a/b/out/b/c").read_bytes() == b"2"
    assert called("validate", name)[0] == 0


def test_a_name_that_is_no_utf8(here: Path) -> None:
    members = [Raw(METADATA.encode(), GOOD), Raw(b"caf\xe9\xff", flags=UTF8)]
    why = "'utf-8' codec can't decode byte 0xe9 in position 3: invalid continuation byte"
    WRITERS["c.zip"](Path("c.zip"), members)
    assert refused(here, "c.zip") == f"cannot be unpacked: {why}"
    status, _, err = called("validate", "c.zip")
    assert (status, err) == (2, f"prov4ml-pack: error: c.zip: no zip archive that can be read ({why})\n")
    for name in TARS:
        WRITERS[name](Path(name), members)
        assert refused(here, name) == (
            "caf\\udce9\\udcff: has a control character or broken encoding in its name"
        )
        assert broken_rules(here, name) == {"payload/name-encoding"}


def test_a_name_with_a_nul(here: Path) -> None:
    WRITERS["c.zip"](Path("c.zip"), [Raw(METADATA.encode(), GOOD), Raw(b"a\0b")])
    assert refused(here, "c.zip") == "a\\x00b: has a control character or broken encoding in its name"
    assert broken_rules(here, "c.zip") == {"payload/name-encoding"}


@pytest.mark.parametrize("name", WRITERS)
def test_a_name_that_talks_to_the_terminal(here: Path, name: str) -> None:
    WRITERS[name](Path(name), [Raw(METADATA.encode(), GOOD), Raw(b"a\x1b[2Jb\nprov4ml-pack: done")])
    assert refused(here, name).startswith("a\\x1b[2Jb\\nprov4ml-pack: done: has a control character")
    for form in ("text", "json", "github", "sarif"):
        _, out, err = called("validate", name, "--format", form)
        assert "\x1b" not in out + err
        assert "\nprov4ml-pack: done" not in out + err


@pytest.mark.parametrize("name", WRITERS)
def test_json_nested_100000_deep(here: Path, name: str) -> None:
    for depth, deep in ((100_000, b"["), (50_000, b'{"a":')):
        ends = b"]" if deep == b"[" else b"}"
        inside = deep * depth + b"0" + ends * depth
        WRITERS[name](Path(name), [Raw(METADATA.encode(), b'{"@graph": [' + inside + b"]}")])
        assert broken_rules(here, name) == {"json/syntax"}
        assert refused(here, name) == "ro-crate-metadata.json: is nested too deeply"
        for arguments in (
            ("inspect", name),
            ("update", name, "--set", "name=New"),
            ("graph", name, "-o", "x.svg"),
        ):
            status, out, err = called(*arguments)
            assert (status, out, err.count("\n")) == (2, "", 1), arguments
            assert "nested too deeply" in err or "no other PROV document" in err


@pytest.mark.parametrize("name", ["c.zip", "c.crate.tar.zst"])
def test_bombs(here: Path, name: str) -> None:
    assert bomb(Path(name)).stat().st_size < 200_000
    assert (
        refused(here, name) == "zeros: unpacks to more than 268435456 bytes, 200 times the archive: a bomb?"
    )
    assert "payload/archive-bomb" in broken_rules(here, name)


def test_an_archive_in_an_archive_is_a_file(here: Path) -> None:
    inside = bomb(Path("inside.zip")).read_bytes()
    Path("inside.zip").unlink()
    WRITERS["c.zip"](Path("c.zip"), [Raw(METADATA.encode(), GOOD), Raw(b"inside.zip", inside)])
    assert called("validate", "c.zip")[0] == 0
    assert called("unpack", "c.zip", "-o", "out")[0] == 0
    assert (here / "a/b/out/inside.zip").read_bytes() == inside


def test_members_in_one_place(here: Path) -> None:
    crate = overlapping_zip(Path("c.zip"))
    assert crate.stat().st_size < 20_000  # and it unpacks to 800 MiB
    why = "has the members '0' and '1' in the same place: a bomb?"
    assert refused(here, "c.zip") == why
    assert called("validate", "c.zip")[2] == f"prov4ml-pack: error: c.zip: {why}\n"
    assert called("inspect", "c.zip")[2] == f"prov4ml-pack: error: c.zip: {why}\n"


def test_a_million_members_are_counted_before_they_are_read(here: Path) -> None:
    million_zip(Path("c.zip"))
    why = "has more than 500000 members"
    assert refused(here, "c.zip") == why
    for arguments in (("validate", "c.zip"), ("inspect", "c.zip"), ("update", "c.zip", "--set", "name=New")):
        status, out, err, peak = measured(*arguments)
        assert (status, err) == (2, f"prov4ml-pack: error: c.zip: {why}\n"), (arguments, out)
        assert peak < 100 << 20, (arguments, peak)


def test_a_number_of_members_that_is_a_lie(here: Path) -> None:
    data = bytearray(million_zip(Path("c.zip"), 2000).read_bytes())
    for place in (8, 10):
        data[-22 + place : -22 + place + 2] = b"\1\0"
    Path("c.zip").write_bytes(data)
    with pytest.raises(PackagerError, match="has more than 1000 members"):
        unpack_crate(Path("c.zip"), Path("out"), limits=UnpackLimits(members=1000))


@pytest.mark.parametrize("name", TARS)
def test_too_many_members_of_a_tar(here: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    million_tar(Path(name), 3000)
    before = sorted(here.rglob("*"))
    with pytest.raises(PackagerError, match=r": has more than 1000 members\Z"):
        unpack_crate(Path(name), Path("out"), limits=UnpackLimits(members=1000))
    assert sorted(here.rglob("*")) == before
    monkeypatch.setattr(members_module, "MOST_MEMBERS", 1000)
    with pytest.raises(Unreadable, match=r": has more than 1000 members\Z"):
        validate(Path(name))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("name", TARS)
def test_a_header_that_claims_the_memory(here: Path, name: str, kind: bytes) -> None:
    content = b"%d comment=" % (20 << 20)
    header = Raw(b"long", content + b"x" * ((20 << 20) - len(content)), kind=kind)
    WRITERS[name](Path(name), [Raw(METADATA.encode(), GOOD), header, Raw(b"a")])
    assert refused(here, name) == "has more than 16777216 bytes of headers or padding"
    status, _, err = called("validate", name)
    assert (status, err) == (
        2, f"prov4ml-pack: error: {name}: has more than 16777216 bytes of headers or padding\n"
    )  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_metadata_that_no_reader_takes(here: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "LARGEST_METADATA", 1 << 20)
    WRITERS[name](Path(name), [Raw(b"bag/data/" + METADATA.encode(), b" " * ((1 << 20) + 1))])
    assert refused(here, name) == "bag/data/ro-crate-metadata.json: is larger than 1 MiB"


@pytest.mark.parametrize("name", WRITERS)
def test_damaged_metadata_can_be_unpacked_to_be_looked_at(here: Path, name: str) -> None:
    WRITERS[name](Path(name), [Raw(METADATA.encode(), b'{"@graph": [\xff')])
    assert called("unpack", name, "-o", "out")[0] == 0


def test_a_metadata_file_of_a_gigabyte(here: Path) -> None:
    folder = Path("folder")
    folder.mkdir()
    with (folder / METADATA).open("wb") as stream:
        stream.truncate(1 << 30)
    for arguments, told in (
        (("validate", "folder"), "ro-crate/metadata-size"),
        (("inspect", "folder"), "is larger than 256 MiB"),
        (("update", "folder", "--set", "name=New"), "is larger than 256 MiB"),
        (("deposit", "folder"), "ro-crate/metadata-size"),
    ):
        status, out, err, peak = measured(*arguments)
        assert status in (1, 2)
        assert told in out + err
        assert err.count("\n") <= 1
        assert peak < 400 << 20, (arguments, peak)


METADATA_OF_A_ZIP = Raw(METADATA.encode(), GOOD)
DATA = Raw(b"data.csv", b"a,b\n")
SHARED = zip_header(DATA.content)
HEADERS = {
    "name": (SHARED, b"run.sh", 'is "run.sh" in its own header'),
    "longer name": (SHARED, b"data.csv\0.sh", 'is "data.csv\\u0000.sh" in its own header'),
    "no text": (SHARED, b"\xff\x1b", 'is "\\\\xff\\u001b" in its own header'),
    "method": (
        zip_header(DATA.content, method=8),
        DATA.name,
        "has compression method 8 in its own header and 0 in the archive's list",
    ),
    "checksum": (
        zip_header(DATA.content, checksum=7),
        DATA.name,
        f"has CRC-32 7 in its own header and {zlib.crc32(DATA.content)} in the archive's list",
    ),
    "stored": (
        zip_header(b"a", 4, zlib.crc32(DATA.content)),
        DATA.name,
        "has compressed size 1 in its own header and 4 in the archive's list",
    ),
    "size": (
        zip_header(DATA.content, 5),
        DATA.name,
        "has size 5 in its own header and 4 in the archive's list",
    ),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_that_is_not_what_the_list_says(here: Path, case: str) -> None:
    local, name, why = HEADERS[case]
    two_faced_zip(Path("c.zip"), [METADATA_OF_A_ZIP], zip_member(local, name, DATA.content), DATA)
    assert refused(here, "c.zip") == f"data.csv: {why}"
    assert broken_rules(here, "c.zip") == {"payload/zip-header"}
    (found,) = [one for one in validate(Path("c.zip")).findings if one.rule == "payload/zip-header"]
    assert found.message == f'"data.csv" {why}'
    assert found.location.file == "data.csv"


def test_no_header_where_the_list_says(here: Path) -> None:
    two_faced_zip(Path("c.zip"), [METADATA_OF_A_ZIP], b"PK\3\5" + bytes(26 + 8) + DATA.content, DATA)
    assert refused(here, "c.zip") == "data.csv: has no header where the archive's list says"
    assert broken_rules(here, "c.zip") == {"payload/zip-header"}


def written_tree() -> str:
    """Return the name of the tree that git has of what was added."""
    return subprocess.run(["git", "write-tree"], check=True, capture_output=True, text=True).stdout.strip()


class Unseekable:
    """A stream that is only written to, as a pipe is."""

    def __init__(self, stream: Any) -> None:
        self.write, self.flush = stream.write, stream.flush


@pytest.mark.parametrize("writer", ["python", "python stream", "python zip64", "git"])
def test_headers_of_other_programs_are_no_contradiction(here: Path, writer: str) -> None:
    Path(METADATA).write_bytes(GOOD)
    Path("some data.csv").write_bytes(b"a,b\n" * 1000)
    names = [METADATA, "some data.csv"]
    target = here / "c.zip"
    if writer == "python":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.write(name)
    elif writer == "python stream":
        with target.open("wb") as stream, zipfile.ZipFile(Unseekable(stream), "w") as archive:
            for name in names:
                archive.write(name)
    elif writer == "python zip64":
        with zipfile.ZipFile(target, "w") as archive:
            for name in names:
                with archive.open(name, "w", force_zip64=True) as member:
                    member.write(Path(name).read_bytes())
    else:
        subprocess.run(["git", "init", "-q", "."], check=True)
        subprocess.run(["git", "add", "."], check=True)
        subprocess.run(["git", "archive", "--format=zip", "-o", target, written_tree()], check=True)
    assert not [one for one in validate(target).findings if one.rule == "payload/zip-header"]
    assert unpack_crate(target, here / "out").joinpath("some data.csv").read_bytes() == b"a,b\n" * 1000
