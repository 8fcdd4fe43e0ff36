"""`prov4ml-pack validate`; the one command that needs no more than the extra `validate`."""

import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prov4ml_validators.formats import FORMATTERS, format_text
from prov4ml_validators.report import UNREADABLE_KIND, Report, Severity, Unreadable, unreadable_report

from .options import debug_option, example, path_type
from .output import fail, note, show_colours

if TYPE_CHECKING:
    from prov4ml_validators import SeriesSummary, StoreReader
    from prov4ml_validators.configuration import Configuration
    from prov4ml_validators.selection import Selection

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


def _public_key(path: Path) -> bytes:
    from prov4ml_validators.seal.public_keys import load_public_key

    return load_public_key(path)


def _explain(context: click.Context, _: click.Parameter, pattern: str | None) -> None:
    if pattern is None:
        return
    from prov4ml_validators.explanation import explain
    from prov4ml_validators.selection import UnknownRule

    try:
        sys.stdout.write(explain(pattern))
    except (UnknownRule, Unreadable) as error:
        raise click.UsageError(str(error), context) from error
    context.exit()


def _selection(select: tuple[str, ...], ignore: tuple[str, ...], project: "Configuration") -> "Selection":
    from prov4ml_validators.selection import UnknownRule, make_selection

    try:
        make_selection(project.select or (), project.ignore or ())
    except UnknownRule as error:
        raise Unreadable(str(project.path), str(error)) from error
    try:
        return make_selection(select or project.select or (), ignore or project.ignore or ())
    except UnknownRule as error:
        raise click.UsageError(str(error), click.get_current_context()) from error


def _inputs(paths: Sequence[Path]) -> dict[Path, Report | None]:
    """Return what is to be checked, each once, and a report in place of what could not be searched."""
    from prov4ml_validators.discovery import count_in_words, find_inputs

    inputs: dict[Path, Report | None] = {}
    for path in paths:
        try:
            found = find_inputs(path)
        except Unreadable as error:
            inputs[path] = unreadable_report(error)
            continue
        if found is None:
            inputs[path] = None
        else:
            note(f"{path}: found {count_in_words(found)}")
            inputs.update(dict.fromkeys(one.path for one in found))
    return inputs


def _print(reports: Sequence[Report], severity: Severity, form: str) -> None:
    if form == "text" and show_colours():
        sys.stdout.write(format_text(reports, severity, colour=True))
    else:
        sys.stdout.write(FORMATTERS[form](reports, severity))
    sys.stdout.flush()


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
    default=None,
    help="Findings at or above it make PATH not valid; may also lists what a crate may have and has not.  "
    "[default: must]",
)
@click.option(
    "--select", metavar="RULE", multiple=True, help="Only these rules count, such as 'ro-crate-1.1/*'."
)
@click.option("--ignore", metavar="RULE", multiple=True, help="These rules do not count.")
@click.option(
    "--profile",
    metavar="NAME",
    default=None,
    help="Check against it, whatever PATH declares; a file *.toml or *.yaml adds rules of your own.",
)
@click.option(
    "--verify-signature",
    "key",
    metavar="KEY",
    type=path_type,
    default=None,
    help="A crate must be signed with this public key (PEM or .pub), and unchanged in every byte.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=None,
    help="Processes at most.  [default: one a processor]",
)
@click.option(
    "--explain",
    metavar="RULE",
    is_eager=True,
    expose_value=False,
    callback=_explain,
    help="Say what RULE, or each rule of a profile in a file, asks, why, and what to do; check nothing.",
)
@debug_option
def command(
    paths: tuple[Path, ...],
    form: str,
    severity: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    key: Path | None,
    jobs: int | None,
) -> None:
    """Check run directories, PROV documents and RO-Crates, with no network.

    A PATH that is another directory is searched for them. What the options leave open comes from the table
    [tool.prov4ml.validate] in pyproject.toml.

    Exit status: 0 all are valid, 1 there are findings at or above --severity, 2 a PATH cannot be read.
    """
    from prov4ml_validators.batch import validate_all
    from prov4ml_validators.configuration import load_configuration

    project = load_configuration()
    selection = _selection(select, ignore, project)
    chosen = Severity[severity.upper()] if severity else project.severity or Severity.MUST
    inputs = _inputs(paths)
    checked = validate_all(
        [path for path, problem in inputs.items() if problem is None],
        profile=profile or project.profile,
        store_reader=_store_reader(),
        signed_with=_public_key(key) if key is not None else None,
        optional=chosen is Severity.MAY or selection.names_optional_rules,
        jobs=jobs,
    )
    reports = [selection.apply(problem or next(checked)) for problem in inputs.values()]
    _print(reports, chosen, form)
    unreadable = [report for report in reports if report.kind == UNREADABLE_KIND]
    for report in unreadable:
        finding = report.findings[0]
        line = finding.location.line
        place = report.path if line is None else f"{report.path}:{line}"
        fail(f"{place}: {finding.message}" + (f"; {finding.help}" if finding.help else ""))
    if unreadable:
        raise click.exceptions.Exit(2)
    if not all(report.is_valid(chosen) for report in reports):
        raise click.exceptions.Exit(1)
