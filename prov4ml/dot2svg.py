"""`python -m prov4ml.dot2svg --dot F --output F`: render a DOT file as SVG."""

import argparse
import sys
from pathlib import Path

from .aliases import run_alias


def main() -> int:
    """Parse the arguments, render, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m prov4ml.dot2svg", description=__doc__)
    parser.add_argument("--dot", type=Path, required=True, help="the DOT file")
    parser.add_argument("--output", type=Path, required=True, help="the SVG file to write")
    options = parser.parse_args()

    def render() -> None:
        from prov4ml_packager.draw import render_dot_file

        render_dot_file(options.dot, options.output)

    return run_alias("prov4ml-pack graph DOCUMENT -o FILE.svg, straight from the document", render)


if __name__ == "__main__":
    sys.exit(main())
