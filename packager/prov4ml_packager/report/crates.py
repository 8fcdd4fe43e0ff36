"""The crates that the runs of a page are from: what they say of themselves, what they lack, the verdict."""

from collections.abc import Sequence
from typing import Any

from . import run_parts
from .html import NOTHING, Html, facts, folded, join, link, text
from .limits import Limits
from .subject import ReportCrate

_WEB = ("https://", "http://")


def crates_part(crates: Sequence[ReportCrate], limits: Limits) -> Html:
    """Return the part on the crates of a page, each folded where there are several; nothing without any."""
    if len(crates) == 1:
        return _crate(crates[0], limits)
    return join(folded(one.file, one.runs, _crate(one, limits)) for one in crates)


def _crate(crate: ReportCrate, limits: Limits) -> Html:
    most = limits.characters
    metadata, root = crate.metadata, crate.metadata.root
    rows = [
        ("File", text(crate.file, most)),
        ("Name", text(root.get("name", ""), most)),
        ("Description", text(root.get("description", ""), most)),
        ("Authors", _names(crate, root.get("author"), most)),
        ("Publisher", _names(crate, root.get("publisher"), most)),
        ("Licence", _names(crate, root.get("license"), most)),
        ("Published", text(str(root.get("datePublished", ""))[:10])),
        ("Identifier", _names(crate, root.get("identifier"), most)),
        ("Runs", text(f"{crate.runs:,}") if crate.runs > 1 else NOTHING),
        ("Conforms to", join((link(one, one) for one in metadata.conforms_to), ", ")),
        ("Not in it", text(", ".join(crate.missing), most)),
    ]
    return Html(facts(rows) + run_parts.verdict(crate.verdict, "for the crate", limits))


def _names(crate: ReportCrate, value: Any, most: int) -> Html:
    """Return the names of what a property refers to, as links where they have an address on the web."""
    linked = []
    for one in crate.metadata.referred(value):
        name = str(one.get("name", one["@id"]))
        shown = name if len(name) <= most else f"{name[:most]}…"
        address = next((str(url) for url in (one.get("url"), one["@id"]) if str(url).startswith(_WEB)), None)
        linked.append(link(address, shown))
    return join(linked, ", ")
