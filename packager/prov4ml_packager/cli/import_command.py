"""`prov4ml-pack import`."""

from pathlib import Path
from typing import Literal

import click

from .options import debug_option, example, output_option, path_type
from .output import say, tell
from .progress_bar import progress_bar


@click.command(
    "import",
    epilog=example("prov4ml-pack import mlruns -o prov", "prov4ml-pack import mlruns -o prov --files link"),
)
@click.argument("source", metavar="SOURCE", type=path_type)
@output_option("Folder for the run directories.  [default: prov]", required=False)
@click.option("--from", "importer", metavar="NAME", help="What wrote SOURCE; by its content if not given.")
@click.option(
    "--files",
    type=click.Choice(["copy", "link", "none"]),
    default="copy",
    show_default=True,
    help="What becomes of a run's files: a copy; the same file under a second name, where the file system "
    "lets; or only name, size and digest.",
)
@click.option("--force", is_flag=True, help="Import again what was imported before.")
@click.option("-v", "--verbose", is_flag=True, help="Name everything that was repaired, not the first few.")
@debug_option
def command(
    source: Path,
    output: Path | None,
    importer: str | None,
    files: Literal["copy", "link", "none"],
    force: bool,
    verbose: bool,
) -> int:
    """Make run directories of the runs that another tracker wrote.

    Prints, for each run, the directory written, what was carried over, what could not be, and what was wrong
    in SOURCE and is put right. SOURCE is only read.
    """
    from ..importers.imported import UnreadableRun
    from ..importers.registry import find_importer, others_for
    from ..importers.report import report_lines
    from ..importers.run_import import import_runs

    unread = 0
    with progress_bar(f"import {source}") as advance:
        for one in import_runs(
            source, output or Path("prov"), importer=importer, force=force, files=files, progress=advance
        ):
            if isinstance(one, UnreadableRun):
                unread += 1
                tell(f"{one.name}: {one.reason}", "error")
                continue
            for line in report_lines(one, verbose=verbose):
                say(line)
    for remark in find_importer(source, importer).remarks(source):
        tell(f"{source}: {remark}")
    for other in others_for(source) if importer is None else ():
        tell(f"{source} also holds runs of {other.title}: --from {other.name} imports them")
    return 2 if unread else 0
