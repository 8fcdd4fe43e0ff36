"""Runs as the rows of one table: the parameters that differ, the metrics, status, duration and energy."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from ..errors import PackagerError
from ..machine import EMISSIONS, ENERGY, is_machine_metric, total_of
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import JsonValue, ParameterRecord, RunRecord
from ..wording import error_text, iso_time, plain_value
from .facets import Facets, placed_name
from .many import side_by_side

MOST_METRICS = 1_000

Cell = str | bool | int | float | None
Kind = Literal["text", "boolean", "integer", "number", "time"]
Group = Literal["run", "parameter", "metric", "result", "usage"]
_SeriesStatistics = tuple[tuple[MetricSeries, SeriesStatistics], ...]
_Place = tuple[str, str | None, str | None]


class Compared(Protocol):
    """A run with the statistics of its series, and with what its provenance document says."""

    @property
    def run(self) -> RunRecord:
        """Return the record."""

    @property
    def series(self) -> _SeriesStatistics:
        """Return each series with its statistics."""

    @property
    def facets(self) -> Facets:
        """Return the facts of the document."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: of the column in a file; no two have the same.
        title: what it is called on a page, below `of` where that is given.
        kind: of its cells.
        group: what it belongs to.
        description: one sentence.
        values: a cell for each run, None where the run has nothing.
        unit: of the cells, or None.
        of: the metric that it is one figure of, or "".
    """

    name: str
    title: str
    kind: Kind
    group: Group
    description: str
    values: tuple[Cell, ...]
    unit: str | None = None
    of: str = ""


@dataclass(frozen=True)
class RunTable:
    """The table; `left_out` metrics are not in it. The first column tells the runs apart."""

    columns: tuple[Column, ...]
    left_out: int = 0


def refuse_copies(runs: Sequence[RunRecord], places: Sequence[Path] | None = None) -> None:
    """Refuse runs of which two are one.

    Args:
        runs: all of them.
        places: where each is, for people; its directory if None.

    Raises:
        PackagerError: two have the same UUID.
    """
    known: dict[str, Path] = {}
    for run, place in zip(runs, places or [one.directory for one in runs], strict=True):
        if (other := known.get(run.uuid)) is not None:
            copied = other.resolve() != place.resolve()
            hint = f"leave out one of {other} and {place}" if copied else None
            raise PackagerError("is given twice, or is a copy of another run given", path=place, hint=hint)
        known[run.uuid] = place


def run_table(
    runs: Sequence[Compared], names: Sequence[str], *, most_metrics: int = MOST_METRICS
) -> RunTable:
    """Compare runs: one row a run, in their order.

    Parameters are there where they differ, as the provenance documents say (`diff` and the report use the
    same facts). A metric has its last, smallest and largest value, the last one of the lowest rank that
    logged it and the others of all ranks, without NaN. Load of the machine is left out; its energy and
    emissions are there as totals. Of too many metrics, those of the most runs are there.

    Args:
        runs: what to compare.
        names: what each is called in the first column; no two the same.
        most_metrics: how many the table may have.
    """
    metrics, left_out = _metrics(runs, most_metrics)
    columns = [*_identity(runs, names), *_parameters(runs), *metrics, *_finals(runs), *_usage(runs)]
    taken: set[str] = set()
    return RunTable(tuple(_unique(column, taken) for column in columns), left_out)


def _unique(column: Column, taken: set[str]) -> Column:
    name, again = column.name, 1
    while name in taken:
        again += 1
        name = f"{column.name} ({again})"
    taken.add(name)
    return column if name == column.name else replace(column, name=name)


def _identity(runs: Sequence[Compared], names: Sequence[str]) -> Iterator[Column]:
    records = [one.run for one in runs]

    def text(name: str, title: str, description: str, values: Sequence[str | None]) -> Column:
        return Column(name, title, "text", "run", description, tuple(values))

    yield text("run", "Run", "Name of the run's folder.", names)
    yield text("experiment", "Experiment", "Experiment of the run.", [one.experiment for one in records])
    yield text("run_id", "Run", "Identifier of the run in its experiment.", [one.run_id for one in records])
    if any(one.name for one in records):
        yield text("name", "Name", "Name that the run was given.", [one.name for one in records])
    yield text("uuid", "UUID", "UUID of the run.", [one.uuid for one in records])
    yield text("status", "Status", "finished, failed or unfinished.", [one.status for one in records])
    if any(one.status != "finished" for one in records):
        yield text("error", "Error", "Why the run did not finish.", [error_text(one) for one in records])
    for commit in side_by_side([one.facets for one in runs], "code"):
        if commit.key == "git commit" and commit.differ:
            yield text("git_commit", "Commit", "Commit of the source code.", commit.values)
    for name, title, times in (
        ("start_time", "Start", [one.start for one in records]),
        ("end_time", "End", [one.end for one in records]),
    ):
        sentence = f"{title} of the run, in UTC."
        yield Column(name, title, "time", "run", sentence, tuple(iso_time(time) for time in times))
    seconds = tuple(max(0, one.end - one.start) / 1e9 for one in records)
    yield Column("duration_seconds", "Duration", "number", "usage", "From start to end.", seconds, "s")


def _parameters(runs: Sequence[Compared]) -> Iterator[Column]:
    logged: dict[str, list[ParameterRecord]] = {}
    for one in runs:
        for parameter in one.run.parameters:
            key = placed_name(parameter.key, parameter.context, parameter.source)
            logged.setdefault(key, []).append(parameter)
    for found in side_by_side([one.facets for one in runs], "parameters"):
        if found.differ:
            records = logged.get(found.key, [])
            places = {_path(one.context, one.key) for one in records}
            name = places.pop() if len(places) == 1 else found.key
            kind = _kind_of([one.value for one in records])
            sentence = f"Parameter {found.key}."
            yield Column(f"params.{name}", found.key, kind, "parameter", sentence, found.values)


def _kind_of(values: Sequence[JsonValue]) -> Kind:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    return "number" if kinds and kinds <= {int, float} else "text"


def _metrics(runs: Sequence[Compared], most: int) -> tuple[list[Column], int]:
    """Return the columns of the metrics, in the order of their names, and how many metrics have none."""
    by_run: list[dict[_Place, list[tuple[MetricSeries, SeriesStatistics]]]] = []
    logged: dict[_Place, int] = {}
    for one in runs:
        places: dict[_Place, list[tuple[MetricSeries, SeriesStatistics]]] = {}
        for series, numbers in one.series:
            if numbers.count and not is_machine_metric(series.metric):
                places.setdefault((series.metric, series.context, series.source), []).append(
                    (series, numbers)
                )
        for place in places:
            logged[place] = logged.get(place, 0) + 1
        by_run.append(places)
    ordered = sorted(logged, key=lambda place: (-logged[place], *(part or "" for part in place)))
    kept = sorted(ordered[:most], key=lambda place: tuple(part or "" for part in place))
    columns: list[Column] = []
    for place in kept:
        columns += _metric_columns(place, [places.get(place, []) for places in by_run])
    return columns, len(logged) - len(kept)


def _metric_columns(
    place: _Place, found: Sequence[list[tuple[MetricSeries, SeriesStatistics]]]
) -> Iterator[Column]:
    metric, context, source = place
    called = placed_name(metric, context, source)
    name = f"metrics.{_path(context, metric)}" + (f" from {source}" if source else "")
    units = {series.unit for ranks in found for series, _ in ranks}
    unit = units.pop() if len(units) == 1 else None
    last = [min(ranks, key=lambda one: one[0].rank)[1].last if ranks else None for ranks in found]
    lowest = [_extreme([numbers.minimum for _, numbers in ranks], min) for ranks in found]
    highest = [_extreme([numbers.maximum for _, numbers in ranks], max) for ranks in found]
    yield Column(name, "last", "number", "metric", f"Last value of {called}.", tuple(last), unit, called)
    if any(numbers.count > 1 for ranks in found for _, numbers in ranks):
        for suffix, title, words, values in (
            ("min", "smallest", "Smallest", lowest),
            ("max", "largest", "Largest", highest),
        ):
            sentence = f"{words} value of {called}."
            yield Column(f"{name}.{suffix}", title, "number", "metric", sentence, tuple(values), unit, called)


def _extreme(values: Sequence[float | None], choose: Callable[[list[float]], float]) -> float | None:
    numbers = [value for value in values if value is not None]
    known = [value for value in numbers if not math.isnan(value)]
    return choose(known) if known else numbers[0] if numbers else None


def _finals(runs: Sequence[Compared]) -> Iterator[Column]:
    keys: dict[tuple[str, str], dict[int, JsonValue]] = {}
    for number, one in enumerate(runs):
        for final in sorted(one.run.final_metrics, key=lambda final: final.rank):
            keys.setdefault((final.key, final.operation), {}).setdefault(number, final.value)
    for (key, operation), found in sorted(keys.items()):
        kind = _kind_of(list(found.values()))
        values = tuple(plain_value(found[at]) if at in found else None for at in range(len(runs)))
        sentence = f"Final metric {key}: {operation} of its values."
        yield Column(f"final.{key}.{operation.lower()}", operation.lower(), kind, "result", sentence, values,
                     of=f"{key}, final")  # fmt: skip


def _usage(runs: Sequence[Compared]) -> Iterator[Column]:
    for metric, name, title, sentence, unit in (
        (ENERGY, "energy_joules", "Energy", "Energy that the machine used.", "J"),
        (EMISSIONS, "emissions_grams", "Emissions", "CO₂-equivalent emissions of that energy.", "g"),
    ):
        totals = tuple(total_of(one.series, metric) for one in runs)
        if any(total is not None for total in totals):
            yield Column(name, title, "number", "usage", sentence, totals, unit)


def _path(context: str | None, key: str) -> str:
    return key if context is None else f"{context}/{key}"
