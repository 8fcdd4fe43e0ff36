"""The metrics of a document: points inside it, or in the stores of its run directory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...metric_table import POINT_DTYPE, MetricSeries, Points, series_from_points
from ...repair.model import Attributes, first_text, local_name
from ...repair.own_run import types_of
from ...repair.point_lists import POINT_LISTS, PointList, parse_points
from ...repair.python_text import member_name
from ...stores.damage import Damage
from ...stores.foreign.yprov4ml import SeriesNames, find_yprov4ml_stores
from ..counts import counted
from ..imported import ImportedArtifact, ImportedFile
from ..sources import inside
from .points import AssembledPoints, OddPoint, assemble
from .reading import RankDocument
from .stored import read_stored


@dataclass
class Metrics:
    """The metrics of one rank.

    Attributes:
        series: their points.
        odd: artifacts with points whose value is no number.
        taken: identifiers of entities that are metrics.
        lost: number of points that are known to be lost.
    """

    series: list[MetricSeries] = field(default_factory=list)
    odd: list[ImportedArtifact] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    lost: int = 0


def is_metric(attributes: Attributes) -> bool:
    """Return whether an entity is a metric, in whatever way its version says so."""
    if "Metric" in types_of(attributes):
        return True
    if any(local_name(key) in POINT_LISTS for key in attributes):
        return True
    path = first_text(attributes, "path", "identifier", "artifact_uri") or ""
    return first_text(attributes, "context") is not None and "/metrics" in path


def read_metrics(source: RankDocument, rank: int, start: int) -> Metrics:
    """Read all metrics of a document; what cannot be read is noted in `source.lost`."""
    metrics = Metrics()
    stores: set[Path | None] = set()
    recorded: set[str] = set()
    names: set[tuple[str | None, str, str | None]] = set()
    for identifier, element in source.entities.items():
        if not is_metric(element.attributes):
            continue
        metrics.taken.add(identifier)
        wanted = _names(source, identifier, element.attributes, rank)
        if (wanted.context, wanted.metric, wanted.source) in names:
            source.lost.append(
                f"the name of {identifier}: another metric has it, this one is called by its identifier"
            )
            wanted = SeriesNames(identifier, wanted.context, wanted.source, rank)
        names.add((wanted.context, wanted.metric, wanted.source))
        store = first_text(element.attributes, "identifier", "path", "artifact_uri")
        if store is not None:
            recorded.add(store)
            stores.add(source.files.find(store))
        _read_metric(source, metrics, element.attributes, wanted, start)
    # Of 2.x, the store of a metric is an artifact as well: its points are the series.
    metrics.taken.update(
        name
        for name, element in source.entities.items()
        if recorded.intersection((name, first_text(element.attributes, "artifact_path", "path") or ""))
    )
    _read_unnamed_stores(source, metrics, stores, rank)
    return metrics


def _names(source: RankDocument, identifier: str, attributes: Attributes, rank: int) -> SeriesNames:
    context = first_text(attributes, "context")
    given = first_text(attributes, "source")
    return SeriesNames(
        source.label_of(identifier, attributes),
        source.context_named(context) if context else None,
        member_name(given) if given else None,
        rank,
    )


def _read_metric(
    source: RankDocument,
    metrics: Metrics,
    attributes: Attributes,
    names: SeriesNames,
    start: int,
) -> None:
    epochs, values, times = (_list(attributes, name) for name in POINT_LISTS)
    shortened = any(one is not None and one.gap is not None for one in (epochs, values, times))
    subject = names.metric if names.context is None else f"{names.metric} in {names.context}"
    recorded = first_text(attributes, "identifier", "path", "artifact_uri")
    path = source.files.find(recorded) if values is None or shortened else None
    stored, missing = (None, 0) if path is None else read_stored(source, path, recorded or "", names, subject)
    if values is None:
        metrics.lost += missing
        if stored is not None:
            metrics.series.append(stored)
            return
        where = f" (its store {recorded} is not there)" if recorded and path is None else ""
        source.lost.append(f"the points of {subject}: the document has none{where}")
        metrics.series.append(_series(np.empty(0, POINT_DTYPE), names))
        return
    assembled = assemble(epochs, values, times, start, source.time)
    if stored is not None and stored.count >= len(assembled.points):
        source.carried.append(
            f"{subject}: shortened in the document, all {counted(stored.count, 'point')} from its store"
        )
        if not _agrees(assembled, values, stored):
            source.lost.append(
                f"{subject}: its store has other points than the document, and the store counts"
            )
        metrics.series.append(stored)
        return
    _note_loss(source, metrics, subject, assembled)
    metrics.series.append(_series(assembled.points, names))
    if assembled.odd:
        metrics.odd.append(_odd_artifact(assembled.odd, names))
        values_apart = counted(len(assembled.odd), "value that is no number", "values that are no numbers")
        source.carried.append(f"{subject}: {values_apart}, in an artifact")


def _series(points: Points, names: SeriesNames) -> MetricSeries:
    return series_from_points(
        points, metric=names.metric, context=names.context, source=names.source, rank=names.rank
    )


def _list(attributes: Attributes, name: str) -> PointList | None:
    for key, values in attributes.items():
        if local_name(key) == name:
            return parse_points(values)
    return None


def _agrees(assembled: AssembledPoints, values: PointList | None, stored: MetricSeries) -> bool:
    """Return whether the points that a shortened list shows are those of the store; it holds float32."""
    shown, gap = (
        assembled.points,
        (values.gap if values and values.gap is not None else len(assembled.points)),
    )
    if assembled.odd or not len(shown):
        return True
    head = stored.read(0, gap)
    tail = stored.read(stored.count - (len(shown) - gap), stored.count)
    found = np.concatenate([head, tail])
    return len(found) == len(shown) and bool(
        np.allclose(found["value"], shown["value"], rtol=1e-5, atol=1e-7, equal_nan=True)
        and np.array_equal(found["step"], shown["step"])
    )


def _note_loss(source: RankDocument, metrics: Metrics, subject: str, assembled: AssembledPoints) -> None:
    shown = counted(len(assembled.points) + len(assembled.odd), "point")
    if assembled.lost is None:
        source.lost.append(
            f"{subject}: the list was shortened when it was written, and {shown} are left; how many are"
            f" lost is not known, at least {assembled.at_least:,}"
        )
    elif assembled.lost:
        source.lost.append(
            f"{subject}: exactly {counted(assembled.lost, 'point')} of"
            f" {assembled.lost + len(assembled.points) + len(assembled.odd):,}"
        )
    metrics.lost += assembled.at_least if assembled.lost is None else assembled.lost
    for note in assembled.notes:
        source.lost.append(f"{subject}: {note}")


def _odd_artifact(odd: tuple[OddPoint, ...], names: SeriesNames) -> ImportedArtifact:
    """Return an artifact with points whose values are texts: a metric store holds numbers only."""
    content = {
        "metric": names.metric,
        "context": names.context,
        "source": names.source,
        "epoch": [point.epoch for point in odd],
        "time": [point.time for point in odd],
        "value": [point.value for point in odd],
    }
    name = f"{names.metric}.values.json"
    return ImportedArtifact(
        name,
        ImportedFile(name, content=json.dumps(content).encode("ascii")),
        context=names.context,
        attributes={"content": "points of the metric whose value is no number; time in ns since 1970"},
        rank=names.rank,
    )


def _read_unnamed_stores(source: RankDocument, metrics: Metrics, named: set[Path | None], rank: int) -> None:
    """Add the stores that lie in the run directory and that the document does not name."""
    for folder in _metric_folders(source.files.root, rank):
        damage = Damage()
        try:
            found = find_yprov4ml_stores(folder, damage)
        except OSError as error:
            source.lost.append(f"the stores in {folder.name} ({error.strerror or error})")
            continue
        known = [f"{path}:" for path in named if path is not None]
        for place in damage.places:
            if not place.startswith(tuple(known)):
                source.lost.append(f"the store {place.removeprefix(f'{folder}/')}")
        for path in found:
            if path in named:
                continue
            series, missing = read_stored(source, path, path.name, None, path.name)
            metrics.lost += missing
            if series is not None and series.identity not in {one.identity for one in metrics.series}:
                metrics.series.append(replace(series, rank=rank))
                source.carried.append(f"{path.name}: a metric that the document does not name")


def _metric_folders(root: Path, rank: int) -> Iterator[Path]:
    for relative in (f"metrics_GR{rank}", "metrics", f"artifacts_GR{rank}/metrics", "artifacts/metrics"):
        found = inside(root, relative)
        if found is not None and found.is_dir():
            yield found
