"""Repair of epochs that are there twice, as `epoch_3` and `epoch_3.0`."""

import re

from .model import Document, Element, Ledger

_EPOCH = re.compile(r"(?P<stem>(?:.*[:_-])?epoch_)(?P<number>[0-9]+)(?P<fraction>\.0+)?", re.DOTALL)


def epoch_of(name: str) -> tuple[str, int] | None:
    """Return the stem and the number of an epoch's identifier: (`val_epoch_`, 3) of `val_epoch_3.0`."""
    match = _EPOCH.fullmatch(name)
    return (match["stem"], int(match["number"])) if match and len(match["number"]) < 19 else None


def unite_epochs(document: Document, ledger: Ledger) -> None:
    """Give an epoch one identifier, with a whole number; relations that become the same are merged later."""
    activities = document.elements["activity"]
    for name in list(activities):
        match = _EPOCH.fullmatch(name)
        if match is None or match["fraction"] is None:
            continue
        whole = match["stem"] + match["number"]
        element = activities.pop(name)
        known = activities.setdefault(whole, Element("activity", whole, []))
        known.records.extend(element.records)
        known.records = [_union(known)]
        document.rename("activity", name, whole)
        ledger.note("epoch-twice", "an epoch with a decimal point is the epoch of that number", name)


def _union(element: Element) -> dict[str, list[object]]:
    united: dict[str, list[object]] = {}
    for record in element.records:
        for key, values in record.items():
            known = united.setdefault(key, [])
            known.extend(value for value in values if value not in known)
    return united
