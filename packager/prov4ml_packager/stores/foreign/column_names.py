"""Which columns of a foreign table are the step, the time and the values."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import PackagerError

_ROLES = ("step", "time", "value", "context", "metric", "source", "rank", "unit")


@dataclass(frozen=True)
class ColumnNames:
    """The columns of a table by what they mean.

    Attributes:
        values: each is a metric of its own name, unless `metric` names the column that says it.
        step: without one, rows are counted from 0.
        time: without one, times are 0, that is not recorded.
        context, metric, source, rank, unit: columns that say it row by row.
    """

    values: tuple[str, ...]
    step: str | None = None
    time: str | None = None
    context: str | None = None
    metric: str | None = None
    source: str | None = None
    rank: str | None = None
    unit: str | None = None

    def all(self) -> tuple[str, ...]:
        """Return the columns that are named."""
        others = (self.step, self.time, self.context, self.metric, self.source, self.rank, self.unit)
        return (*self.values, *(one for one in others if one is not None))

    def check(self, header: Iterable[str]) -> None:
        """Check that a table has the columns.

        Raises:
            PackagerError: it has not.
        """
        there = sorted(header)
        for name in self.all():
            if name not in there:
                raise PackagerError(f"there is no column {name!r}", hint=f"there are {', '.join(there)}")


def parse_columns(text: str) -> ColumnNames:
    r"""Return what `step=epoch,value=loss,value=accuracy` says; a comma in a name is written `\,`.

    Raises:
        PackagerError: it says nothing of the kind.
    """
    found: dict[str, list[str]] = {}
    for part in text.replace("\\,", "\0").split(","):
        role, mark, name = part.replace("\0", ",").partition("=")
        if not mark or role.strip() not in _ROLES or not name:
            raise PackagerError(
                f"{part!r} names no column",
                hint=f"write ROLE=COLUMN,…, for example step=epoch,value=loss; roles: {', '.join(_ROLES)}",
            )
        found.setdefault(role.strip(), []).append(name)
    for role, names in found.items():
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise PackagerError(f"the {role} {twice!r} is named twice", hint="name it once")
        if role != "value" and len(names) > 1:
            raise PackagerError(f"the {role} is {names[0]!r} and {names[1]!r}", hint="name one column")
    values = tuple(found.pop("value", ()))
    if not values:
        raise PackagerError("no column is named as value", hint="add value=COLUMN")
    if "metric" in found and len(values) > 1:
        raise PackagerError("with a column of metric names there is one of values", hint="name one value")
    return ColumnNames(values, **{role: names[0] for role, names in found.items()})
