"""Signatures in the format of OpenSSH, which `ssh-keygen -Y verify` reads as well.

Source: OpenSSH, PROTOCOL.sshsig (format and what is signed); RFC 4251, section 5 (`string`, `mpint`);
RFC 8709, sections 4 and 6 (Ed25519); RFC 5656, section 3.1 (ECDSA). Nothing here needs another library.
"""

import base64
import hashlib
import re
import struct
from dataclasses import dataclass

NAMESPACE = "ro-crate"
"""What our signatures are for, so that one made for another purpose cannot be passed off as a seal."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASH = "sha512"
_ARMOUR = re.compile(r"\s*-----BEGIN SSH SIGNATURE-----\s(.*?)-----END SSH SIGNATURE-----\s*", re.DOTALL)
_LINE = 70


class MalformedSignature(ValueError):
    """The bytes are no signature in this format; the text says why."""


@dataclass(frozen=True)
class SshSignature:
    """A signature with the public key that made it.

    Attributes:
        public_key: in the wire format of SSH.
        namespace: what it was made for.
        hash_algorithm: `sha256` or `sha512`, of the message.
        signature: in the wire format of SSH.
    """

    public_key: bytes
    namespace: str
    hash_algorithm: str
    signature: bytes

    def signed_bytes(self, message: bytes) -> bytes:
        """Return what the key has signed where `message` is what the signature is for."""
        digest = hashlib.new(self.hash_algorithm, message).digest()
        fields = (self.namespace.encode(), b"", self.hash_algorithm.encode(), digest)
        return _MAGIC + b"".join(wire_string(one) for one in fields)

    def armoured(self) -> bytes:
        """Return the signature as the text file that is kept beside what was signed."""
        fields = (self.public_key, self.namespace.encode(), b"", self.hash_algorithm.encode(), self.signature)
        blob = _MAGIC + struct.pack(">I", _VERSION) + b"".join(wire_string(one) for one in fields)
        text = base64.b64encode(blob).decode("ascii")
        lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
        return "\n".join(
            ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]
        ).encode()


def unsigned(public_key: bytes) -> SshSignature:
    """Return the signature of a key over nothing yet, which knows what has to be signed."""
    return SshSignature(public_key, NAMESPACE, _HASH, b"")


def parse_signature(content: bytes) -> SshSignature:
    """Read an armoured signature.

    Raises:
        MalformedSignature: it is none, or of a version or hash that is not known.
    """
    try:
        match = _ARMOUR.fullmatch(content.decode("ascii"))
        if match is None:
            raise MalformedSignature("there is no -----BEGIN SSH SIGNATURE-----")
        blob = base64.b64decode("".join(match[1].split()), validate=True)
    except ValueError as error:  # binascii.Error and UnicodeDecodeError are such
        if isinstance(error, MalformedSignature):
            raise
        raise MalformedSignature("it is no Base64 text") from error
    if blob[:6] != _MAGIC or blob[6:10] != struct.pack(">I", _VERSION):
        raise MalformedSignature("it is no SSH signature of version 1")
    public_key, namespace, _, hash_algorithm, signature = wire_strings(blob[10:], 5)
    hash_name = hash_algorithm.decode("ascii", "replace")
    if hash_name not in ("sha256", "sha512"):
        raise MalformedSignature("its hash is neither sha256 nor sha512")
    return SshSignature(public_key, namespace.decode("utf-8", "replace"), hash_name, signature)


def wire_string(content: bytes) -> bytes:
    """Return bytes behind their length."""
    return struct.pack(">I", len(content)) + content


def wire_strings(blob: bytes, count: int) -> list[bytes]:
    """Return the strings that a blob is made of.

    Raises:
        MalformedSignature: there are not exactly `count` of them.
    """
    found: list[bytes] = []
    place = 0
    while place + 4 <= len(blob) and len(found) < count:
        (length,) = struct.unpack_from(">I", blob, place)
        place += 4 + length
        if place > len(blob):
            break
        found.append(blob[place - length : place])
    if len(found) != count or place != len(blob):
        raise MalformedSignature("its parts do not fill it")
    return found


def key_kind(public_key: bytes) -> bytes:
    """Return what kind of key it is, such as `ssh-ed25519`: the first string of its wire format."""
    (length,) = struct.unpack_from(">I", public_key)
    return public_key[4 : 4 + length]


def fingerprint(public_key: bytes) -> str:
    """Return what people compare keys by, as `ssh-keygen -l` prints it."""
    digest = base64.b64encode(hashlib.sha256(public_key).digest()).decode("ascii")
    return f"SHA256:{digest.rstrip('=')}"
