"""The files of a page: those that a record names, and what each was to the run."""

from ..file_roles import FileRole, file_roles
from ..record import FileRecord, RunRecord
from .subject import ReportFile


def report_files(record: RunRecord) -> list[ReportFile]:
    """Return the files that the record names, each once, in the order logged; those without a copy too."""
    roles = file_roles(record)
    named: list[tuple[str, FileRecord, bool]] = [
        (one.name, one.file, one.is_input) for one in record.artifacts
    ]
    named += [(f"{one.name}, version {one.version}", one.file, False) for one in record.model_versions]
    named += [(one.name, one.file, False) for one in record.models if one.file is not None]
    named += [(one.label, one.file, True) for one in record.datasets if one.file is not None]
    named += [
        (f"{one.direction} {one.number}", one.file, one.direction == "input")
        for one in record.ports
        if one.file is not None
    ]
    named += [(file.path or "source", file, True) for code in record.source_code for file in code.files]
    found: dict[tuple[str, str], ReportFile] = {}
    for name, file, takes in named:
        role = roles.get(file.path) if file.path is not None else None
        found[name if file.path is None else "", file.path or ""] = ReportFile(
            name=role.name if role else name,
            path=file.path,
            href=None,
            side=side_of(role) if role else "input" if takes else "output",
            size=file.size,
            sha256=file.sha256,
            files=file.files,
        )
    return list(found.values())


def side_of(role: FileRole | None) -> str:
    """Return what a file was to the run in one word or three."""
    if role is None:
        return "record"
    sides = (["input"] if role.is_object else []) + (["output"] if role.is_result else [])
    return " and ".join(sides)
