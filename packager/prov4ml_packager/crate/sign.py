"""Signing: one detached signature over the metadata, which holds the digest of the manifest of everything.

The signature has the format of OpenSSH, so that whoever gets the crate can verify it without this program:
`ssh-keygen -Y verify -n ro-crate -f SIGNERS -I NAME -s ro-crate-metadata.json.sig < ro-crate-metadata.json`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prov4ml_validators.seal.check import SIGNATURE, check_seal
from prov4ml_validators.seal.public_keys import KINDS, wire_format
from prov4ml_validators.seal.ssh_signature import fingerprint, key_kind, unsigned, wire_string

from ..crate_members import open_members
from ..errors import PackagerError
from ..progress import UNWATCHED, Progress
from .archive.members import METADATA, bytes_member
from .existing import open_existing, replace_crate

_LARGEST_KEY = 1 << 16


def sign_crate(
    crate: Path,
    key: Path,
    *,
    passphrase: Callable[[], str] | None = None,
    progress: Progress = UNWATCHED,
) -> str:
    """Sign a crate; an older signature is replaced. The crate is written anew in one step.

    Args:
        crate: a zip, tar.gz, tar.zst or directory with a manifest that its metadata knows.
        key: a private key, Ed25519 or ECDSA on P-256, P-384 or P-521, in PEM or as `ssh-keygen` writes it.
        passphrase: asked where the key is encrypted.
        progress: told the bytes read, then those packed.

    Returns:
        The fingerprint of the public key, as `ssh-keygen -l` prints it.

    Raises:
        PackagerError: the key cannot be used, or the crate is none, has no manifest or one that is wrong.
    """
    private = load_private_key(key, passphrase)
    public = wire_format(private.public_key(), str(key))
    with open_existing(crate) as existing:
        metadata = (existing.folder / METADATA).read_bytes()
        signature = bytes_member(SIGNATURE, _signature(private, public, metadata))

        def check(fresh: Path) -> None:
            with open_members(fresh) as members:
                broken = next(check_seal(members, "", public), None)
            if broken is not None:
                hint = "package again, or make the manifest anew with prov4ml-pack update"
                raise PackagerError(f"cannot be sealed: {broken.message}", path=crate, hint=hint)

        members = existing.members([SIGNATURE], progress)
        replace_crate(existing, [*members, signature], check=check, progress=progress)
    return fingerprint(public)


def load_private_key(path: Path, passphrase: Callable[[], str] | None = None) -> Any:
    """Return a private key of `cryptography`.

    Raises:
        PackagerError: it is not there, is no private key, or the passphrase is wrong or missing.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_KEY)
    except OSError as error:
        raise PackagerError(
            f"cannot be read: {error.strerror or error}", path=path, hint="give the private key"
        ) from error
    if b"PRIVATE KEY" not in content:
        raise PackagerError(
            "is no private key",
            path=path,
            hint=f"give one of {KINDS}: ssh-keygen -t ed25519 -f KEY makes one",
        )
    try:
        return _load(content, None)
    except TypeError:  # how `cryptography` says that a passphrase is needed
        if passphrase is None:
            raise PackagerError("is encrypted, and there is no passphrase", path=path) from None
    try:
        return _load(content, passphrase().encode("utf-8"))
    except (TypeError, ValueError) as error:
        raise PackagerError("does not open with this passphrase", path=path) from error


def _load(content: bytes, password: bytes | None) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in content else load_pem_private_key
    return load(content, password)


def _signature(private: Any, public: bytes, metadata: bytes) -> bytes:
    from dataclasses import replace

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    empty = unsigned(public)
    data = empty.signed_bytes(metadata)
    if isinstance(private, EllipticCurvePrivateKey):
        size = private.curve.key_size
        digest = hashes.SHA256() if size <= 256 else hashes.SHA384() if size <= 384 else hashes.SHA512()
        numbers = decode_dss_signature(private.sign(data, ECDSA(digest)))
        signed = b"".join(wire_string(_mpint(number)) for number in numbers)
    else:
        signed = private.sign(data)
    return replace(empty, signature=wire_string(key_kind(public)) + wire_string(signed)).armoured()


def _mpint(number: int) -> bytes:
    """Return a positive number as SSH writes it (RFC 4251, section 5): big-endian, the first bit a zero."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
