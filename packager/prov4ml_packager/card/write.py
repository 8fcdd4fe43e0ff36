"""From a run directory to a model card as a file."""

from pathlib import Path

from ..atomic import atomic_file
from ..crate.options import CrateOptions
from ..errors import PackagerError
from ..reader import read_run
from .card import model_card


def write_card(run: Path, output: Path, options: CrateOptions | None = None) -> Path:
    """Write the model card of a run; an older file is replaced in one step.

    Args:
        run: run directory; it need not be finalized, and is not changed.
        output: the file.
        options: people and licence.

    Returns:
        The file written.

    Raises:
        PackagerError: the run cannot be read, or the file cannot be written.
    """
    card = model_card(read_run(run), options)
    try:
        with atomic_file(output) as temporary:
            temporary.write_text(card, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PackagerError(f"cannot be written ({error.strerror or error})", path=output) from error
    return output
