"""Times of activities: that they are there, in PROV-JSON's names, with a zone, and inside the run."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from ..json_text import pointer, shorten
from ..prov_json.lexical import instant
from ..prov_json.names import expand
from ..prov_json.records import TIMED, Record
from ..report import Finding, Location, Severity
from ..rules import rule
from .vocabulary import IS_PART_OF, MlScope, scalars

NO_TIME = rule(
    "prov-ml/activity-times",
    Severity.SHOULD,
    "An activity of a run has the times at which it started and ended.",
    source="prov4ml, rules for ML provenance; PROV-DM, section 5.1.2",
    help="add prov:startTime and prov:endTime, with a zone",
)
NO_ZONE = rule(
    "prov-ml/time-zone",
    Severity.SHOULD,
    "A time has its zone: without one it may be any of 26 hours.",
    source="prov4ml, rules for ML provenance; XML Schema part 2, section 3.2.7.4",
    help="write datetime.now(timezone.utc).isoformat()",
)
WRONG_NAME = rule(
    "prov-ml/time-attribute",
    Severity.SHOULD,
    "Times are where PROV-JSON has them: prov:startTime, prov:endTime and the prov:time of a relation.",
    source="PROV-JSON, sections 3.1.2 and 3.1.3; prov:startedAtTime and its like are names of PROV-O",
    help="rename prov:startedAtTime and prov:endedAtTime; move prov:generatedAtTime to the wasGeneratedBy",
)
OUTSIDE = rule(
    "prov-ml/outside-run",
    Severity.SHOULD,
    "A part of a run, such as a context, an epoch or a rank, starts and ends within it.",
    source="prov4ml, rules for ML provenance",
    help="record the times when the part starts and ends, and not when the document is written",
)

_PROV_O = {
    "prov:startedAtTime": "prov:startTime",
    "prov:endedAtTime": "prov:endTime",
    "prov:generatedAtTime": "prov:time of its wasGeneratedBy",
    "prov:invalidatedAtTime": "prov:time of its wasInvalidatedBy",
    "prov:atTime": "prov:time",
}
_FORMAL = {
    kind: ("prov:startTime", "prov:endTime") if kind == "activity" else ("prov:time",) for kind in TIMED
}
_START, _END = ("prov:startTime", "prov:startedAtTime"), ("prov:endTime", "prov:endedAtTime")


class _Span(NamedTuple):
    """An activity with its starts and ends, each with the attribute that states it."""

    name: str
    starts: list[tuple[str, datetime]]
    ends: list[tuple[str, datetime]]


def check_times(learned: MlScope) -> Iterator[Finding]:
    """Yield activities without times, times without zones or by other names, and parts outside their run."""
    for record in learned.scope.records:
        attributes = record.attributes
        for key in _FORMAL.get(record.kind, ()):
            if key in attributes and not _has_zone(attributes[key]):
                yield from _time(record, key, attributes[key])
        if not _PROV_O.keys().isdisjoint(attributes):
            for key in (key for key in _PROV_O if key in attributes):
                yield from _time(record, key, attributes[key])
        if record.kind == "activity":
            missing = [
                what
                for what, keys in (("start", _START), ("end", _END))
                if not any(key in record.attributes for key in keys)
            ]
            if missing:
                message = f"{shorten(record.name)} has no {' and no '.join(missing)} time"
                yield NO_TIME.finding(message, Location(pointer=record.pointer))
    yield from _parts(learned)


def _has_zone(value: Any) -> bool:
    return isinstance(value, str) and (value.endswith("Z") or value[-6:-5] in ("+", "-"))


def _time(record: Record, key: str, value: Any) -> Iterator[Finding]:
    if key in _PROV_O:
        message = f"{key} of {shorten(record.name)} is a name of PROV-O; in PROV-JSON it is {_PROV_O[key]}"
        yield WRONG_NAME.finding(message, Location(pointer=record.pointer + pointer(key)))
    for one in scalars(value):
        if isinstance(one, str) and not _has_zone(one) and instant(one) is not None:
            message = f"{key} of {shorten(record.name)}, {one}, has no zone"
            yield NO_ZONE.finding(message, Location(pointer=record.pointer + pointer(key)))


def _times(record: Record, keys: tuple[str, ...]) -> Iterator[tuple[str, datetime]]:
    for key in keys:
        for one in scalars(record.attributes[key]) if key in record.attributes else ():
            time = instant(one) if isinstance(one, str) else None
            if time is not None:
                yield key, time


def _parts(learned: MlScope) -> Iterator[Finding]:
    activities = learned.elements["activity"]
    wholes = _wholes(learned)
    spans: dict[str, list[_Span]] = {
        iri: [_Span(one.name, list(_times(one, _START)), list(_times(one, _END))) for one in activities[iri]]
        for iri in {whole for some in wholes.values() for whole in some}
        if iri in activities
    }
    for iri, records in activities.items():
        around = [span for whole in wholes.get(iri, ()) if whole != iri for span in spans.get(whole, ())]
        for record in records if around else ():
            yield from _outside(record, around)


def _outside(part: Record, wholes: list[_Span]) -> Iterator[Finding]:
    for keys, does in ((_START, "starts"), (_END, "ends")):
        for key, time in _times(part, keys):
            for whole in wholes:
                for says, bound in (
                    *(
                        ("before {} has started", start)
                        for _, start in whole.starts
                        if _is_before(time, start)
                    ),
                    *(("after {} has ended", end) for _, end in whole.ends if _is_before(end, time)),
                ):
                    message = f"{shorten(part.name)} {does} {says.format(shorten(whole.name))}"
                    yield OUTSIDE.finding(
                        f"{message}: at {time.isoformat()}, and that was at {bound.isoformat()}",
                        Location(pointer=part.pointer + pointer(key)),
                    )


def _is_before(one: datetime, other: datetime) -> bool:
    """Return whether a time is before another; with and without a zone there is no order."""
    return (one.tzinfo is None) == (other.tzinfo is None) and one < other


def _wholes(learned: MlScope) -> dict[str, set[str]]:
    """Return the activities that each activity is part of.

    prov4ml says so by `dcterms:isPartOf`; yProv4ML by `wasInformedBy` (a context by its run) and by
    `wasStartedBy` with the run as the trigger (an epoch), which PROV means differently.
    """
    found: dict[str, set[str]] = {}
    scope = learned.scope
    for iri, records in learned.elements["activity"].items():
        for record in records:
            for key, value in record.attributes.items():
                if learned.iri(key) == IS_PART_OF:
                    names = (expand(one, scope.namespaces) for one in scalars(value) if isinstance(one, str))
                    found.setdefault(iri, set()).update(names)
    if not learned.yprov_prefixes:
        return found
    for kind, part, whole in (
        ("wasInformedBy", "prov:informed", "prov:informant"),
        ("wasStartedBy", "prov:activity", "prov:trigger"),
        ("wasStartedBy", "prov:activity", "prov:starter"),
    ):
        for relation in learned.relations(kind):
            inner, outer = learned.argument(relation, part), learned.argument(relation, whole)
            if inner is not None and outer is not None:
                found.setdefault(inner, set()).add(outer)
    return found
