"""Checks of PROV-JSON documents (W3C Member Submission of 24 April 2013)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..json_text import JsonText
    from ..report import Finding

__all__ = ["check_prov_json"]


def check_prov_json(source: "JsonText", *, file: str | None = None) -> "list[Finding]":
    """Return the findings on a document; see `document`, which is imported when there is one."""
    from . import document

    return document.check_prov_json(source, file=file)
