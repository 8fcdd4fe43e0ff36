"""What the module commands of the yProv4ML documentation share: thin wrappers around the packager."""

import sys
from collections.abc import Callable


def run_alias(stands_for: str, action: Callable[[], None]) -> int:
    """Run a wrapped command; say what it stands for, and end errors as one line.

    Args:
        stands_for: the `prov4ml-pack` command line to use instead.
        action: does the work; imports the packager itself.

    Returns:
        The exit status: 0, or 2 if it could not be done.
    """
    print(f"prov4ml: this is short for: {stands_for}", file=sys.stderr)
    try:
        action()
    except ImportError as error:
        print(
            f"prov4ml: error: {error.name or error} is missing; pip install 'prov4ml[pack]'", file=sys.stderr
        )
        return 2
    except Exception as error:  # the command line's promise: one line, never a traceback
        print(f"prov4ml: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0
