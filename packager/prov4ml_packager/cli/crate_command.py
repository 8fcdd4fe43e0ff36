"""`prov4ml-pack crate`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import (
    config_option,
    debug_option,
    example,
    given_time,
    location_type,
    output_option,
    secrets_option,
)
from .output import say, tell
from .people import parse_author, parse_organization
from .progress_bar import byte_progress, progress_bar

if TYPE_CHECKING:
    from ..crate import CrateOptions
    from ..remote import Location


_OPTION_OF = {"url": "--url", "citation": "--citation", "keywords": "--keyword"}
"""The option for a place that `CrateOptions.check` names: what a configuration says was checked before."""


def _check_options(options: "CrateOptions") -> None:
    from ..errors import PackagerError

    try:
        options.check()
    except PackagerError as error:
        option = _OPTION_OF.get(error.place or "")
        if option is None:
            raise
        message = f"{error.message}; {error.hint}" if error.hint else error.message
        raise click.BadParameter(message, param_hint=f"'{option}'") from error


def _chosen_options(config: Path | None, redact: bool, given: Mapping[str, Any]) -> "CrateOptions":
    """Return the options of a configuration with those of the command line over them.

    Raises:
        BadParameter: a person or an institution has another form.
        PackagerError: the configuration cannot be read, or options do not go together.
    """
    from dataclasses import replace

    from ..crate import load_crate_config, without_people

    chosen = {name: value for name, value in given.items() if value not in (None, (), False)}
    if "authors" in chosen:
        chosen["authors"] = tuple(parse_author(text) for text in chosen["authors"])
    if "publisher" in chosen:
        chosen["publisher"] = parse_organization(chosen["publisher"], "--publisher")
    if "funders" in chosen:
        chosen["funders"] = tuple(parse_organization(text, "--funder") for text in chosen["funders"])
    configured = load_crate_config(config)
    if redact or configured.redact:
        configured = without_people(configured)
    if chosen.get("spec") == "1.2":  # which has no profiles: one in the configuration is for other versions
        chosen.setdefault("profile", None)
    options = replace(configured, **chosen)
    _check_options(options)
    if options.bag and (time := given_time()) is not None:
        options = replace(options, bagged=time.date())
    return options


@click.command(
    "crate",
    epilog=example(
        'prov4ml-pack crate prov/digits_0 -o digits.zip --license CC-BY-4.0 --author "Ada Lovelace"'
    ),
)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=location_type)
@output_option("OUT.zip, OUT.tar.gz, OUT.tar.zst, or a plain name for a directory.", remote=True)
@click.option(
    "--compression",
    type=click.Choice(["stored", "deflate", "bzip2", "lzma", "zstd"]),
    default=None,
    help="Of a zip; by default what the run was started with, else stored.",
)
@click.option(
    "--spec", type=click.Choice(["1.1", "1.2", "1.3"]), default=None, help="RO-Crate version; default 1.1."
)
@click.option(
    "--profile",
    type=click.Choice(["process", "workflow", "provenance"]),
    default=None,
    help="What a crate tells of its runs: one process each, runs of a workflow, or also its steps, which are "
    "the contexts. By default workflow if the source is a workflow file (Snakefile, .cwl, …), else process.",
)
@click.option("--bag", is_flag=True, help="Make it the payload of a BagIt bag (RFC 8493).")
@click.option("--with-raw", is_flag=True, help="Also put in the raw journals and metric points.")
@click.option(
    "--redact",
    is_flag=True,
    help="Put pseudonyms for users, hosts and home folders; leave out people of --config.",
)
@secrets_option("what was logged")
@config_option
@click.option("--author", "authors", metavar="NAME [<ORCID>]", multiple=True, help="May be repeated.")
@click.option("--license", metavar="SPDX", default=None, help="SPDX identifier or URL.")
@click.option("--publisher", metavar="NAME [<URL>]", default=None, help="Who publishes the crate.")
@click.option(
    "--funder", "funders", metavar="NAME [<URL>]", multiple=True, help="Who paid for it; may be repeated."
)
@click.option(
    "--citation", "citations", metavar="URL", multiple=True, help="What to read, URL or DOI; may be repeated."
)
@click.option("--identifier", metavar="URL", default=None, help="URL or DOI of the crate itself.")
@click.option("--url", metavar="URL", default=None, help="Page of the software, where no commit has one.")
@click.option("--name", metavar="TEXT", default=None, help="Title of the crate.")
@click.option("--description", metavar="TEXT", default=None, help="What the crate is about.")
@click.option("--keyword", "keywords", metavar="WORD", multiple=True, help="May be repeated.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs to finalize at a time."
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Dask cluster that finalizes them and sees the same files."
)
@debug_option
def command(
    runs: "tuple[Location, ...]",
    output: "Location",
    config: Path | None,
    redact: bool,
    jobs: int,
    scheduler: str | None,
    **given: Any,
) -> None:
    """Put one or more runs into an RO-Crate, finalizing first what is not.

    RUN is a run's folder, or one that holds runs: then all of them. Several runs get a folder each and a
    table that compares them. RUN and OUT can be URLs (s3://, gs://, https://). Who made it and under which
    licence come from the options, --config, the table [tool.prov4ml.crate] in pyproject.toml, or
    CITATION.cff.
    """
    from contextlib import ExitStack

    from ..atomic import folder_beside, private_directory
    from ..crate import build_crate
    from ..finalize_many import ensure_all_finalized
    from ..find_runs import find_runs
    from ..remote import local_source, local_target

    options = _chosen_options(config, redact, given)
    with ExitStack() as stack:
        places = [stack.enter_context(local_source(run)) for run in runs]
        found = find_runs(places, tell)
        made = stack.enter_context(local_target(output))

        def spare() -> Path:
            return stack.enter_context(private_directory(".prov4ml-products-", folder_beside(made)))

        with progress_bar(f"finalize {runs[0] if len(found) == 1 else f'{len(found)} runs'}") as advance:
            records = ensure_all_finalized(
                found, jobs=jobs, scheduler=scheduler, spare=spare, progress=advance, note=tell
            )
        for record in records:
            for warning in record.warnings:
                tell(f"{record.directory}: {warning}", "warning")
        watched, tell_above = stack.enter_context(byte_progress(str(output)))
        build_crate(
            records,
            made,
            options,
            note=tell_above,
            warn=lambda line: tell_above(line, "warning"),
            progress=watched,
        )
    say(output)
