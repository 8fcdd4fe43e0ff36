"""Where an imported run comes from, as its document has it."""

import re

from ..record import FileRecord, ImportRecord, RepairRecord
from .activities import RunActivities
from .document import Document, Element

_REPAIR = re.compile(r"([^\s:]+): (.*)", re.DOTALL)


def read_import(document: Document, activities: RunActivities) -> ImportRecord | None:
    """Return what the document says of an import, None for a run that was logged.

    How often something was repaired stands at the end of its message; where, the document does not say.
    """
    imports = document.elements("activity", "prov4ml:Import")
    if not imports:
        return None
    activity = imports[0]
    result = document.only("entity", "prov4ml:ImportedRun")
    sources = document.elements("entity", "prov4ml:ImportSource")
    tool = activity.label.removeprefix("import by ")
    name, _, version = tool.rpartition(" ")
    return ImportRecord(
        format=activity.text("prov4ml:format") or "",
        source_version=next((one.text("prov4ml:sourceVersion") for one in sources), None),
        imported=activity.time("prov:startTime") or activities.end,
        tool=name or tool,
        tool_version=version if name else "",
        run=result.text("prov4ml:sourceRun"),
        sources=tuple(_source(one) for one in sources),
        carried=result.texts("prov4ml:carried"),
        lost=result.texts("prov4ml:lost"),
        repairs=tuple(_repair(line) for line in result.texts("prov4ml:repaired")),
        parent=activities.parent,
    )


def _source(one: Element) -> FileRecord:
    files = one.integer("prov4ml:files")
    return FileRecord(
        path=None,
        original=one.label,
        kind="file" if files is None else "directory",
        size=one.integer("prov4ml:size"),
        sha256=one.text("prov4ml:sha256"),
        files=1 if files is None else files,
    )


def _repair(line: str) -> RepairRecord:
    found = _REPAIR.fullmatch(line)
    return RepairRecord(found[1] if found else "", found[2] if found else line, ())
