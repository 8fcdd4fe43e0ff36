"""The group of commands, and how whatever goes wrong in one becomes a line and an exit status."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import click

from .options import Session, debug_option, example
from .output import fail

PROGRAM = "prov4ml-pack"
_COULD_NOT = 2
_INTERRUPTED = "interrupted; nothing half done is left"
_VALIDATE_MODULES = {
    "click",
    "jsonschema",
    "jsonschema_specifications",
    "referencing",
    "rpds",
    "attrs",
    "attr",
}
_EXTRAS = {
    "aiohttp": "remote", "cryptography": "sign", "dask": "dask", "distributed": "dask", "fsspec": "remote",
    "gcsfs": "remote", "s3fs": "remote",
}  # fmt: skip
_DEMO_MODULES = {"sklearn", "scipy", "joblib"}
_COMMANDS = (
    "convert",
    "crate",
    "demo",
    "deposit",
    "diff",
    "finalize",
    "graph",
    "import",
    "init",
    "inspect",
    "repair",
    "report",
    "sign",
    "unpack",
    "update",
    "validate",
)


class _LateGroup(click.Group):
    """Imports a command, `<name>_command.py`, when it is asked for: a call has no use for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does as a whole sentence; click would cut it off."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, (one.help or "").partition("\n\n")[0]) for name, one in commands if one is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS and cmd_name not in self.commands:
            self.add_command(import_module(f".{cmd_name}_command", __package__).command)
        return super().get_command(ctx, cmd_name)


@click.group(
    name=PROGRAM,
    cls=_LateGroup,
    no_args_is_help=False,  # click would show the help as the text of an error
    epilog=example("prov4ml-pack crate prov/digits_0 -o digits.zip", "prov4ml-pack validate digits.zip"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="prov4ml", message="%(prog)s %(version)s")
@debug_option
def group() -> None:
    """Package the runs that prov4ml logged: metric stores, provenance, graphs, RO-Crates."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; errors are one line on stderr.

    Args:
        arguments: without the name of the program.

    Returns:
        0 done or valid; 1 checked and with findings (`validate`), or different (`diff`); 2 could not be done,
        bugs included.
    """
    session = Session()
    _stop_like_an_interrupt()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a character gets its number
            stream.reconfigure(errors="backslashreplace")
    try:
        status = group.main(list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=session)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except (BrokenPipeError, SystemExit):  # click turns a broken pipe into exit status 1, which is a verdict
        _discard_stdout()
        return _COULD_NOT
    except BaseException as error:  # a panic of a library in Rust is no Exception
        if session.debug:
            import traceback

            traceback.print_exc()
        fail(_explain(error))
        return _COULD_NOT


def _stop_like_an_interrupt() -> None:
    """Let SIGTERM, as a scheduler or `timeout` sends it, clean up half-written products as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with suppress(ValueError):  # only the main thread may
                signal.signal(number, signal.default_int_handler)


def _discard_stdout() -> None:
    # The reader (such as head) has enough; without this, Python complains once more when it exits.
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


def _explain(error: BaseException) -> str:
    """Return one line on what went wrong and what to do about it."""
    from prov4ml_validators.report import Unreadable

    from ..errors import PackagerError

    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else PROGRAM
        return f"{error.format_message().rstrip('.')}; see {path} --help"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return _INTERRUPTED
    if isinstance(error, PackagerError | Unreadable):
        return str(error)
    if _is_interrupt(error):
        return _INTERRUPTED
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("prov4ml"):
        return f"{error.name} is not installed; run: pip install 'prov4ml[{_extra(error.name)}]'"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, MemoryError):
        return "out of memory"
    return f"this is a bug ({type(error).__name__}: {error}); please report it with what --debug shows"


def _is_interrupt(error: BaseException | None) -> bool:
    """Tell whether an error came of an interrupt: a library may fail while it is stopped."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _extra(module: str) -> str:
    root = module.partition(".")[0]
    if root in _EXTRAS:
        return _EXTRAS[root]
    return "validate" if root in _VALIDATE_MODULES else "demo" if root in _DEMO_MODULES else "pack"
