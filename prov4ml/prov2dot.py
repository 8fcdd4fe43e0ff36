"""`python -m prov4ml.prov2dot --prov_json F --output F`: draw a PROV-JSON document as DOT."""

import argparse
import shlex
import sys
from pathlib import Path

from .aliases import run_alias


def main() -> int:
    """Parse the arguments, draw, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m prov4ml.prov2dot", description=__doc__)
    parser.add_argument("--prov_json", type=Path, required=True, help="the PROV-JSON document")
    parser.add_argument("--output", type=Path, required=True, help="the DOT file to write")
    options = parser.parse_args()

    def draw() -> None:
        from prov4ml_packager.draw import draw_graph

        draw_graph(options.prov_json, options.output, kind="dot")

    command = shlex.join(["prov4ml-pack", "graph", str(options.prov_json), "-o", str(options.output)])
    return run_alias(command, draw)


if __name__ == "__main__":
    sys.exit(main())
