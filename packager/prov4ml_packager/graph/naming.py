"""What a picture calls things: names with their numbers apart, kinds of thing, headlines with last values."""

import math
import re
from collections.abc import Iterable, Sequence

from .model import Node, local_name
from .text import shown

_NUMBER = re.compile(r"\d+")
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_VALUE = 16
_LONG_START = 8
_LONGEST_NUMBER = 18
_LAST_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf))\W*$", re.IGNORECASE)
_POINTS = re.compile(r"(?:^|[:_])(?:value|metric_value)s?_?list$")
_VALUES = ("prov:value", "prov-ml:parameter_value")
_ONE_OR_MORE = {"entity": "entities", "activity": "activities", "agent": "agents", "unnamed": "open ends"}

# Words of training in the order in which they decide: a model's metric is a metric.
_THINGS = (
    ("metric", "Metric"),
    ("statistic", "Statistics"),
    ("parameter", "Parameter"),
    ("dataset", "Dataset"),
    ("model", "Model"),
    ("source_code", "SourceCode"),
    ("sourcecode", "SourceCode"),
    ("artifact", "Artifact"),
)


def skeleton(name: str) -> str:
    """Return a name with each number in it replaced by `#`, so that `epoch_1` and `epoch_2` are alike."""
    return _NUMBER.sub("#", name)


def thing(node: Node) -> str:
    """Return the kind of thing that a node is, for a reader: its first type, else what its names tell.

    Documents of some trackers type nothing; there the identifier and the names of the attributes decide.
    """
    if node.types:
        return node.types[0]
    if node.kind != "entity":
        return ""
    attributes = " ".join(str(name) for record in node.records for name in record).lower()
    identifier = node.key[1].rpartition("/")[2][-200:].lower()
    for names in (attributes, identifier):
        for word, kind in _THINGS:
            if word in names:
                return kind
    return ""


def plural(kind: str) -> str:
    """Return what several nodes of a kind are called."""
    return _ONE_OR_MORE[kind]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("ty") else f"{number:,} {noun}s"


def common_name(labels: Sequence[str]) -> str | None:
    """Return one name for many that differ in a single number, such as `epoch 0–1744`; None for others.

    The numbers are the smallest and the largest; the count beside it tells whether any are missing.
    """
    if not _AMOUNT.search(labels[0]):
        return None
    shape = _AMOUNT.sub("#", labels[0])
    columns: list[set[str]] = [set() for _ in _AMOUNT.findall(labels[0])]
    for label in labels:
        if _AMOUNT.sub("#", label) != shape:
            return None
        for column, number in zip(columns, _AMOUNT.findall(label), strict=True):
            column.add(number)
    varying = [index for index, column in enumerate(columns) if len(column) > 1]
    if len(varying) != 1 or any(len(number) > _LONGEST_NUMBER for number in columns[varying[0]]):
        return None
    numbers = sorted(columns[varying[0]], key=float)
    found = list(_AMOUNT.finditer(labels[0]))[varying[0]]
    head, tail = labels[0][: found.start()], labels[0][found.end() :]
    if not tail:
        head = f"{head.rstrip('_- ')} " if head.endswith(("_", "-", " ")) else head
    return f"{head}{numbers[0]}–{numbers[-1]}{tail}"


def without_common_start(names: Sequence[str]) -> list[str]:
    """Return names without the folders that all are in, so that what differs can be seen."""
    first, last = min(names, default=""), max(names, default="")
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), 0)
    cut = first.rfind("/", 0, same) + 1
    return [f"…/{name[cut:]}" for name in names] if cut > _LONG_START and len(names) > 1 else list(names)


def headline(node: Node, limit: int, name: str | None = None) -> str:
    """Return one line on a node: its label, with its value or the last value of a metric if it has one.

    Args:
        node: what to name.
        limit: most characters.
        name: what to call it instead of its label.
    """
    name = name or node.label or "(no name)"
    value = value_of(node)
    if value is None:
        return shown(name, limit)
    short = shown(name, max(12, limit - len(value)))
    return f"{short}{'' if value.startswith(' ') else ': '}{value}"


def value_of(node: Node) -> str | None:
    """Return the value of a parameter, as in ` = 0.1`, or the last one of a metric, as in `last 0.1`."""
    found = _value(node)
    return None if found is None else f"{found[0]}{shown(short_number(found[1]), _VALUE)}"


def _value(node: Node) -> tuple[str, str] | None:
    last = None
    for name, value in node.attributes:
        if name in _VALUES:
            return " = ", value
        if name == "prov4ml:last":
            return "last ", value
        if _POINTS.search(name) and (match := _LAST_NUMBER.search(value[-60:])):
            last = match[1]
    return None if last is None else ("last ", last)


def short_number(text: str) -> str:
    """Return a number with six significant digits, a time in seconds with ten; other text as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number) or (len(text) <= 9 and "e" not in text.lower()):
        return text
    return f"{number:.10g}" if 1e6 <= abs(number) < 1e15 else f"{number:.6g}"


def display_type(types: Iterable[str]) -> str:
    """Return the type to show under a label, or nothing."""
    return local_name(next(iter(types), ""))
