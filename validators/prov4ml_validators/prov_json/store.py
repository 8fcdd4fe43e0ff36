"""Metric stores that a document names, against what it says of their series."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from ..store_places import StoreNotChecked, StorePlaces, leads_out
from ..store_reader import STORE_NOT_CHECKED, STORE_UNREADABLE, SeriesSummary, StoreReader, read_store
from .names import Expanded, scopes

TERMS = "https://w3id.org/prov4ml/terms#"

COUNT = rule(
    "store/count",
    Severity.MUST,
    "A metric's entity states the number of points that its store has.",
    source="docs/provenance.md, metric series",
    help="package the run again",
)
LAST = rule(
    "store/last-value",
    Severity.MUST,
    "A metric's entity states the last value that its store has, bit for bit but for the kind of NaN.",
    source="docs/provenance.md, metric series",
    help="package the run again",
)

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class _Metric:
    """What an entity states of a series; absent statements are None."""

    key: _Key
    store: str
    count: float | None
    last: float | None
    pointer: str


def _scalar(value: Any) -> Any:
    return value.get("$") if isinstance(value, dict) else value


def _text(value: Any) -> str:
    text = _scalar(value)
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if isinstance(text, str) else ""


def _number(value: Any) -> float | None:
    try:
        return float(str(_scalar(value)).replace("INF", "inf"))
    except ValueError:
        return None


def _rank(value: Any) -> int:
    number = _number(value)
    return int(number) if number is not None and math.isfinite(number) else 0


def _metrics(document: Any) -> Iterator[_Metric]:
    for scope in scopes(document) if isinstance(document, dict) else ():
        if TERMS not in scope.namespaces.values():
            continue
        expanded = Expanded(scope.namespaces)
        for record in scope.records:
            if record.kind != "entity":
                continue
            known: Mapping[str, Any] = {expanded[key]: value for key, value in record.attributes.items()}
            store = _text(known.get(f"{TERMS}store"))
            if store:
                key = (
                    _text(known.get(f"{TERMS}context")),
                    _text(record.attributes.get("prov:label")),
                    _text(known.get(f"{TERMS}source")),
                    _rank(known.get(f"{TERMS}rank")),
                )
                count, last = (_number(known.get(f"{TERMS}{name}")) for name in ("count", "last"))
                yield _Metric(key, store, count, last, record.pointer)


def check_stores(document: Any, places: StorePlaces, reader: StoreReader | None) -> Iterator[Finding]:
    """Yield metric entities that do not agree with their store, and stores that cannot be read, each once.

    Args:
        document: the parsed document.
        places: where its relative paths lead to.
        reader: None where only `[validate]` is installed.
    """
    stores: dict[str, list[_Metric]] = {}
    for metric in _metrics(document):
        stores.setdefault(metric.store, []).append(metric)
    for name, metrics in stores.items():
        if leads_out(name):
            continue  # a document never chooses what is opened
        where = Location(pointer=metrics[0].pointer)
        series, problems = _read(name, where, places, reader)
        yield from problems
        if series is not None:
            found = {(one.context or "", one.metric, one.source or "", one.rank): one for one in series}
            for metric in metrics:
                yield from _compare(metric, found.get(metric.key))


def _read(
    name: str, where: Location, places: StorePlaces, reader: StoreReader | None
) -> tuple[list[SeriesSummary] | None, list[Finding]]:
    if reader is None:
        return read_store(Path(name), name, where, None)
    try:
        with places.open(name) as store:
            if store is None:
                return None, []  # the document was moved away from its store, which is no fault of it
            return read_store(store, name, where, reader)
    except StoreNotChecked as reason:
        message = f"{shorten(name)} not checked: {reason}"
        return None, [STORE_NOT_CHECKED.finding(message, where, "unpack the crate, and validate the folder")]
    except OSError as error:
        return None, [STORE_UNREADABLE.finding(f"{shorten(name)} cannot be read: {error}", where)]


def _compare(metric: _Metric, series: SeriesSummary | None) -> Iterator[Finding]:
    name = shorten(metric.key[1])
    where = Location(pointer=metric.pointer)
    if series is None:
        yield COUNT.finding(f"{name} is not in {shorten(metric.store)}", where)
        return
    if metric.count is not None and metric.count != series.count:
        yield COUNT.finding(f"{name} has {series.count} points in its store, not {metric.count:.0f}", where)
    if metric.last is not None and not _same(metric.last, series.last):
        yield LAST.finding(f"the store's last value of {name} is {series.last}, not {metric.last}", where)


def _same(one: float, other: float | None) -> bool:
    return other is not None and (one == other or (math.isnan(one) and math.isnan(other)))
