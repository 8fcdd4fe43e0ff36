"""Crates in BagIt bags: `bagit` for Python accepts them, and every byte that is altered in one is found."""

import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import bagit
import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.crate import build_crate, unpack_crate
from prov4ml_packager.crate.archive.bag import encoded_path
from prov4ml_packager.crate.changed_graph import Changes
from prov4ml_packager.crate.options import COMPRESSIONS, Compression
from prov4ml_packager.crate.sign import sign_crate
from prov4ml_packager.crate.update import update_crate
from prov4ml_packager.crate_members import read_member
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.record import RunRecord
from prov4ml_packager.summary import summarize
from prov4ml_validators import validate
from prov4ml_validators.report import Severity
from prov4ml_validators.seal.public_keys import load_public_key

from .builders import FULL, artifact, make_run, write_file
from .test_sign import KEYS, write_key

BAG = replace(FULL, bag=True, identifier="10.5281/zenodo.1234567")
KINDS = ["c.zip", "c.tar.gz", "c.tar.zst", "c"]
TIME = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder = tmp_path_factory.mktemp("bag")

    def extra(root: Path) -> tuple[Any, ...]:
        names = ("100%.txt", "a%0Ab.txt", "naïve name.txt")
        return tuple(artifact(name, write_file(root, f"artifacts/{name}", name.encode())) for name in names)

    return make_run(folder / "run", extra=extra)


def opened(crate: Path, target: Path) -> Path:
    """Return the folder of the bag itself."""
    return crate if crate.is_dir() else unpack_crate(crate, target) / "c"


def of_the_bag(crate: Path) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in validate(crate).findings if one.rule.startswith("bagit/")]


def musts(crate: Path) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in validate(crate).at_or_above(Severity.MUST)]


@pytest.mark.parametrize("name", KINDS)
def test_bagit_accepts_it(record: RunRecord, tmp_path: Path, name: str) -> None:
    crate = build_crate([record], tmp_path / name, BAG)
    folder = opened(crate, tmp_path / "out")
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert sorted(bag.algorithms) == ["sha256", "sha512"]
    assert bag.info == {
        "Source-Organization": "Example Institute",
        "Contact-Name": "Ada Lovelace",
        "Contact-Email": "ada@example.org",
        "External-Description": "A run that classifies handwritten digits.",
        "External-Identifier": [
            "https://doi.org/10.5281/zenodo.1234567",
            "urn:uuid:12345678-1234-4234-8234-000000000001",
        ],
        "Bagging-Date": "2025-06-15",
        "Bag-Software-Agent": bag.info["Bag-Software-Agent"],
        "Payload-Oxum": bag.info["Payload-Oxum"],
    }
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    assert bag.info["Payload-Oxum"] == f"{sum(path.stat().st_size for path in files)}.{len(files)}"
    assert (folder / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert musts(crate) == musts(folder) == []
    assert summarize(crate)["name"] == "Digits, classified"
    sums = dict(
        line.split("  ", 1)[::-1] for line in (folder / "manifest-sha512.txt").read_text().splitlines()
    )
    assert sums["data/run.json"] == hashlib.sha512((folder / "data/run.json").read_bytes()).hexdigest()
    # A name that `bagit` cannot read as RFC 8493 writes it is none in a bag.
    assert not any("%" in path for path in sums)
    assert sum("100-" in path for path in sums) == 1


@pytest.mark.parametrize("name", KINDS[:3])
def test_the_same_bytes(
    record: RunRecord, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = build_crate([record], tmp_path / "a" / name, BAG)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert build_crate([record], tmp_path / "b" / name, BAG).read_bytes() == first.read_bytes()


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_what_every_reader_must_open_is_not_in_lzma(
    record: RunRecord, tmp_path: Path, compression: Compression
) -> None:
    from backports.zstd import zipfile

    crate = build_crate([record], tmp_path / "c.zip", replace(BAG, compression=compression))
    assert musts(crate) == []
    with zipfile.ZipFile(crate) as archive:
        methods = {info.filename: info.compress_type for info in archive.infolist()}
    plain = 8 if compression in ("lzma", "zstd") else methods["c/data/packaged/prov.json"]
    for path in (
        "bagit.txt",
        "manifest-sha512.txt",
        "data/ro-crate-metadata.json",
        "data/manifest-sha256.txt",
    ):
        assert methods[f"c/{path}"] == plain


def test_source_date_epoch(
    record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build_crate([record], tmp_path / "c", replace(BAG, bagged=date(2026, 1, 2)))
    assert "Bagging-Date: 2026-01-02\n" in (tmp_path / "c/bag-info.txt").read_text()


def test_every_byte_that_is_altered_is_found(record: RunRecord, tmp_path: Path) -> None:
    crate = build_crate([record], tmp_path / "c", BAG)
    for path in sorted(path for path in crate.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for place in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            found = validate(crate).at_or_above(Severity.MUST)
            name = path.relative_to(crate).as_posix()
            if name.startswith("tagmanifest-"):  # these vouch for the others, and nothing for them
                assert found, (name, place)
                assert {one.rule for one in found} <= {"bagit/digest", "bagit/manifest-form", "bagit/missing"}
            else:
                places = [one.location.file for one in found if one.rule.startswith("bagit/")]
                assert name in places, (name, place)
        path.write_bytes(content)
    assert musts(crate) == []


@pytest.mark.parametrize(
    ("path", "change", "rule", "message"),
    [
        ("bagit.txt", b"BagIt-Version: 1.0\n", "bagit/declaration",
         "bagit.txt has not the two lines of a declaration"),
        ("data/more.txt", b"x", "bagit/unlisted", '"data/more.txt" is not in manifest-sha256.txt'),
        ("data/run.json", None, "bagit/missing", '"data/run.json" is not in the bag'),
        (
            "bag-info.txt", b"Payload-Oxum: 1.1\n", "bagit/payload-oxum",
            'Payload-Oxum is "1.1", and the payload has {oxum}',
        ),
        ("manifest-md5.txt", b"x\n", "bagit/manifest-form", '"x" is no digest and path'),
        ("manifest-md5.txt", b"0" * 32 + b"  bagit.txt\n", "bagit/manifest-form",
         '"bagit.txt" does not belong into manifest-md5.txt'),
        ("manifest-md5.txt", (b"0" * 32 + b"  data/run.json\n") * 2, "bagit/manifest-form",
         '"data/run.json" is listed twice'),
        ("manifest-md5.txt", b"0" * 32 + b" *data/run.json\r\n", "bagit/digest",
         '"data/run.json" has another md5 than its manifest lists'),
        ("tagmanifest-sha1.txt", b"0" * 40 + b"  data/run.json\n", "bagit/manifest-form",
         '"data/run.json" does not belong into tagmanifest-sha1.txt'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_bag(
    record: RunRecord, tmp_path: Path, path: str, change: bytes | None, rule: str, message: str
) -> None:
    crate = build_crate([record], tmp_path / "c", BAG)
    oxum = bagit.Bag(str(crate)).info["Payload-Oxum"]
    if change is None:
        (crate / path).unlink()
    else:
        (crate / path).write_bytes(change)
    assert (rule, message.format(oxum=oxum)) in of_the_bag(crate)


def test_bags_of_bagit_itself(record: RunRecord, tmp_path: Path) -> None:
    crate = build_crate([record], tmp_path / "plain", FULL)
    (crate / "100%.txt").write_bytes(b"x")  # listed as it is, against RFC 8493
    update_crate(crate, Changes(time=TIME, remove=["100%.txt"]))
    bagit.make_bag(str(crate), {"Contact-Name": "Ada"}, checksums=["md5", "sha1", "sha256", "sha512"])
    assert musts(crate) == []
    (crate / "data/run.json").write_bytes(b"{}")
    assert (
        "bagit/digest",
        '"data/run.json" has another md5 and sha1 and sha256 and sha512 than its manifest lists',
    ) in [(rule, message) for rule, message in musts(crate)]


def test_a_bag_without_manifest_or_of_unknown_algorithm(record: RunRecord, tmp_path: Path) -> None:
    crate = build_crate([record], tmp_path / "c", BAG)
    for path in crate.glob("*manifest-*.txt"):
        path.unlink()
    assert of_the_bag(crate) == [("bagit/manifest", "there is no manifest of the payload")]
    (crate / "manifest-whirlpool.txt").write_text("00  data/run.json\n")
    (crate / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: KOI8-R\n")
    mays = [one.message for one in validate(crate).findings if one.rule == "bagit/not-checked"]
    assert mays == ['tag files in "KOI8-R" are read as UTF-8', 'digests in "whirlpool" are not checked']


@pytest.mark.parametrize("name", KINDS)
def test_update_and_sign_keep_the_bag_whole(record: RunRecord, tmp_path: Path, name: str) -> None:
    crate = build_crate([record], tmp_path / name, BAG)
    (tmp_path / "read me.txt").write_text("hello")
    changes = Changes(
        time=TIME, add={"docs/read me.txt": tmp_path / "read me.txt"}, properties={"name": "New name"}
    )
    update_crate(crate, changes)
    private, public = write_key(tmp_path / "keys", KEYS["ed25519"]())
    sign_crate(crate, private)
    folder = opened(crate, tmp_path / "out")
    bagit.Bag(str(folder)).validate()
    assert (folder / "data/docs/read me.txt").read_text() == "hello"
    assert bagit.Bag(str(folder)).info["Contact-Name"] == "Ada Lovelace"
    assert read_member(crate, "docs/read me.txt") == b"hello"
    report = validate(crate, signed_with=load_public_key(public))
    assert not report.at_or_above(Severity.MUST)
    assert summarize(crate)["name"] == "New name"


def test_tag_files_of_others_are_kept_and_an_incomplete_bag_is_refused(
    record: RunRecord, tmp_path: Path
) -> None:
    crate = build_crate([record], tmp_path / "c", BAG)
    (crate / "mods.xml").write_text("<mods/>")
    update_crate(crate, Changes(time=TIME, properties={"name": "New name"}))
    assert (crate / "mods.xml").read_text() == "<mods/>"
    assert "  mods.xml\n" in (crate / "tagmanifest-sha512.txt").read_text()
    bagit.Bag(str(crate)).validate()
    (crate / "fetch.txt").write_text("https://example.org/x 1 data/x\n")
    with pytest.raises(PackagerError) as caught:
        update_crate(crate, Changes(time=TIME, properties={"name": "Newer"}))
    assert str(caught.value) == (
        f"{crate}: fetch.txt: is a bag that is not complete; fetch what it names first, with a tool for BagIt"
    )


def test_a_bag_replaces_a_bag_and_nothing_else(record: RunRecord, tmp_path: Path) -> None:
    crate = build_crate([record], tmp_path / "c", BAG)
    build_crate([record], crate, BAG)
    shutil.rmtree(crate / "data")
    with pytest.raises(PackagerError, match="is a directory with other things in it"):
        build_crate([record], crate, BAG)


def test_a_payload_that_is_a_link_is_not_followed(record: RunRecord, tmp_path: Path) -> None:
    crate = build_crate([record], tmp_path / "c", BAG)
    shutil.move(crate / "data", tmp_path / "elsewhere")
    (crate / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackagerError, match=r"has no ro-crate-metadata\.json at its top"):
        update_crate(crate, Changes(time=TIME, properties={"name": "x"}))


def test_paths_in_manifests() -> None:
    # RFC 8493, section 2.1.3: CR, LF and %, and only those, are percent-encoded.
    assert encoded_path("data/100%\r\nä b") == "data/100%25%0D%0Aä b"


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ..reader.raw_writer import small_run

    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    small_run(tmp_path / "digits_0")
    assert run(["crate", "digits_0", "-o", "bag.zip", "--bag"]) == 0
    assert run(["unpack", "bag.zip", "-o", "out"]) == 0
    assert "Bagging-Date: 2023-11-14\n" in (tmp_path / "out/bag/bag-info.txt").read_text()
    assert run(["validate", "bag.zip", "out"]) == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    capsys.readouterr()
    assert run(["crate", "digits_0", "-o", "bag.zip", "--bag"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: SOURCE_DATE_EPOCH is 'soon' and no number of seconds; "
        "see prov4ml-pack crate --help\n"
    )
