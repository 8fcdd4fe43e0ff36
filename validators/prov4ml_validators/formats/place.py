"""Where a finding stands, in terms of files that exist: what CI services can open."""

import os
from dataclasses import dataclass

from ..report import Finding, Report


@dataclass(frozen=True)
class Place:
    """A file, with line and column from 1 where the file is text and they are known.

    Attributes:
        path: of a file, or of the directory that was checked where no file is to blame.
        line: None inside an archive: the lines are those of a member and not of the archive.
        column: in characters.
        inside: the place in words for what `path`, `line` and `column` cannot say: the member of an archive.
    """

    path: str
    line: int | None
    column: int | None
    inside: str


class Places:
    """Finds the places of the findings of one report."""

    def __init__(self, report: Report) -> None:
        self._path = report.path
        self._is_directory = os.path.isdir(report.path)

    def of(self, finding: Finding) -> Place:
        """Return the place of one finding."""
        location = finding.location
        if location.file is None:
            return Place(self._path, location.line, location.column, "")
        if self._is_directory:
            return Place(
                os.path.join(self._path, *location.file.split("/")), location.line, location.column, ""
            )
        numbers = [str(number) for number in (location.line, location.column) if number is not None]
        return Place(self._path, None, None, ":".join([location.file, *numbers]))
