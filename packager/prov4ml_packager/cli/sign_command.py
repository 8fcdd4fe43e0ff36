"""`prov4ml-pack sign`."""

import os
from pathlib import Path

import click

from .options import debug_option, example, path_type
from .output import note, say
from .progress_bar import byte_progress

_PASSPHRASE = "PROV4ML_KEY_PASSPHRASE"


def _passphrase() -> str:
    given = os.environ.get(_PASSPHRASE)
    if given is not None:
        return given
    answer: str = click.prompt("Passphrase of the key", hide_input=True, err=True)
    return answer


@click.command(
    "sign",
    epilog=example(
        "prov4ml-pack sign digits.zip --key id_ed25519",
    ),
)
@click.argument("crate", type=path_type)
@click.option("--key", type=path_type, required=True, help="Private key: Ed25519 or ECDSA, PEM or OpenSSH.")
@debug_option
def command(crate: Path, key: Path) -> None:
    """Sign a crate: a detached signature over its metadata, which covers the manifest and so every file.

    The signature is the member ro-crate-metadata.json.sig, in the format of OpenSSH; validate
    --verify-signature takes the public key. The passphrase of an encrypted key is asked for, or taken from
    PROV4ML_KEY_PASSPHRASE.
    """
    from ..crate.sign import sign_crate

    with byte_progress(str(crate)) as (progress, _):
        fingerprint = sign_crate(crate, key, passphrase=_passphrase, progress=progress)
    note(f"prov4ml-pack: signed with {fingerprint}")
    say(crate)
