"""The `import` event: where a run comes from that an importer wrote."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..record import ImportRecord, RepairRecord
from .fields import FieldError, Fields
from .files import read_file


def read_import(fields: Fields, directory: Path, complain: Callable[[str], None]) -> ImportRecord:
    """Return the record of an import; what is damaged in its lists is left out.

    Args:
        fields: the event.
        directory: the run directory.
        complain: takes a line on what was ignored.

    Raises:
        FieldError: the event does not say what was imported and when.
    """
    sources = []
    for child in fields.children("sources"):
        try:
            # A source is outside the run directory, whatever the event says.
            sources.append(replace(read_file(child, directory, complain), path=None))
        except FieldError as error:
            complain(f"file object: {error}; ignored")
    tool = fields.child("tool")
    return ImportRecord(
        format=fields.text("format"),
        source_version=fields.optional_text("source_version"),
        imported=fields.integer("imported"),
        tool=(tool.optional_text("name") if tool else None) or "unknown",
        tool_version=(tool.optional_text("version") if tool else None) or "unknown",
        run=fields.optional_text("run"),
        sources=tuple(sources),
        carried=fields.texts("carried"),
        lost=fields.texts("lost"),
        repairs=tuple(
            RepairRecord(
                one.optional_text("rule") or "", one.optional_text("message") or "", one.texts("subjects")
            )
            for one in fields.children("repairs")
        ),
        parent=_uuid(fields.optional_text("parent")),
    )


def _uuid(text: str | None) -> str | None:
    """Return a UUID in its usual form, None for any other text."""
    try:
        return None if text is None else str(uuid.UUID(text))
    except ValueError:
        return None
