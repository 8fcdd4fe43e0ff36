"""`prov4ml-pack deposit`."""

import os
from pathlib import Path

import click

from .options import debug_option, example, output_option, path_type
from .output import say
from .progress_bar import byte_progress

_TOKEN = "PROV4ML_DEPOSIT_TOKEN"


def _token() -> str:
    token = os.environ.get(_TOKEN, "").strip()
    if not token:
        raise click.UsageError(f"{_TOKEN} is not set: export the token of your account on the server")
    return token


@click.command(
    "deposit",
    epilog=example(
        "prov4ml-pack deposit digits.zip -o deposit.json",
        "prov4ml-pack deposit digits.zip --server https://sandbox.zenodo.org",
    ),
)
@click.argument("crate", type=path_type)
@output_option("Where the metadata goes; by default to stdout.", required=False)
@click.option(
    "--server", metavar="URL", default=None, help="Upload to this server, such as https://zenodo.org."
)
@click.option("--publish", is_flag=True, help="Publish it, for good; without this it stays a draft.")
@click.option("--draft", metavar="ID", default=None, help="Go on with a draft that is there.")
@click.option(
    "--metadata", type=path_type, default=None, help="JSON in place of what the crate says, as -o writes it."
)
@click.option(
    "--resource-type", metavar="ID", default="dataset", show_default=True, help="Such as software or model."
)
@debug_option
def command(
    crate: Path,
    output: Path | None,
    server: str | None,
    publish: bool,
    draft: str | None,
    metadata: Path | None,
    resource_type: str,
) -> None:
    """Give a crate away: the metadata that Zenodo and other servers of InvenioRDM take, or all of it.

    Without --server nothing is sent: the metadata are printed as JSON. With it a draft is made, the crate is
    uploaded to it, and the draft's page is printed, for you to look at and publish there. The token of your
    account is taken from PROV4ML_DEPOSIT_TOKEN. A crate that is a directory is uploaded as a zip.
    """
    from ..deposit import Server, deposit_crate, open_source
    from ..deposit.record import make_record, read_record, record_text, write_record

    if server is None:
        if publish or draft is not None:
            raise click.UsageError(f"{'--publish' if publish else '--draft'} needs --server")
        record = read_record(metadata) if metadata is not None else make_record(crate, resource_type)
        if output is not None:
            say(write_record(record, output))
        else:
            print(record_text(record))
        return
    if draft is not None and metadata is not None:
        raise click.UsageError("--draft leaves the metadata as they are on the server; leave out --metadata")
    given = read_record(metadata) if metadata is not None else None
    with byte_progress(str(crate)) as (progress, note):
        target = Server(server, _token(), note=note)
        with open_source(crate, note=note, progress=progress) as source:
            if output is not None:
                write_record(given or make_record(crate, resource_type, source.file.name), output)
            made = deposit_crate(
                source,
                target,
                draft=draft,
                record=given,
                resource_type=resource_type,
                publish=publish,
                note=note,
                progress=progress,
            )
    say(made.link)
    if made.doi is not None:
        say(f"https://doi.org/{made.doi}")
