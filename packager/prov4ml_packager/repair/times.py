"""Repairs of times: in PROV-JSON's attributes, with a zone, and in the order of what happened."""

from collections.abc import Iterable
from datetime import timedelta

from ..provenance.values import date_time
from .epochs import epoch_of
from .model import Attributes, Document, Element, Ledger, Relation, first_text, local_name, plain
from .own_run import find_run
from .point_lists import parse_points
from .time_text import parse_time, zone_of

START, END = "prov:startTime", "prov:endTime"
_PROV_O = {"prov:startedAtTime": START, "prov:endedAtTime": END}
_RUN_TIMES = {"execution_start_time": START, "execution_end_time": END}


def document_zone(document: Document) -> timedelta | None:
    """Return the zone of times without one, where the document says it."""
    return zone_of(first_text(find_run(document).attributes, "time_zone"))


def correct_times(document: Document, ledger: Ledger) -> None:
    """Write times where PROV-JSON has them, with a zone, and no start after what happened in the activity."""
    zone = document_zone(document)
    for element in document.elements["activity"].values():
        _rename(element, ledger)
    _add_run_times(document, ledger)
    for element in document.elements["activity"].values():
        for key in (START, END):
            if key in element.attributes:
                _correct(element.attributes, key, element.name, zone, ledger)
    for relation in document.relations:
        if relation.time is not None:
            text = _zoned(relation.time, relation.name or relation.kind, zone, ledger)
            if text is None:
                ledger.note("time", "a time that is none is left out", f"{relation.kind} {relation.time}")
            relation.time = text
    _move_generation_times(document, zone, ledger)
    _add_epoch_times(document, ledger)
    _order(document, ledger)


def _rename(element: Element, ledger: Ledger) -> None:
    for wrong, formal in _PROV_O.items():
        if wrong in element.attributes:
            values = element.attributes.pop(wrong)
            element.attributes.setdefault(formal, [str(plain(values[0]))])
            ledger.note("time-attribute", f"{wrong} is {formal} in PROV-JSON", element.name)


def _add_run_times(document: Document, ledger: Ledger) -> None:
    run = find_run(document)
    if run.activity is None:
        return
    for name, formal in _RUN_TIMES.items():
        entity = document.elements["entity"].get(name)
        text = first_text(run.attributes, name)
        if text is None and entity is not None:
            text = first_text(entity.attributes, "parameter_value", "value")
        if text is None or formal in run.activity.attributes or parse_time(text) is None:
            continue
        run.activity.attributes[formal] = [text]
        ledger.note(
            "run-times", f"the run gets the {formal} that was kept elsewhere as text", run.activity.name
        )


def _correct(attributes: Attributes, key: str, subject: str, zone: timedelta | None, ledger: Ledger) -> None:
    text = _zoned(str(attributes[key][0]), subject, zone, ledger)
    if text is None:
        ledger.note("time", "a time that is none is left out", f"{key} of {subject}")
        del attributes[key]
    else:
        attributes[key] = [text]


def _zoned(text: str, subject: str, zone: timedelta | None, ledger: Ledger) -> str | None:
    time = parse_time(text, zone)
    if time is None:
        return None
    if not time.has_zone:
        meant = "that of the run" if zone is not None else "UTC, which the document does not say"
        ledger.note("time-zone", f"a time without a zone gets {meant}", subject)
    return date_time(time.nanoseconds)


def _move_generation_times(document: Document, zone: timedelta | None, ledger: Ledger) -> None:
    generations = _by_entity(document.of_kind("wasGeneratedBy"))
    usages = _by_entity(document.of_kind("used"))
    for name, element in document.elements["entity"].items():
        values = element.attributes.pop("prov:generatedAtTime", None)
        if values is None:
            continue
        time = _zoned(str(plain(values[0])), name, zone, ledger)
        if time is None:
            ledger.note("time", "a time that is none is left out", f"prov:generatedAtTime of {name}")
            continue
        if name in generations or name in usages:
            for relation in generations.get(name) or usages[name]:
                relation.time = relation.time or time
        else:
            document.relations.append(Relation("wasGeneratedBy", None, {"prov:entity": name}, {}, time))
        message = "prov:generatedAtTime is the prov:time of the relation with the activity"
        ledger.note("time-attribute", message, name)


def _by_entity(relations: Iterable[Relation]) -> dict[str, list[Relation]]:
    found: dict[str, list[Relation]] = {}
    for relation in relations:
        if "prov:entity" in relation.arguments:
            found.setdefault(relation.arguments["prov:entity"], []).append(relation)
    return found


def _add_epoch_times(document: Document, ledger: Ledger) -> None:
    """Give an epoch the times of its first and last point, of the metrics that it generated."""
    activities = document.elements["activity"]
    wanted = {name: found for name in activities if (found := epoch_of(name)) is not None}
    points: dict[str, dict[int, tuple[int, int]]] = {}
    spans: dict[str, tuple[int, int]] = {}
    for relation in document.of_kind("wasGeneratedBy"):
        activity, entity = relation.arguments.get("prov:activity"), relation.arguments["prov:entity"]
        element = document.elements["entity"].get(entity)
        if activity not in wanted or element is None:
            continue
        if entity not in points:
            points[entity] = _times_of_epochs(element.attributes)
        span = points[entity].get(wanted[activity][1])
        if span is not None:
            known = spans.get(activity, span)
            spans[activity] = (min(known[0], span[0]), max(known[1], span[1]))
    for activity, (first, last) in spans.items():
        attributes = activities[activity].attributes
        if START not in attributes and END not in attributes:
            attributes[START], attributes[END] = [date_time(first)], [date_time(last)]
            ledger.note("epoch-times", "an epoch gets the times of its first and last point", activity)


def _times_of_epochs(attributes: Attributes) -> dict[int, tuple[int, int]]:
    lists = {}
    for key, values in attributes.items():
        if local_name(key) in ("metric_epoch_list", "metric_timestamp_list"):
            lists[local_name(key)] = parse_points(values)
    epochs, times = lists.get("metric_epoch_list"), lists.get("metric_timestamp_list")
    if epochs is None or times is None or epochs.gap is not None or times.gap is not None:
        return {}
    spans: dict[int, tuple[int, int]] = {}
    for epoch, time in zip(epochs.items, times.items, strict=False):
        if isinstance(epoch, int | float) and isinstance(time, int) and epoch == epoch and abs(epoch) < 2**53:
            first, last = spans.get(int(epoch), (time, time))
            spans[int(epoch)] = (min(first, time), max(last, time))
    nanoseconds = {
        epoch: tuple(found.nanoseconds for one in span if (found := parse_time(str(one))) is not None)
        for epoch, span in spans.items()
    }
    return {epoch: (span[0], span[1]) for epoch, span in nanoseconds.items() if len(span) == 2}


def _order(document: Document, ledger: Ledger) -> None:
    """Move the start of an activity to its first event, and its end to its last, where they contradict."""
    events: dict[str, list[int]] = {}
    for relation in document.relations:
        activity = relation.arguments.get("prov:activity")
        if activity is not None and relation.time and relation.kind in ("used", "wasGeneratedBy"):
            found = parse_time(relation.time)
            if found is not None:
                events.setdefault(activity, []).append(found.nanoseconds)
    for name, element in document.elements["activity"].items():
        times = events.get(name, [])
        start, end = (
            parse_time(str(element.attributes[key][0])) if key in element.attributes else None
            for key in (START, END)
        )
        if start and times and min(times) < start.nanoseconds:
            element.attributes[START] = [date_time(min(times))]
            ledger.note("time-order", "an activity starts no later than what happened in it", name)
            start = parse_time(str(element.attributes[START][0]))
        if end and times and max(times) > end.nanoseconds:
            element.attributes[END] = [date_time(max(times))]
            ledger.note("time-order", "an activity ends no earlier than what happened in it", name)
            end = parse_time(str(element.attributes[END][0]))
        if start and end and start.nanoseconds > end.nanoseconds:
            element.attributes[START], element.attributes[END] = (
                element.attributes[END],
                element.attributes[START],
            )
            ledger.note(
                "time-order", "an activity that ended before it started has its times exchanged", name
            )
