"""`prov4ml-pack repair`."""

from pathlib import Path

import click

from .options import debug_option, example, output_option, path_type
from .output import note, say


@click.command("repair", epilog=example("prov4ml-pack repair prov_digits_GR0_0.json -o prov.json"))
@click.argument("document", metavar="DOCUMENT", type=path_type)
@output_option("File for the repaired document.")
@click.option("-v", "--verbose", is_flag=True, help="Name everything that was repaired, not the first few.")
@debug_option
def command(document: Path, output: Path, verbose: bool) -> None:
    """Write a PROV-JSON document so that it breaks no rule, PROV-CONSTRAINTS included.

    What it says stays: names, values and relations are put right, and what cannot be is left out. Prints the
    file written; every repair is listed on stderr. DOCUMENT is only read.
    """
    from ..repair import write_repaired
    from ..repair.listing import repair_lines

    repairs = write_repaired(document, output)
    for line in repair_lines(repairs, verbose=verbose):
        note(line)
    say(output)
