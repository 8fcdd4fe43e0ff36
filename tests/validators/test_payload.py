"""The files of a crate, as directory, zip and tar."""

import hashlib
import io
import shutil
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from prov4ml_validators import Severity, Unreadable, validate
from prov4ml_validators.crate.members import Member, TarMembers
from prov4ml_validators.crate.payload import find_bombs

Rules = Callable[..., list[str]]
MakeCrate = Callable[..., Path]


def as_zip(crate: Path, name: str = "crate.zip", prefix: str = "") -> Path:
    target = crate.parent / name
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(crate.rglob("*")):
            archive.write(path, prefix + path.relative_to(crate).as_posix())
    return target


def as_tar(crate: Path, name: str) -> Path:
    target = crate.parent / name
    mode: Any = {"tar": "w", "xz": "w:xz", "bz2": "w:bz2"}.get(name.rpartition(".")[2], "w:gz")
    with tarfile.open(target, mode) as archive:
        archive.add(crate, arcname=".")
    return target


PACKERS: dict[str, Callable[[Path], Path]] = {
    "directory": lambda crate: crate,
    "zip": as_zip,
    "eln": lambda crate: as_zip(crate, "crate.eln", "crate/"),
    "tar.gz": lambda crate: as_tar(crate, "crate.tar.gz"),
    "tgz": lambda crate: as_tar(crate, "crate.tgz"),
    "tar": lambda crate: as_tar(crate, "crate.tar"),
    "tar.bz2": lambda crate: as_tar(crate, "crate.tar.bz2"),
    "tar.xz": lambda crate: as_tar(crate, "crate.tar.xz"),
}


@pytest.fixture(params=list(PACKERS))
def pack(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    return PACKERS[request.param]


def test_good_crate_in_every_form(make_crate: MakeCrate, pack: Callable[[Path], Path]) -> None:
    report = validate(pack(make_crate()))
    assert (report.kind, report.findings) == ("ro-crate", ())


def test_missing_file(make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules) -> None:
    crate = make_crate()
    (crate / "script.py").unlink()
    assert rules(pack(crate)) == ["payload/missing"]


def test_missing_directory(make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules) -> None:
    crate = make_crate()
    shutil.rmtree(crate / "store")
    assert rules(pack(crate)) == ["payload/missing"]


def test_changed_content(make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules) -> None:
    crate = make_crate()
    (crate / "data set.csv").write_bytes(b"a,b\n1,3\n")
    assert rules(pack(crate), Severity.SHOULD) == ["payload/sha256"]


def test_changed_size(make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules) -> None:
    crate = make_crate()
    (crate / "script.py").write_bytes(b"")
    assert rules(pack(crate), Severity.SHOULD) == ["payload/content-size"]


def test_undescribed_file_but_not_inside_a_described_directory(
    make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules
) -> None:
    crate = make_crate()
    (crate / "extra.txt").write_text("x")
    (crate / "store/more").write_text("x")
    (crate / "ro-crate-preview.html").write_text("x")
    assert rules(pack(crate), Severity.SHOULD) == ["payload/undescribed"]


def write_manifest(crate: Path) -> list[str]:
    files = sorted(
        path for path in crate.rglob("*") if path.is_file() and path.name != "ro-crate-metadata.json"
    )
    lines = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(crate).as_posix()}" for p in files
    ]
    (crate / "manifest-sha256.txt").write_text("\n".join(lines) + "\n")
    return lines


def test_manifest_holds(make_crate: MakeCrate, pack: Callable[[Path], Path]) -> None:
    crate = make_crate()
    write_manifest(crate)
    assert validate(pack(crate)).findings == ()


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda crate, lines: (crate / "store/c/0").write_bytes(b"\1"), "payload/manifest-digest"),
        (lambda crate, lines: (crate / "store/c/0").unlink(), "payload/manifest-missing"),
        (lambda crate, lines: (crate / "store/new").write_bytes(b""), "payload/manifest-unlisted"),
        (
            lambda crate, lines: (crate / "manifest-sha256.txt").write_text("\n".join([*lines, "what"])),
            "payload/manifest-form",
        ),
    ],
)
def test_manifest_is_verified(
    make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules, damage: Callable[..., Any], rule: str
) -> None:
    crate = make_crate()
    damage(crate, write_manifest(crate))
    assert rules(pack(crate)) == [rule]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../../evil", "payload/path-escapes"),
        ("a\\..\\..\\evil", "payload/path-escapes"),
        ("/etc/evil", "payload/path-absolute"),
        ("C:/evil", "payload/path-absolute"),
        ("script.py/evil", "payload/file-and-directory"),
    ],
)
def test_dangerous_names_in_an_archive(make_crate: MakeCrate, rules: Rules, name: str, rule: str) -> None:
    archive = as_zip(make_crate())
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr(name, b"x")
    assert rules(archive) == [rule]


def test_id_that_leads_out(make_crate: MakeCrate, rules: Rules) -> None:
    def damage(metadata: dict[str, Any]) -> None:
        metadata["@graph"][1]["hasPart"].append({"@id": "%2e%2e/crate/script.py"})
        metadata["@graph"].append({"@id": "%2e%2e/crate/script.py", "@type": "File"})

    assert rules(make_crate(damage)) == ["payload/path-escapes", "payload/missing"]


def test_duplicate_members(make_crate: MakeCrate, rules: Rules) -> None:
    archive = as_zip(make_crate())
    with zipfile.ZipFile(archive, "a") as target, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        target.writestr("script.py", b"pass\n")
    assert rules(archive) == ["payload/duplicate-member"]


def test_case_collision(make_crate: MakeCrate, rules: Rules) -> None:
    archive = as_zip(make_crate())
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr("store/Zarr.json", b"x")
    assert rules(archive) == ["payload/collision"]
    with zipfile.ZipFile(archive) as target:
        target.extractall(archive.parent / "folder")
    assert rules(archive.parent / "folder", Severity.SHOULD) == ["payload/case-collision"]


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (("store/Dir/a", "store/dir/b"), '"store/dir" and "store/Dir" differ in case only'),
        (("store/\u00e9", "store/e\u0301"), "differ in the form of their Unicode only"),
    ],
)
def test_collisions_of_folders_and_of_unicode(
    make_crate: MakeCrate, names: tuple[str, str], what: str
) -> None:
    archive = as_zip(make_crate())
    with zipfile.ZipFile(archive, "a") as target:
        for name in names:
            target.writestr(name, "1")
    (found,) = [one for one in validate(archive).findings if one.rule == "payload/collision"]
    assert what in found.message


@pytest.mark.parametrize(
    "name", ["store/aux.csv", "store/CON", "store/a?", "store/line\nbreak", "store/dot."]
)
def test_names_that_windows_cannot_have(make_crate: MakeCrate, name: str) -> None:
    archive = as_zip(make_crate())
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr(name, "1")
    assert [one.rule for one in validate(archive).findings] == ["payload/portable-name"]


class Listing:
    """Members of which only the list matters: an archive that unpacks to gigabytes takes long to make."""

    def __init__(self, archive_size: int, *sizes: tuple[int, int | None]) -> None:
        self.archive_size: int | None = archive_size
        self._sizes = sizes

    def entries(self) -> list[Member]:
        return [
            Member(str(number), size, "file", stored) for number, (size, stored) in enumerate(self._sizes)
        ]

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        raise AssertionError(paths)


GIB = 1 << 30


@pytest.mark.parametrize(
    ("members", "messages"),
    [
        (Listing(3_000_000, (2 * GIB, 2_000_000)), ['"0" unpacks to 2147483648 bytes']),
        (Listing(3_000_000, (2 * GIB, 20_000_000)), []),
        (Listing(30_000_000, (GIB // 2, 500_000)), []),
        # Members that share their bytes: each is harmless, all of them are not.
        (Listing(1_000_000, *[(GIB // 2, 900_000)] * 9),
         ["the archive of 1000000 bytes unpacks to 4831838208 or more"]),
        (Listing(1_000_000, (2 * GIB, None)), ["the archive of 1000000 bytes unpacks to 2147483648 or more"]),
    ],
)  # fmt: skip
def test_bombs(members: Listing, messages: list[str]) -> None:
    assert [one.message for one in find_bombs(members, members.entries())] == messages


def test_tar_is_read_no_further_than_its_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prov4ml_validators.crate.members._BOMB_SIZE", 1 << 20)
    monkeypatch.setattr("prov4ml_validators.crate.members._LARGEST_RATIO", 100)
    path = tmp_path / "bomb.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, size in (("zeros", 3 << 20), ("behind", 1)):
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, io.BytesIO(bytes(size)))
    assert [one.path for one in TarMembers(path).entries()] == ["zeros"]


def test_metadata_deeper_in_an_archive_is_named(make_crate: MakeCrate) -> None:
    archive = as_zip(make_crate(), prefix="a/b/")
    assert [one.message for one in validate(archive).findings] == [
        'there is no ro-crate-metadata.json in its root, but "a/b/ro-crate-metadata.json"'
    ]


def test_link_in_a_directory_is_not_followed(make_crate: MakeCrate, rules: Rules) -> None:
    crate = make_crate()
    (crate / "store/link").symlink_to("/")
    assert rules(crate) == ["payload/link"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_link_or_device_in_a_tar(make_crate: MakeCrate, rules: Rules, kind: bytes) -> None:
    crate = make_crate()
    target = crate.parent / "crate.tar.gz"
    with tarfile.open(target, "w:gz") as archive:
        archive.add(crate, arcname=".")
        info = tarfile.TarInfo("store/odd")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    assert rules(target) == ["payload/link"]


def test_archive_without_metadata(tmp_path: Path, rules: Rules) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("readme.txt", "x")
    assert rules(archive) == ["ro-crate/metadata-file"]


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.tgz", "x.eln"])
@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn", b"\x1f\x8b torn"])
def test_damaged_archive_is_unreadable(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=f"{name}: "):
        validate(path)


def test_flipped_byte_in_a_member_is_found(make_crate: MakeCrate, rules: Rules) -> None:
    archive = as_zip(make_crate())
    content = archive.read_bytes()
    archive.write_bytes(content.replace(b"a,b\n1,2\n", b"a,b\n9,9\n", 1))
    assert rules(archive) == ["payload/damaged"]


def test_zstd_in_zip_and_tar(make_crate: MakeCrate) -> None:
    zstd = pytest.importorskip("backports.zstd", reason="backports.zstd is not installed")
    from backports.zstd import zipfile as zstd_zipfile

    crate = make_crate()
    path = crate.parent / "crate.zip"
    with zstd_zipfile.ZipFile(path, "w", compression=93) as archive:
        for one in sorted(crate.rglob("*")):
            archive.write(one, one.relative_to(crate).as_posix())
    assert validate(path).findings == ()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        tar.add(crate, arcname=".")
    packed = crate.parent / "crate.tar.zst"
    packed.write_bytes(zstd.compress(plain.getvalue()))
    assert validate(packed).findings == ()


def test_zstd_without_its_package_names_the_extra(
    make_crate: MakeCrate, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name)

    path = make_crate().parent / "crate.tar.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd")
    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(Unreadable, match=r"crate\.tar\.zst: compressed with zstd.*prov4ml\[pack\]"):
        validate(path)


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
def test_every_stated_digest_is_held_against_the_file(
    make_crate: MakeCrate, pack: Callable[[Path], Path], rules: Rules, name: str
) -> None:
    right = hashlib.new(name, b"pass\n").hexdigest()

    def state(metadata: dict[str, Any]) -> None:
        metadata["@context"].append({"sha512": "https://w3id.org/ro/terms/workflow-run#sha512"})
        metadata["@graph"][7][name] = right

    crate = make_crate(state)
    assert rules(pack(crate)) == []
    (crate / "script.py").write_bytes(b"quit\n")
    assert rules(pack(crate)) == [f"payload/{name}"]


def test_digest_of_another_length(make_crate: MakeCrate, rules: Rules) -> None:
    crate = make_crate(lambda metadata: metadata["@graph"][7].update(md5="abc"))
    assert rules(crate) == ["payload/md5"]


@pytest.mark.parametrize("prefix", ["data/", "bag/data/", "one/"])
def test_crate_inside_a_bag_or_a_folder(make_crate: MakeCrate, rules: Rules, prefix: str) -> None:
    archive = as_zip(make_crate(), prefix=prefix)
    if prefix.endswith("data/"):
        with zipfile.ZipFile(archive, "a") as target:
            names = [name for name in target.namelist() if not name.endswith("/")]
            base = prefix.removesuffix("data/")
            sums = ((hashlib.md5(target.read(name)).hexdigest(), name.removeprefix(base)) for name in names)
            target.writestr(f"{base}manifest-md5.txt", "".join(f"{digest} {name}\n" for digest, name in sums))
            declaration = "BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8\r\n"
            target.writestr(f"{base}bagit.txt", declaration)
    assert rules(archive, Severity.SHOULD) == []
