"""The crates that the runs of a page are from: what they say of themselves, what they lack, the verdict."""

from collections.abc import Sequence
from typing import Any

from ..crate_metadata import plain_text
from . import run_parts
from .html import NOTHING, Html, facts, folded, join, link, text
from .limits import Limits
from .subject import ReportCrate

_WEB = ("https://", "http://")
_MOST = 50
"""Names of people and the like; further ones are counted."""


def crates_part(crates: Sequence[ReportCrate], limits: Limits) -> Html:
    """Return the part on the crates of a page, each folded where there are several; nothing without any."""
    if len(crates) == 1:
        return _crate(crates[0], limits)
    own = limits.of_one(max(1, len(crates)))
    shown = join(folded(one.file, one.runs, _crate(one, own)) for one in crates[: limits.runs])
    left = len(crates) - limits.runs
    return Html(f'{shown}<p class="note">{left:,} more crates are not shown.</p>') if left > 0 else shown


def _crate(crate: ReportCrate, limits: Limits) -> Html:
    most = limits.characters
    metadata, root = crate.metadata, crate.metadata.root
    rows = [
        ("File", text(crate.file, most)),
        ("Name", text(plain_text(root.get("name")), most)),
        ("Description", text(plain_text(root.get("description")), most)),
        ("Authors", _names(crate, root.get("author"), most)),
        ("Publisher", _names(crate, root.get("publisher"), most)),
        ("Licence", _names(crate, root.get("license"), most)),
        ("Published", text(plain_text(root.get("datePublished"))[:10])),
        ("Identifier", _names(crate, root.get("identifier"), most)),
        ("Runs", text(f"{crate.runs:,}") if crate.runs > 1 else NOTHING),
        ("Conforms to", join((_linked(one, one, most) for one in metadata.conforms_to[:_MOST]), ", ")),
        ("Not in it", text(", ".join(crate.missing), most)),
    ]
    return Html(facts(rows) + run_parts.verdict(crate.verdict, "for the crate", limits))


def _names(crate: ReportCrate, value: Any, most: int) -> Html:
    """Return the names of what a property refers to, as links where they have an address on the web."""
    linked = []
    referred = crate.metadata.referred(value)
    for one in referred[:_MOST]:
        addresses = (plain_text(one.get("url")), one["@id"])
        address = next((url for url in addresses if url.startswith(_WEB)), None)
        linked.append(_linked(address, plain_text(one.get("name")) or one["@id"], most))
    more = len(referred) - _MOST
    return join([*linked, *([text(f"and {more:,} more")] if more > 0 else [])], ", ")


def _linked(address: str | None, words: str, most: int) -> Html:
    """Return a link with words of bounded length, without the link where the address is longer than that."""
    shown = words if len(words) <= most else f"{words[:most]}…"
    return link(address if address is not None and len(address) <= most else None, shown)
