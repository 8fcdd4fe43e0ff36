"""`prov4ml-pack inspect`."""

import json
from pathlib import Path

import click

from .options import debug_option, example, path_type
from .output import columns, show_blocks, show_colours


@click.command("inspect", epilog=example("prov4ml-pack inspect prov/digits_0"))
@click.argument("path", type=path_type)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@debug_option
def command(path: Path, as_json: bool) -> None:
    """Sum up a run directory, a crate, a PROV-JSON document or a metric store.

    Metrics have their curves beside them where the terminal is wide enough. NO_COLOR turns colours off.
    """
    from ..summary import Terminal, summarize, summary_lines

    summary = summarize(path)
    if as_json:
        print(json.dumps(summary, indent=2, allow_nan=False))
    else:
        terminal = Terminal(columns(), show_colours(), show_blocks())
        for line in summary_lines(summary, terminal):
            print(line)
