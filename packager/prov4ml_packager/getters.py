"""Reading values back from a finalized run, for notebooks: parameters and metrics by name.

The document says what there is; the points come from the metric store that it names.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .documents import load_document
from .errors import PackagerError
from .metric_table import Points
from .stores import open_store
from .text import unescape_text

if TYPE_CHECKING:
    import pandas

Document = Mapping[str, Any] | str | Path
"""A loaded PROV-JSON document, or the path of a `prov.json`, a run directory or a crate directory."""


def get_metrics(data: Document, keyword: str | None = None) -> list[str]:
    """Return the identifiers of the metric series, in the order of the document.

    Args:
        data: the document; see `Document`.
        keyword: keep only identifiers and true names that contain it.

    Raises:
        PackagerError: `data` cannot be read.
    """
    return [
        identifier
        for identifier, entity in _entities(_load(data), "Metric")
        if keyword is None or keyword in identifier or keyword in _label(entity)
    ]


def get_metric(
    data: Document,
    metric: str,
    time_in_sec: bool = False,
    time_incremental: bool = False,
    sort_by: Literal["value", "epoch", "time"] | None = None,
    start_at: int | None = None,
    end_at: int | None = None,
    *,
    run_directory: Path | str | None = None,
) -> "pandas.DataFrame":
    """Return the points of one series, in the order logged, with the columns `value`, `epoch` and `time`.

    Values keep all their bits. Times are milliseconds since the epoch (UTC) as integers.

    Args:
        data: the document.
        metric: an identifier from `get_metrics`, a true name, or `name_context` where several contexts
            have a metric of that name.
        time_in_sec: give times in seconds, as floats.
        time_incremental: count times from the series' first point.
        sort_by: a column to sort by, stably.
        start_at: first epoch to keep.
        end_at: last epoch to keep.
        run_directory: where the store named by a loaded document is; the current folder if None. A path
            given as `data` knows its own.

    Raises:
        PackagerError: no series or several have that name, the store is missing, or pandas is.
    """
    points = _points(data, metric, run_directory)
    times = points["time"] // 1_000_000
    if time_incremental and len(times):
        times = times - times[0]
    columns = {
        "value": points["value"],
        "epoch": points["step"],
        "time": times / 1000 if time_in_sec else times,
    }
    frame = _pandas().DataFrame(columns)
    if start_at is not None:
        frame = frame[frame["epoch"] >= start_at]
    if end_at is not None:
        frame = frame[frame["epoch"] <= end_at]
    if sort_by is not None:
        frame = frame.sort_values(sort_by, kind="stable")
    return frame.reset_index(drop=True)


def get_avg_metric(data: Document, metric: str, *, run_directory: Path | str | None = None) -> float:
    """Return the mean of a series without its NaN; NaN if nothing else is there. Raises as `get_metric`."""
    values = _points(data, metric, run_directory)["value"]
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if len(kept) else float("nan")


def get_sum_metric(data: Document, metric: str, *, run_directory: Path | str | None = None) -> float:
    """Return the sum of a series without its NaN; 0.0 if nothing else is there. Raises as `get_metric`."""
    return float(np.nansum(_points(data, metric, run_directory)["value"]))


def get_metric_time(
    data: Document, metric: str, time_in_sec: bool = False, *, run_directory: Path | str | None = None
) -> float:
    """Return the time from the earliest to the latest point in ms, or in s; 0.0 for an empty series.

    Raises:
        PackagerError: as `get_metric`.
    """
    times = _points(data, metric, run_directory)["time"]
    if not len(times):
        return 0.0
    return (int(times.max()) - int(times.min())) / (1e9 if time_in_sec else 1e6)


def get_param(data: Document, param: str) -> Any:
    """Return the value of the parameter with this true name or identifier, with the type it was logged with.

    Where several contexts have one, the first in the document.

    Raises:
        PackagerError: there is none.
    """
    values = get_params(data, param)
    if not values:
        known = sorted({_label(entity) for _, entity in _entities(_load(data), "Parameter")})
        raise PackagerError(
            f"there is no parameter {param!r}", hint=f"there are: {', '.join(known) or 'none'}"
        )
    return values[0]


def get_params(data: Document, param: str) -> list[Any]:
    """Return the values of all parameters with this true name or identifier, in the order of the document."""
    return [
        _value(entity.get("prov:value"))
        for identifier, entity in _entities(_load(data), "Parameter")
        if param in (identifier, _label(entity))
    ]


def _load(data: Document) -> Mapping[str, Any]:
    return data if isinstance(data, Mapping) else load_document(Path(data))


def _entities(document: Mapping[str, Any], type_name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entities = document.get("entity")
    for identifier, entity in entities.items() if isinstance(entities, Mapping) else ():
        if not isinstance(entity, Mapping):
            continue
        types = entity.get("prov:type")
        for one in types if isinstance(types, list) else [types]:
            if _value(one) == f"prov4ml:{type_name}":
                yield identifier, entity


def _label(entity: Mapping[str, Any]) -> str:
    return unescape_text(str(_value(entity.get("prov:label", ""))))


def _value(literal: Any) -> Any:
    """Return what a PROV-JSON literal stands for; one of an unknown type is its text."""
    if not isinstance(literal, Mapping) or not isinstance(literal.get("$"), str):
        return unescape_text(literal) if isinstance(literal, str) else literal
    text, kind = literal["$"], str(literal.get("type", "")).rpartition(":")[2]
    try:
        if kind in ("double", "float"):
            return float(text)
        if kind in ("int", "integer", "long", "nonNegativeInteger", "positiveInteger"):
            return int(text)
        if kind == "JSON":
            return json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text in ("true", "1") if kind == "boolean" else unescape_text(text)


def _points(data: Document, metric: str, run_directory: Path | str | None) -> Points:
    document = _load(data)
    found = list(_entities(document, "Metric"))
    chosen = [(name, one) for name, one in found if metric in _names(name, one)]
    if len(chosen) != 1:
        candidates = ", ".join(name for name, _ in chosen or found) or "none"
        problem = f"several series are called {metric!r}" if chosen else f"there is no metric {metric!r}"
        raise PackagerError(problem, hint=f"choose one of: {candidates}")
    entity = chosen[0][1]
    store = _store_path(entity, _base(data, run_directory))
    key = (
        _optional_text(entity, "prov4ml:context"),
        _label(entity),
        _optional_text(entity, "prov4ml:source"),
        _value(entity.get("prov4ml:rank")) or 0,
    )
    with open_store(store) as table:
        for series in table.series:
            if (series.context, series.metric, series.source, series.rank) == key:
                return series.points()
    raise PackagerError(
        f"has no series {metric!r}", path=store, hint="make it again with prov4ml-pack finalize"
    )


def _names(identifier: str, entity: Mapping[str, Any]) -> tuple[str, ...]:
    label, context = _label(entity), _optional_text(entity, "prov4ml:context")
    return (identifier, label, f"{label}_{context}", f"{label}_Context.{context}")


def _optional_text(entity: Mapping[str, Any], name: str) -> str | None:
    value = _value(entity.get(name))
    return None if value is None else str(value)


def _base(data: Document, run_directory: Path | str | None) -> Path:
    if run_directory is not None:
        return Path(run_directory)
    if isinstance(data, Mapping):
        return Path()
    path = Path(data)
    # `prov.json` lies in `packaged/`, and names its store relative to the folder around that.
    return path if path.is_dir() else path.absolute().parent.parent


def _store_path(entity: Mapping[str, Any], base: Path) -> Path:
    """Return the store that a document names; it must not lead out of the run directory."""
    name = _value(entity.get("prov4ml:store"))
    parts = Path(name).parts if isinstance(name, str) else ()
    if not parts or Path(*parts).is_absolute() or ".." in parts:
        raise PackagerError(
            "the document names no store for this metric", hint="prov4ml-pack finalize makes both"
        )
    store = base.joinpath(*parts)
    if not store.exists():
        raise PackagerError(
            "the metric store is missing", path=store, hint="pass the path of prov.json, or run_directory="
        )
    return store


def _pandas() -> Any:
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise PackagerError("frames need pandas", hint="pip install pandas") from error
    return pandas
