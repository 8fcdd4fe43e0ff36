"""`prov4ml-pack validate`; the one command that needs no more than the extra `validate`."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prov4ml_validators.formats import FORMATTERS
from prov4ml_validators.report import Severity, Unreadable

from .options import debug_option, example, path_type
from .output import fail

if TYPE_CHECKING:
    from prov4ml_validators import SeriesSummary, StoreReader

_SEVERITIES = [severity.name.lower() for severity in sorted(Severity, reverse=True)]


class _LateStoreReader:
    """Reads metric stores, and imports what reads them when the first one is met: most inputs have none."""

    def summary(self, path: Path) -> "Iterator[SeriesSummary]":
        from ..store_summaries import MetricStoreReader

        return MetricStoreReader().summary(path)


def _store_reader() -> "StoreReader | None":
    """Return what reads metric stores, or None with `[validate]` alone: then a finding says so."""
    try:
        return _LateStoreReader() if find_spec("numpy") else None
    except ModuleNotFoundError:
        return None


@click.command("validate", epilog=example("prov4ml-pack validate digits.zip prov/digits_0 --format json"))
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=path_type)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATTERS)),
    default="text",
    show_default=True,
    help="Form of the output.",
)
@click.option(
    "--severity",
    type=click.Choice(_SEVERITIES),
    default="must",
    show_default=True,
    help="Findings at or above it make PATH not valid.",
)
@click.option("--profile", metavar="NAME", default=None, help="Check against it, whatever PATH declares.")
@debug_option
def command(paths: tuple[Path, ...], form: str, severity: str, profile: str | None) -> None:
    """Check run directories, PROV-JSON documents and RO-Crates, with no network.

    Exit status: 0 all are valid, 1 there are findings at or above --severity, 2 a PATH cannot be read.
    """
    from prov4ml_validators import unreadable_report, validate

    reader = _store_reader()
    reports, unreadable = [], []
    for path in paths:
        try:
            reports.append(validate(path, profile=profile, store_reader=reader))
        except Unreadable as error:
            unreadable.append(error)
            reports.append(unreadable_report(error))
    chosen = Severity[severity.upper()]
    sys.stdout.write(FORMATTERS[form](reports, chosen))
    sys.stdout.flush()
    for problem in unreadable:
        fail(str(problem))
    if unreadable:
        raise click.exceptions.Exit(2)
    if not all(report.is_valid(chosen) for report in reports):
        raise click.exceptions.Exit(1)
