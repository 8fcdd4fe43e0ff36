"""`prov4ml-pack convert`."""

from pathlib import Path

import click

from .options import debug_option, example, path_type, store_format_option
from .output import progress, say


@click.command(
    "convert", epilog=example("prov4ml-pack convert prov/digits_0/packaged/metrics.zarr metrics.nc")
)
@click.argument("source", metavar="SRC", type=path_type)
@click.argument("target", metavar="DST", type=path_type)
@store_format_option("zarr", "csv", "netcdf", "raw")
@click.option(
    "--separator", default=",", show_default=True, help="Of the CSV to write; one to read is understood."
)
@debug_option
def command(source: Path, target: Path, to: str | None, separator: str) -> None:
    """Convert metrics between Zarr, NetCDF, CSV and run directories, bit for bit.

    SRC is a store or a run directory. The format follows from DST's name (.zarr, .zarr.zip, .nc, .csv)
    unless --to says it; raw is a run directory. Prints the path written.
    """
    from ..convert import convert

    with progress(f"convert {source}") as advance:
        say(convert(source, target, to=to, separator=separator, progress=advance))
