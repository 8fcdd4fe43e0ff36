"""What a run started from as its document has it: parameters, datasets, source code, commands, ports."""

import re

from ..record import CommandRecord, DatasetRecord, ParameterRecord, PortRecord, SourceCodeRecord
from .activities import RunActivities, read_git
from .document import Document, Element, Link
from .files import FileReader

_PORT = re.compile(r"(input|output) ([0-9]{1,9})(?:: (.*))?", re.DOTALL)


def read_parameters(document: Document, activities: RunActivities) -> tuple[ParameterRecord, ...]:
    """Return the parameters; one that an activity generated is no input."""
    found = []
    for one in document.elements("entity", "prov4ml:Parameter"):
        made = document.generation(one)
        found.append(
            ParameterRecord(
                key=one.label,
                value=one.value("prov:value"),
                context=one.text("prov4ml:context"),
                source=one.text("prov4ml:source"),
                is_input=made is None,
                time=activities.time_of(made or document.use(one)),
            )
        )
    return tuple(found)


def read_datasets(
    document: Document, activities: RunActivities, files: FileReader
) -> tuple[DatasetRecord, ...]:
    """Return the datasets with what is known of them."""
    found = []
    for one in document.elements("entity", "prov4ml:Dataset"):
        link = document.use(one)
        found.append(
            DatasetRecord(
                label=one.label,
                type=one.text("prov4ml:class") or "",
                context=one.text("prov4ml:context"),
                info=one.user_values(),
                sha256=one.text("prov4ml:sha256"),
                file=files.optional(one),
                time=activities.time_of(link),
                rank=activities.rank_of(link),
            )
        )
    return tuple(found)


def read_source_code(
    document: Document, activities: RunActivities, files: FileReader
) -> tuple[SourceCodeRecord, ...]:
    """Return the source code that was logged; a commit that the logger saw by itself is of the ranks."""
    sources = {one.identifier: one for one in document.elements("entity", "prov4ml:SourceFile")}
    found = []
    for one in document.elements("entity", "prov4ml:SourceCode"):
        members = [sources[name] for name in document.members(one) if name in sources]
        script = one.text("prov4ml:path")
        if members or script is not None:
            found.append(
                SourceCodeRecord(
                    files=tuple(files.needed(member, member.label) for member in members),
                    script=script,
                    git=read_git(one),
                    time=activities.time_of(document.use(one)),
                )
            )
    return tuple(found)


def read_commands(document: Document, activities: RunActivities) -> tuple[CommandRecord, ...]:
    """Return the commands for running the job again."""
    return tuple(
        CommandRecord(str(one.value("prov:value")), None, activities.time_of(document.use(one)))
        for one in document.elements("entity", "prov4ml:Command")
    )


def read_ports(document: Document, activities: RunActivities, files: FileReader) -> tuple[PortRecord, ...]:
    """Return the numbered inputs and outputs, in the order of the document."""
    return tuple(
        _port(one, document.generation(one) or document.use(one), activities, files)
        for one in document.elements("entity")
        if {"prov4ml:Input", "prov4ml:Output"} & set(one.types)
    )


def _port(one: Element, link: Link | None, activities: RunActivities, files: FileReader) -> PortRecord:
    named = _PORT.fullmatch(one.label)
    if named is None:
        raise one.error("prov:label", "is no input or output with its number")
    is_value = one.has("prov:value")
    return PortRecord(
        direction="input" if named[1] == "input" else "output",
        number=int(named[2]),
        value=one.value("prov:value"),
        file=None if is_value else files.needed(one, named[3] or ""),
        time=activities.time_of(link),
        rank=activities.rank_of(link),
    )
