"""Summaries as lines of text: one line a fact, tables for lists, long ones cut short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from prov4ml_validators.terminal import printable

from .sparkline import sparkline
from .values import CURVE_CELLS, Summary

_ROWS = 30
_WIDEST_CELL = 48
_WIDEST_FACT = 300
_NARROWEST_CURVE = 8
_STATUS_COLOURS = {"finished": "32", "failed": "31", "unfinished": "33"}
_METRIC_COLUMNS = ("context", "metric", "source", "rank", "unit", "count", "last", "min", "max")


@dataclass(frozen=True)
class Terminal:
    """What the lines are for: `width` in characters, whether colours and Unicode's blocks can be shown."""

    width: int = 100
    colour: bool = False
    blocks: bool = True

    def painted(self, text: str, code: str) -> str:
        """Return text with an ANSI colour around it, or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


_PLAIN = Terminal()


def _cell(value: Any, widest: int = _WIDEST_CELL) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    text = printable(str(value))
    return text if len(text) <= widest else f"{text[: widest - 1]}…"


def _metrics(rows: Sequence[Summary], terminal: Terminal) -> Iterator[str]:
    """Yield the table of metrics, with curves where the terminal has room for them."""
    lines = list(_table("metrics", rows, _METRIC_COLUMNS))
    room = min(CURVE_CELLS, terminal.width - max((len(line) for line in lines[2:]), default=0) - 2)
    if room < _NARROWEST_CURVE or not any(len(row["curve"]) > 1 for row in rows[:_ROWS]):
        yield from lines
        return
    yield from lines[:2]
    widest = max(len(line) for line in lines[2 : 3 + len(rows[:_ROWS])])
    yield f"{lines[2]:{widest}}  curve"
    for line, row in zip(lines[3:], rows[:_ROWS], strict=False):
        curve = sparkline(row["curve"], room, blocks=terminal.blocks) if len(row["curve"]) > 1 else ""
        yield f"{line:{widest}}  {terminal.painted(curve, '36') if curve else ''}".rstrip()
    yield from lines[3 + len(rows[:_ROWS]) :]


def _table(title: str, rows: Sequence[Summary], columns: Sequence[str] | None = None) -> Iterator[str]:
    """Yield a table with the columns that say something; nothing without rows."""
    if not rows:
        return
    yield ""
    yield f"{title} ({len(rows)})"
    shown = rows[:_ROWS]
    used = [name for name in columns or rows[0] if any(row.get(name) is not None for row in shown)]
    cells = [used, *([_cell(row.get(name)) for name in used] for row in shown)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(used))]
    for row in cells:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(rows) > _ROWS:
        yield f"  … and {len(rows) - _ROWS} more; --json lists all"


def _facts(pairs: Sequence[tuple[str, Any]]) -> Iterator[str]:
    said = [(f"{name}:", value) for name, value in pairs if value not in (None, [], "")]
    width = max((len(name) for name, _ in said), default=0)
    for name, value in said:
        yield f"{name:{width}}  {_cell(value, _WIDEST_FACT)}"


def summary_lines(summary: Summary, terminal: Terminal = _PLAIN) -> list[str]:
    """Return a summary as lines without control characters, but for colours where the terminal has them.

    Tables show at most thirty rows, cells at most 48 characters, other values at most 300.
    """
    head = terminal.painted(f"{summary['kind']} {printable(summary['path'])}", "1")
    return [head, *_LINES[summary["kind"]](summary, terminal)]


def _run(summary: Summary, terminal: Terminal) -> Iterator[str]:
    status = summary["status"]
    if summary["error"] is not None:
        status += f": {summary['error']['type']}: {summary['error']['message']}"
    for line in _facts(
        [
            ("experiment", summary["experiment"]),
            ("run", summary["run_id"]),
            ("name", summary["name"]),
            ("uuid", summary["uuid"]),
            ("status", status),
            ("start", summary["start"]),
            ("end", f"{summary['end']} ({summary['duration_seconds']:.3f} s)"),
            ("packaged", "yes" if summary["packaged"] else "no"),
        ]
    ):
        is_status = line.startswith("status:")
        yield terminal.painted(line, _STATUS_COLOURS[summary["status"]]) if is_status else line
    yield from _table("ranks", summary["ranks"])
    yield from _table("contexts", summary["contexts"])
    yield from _table("parameters", summary["parameters"])
    yield from _metrics(summary["metrics"], terminal)
    yield from _table("final metrics", summary["final_metrics"])
    yield from _table("datasets", summary["datasets"], ("dataset", "class", "sha256"))
    yield from _table("models", summary["models"], ("model", "class", "parameters", "path", "size"))
    yield from _table("artifacts", summary["artifacts"], ("artifact", "context", "path", "size"))
    yield from _table("tags", summary["tags"])
    yield from _imported(summary["imported"])
    if summary["warnings"]:
        yield ""
        yield f"warnings ({len(summary['warnings'])})"
        yield from (f"  {printable(warning)}" for warning in summary["warnings"])


def _imported(imported: Summary | None) -> Iterator[str]:
    """Yield where an imported run comes from, what could not come over, and what was repaired."""
    if imported is None:
        return
    yield ""
    yield from _facts(
        [("imported from", imported["format"]), ("imported", f"{imported['time']} by {imported['by']}")]
    )
    yield from _table("sources", imported["sources"], ("source", "size", "sha256"))
    yield from _table("lost", [{"lost": line} for line in imported["lost"]])
    repairs = [{"repaired": one["message"], "times": len(one["subjects"])} for one in imported["repairs"]]
    yield from _table("repaired", repairs)


def _document(summary: Summary, _: Terminal) -> Iterator[str]:
    yield from _table(
        "records", [{"record": kind, "count": count} for kind, count in summary["records"].items()]
    )
    yield from _table("activities", summary["activities"])
    yield from _table("prefixes", [{"prefix": name, "iri": iri} for name, iri in summary["prefixes"].items()])


def _crate(summary: Summary, _: Terminal) -> Iterator[str]:
    names = ("name", "description", "published", "authors", "licence", "workflow")
    yield from _facts([(name, summary[name]) for name in names])
    for conforms in summary["conforms_to"]:
        yield from _facts([("conforms to", conforms)])
    yield from _table("actions", summary["actions"])
    yield from _table("steps", summary["steps"])
    yield from _table("files", summary["files"])


def _store(summary: Summary, terminal: Terminal) -> Iterator[str]:
    yield from _facts(
        [("format", summary["format"]), ("points", summary["points"]), *summary["attributes"].items()]
    )
    yield from _metrics(summary["metrics"], terminal)


_LINES = {"run-directory": _run, "prov-json": _document, "ro-crate": _crate, "metric-store": _store}
