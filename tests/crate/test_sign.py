"""Seals: what a signature covers, held against ssh-keygen, and every byte that somebody may alter."""

import re
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from prov4ml_packager.crate import build_crate, unpack_crate
from prov4ml_packager.crate.archive.zip_reader import open_zip
from prov4ml_packager.crate.options import COMPRESSIONS, Compression
from prov4ml_packager.crate.sign import sign_crate
from prov4ml_packager.errors import PackagerError
from prov4ml_validators import validate
from prov4ml_validators.report import Report, Unreadable
from prov4ml_validators.seal.public_keys import load_public_key

from .builders import FULL, make_run

KEYS: dict[str, Callable[[], Any]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
}
SIGNATURE = "ro-crate-metadata.json.sig"


def write_key(folder: Path, key: Any, *, form: PrivateFormat = PrivateFormat.PKCS8) -> tuple[Path, Path]:
    """Write a private key and its public half in PEM; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    private, public = folder / "key", folder / "key.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_key(tmp_path_factory.mktemp("keys"), KEYS["ed25519"]())


def verified(crate: Path, public: Path) -> Report:
    return validate(crate, signed_with=load_public_key(public))


def seal_findings(crate: Path, public: Path) -> list[tuple[str, str]]:
    findings = verified(crate, public).findings
    return [(one.rule, one.message) for one in findings if one.rule.startswith("seal/")]


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz", "c.tar.zst", "c"])
@pytest.mark.parametrize("kind", KEYS)
def test_signed_crates_verify_with_their_key_and_no_other(tmp_path: Path, name: str, kind: str) -> None:
    private, public = write_key(tmp_path / "keys", KEYS[kind]())
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / name, FULL)
    fingerprint = sign_crate(crate, private)
    assert verified(crate, public).is_valid()
    other = write_key(tmp_path / "other", KEYS[kind]())[1]
    ((rule, message),) = seal_findings(crate, other)
    assert rule == "seal/signer"
    assert message.startswith(f"signed with the key {fingerprint}, not with SHA256:")


@pytest.mark.system("ssh-keygen")
@pytest.mark.parametrize("kind", KEYS)
def test_ssh_keygen_verifies_our_signature_and_we_take_its_keys(tmp_path: Path, kind: str) -> None:
    private, _ = write_key(tmp_path, KEYS[kind](), form=PrivateFormat.OpenSSH)
    private.chmod(0o600)
    line = subprocess.run(["ssh-keygen", "-y", "-f", private], check=True, capture_output=True, text=True)
    (tmp_path / "id.pub").write_text(line.stdout)
    (tmp_path / "signers").write_text(f"ada {line.stdout}")
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    fingerprint = sign_crate(crate, private)
    assert verified(crate, tmp_path / "id.pub").is_valid()
    command = ["ssh-keygen", "-Y", "verify", "-n", "ro-crate", "-f", tmp_path / "signers", "-I", "ada"]
    metadata = (crate / "ro-crate-metadata.json").read_bytes()
    done = subprocess.run([*command, "-s", crate / SIGNATURE], input=metadata, capture_output=True)
    assert done.returncode == 0
    assert fingerprint in done.stdout.decode()
    changed = subprocess.run([*command, "-s", crate / SIGNATURE], input=metadata + b" ", capture_output=True)
    assert changed.returncode != 0


@pytest.mark.system("ssh-keygen")
def test_a_signature_by_ssh_keygen_is_taken_and_one_for_another_purpose_is_not(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "id"], check=True)
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    for purpose, expected in (
        ("ro-crate", []),
        ("file", [("seal/signature-form", 'the signature was made for "file"')]),
    ):
        (crate / SIGNATURE).unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", purpose, "-f", tmp_path / "id"]
        subprocess.run([*command, crate / "ro-crate-metadata.json"], check=True, capture_output=True)
        assert seal_findings(crate, tmp_path / "id.pub") == expected


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0x20]) + content[middle + 1 :]


def test_a_flipped_byte_in_any_member_of_a_directory_is_found_and_named(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    sign_crate(crate, keys[0])
    assert seal_findings(crate, keys[1]) == []
    files = [path for path in sorted(crate.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(files) > 12
    for path in files:
        content = path.read_bytes()
        path.write_bytes(flipped(content))
        told = told_of_damage(crate, keys[1])
        assert path.name in told or (path.name == SIGNATURE and told), (path, told)
        path.write_bytes(content)
    assert seal_findings(crate, keys[1]) == []


def told_of_damage(crate: Path, public: Path) -> str:
    """Return everything that is said of a crate: its seal's findings, or why it cannot be read."""
    try:
        return " ".join(message for _, message in seal_findings(crate, public))
    except Unreadable as error:
        return str(error)


def holds(crate: Path, member: str, content: bytes) -> bool:
    """Return whether a member of a zip is still what it was, whatever its compressed form."""
    try:
        with crate.open("rb") as stream, open_zip(stream) as archive:
            return archive.read(member) == content
    except Exception:  # any decoder's
        return False


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_flipped_byte_in_any_member_of_a_zip_is_found_and_named(
    tmp_path: Path, keys: tuple[Path, Path], compression: Compression
) -> None:
    run = make_run(tmp_path / "run_1")
    crate = build_crate([run], tmp_path / "c.zip", replace(FULL, compression=compression))
    sign_crate(crate, keys[0])
    with crate.open("rb") as stream, open_zip(stream) as archive:
        members = {info: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    whole = crate.read_bytes()
    unaltered = []
    for info, content in members.items():
        begin = info.header_offset + 30 + len(info.filename.encode())
        place = begin + info.compress_size // 2
        crate.write_bytes(whole[:place] + flipped(whole[place : place + 1]) + whole[place + 1 :])
        if holds(crate, info.filename, content):
            unaltered.append(info.filename)  # a bit that the decoder does not look at
            continue
        told = told_of_damage(crate, keys[1])
        assert info.filename in told or (info.filename == SIGNATURE and told), (info.filename, told)
    assert len(unaltered) < len(members) / 3
    assert compression != "stored" or not unaltered


def test_what_is_added_or_taken_out_is_named(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    sign_crate(crate, keys[0])
    (crate / "extra.sig").write_text("no signature of ours")
    (crate / "artifacts/plots/a.txt").unlink()
    (crate / "link").symlink_to("run.json")
    assert seal_findings(crate, keys[1]) == [
        ("seal/member", '"extra.sig" was added after it was signed'),
        ("seal/member", '"link" is a link or a special file'),
        ("seal/member", '"artifacts/plots/a.txt" was taken out after it was signed'),
    ]


def test_the_manifest_and_a_second_member_of_a_name_are_covered(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c.zip", FULL)
    sign_crate(crate, keys[0])
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(crate, "a") as archive:
        archive.writestr("run.json", archive.read("run.json"))
    assert seal_findings(crate, keys[1]) == [("seal/member", '"run.json" is there more than once')]
    folder = build_crate([make_run(tmp_path / "run_2")], tmp_path / "c", FULL)
    sign_crate(folder, keys[0])
    manifest = folder / "manifest-sha256.txt"
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[1:]))
    assert seal_findings(folder, keys[1]) == [
        ("seal/manifest", "manifest-sha256.txt is not the one that was signed")
    ]


def test_what_has_no_signature_is_not_sealed(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    run = make_run(tmp_path / "run_1")
    crate = build_crate([run], tmp_path / "c", FULL)
    absent = ("seal/not-sealed", f"not sealed: there is no {SIGNATURE}")
    assert seal_findings(crate, keys[1]) == [absent]
    alone = ("seal/not-sealed", "not sealed: only a whole crate can be")
    assert seal_findings(run.directory / "packaged/prov.json", keys[1]) == [alone]
    assert seal_findings(crate / "ro-crate-metadata.json", keys[1]) == [alone]
    (crate / SIGNATURE).write_text("-----BEGIN PGP SIGNATURE-----\n")
    ((rule, message),) = seal_findings(crate, keys[1])
    assert (rule, message) == (
        "seal/signature-form",
        f"{SIGNATURE} is no signature: there is no -----BEGIN SSH SIGNATURE-----",
    )


def test_signing_changes_nothing_else_and_signing_again_replaces(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    run = make_run(tmp_path / "run_1")
    for name in ("c.zip", "c.tar.gz"):
        crate = build_crate([run], tmp_path / name, FULL)
        plain = unpack_crate(crate, tmp_path / f"{name}.plain")
        for key in (write_key(tmp_path / "first", KEYS["p256"]())[0], keys[0]):
            sign_crate(crate, key)
        signed = unpack_crate(crate, tmp_path / f"{name}.signed")
        names = {str(path.relative_to(signed)) for path in signed.rglob("*")}
        assert names - {str(path.relative_to(plain)) for path in plain.rglob("*")} == {SIGNATURE}
        assert verified(crate, keys[1]).is_valid()
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".prov4ml")]
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        assert archive.namelist() == sorted(archive.namelist())
    with tarfile.open(tmp_path / "c.tar.gz") as tar:
        assert SIGNATURE in tar.getnames()


def test_encrypted_keys_ask_for_their_passphrase(tmp_path: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    key = KEYS["ed25519"]()
    for form in (PrivateFormat.PKCS8, PrivateFormat.OpenSSH):
        path = tmp_path / str(form).rpartition(".")[2]
        path.write_bytes(key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"open sesame")))
        with pytest.raises(PackagerError, match=r": is encrypted, and there is no passphrase$"):
            sign_crate(crate, path)
        with pytest.raises(PackagerError, match=r": does not open with this passphrase$"):
            sign_crate(crate, path, passphrase=lambda: "wrong")
        sign_crate(crate, path, passphrase=lambda: "open sesame")


def test_unusable_keys_are_told_and_the_crate_stays_as_it_was(tmp_path: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c.zip", FULL)
    before = crate.read_bytes()
    rsa_private, rsa_public = write_key(tmp_path / "rsa", rsa.generate_private_key(65537, 2048))
    kinds = "use Ed25519, or ECDSA on P-256, P-384 or P-521"
    with pytest.raises(Unreadable, match=re.escape(f"{rsa_private}: is a key of another kind; {kinds}")):
        sign_crate(crate, rsa_private)
    with pytest.raises(Unreadable, match=re.escape(f"{rsa_public}: is a key of another kind; {kinds}")):
        load_public_key(rsa_public)
    private, public = write_key(tmp_path / "keys", KEYS["ed25519"]())
    with pytest.raises(PackagerError, match=r"key\.pub: is no private key; give one of Ed25519"):
        sign_crate(crate, public)
    with pytest.raises(Unreadable, match=r"key: is a private key; give the public one, which others may see"):
        load_public_key(private)
    (tmp_path / "junk").write_text("junk\n")
    with pytest.raises(Unreadable, match=r"junk: is no public key; give a PEM file with BEGIN PUBLIC KEY"):
        load_public_key(tmp_path / "junk")
    with pytest.raises(PackagerError, match=r"absent: cannot be read: No such file"):
        sign_crate(crate, tmp_path / "absent")
    assert crate.read_bytes() == before


def test_a_crate_without_a_chain_is_not_signed(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "c", FULL)
    (crate / "run.json").write_text("{}")
    with pytest.raises(
        PackagerError, match=r'c: cannot be sealed: "run\.json" was changed after it was signed'
    ):
        sign_crate(crate, keys[0])
    assert not (crate / SIGNATURE).exists()
