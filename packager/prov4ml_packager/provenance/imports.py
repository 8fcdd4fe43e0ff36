"""Where an imported run comes from: the import as an activity of its own, after the run."""

import re

from ..record import FileRecord, ImportRecord, RunRecord
from .activities import RunActivities
from .attributes import base_name, optional_integer, optional_text
from .builder import Activity, Attributes, DocumentBuilder
from .values import literal, name, several, text

# The folders of a host path: they say who ran it where, and mean nothing elsewhere.
_HOST_FOLDERS = re.compile(r"(?<![\w.~/\\-])(?:/|[A-Za-z]:[/\\]|~/)[^\s,;:'\"()]*[/\\]")


def add_import(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the import of a run: its sources, the program that read them, and the record that it made of them.

    The record is derived from each source; it says what came over, what could not, and what was wrong in the
    source. A run that was logged has nothing of this.
    """
    record = run.imported
    if record is None:
        return
    activity = Activity(builder.claim("import"), record.imported, record.imported)
    tool = f"{record.tool} {record.tool_version}"
    builder.activity(
        activity, f"import by {tool}", ["prov4ml:Import"], {"prov4ml:format": text(record.format)}
    )
    agent = builder.claim("importer")
    version = {"prov4ml:version": text(record.tool_version)}
    builder.element("agent", agent, tool, ["prov:SoftwareAgent"], version)
    builder.associated(activity, agent)
    result = builder.claim("imported_run")
    builder.element(
        "entity",
        result,
        "record of the imported run",
        ["prov4ml:ImportedRun"],
        {"prov4ml:run": name(activities.run.id), **_result(record)},
    )
    builder.generated(result, activity, record.imported)
    for source in record.sources:
        entity = builder.claim("import_source")
        label = base_name(source.original) or record.format
        builder.element("entity", entity, label, ["prov4ml:ImportSource"], _source(record, source))
        builder.used(activity, entity, record.imported)
        builder.derived(result, entity)


def _result(record: ImportRecord) -> Attributes:
    return {
        "prov4ml:sourceRun": optional_text(record.run),
        "prov4ml:carried": several(literal(_private(line)) for line in record.carried),
        "prov4ml:lost": several(literal(_private(line)) for line in record.lost),
        "prov4ml:repaired": several(
            literal(f"{one.rule}: {_private(one.message)} ({len(one.subjects)})") for one in record.repairs
        ),
    }


def _private(line: str) -> str:
    return _HOST_FOLDERS.sub("", line)


def _source(record: ImportRecord, source: FileRecord) -> Attributes:
    return {
        "prov4ml:sourceVersion": optional_text(record.source_version),
        "prov4ml:sha256": optional_text(source.sha256),
        "prov4ml:size": optional_integer(source.size),
        "prov4ml:files": optional_integer(source.files) if source.kind == "directory" else None,
    }
