"""What `import` prints of a run."""

from collections.abc import Iterable, Iterator

from ..repair.listing import repair_lines
from .write import WrittenRun


def report_lines(written: WrittenRun, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines on one run: its directory, then what came over, what is lost, what was repaired.

    Args:
        written: the run.
        verbose: name every subject of a repair instead of the first three.
    """
    yield str(written.directory)
    if not written.is_new:
        yield "  is there already and stays as it is; --force imports it again"
        return
    yield from _section("carried over", written.carried)
    yield from _section("lost", written.lost)
    yield from _section("repaired", repair_lines(written.run.repairs, verbose=verbose))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    lead = f"  {title + ':':14}"
    for line in lines:
        yield lead + line
        lead = " " * len(lead)
