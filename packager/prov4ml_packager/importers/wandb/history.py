"""Rows of history and system metrics: numbers become points, media are remembered, the rest is counted."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ...record import JsonValue
from ..collecting import PointCollector
from ..moments import from_seconds
from ..nested import JsonError, leaves, put, read_json
from ..scalars import json_number
from ..wire import Message, double, signed, text, zigzag

_OWN = frozenset({"_step", "_timestamp", "_runtime", "_wandb"})
_WITHOUT_FILE = {"histogram": "histogram", "graph": "graph"}


@dataclass(frozen=True)
class Media:
    """Something of a row that is kept in a file: its key, step and time, and what the row says of it."""

    key: str
    step: int
    time: int
    facts: dict[str, JsonValue]


class History:
    """The rows of one run.

    Attributes:
        points: the numbers; `True` and `False` count as 1 and 0.
        media: by path below the folder of files.
        refused: values that are no number, by kind.
        damaged: values that are no JSON.
        last: time of the last row in ns, None before it.
    """

    def __init__(self) -> None:
        self.points = PointCollector()
        self.media: dict[str, Media] = {}
        self.refused: Counter[str] = Counter()
        self.damaged = 0
        self.last: int | None = None

    def add_row(self, record: Message, start: int) -> None:
        """Take in a `HistoryRecord`; a row without a time gets that of the run's start plus its runtime."""
        row: dict[str, Any] = {}
        for item in record.messages(1):
            names = item.texts(2) or [item.text(1)]
            try:
                value = _item_value(item)
            except JsonError:
                self.damaged += 1
                continue
            if len(names) == 1:
                row[names[0]] = value
            else:
                put(row, names, value)
        step = row.get("_step")
        if type(step) is not int:
            step = record.message(2).integer(1)
        time = self._time(row, start)
        self.last = time if self.last is None else max(self.last, time)
        for name, value in leaves({key: one for key, one in row.items() if key not in _OWN}):
            self._value(name, value, step, time)

    @staticmethod
    def _time(row: dict[str, Any], start: int) -> int:
        stamp, runtime = json_number(row.get("_timestamp")), json_number(row.get("_runtime"))
        time = from_seconds(stamp) if stamp is not None else None
        if time is None:
            time = start + (from_seconds(runtime) or 0 if runtime is not None else 0)
        return time

    def _value(self, name: str, value: JsonValue, step: int, time: int) -> None:
        number = float(value) if isinstance(value, bool) else json_number(value)
        if number is not None:
            self.points.add(name, step, time, number)
        elif isinstance(value, dict) and "_type" in value:
            kind = str(value["_type"])
            paths = [value.get("path"), *_list(value.get("filenames"))]
            found = [path for path in paths if isinstance(path, str)]
            for path in found:
                self.media[path] = Media(name, step, time, _facts(value))
            if not found:
                self.refused[_WITHOUT_FILE.get(kind, f"value of type {kind}")] += 1
        elif value is None:
            self.refused["null"] += 1
        else:
            self.refused["text" if isinstance(value, str) else "list"] += 1

    def add_system(self, record: Message) -> None:
        """Take in a `StatsRecord`: `cpu` becomes `system.cpu`, its step counts the records of that key."""
        seconds = record.message(2)
        time = seconds.integer(1) * 10**9 + seconds.integer(2)
        for item in record.messages(3):
            name = f"system.{item.text(1)}"
            try:
                number = json_number(read_json(item.text(16)))
            except JsonError:
                self.damaged += 1
                continue
            if number is None:
                self.refused["text"] += 1
            else:
                self.points.add(name, self.points.count(name, source="system"), time, number, source="system")


def _item_value(item: Message) -> JsonValue:
    if item.has(16):
        return read_json(item.text(16))
    if item.has(6):
        return double(item.one(6))
    if item.has(5):
        return zigzag(item.one(5))
    if item.has(4):
        return bool(signed(item.one(4)))
    if item.has(7):
        return text(item.one(7))
    return read_json(item.text(8)) if item.has(8) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _facts(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what a row says of a piece of media in a few plain values."""
    return {
        f"wandb.{name}": one
        for name, one in value.items()
        if name not in ("path", "filenames", "sha256", "size") and isinstance(one, str | int | float | bool)
    }
