"""`prov4ml-pack finalize`."""

from pathlib import Path
from typing import Literal

import click

from .options import debug_option, example, path_type, store_format_option
from .output import say, tell
from .progress_bar import progress_bar


@click.command("finalize", epilog=example("prov4ml-pack finalize prov/digits_0 --to netcdf --svg"))
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=path_type)
@store_format_option("zarr", "csv", "netcdf")
@click.option("--graph", is_flag=True, help="Also write packaged/graph.dot.")
@click.option("--svg", is_flag=True, help="Also write packaged/graph.svg.")
@click.option("--card", is_flag=True, help="Also write packaged/model_card.md.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs at a time.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask cluster whose workers see the same files.")
@debug_option
def command(
    runs: tuple[Path, ...],
    to: Literal["zarr", "csv", "netcdf"] | None,
    graph: bool,
    svg: bool,
    card: bool,
    jobs: int,
    scheduler: str | None,
) -> None:
    """Make RUN/packaged: the metric store and prov.json, also of a run that was killed.

    RUN is a run's folder, or one that holds runs: then all of them. Prints the paths of the products. Raw
    files are never changed; packaging again replaces packaged/.
    """
    from ..crate import load_crate_config
    from ..errors import PackagerError
    from ..finalize import finalize
    from ..finalize_many import FinalizeTask, finalize_many
    from ..find_runs import find_runs
    from ..task_runner import Failure

    runs = tuple(find_runs(runs, tell))
    if len(runs) > 1 or scheduler is not None:
        if card:
            raise PackagerError("--card is made of one run at a time", hint="leave out --card")
        failed = 0
        tasks = [FinalizeTask(run, to, graph, svg) for run in runs]
        for task, made in finalize_many(tasks, jobs=jobs, scheduler=scheduler):
            if isinstance(made, Failure):
                failed += 1
                tell(str(made), "error")
                continue
            for warning in made.warnings:
                tell(f"{task.run}: {warning}", "warning")
            for path in made.paths:
                say(path)
        if failed:
            raise PackagerError(f"{failed} of {len(runs)} runs could not be finalized")
        return
    people = load_crate_config() if card else None
    (run,) = runs
    with progress_bar(f"finalize {run}") as advance:
        one = finalize(run, to=to, graph=graph, svg=svg, card=people, progress=advance)
    for warning in one.warnings:
        tell(f"{run}: {warning}", "warning")
    for product in (one.prov, one.store, one.dot, one.svg, one.card):
        if product is not None:
            say(product)
