"""The `prov4ml-pack` script: it is in every install, so it must start even where click is absent."""

import sys


def main() -> int:
    """Run the command line and return its exit status: 0 done, 1 findings, 2 could not do it."""
    try:
        from .cli.main import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("prov4ml"):
            raise
        print(
            f"prov4ml-pack: error: only the logger is installed ({error.name} is missing); "
            "run: pip install 'prov4ml[pack]', or 'prov4ml[validate]' for the validators alone",
            file=sys.stderr,
        )
        return 2
    return run(sys.argv[1:])
