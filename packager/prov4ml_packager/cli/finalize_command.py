"""`prov4ml-pack finalize`."""

from pathlib import Path
from typing import Literal

import click

from .options import debug_option, example, path_type, store_format_option
from .output import note, progress, say


@click.command("finalize", epilog=example("prov4ml-pack finalize prov/digits_0 --to netcdf --svg"))
@click.argument("run", type=path_type)
@store_format_option("zarr", "csv", "netcdf")
@click.option("--graph", is_flag=True, help="Also write packaged/graph.dot.")
@click.option("--svg", is_flag=True, help="Also write packaged/graph.svg.")
@click.option("--card", is_flag=True, help="Also write packaged/model_card.md.")
@debug_option
def command(
    run: Path, to: Literal["zarr", "csv", "netcdf"] | None, graph: bool, svg: bool, card: bool
) -> None:
    """Make RUN/packaged: the metric store and prov.json, also of a run that was killed.

    Prints the paths of the products. Raw files are never changed; packaging again replaces packaged/.
    """
    from ..crate import load_crate_config
    from ..finalize import finalize

    people = load_crate_config() if card else None
    with progress(f"finalize {run}") as advance:
        made = finalize(run, to=to, graph=graph, svg=svg, card=people, progress=advance)
    for warning in made.warnings:
        note(f"prov4ml-pack: warning: {run}: {warning}")
    for path in (made.prov, made.store, made.dot, made.svg, made.card):
        if path is not None:
            say(path)
