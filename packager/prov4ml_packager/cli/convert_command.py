"""`prov4ml-pack convert`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import click

from .options import debug_option, example, location_type, store_format_option
from .output import note, say
from .progress_bar import progress_bar

if TYPE_CHECKING:
    from ..remote import Location


_ZARR_FORMATS: Mapping[str, Literal[2, 3]] = {"2": 2, "3": 3}


def _to_mark(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    """Return a separator as it is, and a tab for what can be typed more easily.

    Raises:
        PackagerError: it cannot separate the fields of a CSV.
    """
    from ..stores.csv_store.dialect import checked_separator

    return None if text is None else checked_separator("\t" if text in ("\\t", "tab") else text)


@click.command(
    "convert",
    epilog=example(
        "prov4ml-pack convert prov/digits_0/packaged/metrics.zarr metrics.nc",
        "prov4ml-pack convert runs stores --to zarr --sharded --jobs 4 --resume",
        "prov4ml-pack convert log.csv metrics.zarr --columns step=epoch,value=loss,value=accuracy",
    ),
)
@click.argument("source", metavar="SRC", type=location_type)
@click.argument("target", metavar="DST", type=location_type)
@store_format_option("zarr", "csv", "netcdf", "raw")
@click.option(
    "--separator",
    metavar="MARK",
    callback=_to_mark,
    help="Of the CSV to write, such as ; or \\t; by default a comma, of a .tsv a tab.",
)
@click.option(
    "--codec",
    metavar="NAME",
    help="Of the numbers. Zarr: zstd, lz4, zlib, none; NetCDF: zlib, none; a CSV has it in its name.",
)
@click.option("--level", type=int, metavar="N", help="Of the codec; the default follows from the size.")
@click.option("--sharded", is_flag=True, help="Put the chunks of a Zarr variable into one file.")
@click.option(
    "--zarr-format",
    type=click.Choice(list(_ZARR_FORMATS)),
    help="Format of Zarr to write; default 3.",
)
@click.option(
    "--columns",
    metavar="ROLE=COLUMN,...",
    help="Of a CSV or dataset of another program; roles: step, time, value (any number), context, metric, "
    "source, rank, unit.",
)
@click.option(
    "--read-separator",
    metavar="MARK",
    callback=_to_mark,
    help="Of the CSV to read, if its header does not show it.",
)
@click.option(
    "--decimal",
    type=click.Choice([".", ","]),
    default=".",
    show_default=True,
    help="Mark before the decimals in a CSV of another program.",
)
@click.option(
    "--time-unit",
    type=click.Choice(["s", "ms", "us", "ns"]),
    help="Of times that are bare numbers since 1970.",
)
@click.option(
    "--salvage", is_flag=True, help="Read what can be read of a damaged SRC, and say how much is lost."
)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Stores of a folder at a time."
)
@click.option("--scheduler", metavar="ADDRESS", help="Dask cluster that converts the stores of a folder.")
@click.option(
    "--resume", is_flag=True, help="Go on with what an interrupted call had done, and keep it again."
)
@debug_option
def command(
    source: "Location",
    target: "Location",
    to: str | None,
    separator: str | None,
    codec: str | None,
    level: int | None,
    sharded: bool,
    zarr_format: str | None,
    columns: str | None,
    read_separator: str | None,
    decimal: str,
    time_unit: Literal["s", "ms", "us", "ns"] | None,
    salvage: bool,
    jobs: int,
    scheduler: str | None,
    resume: bool,
) -> None:
    """Convert metrics between Zarr, NetCDF, CSV and run directories, bit for bit.

    SRC is a run directory, a crate of one run, a store, or a folder of those; stores of yProv4ML and datasets
    of xarray too.
    The format follows from DST's name (.zarr, .zarr.zip, .nc, .csv, .csv.gz, .csv.zst) unless --to says
    it; raw is a run directory. Of a folder everything is converted and keeps its place. Both can be URLs
    (s3://, gs://, https://, memory://). Prints the path written.
    """
    from ..convert import convert
    from ..errors import PackagerError
    from ..remote import as_given, local_source, local_target, refuse_inside
    from ..sources import ReadOptions
    from ..stores.foreign.column_names import parse_columns

    read = ReadOptions(read_separator, decimal, parse_columns(columns) if columns else None, time_unit)
    refuse_inside(source, target)
    for location in (source, target):
        if resume and isinstance(location, str):
            problem = "of a URL nothing is kept to go on with"
            raise PackagerError(problem, path=location, hint="leave out --resume")
    with (
        progress_bar(f"convert {source}") as bar,
        local_source(source) as local,
        local_target(target, replaces=to != "raw") as made,
    ):
        show = bar.note if bar else note
        convert(
            local,
            made,
            to=to,
            separator=separator,
            codec=codec,
            level=level,
            zarr_format=_ZARR_FORMATS[zarr_format] if zarr_format else None,
            sharded=sharded,
            read=read,
            salvage=salvage,
            jobs=jobs,
            scheduler=scheduler,
            resume=resume,
            progress=bar,
            total=bar.total if bar else lambda points: None,
            note=lambda text: show(as_given(as_given(text, local, source), made, target)),
        )
    say(target)
