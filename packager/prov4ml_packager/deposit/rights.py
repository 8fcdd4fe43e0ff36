"""Licences of a crate as InvenioRDM names them: by SPDX identifier in lower case, else by title and link."""

import re
from typing import Any

from ..crate import licences
from .graph import Entity, identifiers, text

_SPDX = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?")
_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)"
    r"|publicdomain/(zero)/1\.0)(?:/(?:deed|legalcode).*)?/?"
)
_OPEN_SOURCE = re.compile(r"https?://(?:www\.)?opensource\.org/licenses?/([A-Za-z0-9.+-]+?)(?:\.php)?/?")
_APACHE = re.compile(r"https?://(?:www\.)?apache\.org/licenses/LICENSE-2\.0(?:\.txt|\.html)?/?")
_NOT_STATED = "#no-licence"


def rights(entity: Entity, *, with_identifiers: bool) -> dict[str, Any] | None:
    """Return what InvenioRDM is told of a licence, None for a crate that says it has none.

    Source: Metadata reference, Rights: either an `id` of the vocabulary, or a `title` with a link.

    Args:
        entity: the licence.
        with_identifiers: name it by its SPDX identifier where there is one.
    """
    if entity.get("@id") == _NOT_STATED:
        return None
    known = spdx_identifier(entity)
    if known is not None and with_identifiers:
        return {"id": known.lower()}
    addresses = [one for one in identifiers(entity) if one.startswith(("https://", "http://"))]
    title = text(entity, "name") or known or next(iter(addresses), None)
    if title is None:
        return None
    found: dict[str, Any] = {"title": {"en": title}}
    if addresses:
        found["link"] = addresses[0]
    return found


def spdx_identifier(entity: Entity) -> str | None:
    """Return the SPDX identifier that an address, an identifier or the name of a licence stands for."""
    for one in identifiers(entity):
        for pattern in (_SPDX, _OPEN_SOURCE):
            if match := pattern.fullmatch(one):
                return match[1]
        if match := _CREATIVE_COMMONS.fullmatch(one):
            return "CC0-1.0" if match[3] else f"CC-{match[1].upper()}-{match[2]}"
        if _APACHE.fullmatch(one):
            return "Apache-2.0"
    for name in ("identifier", "name"):
        if (listed := licences.spdx_identifier(text(entity, name) or "")) is not None:
            return listed
    return None
