"""Rows of Trackio: JSON objects whose numbers become points and whose media become artifacts.

Source: trackio/utils.py (`serialize_values`: NaN and the infinities are written as texts), trackio/media and
trackio/sqlite_storage.py of Trackio 0.2 to 0.43.
"""

import json
from collections import Counter
from pathlib import Path

from ...record import JsonValue
from ..collecting import PointCollector
from ..imported import ImportedArtifact, ImportedFile
from ..moments import from_iso
from ..nested import JsonError, leaves, read_json
from ..scalars import json_number
from ..sources import inside

_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_COUNTED = {"trackio.histogram": "histogram", "trackio.trace": "trace"}


class RowCollector:
    """The rows of one run.

    Attributes:
        points: the numbers; `true` and `false` count as 1 and 0.
        artifacts: media in the order in which they were logged.
        texts: the last text of each key, and its last list.
        refused: values that are no number, by kind.
        damaged: rows without a time or a step, or that are no JSON object.
        first: time of the first row in ns, None before it.
        last: time of the last row.
    """

    def __init__(self, media: Path | None) -> None:
        self._media = media
        self.points = PointCollector()
        self.artifacts: list[ImportedArtifact] = []
        self.texts: dict[str, JsonValue] = {}
        self.refused: Counter[str] = Counter()
        self.lost: list[str] = []
        self.damaged = 0
        self.first: int | None = None
        self.last: int | None = None

    def add(self, data: object, stamp: object, step: object, *, system: bool = False) -> None:
        """Take in a row of `metrics`, or of `system_metrics`, whose step counts the points of each key."""
        time = from_iso(stamp)
        row = object_of(data)
        if row is None or time is None or (type(step) is not int and not system):
            self.damaged += 1
            return
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)
        for name, value in leaves(row):
            number = finite_or_not(value)
            if number is not None and system:
                name = f"system.{name}"
                self.points.add(name, self.points.count(name, source="system"), time, number, source="system")
            elif number is not None and isinstance(step, int):
                self.points.add(name, step, time, number)
            elif isinstance(value, dict) and "_type" in value:
                self._keep(name, value, step if isinstance(step, int) else None, time)
            elif value is None:
                self.refused["null"] += 1
            else:
                self.refused["text" if isinstance(value, str) else "list"] += 1
                self.texts[name] = value

    def _keep(self, name: str, value: dict[str, JsonValue], step: int | None, time: int) -> None:
        kind, path = str(value["_type"]), value.get("file_path")
        content = value.get("_value")
        attributes: dict[str, JsonValue] = {"trackio.key": name, "trackio.type": kind}
        if isinstance(value.get("caption"), str):
            attributes["trackio.caption"] = value["caption"]
        if isinstance(path, str):
            found = inside(self._media, path) if self._media is not None else None
            if found is None:
                self.lost.append(f"{name} of step {step}: {path} is not in the folder media")
            suffix = Path(path).suffix
            file = ImportedFile(path, found)
        elif isinstance(content, str):
            suffix, file = ".md", ImportedFile(name, content=content.encode("utf-8", "surrogatepass"))
        elif content is not None:
            text = json.dumps(content, ensure_ascii=False)
            suffix, file = ".json", ImportedFile(name, content=text.encode("utf-8", "surrogatepass"))
        else:
            self.refused[_COUNTED.get(kind, f"value of type {kind}")] += 1
            return
        self.artifacts.append(
            ImportedArtifact(f"{name}/{step}{suffix}", file, step=step, attributes=attributes, time=time)
        )


def object_of(data: object) -> dict[str, JsonValue] | None:
    """Return the JSON object of a column, text or bytes; None if it is none."""
    if not isinstance(data, str | bytes):
        return None
    try:
        value = read_json(data)
    except JsonError:
        return None
    return value if isinstance(value, dict) else None


def finite_or_not(value: JsonValue) -> float | None:
    """Return the number that a value stands for, None for one that is no number."""
    if isinstance(value, str):
        return _NOT_FINITE.get(value)
    return float(value) if isinstance(value, bool) else json_number(value)
