"""Public keys, Ed25519 and ECDSA, from the files that people have; and what they verify."""

from pathlib import Path
from typing import Any

from ..report import Unreadable
from .ssh_signature import MalformedSignature, SshSignature, wire_strings

_LARGEST = 1 << 16
_HASHES = {b"nistp256": "SHA256", b"nistp384": "SHA384", b"nistp521": "SHA512"}  # RFC 5656, section 6.2.1
KINDS = "Ed25519, or ECDSA on P-256, P-384 or P-521"


def load_public_key(path: Path) -> bytes:
    """Return a public key in the wire format of SSH.

    Args:
        path: PEM (`BEGIN PUBLIC KEY`), or a line as in `id_ed25519.pub`.

    Raises:
        Unreadable: it is not there, is no public key, or one of another kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key, load_ssh_public_key

    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST)
    except OSError as error:
        raise Unreadable(
            str(path), f"cannot be read: {error.strerror or error}", "give the public key"
        ) from error
    if b"PRIVATE KEY" in content:
        raise Unreadable(str(path), "is a private key", "give the public one, which others may see")
    try:
        key: Any = (
            load_pem_public_key(content)
            if b"-----BEGIN" in content
            else load_ssh_public_key(content.strip().splitlines()[0] if content.strip() else b"")
        )
    except (ValueError, UnsupportedAlgorithm) as error:
        hint = "give a PEM file with BEGIN PUBLIC KEY, or a .pub of ssh-keygen"
        raise Unreadable(str(path), "is no public key", hint) from error
    return wire_format(key, str(path))


def wire_format(key: Any, shown: str) -> bytes:
    """Return a public key of `cryptography` in the wire format of SSH.

    Raises:
        Unreadable: it is of another kind; the message names `shown`.
    """
    import base64

    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
            raise ValueError
        line = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    except (ValueError, UnsupportedAlgorithm) as error:  # RSA, or a curve that SSH does not know
        raise Unreadable(shown, "is a key of another kind", f"use {KINDS}") from error
    return base64.b64decode(line.split()[1])


def has_signed(signature: SshSignature, message: bytes) -> bool:
    """Return whether the key that a signature names has made it over a message."""
    import base64

    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        kind, signed = wire_strings(signature.signature, 2)
        key = load_ssh_public_key(kind + b" " + base64.b64encode(signature.public_key))
        data = signature.signed_bytes(message)
        if isinstance(key, Ed25519PublicKey):
            key.verify(signed, data)
        elif isinstance(key, EllipticCurvePublicKey):
            curve = wire_strings(signature.public_key, 3)[1]
            first, second = (int.from_bytes(one, "big", signed=True) for one in wire_strings(signed, 2))
            key.verify(encode_dss_signature(first, second), data, ECDSA(getattr(hashes, _HASHES[curve])()))
        else:
            return False
    except (InvalidSignature, MalformedSignature, UnsupportedAlgorithm, ValueError, KeyError):
        return False
    return True
