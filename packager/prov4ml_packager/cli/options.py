"""Options that several commands share."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Session:
    """What one call of the command line is asked for besides its command."""

    debug: bool = False


def _set_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    session = context.find_object(Session)
    if value and session is not None:
        session.debug = True


debug_option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_set_debug,
    help="Show the traceback of an error.",
)


class _PathType(click.Path):
    """A path; of a URL `Path` would drop a slash, and call it a file that is not there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from ..remote import is_url

        if isinstance(value, str) and is_url(value):
            self.fail(f"{value} is a URL, which only convert and crate take; bring it here first", param, ctx)
        return super().convert(value, param, ctx)


path_type = _PathType(path_type=Path)


class _LocationType(click.ParamType):  # type: ignore[type-arg]
    """A path, or the URL of something remote, which a path would lose a slash of."""

    name = "location"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from ..remote import to_location

        return to_location(value) if isinstance(value, str) else value


location_type = _LocationType()


config_option = click.option(
    "--config",
    type=path_type,
    default=None,
    help="TOML or CITATION.cff; by default those around the current folder.",
)


def secrets_option(where: str) -> Callable[[Command], Command]:
    """Return the option `--secrets`, which decides over likely secrets in what `where` names."""
    return click.option(
        "--secrets",
        type=click.Choice(["warn", "refuse", "ignore"]),
        default=None,
        help=f"What to do about likely secrets in {where}; default warn.",
    )


def example(*lines: str) -> str:
    """Return the end of a help text: command lines that can be pasted, which click does not wrap."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def given_time() -> datetime | None:
    """Return the time to record where SOURCE_DATE_EPOCH sets one (https://reproducible-builds.org)."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return None
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise click.UsageError(f"SOURCE_DATE_EPOCH is {given!r} and no number of seconds") from error


def store_format_option(*choices: str) -> Callable[[Command], Command]:
    """Return the option `--to` with the formats that a command can write."""
    return click.option("--to", type=click.Choice(choices), default=None, help="Format of the metrics.")


def output_option(help: str, *, required: bool = True, remote: bool = False) -> Callable[[Command], Command]:
    """Return the option `-o`.

    It names no default: click from 8.3 on takes one, even None, for a value given, and then requires nothing.
    """
    kind: Any = location_type if remote else path_type
    return click.option("-o", "--output", type=kind, required=required, help=help)
