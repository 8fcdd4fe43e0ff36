"""`prov4ml-pack update`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import config_option, debug_option, example, given_time, path_type, secrets_option
from .output import say
from .people import parse_author
from .progress_bar import byte_progress

if TYPE_CHECKING:
    from ..crate.options import SecretPolicy


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is no NAME=VALUE", param_hint=f"'{option}'")
    return name, value


def _place(text: str) -> tuple[str, Path]:
    """Return the path in the crate and the file: `FILE`, or `PATH=FILE`."""
    path, equals, file = text.partition("=")
    if equals and not Path(text).exists():
        return path, Path(file)
    return Path(text).name, Path(text)


@click.command(
    "update",
    epilog=example(
        "prov4ml-pack update digits.zip --add README.md --set license=CC-BY-4.0",
        "prov4ml-pack update digits.zip --add docs/readme.md=README.md --remove artifacts/old.bin",
    ),
)
@click.argument("crate", type=path_type)
@click.option(
    "--add", metavar="[PATH=]FILE", multiple=True, help="A file to put in, at the top or at PATH; repeatable."
)
@click.option("--remove", metavar="PATH", multiple=True, help="A file or directory to take out; repeatable.")
@click.option(
    "--set", "properties", metavar="NAME=VALUE", multiple=True, help="A property of the crate; repeatable."
)
@click.option(
    "--author",
    metavar="NAME [<ORCID>]",
    default=None,
    help="Who changes it; by default the first author of the configuration, if the crate names them.",
)
@secrets_option("files that are added")
@config_option
@debug_option
def command(
    crate: Path,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    properties: tuple[str, ...],
    author: str | None,
    secrets: "SecretPolicy | None",
    config: Path | None,
) -> None:
    """Change a crate: add and remove files, set its name, licence and the like.

    The new crate is checked before it takes the place of the old one, in one step. A signature is taken out,
    since it would be wrong. Added files are searched for secrets as crate does.
    """
    from ..crate import load_crate_config
    from ..crate.changed_graph import Changes
    from ..crate.update import update_crate

    configured = load_crate_config(config)
    changes = Changes(
        time=given_time() or datetime.now(UTC),
        add=dict(_place(text) for text in add),
        remove=remove,
        properties=dict(_pair(text, "--set") for text in properties),
        author=parse_author(author) if author is not None else None,
        author_if_named=configured.authors[0] if configured.authors else None,
    )
    with byte_progress(str(crate)) as (progress, tell):
        update_crate(
            crate,
            changes,
            secrets=secrets or configured.secrets,
            note=tell,
            warn=lambda line: tell(line, "warning"),
            progress=progress,
        )
    say(crate)
