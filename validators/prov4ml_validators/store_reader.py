"""What a rule may ask of a metric store, without this package knowing any store format."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .json_text import shorten
from .report import Finding, Location, Severity
from .rules import rule


@dataclass(frozen=True)
class SeriesSummary:
    """One series of a store: true names, rank, number of points, and the last value in the order logged.

    `context` and `source` are None where none was given; `last` is None for an empty series and may be NaN.
    """

    context: str | None
    metric: str
    source: str | None
    rank: int
    count: int
    last: float | None


class StoreReader(Protocol):
    """Reads metric stores for the rules that need one; the packager passes its own in."""

    def summary(self, path: Path) -> Iterable[SeriesSummary]:
        """Yield every series of the store at `path`.

        Raises:
            Exception: the store cannot be read, for a reason that only its library knows.
        """
        ...


STORE_NOT_CHECKED = rule(
    "store/not-checked",
    Severity.MAY,
    "A metric store that is named is opened and compared with what is said of it.",
    source="prov4ml, metric stores",
    help="pip install 'prov4ml[pack]' to have it checked",
)
STORE_UNREADABLE = rule(
    "store/unreadable",
    Severity.MUST,
    "A metric store that is named can be opened.",
    source="prov4ml, metric stores",
    help="make the store again with `prov4ml-pack finalize`",
)


def read_store(
    store: Path, name: str, location: Location, reader: StoreReader | None
) -> tuple[list[SeriesSummary] | None, list[Finding]]:
    """Return the series of a store, or None and why it was not read.

    Args:
        store: where it is.
        name: how it is called in the thing that names it.
        location: where it is named.
        reader: None where only `[validate]` is installed.
    """
    if reader is None:
        return None, [STORE_NOT_CHECKED.finding(f"{shorten(name)} not checked: needs [pack]", location)]
    try:
        return list(reader.summary(store)), []
    except Exception as error:  # the libraries of the formats raise whatever they like for a damaged store
        return None, [STORE_UNREADABLE.finding(f"{shorten(name)} cannot be read: {error}", location)]
