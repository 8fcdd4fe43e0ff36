"""`python -m prov4ml.prov_collection --experiment_path D --output_dir D`: one PROV document for all ranks."""

import argparse
import shlex
import shutil
import sys
from pathlib import Path

from .aliases import run_alias
from .rundir import PACKAGED_PROV


def main() -> int:
    """Parse the arguments, finalize the run, copy its document, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m prov4ml.prov_collection", description=__doc__)
    parser.add_argument("--experiment_path", type=Path, required=True, help="the run directory")
    parser.add_argument("--output_dir", type=Path, required=True, help="where prov.json goes")
    options = parser.parse_args()

    def collect() -> None:
        from prov4ml_packager.finalize import finalize

        finalized = finalize(options.experiment_path)
        options.output_dir.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(finalized.prov, options.output_dir / PACKAGED_PROV)

    return run_alias(shlex.join(["prov4ml-pack", "finalize", str(options.experiment_path)]), collect)


if __name__ == "__main__":
    sys.exit(main())
