"""What a page is made of: runs with statistics, files, drawing and verdict, and the crates they are from."""

from dataclasses import dataclass, field

from prov4ml_validators import Report

from ..comparison import Facets
from ..crate_metadata import CrateMetadata
from ..graph import ViewerFragment
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import RunRecord


@dataclass(frozen=True)
class ReportFile:
    """A file or directory of a run.

    Attributes:
        name: its true name.
        path: where it is, relative to the run or the crate; None if no copy was kept.
        href: a percent-encoded relative link that works beside the page, or None.
        side: what it was to the run: `input`, `output`, `record`, …
        size: bytes; None where they are not known.
        sha256: of a file's content; None for a directory.
        files: how many files a directory holds; 1 for a file.
    """

    name: str
    path: str | None
    href: str | None
    side: str
    size: int | None
    sha256: str | None
    files: int = 1


@dataclass(frozen=True)
class ReportCrate:
    """A crate that runs of a page are from.

    Attributes:
        file: the name of its file or folder.
        metadata: what it says of itself.
        runs: how many runs it holds.
        missing: what it does not hold of one of them or more, a few words each.
        verdict: what the validator said of it, or None if it could not be asked.
    """

    file: str
    metadata: CrateMetadata
    runs: int
    missing: tuple[str, ...] = ()
    verdict: Report | None = None


@dataclass(frozen=True)
class ReportRun:
    """One run of a page.

    Attributes:
        run: the record.
        series: each series with its statistics, in the order of the table.
        files: what the run took in and made.
        graph: the provenance graph to look around in, or None.
        drawing_href: a relative link to a drawing of it, or None.
        verdict: what a validator said, or None if none was asked.
        verdict_of: what it was asked about.
        facets: what its provenance document says, of one of several runs.
    """

    run: RunRecord
    series: tuple[tuple[MetricSeries, SeriesStatistics], ...]
    files: tuple[ReportFile, ...]
    graph: ViewerFragment | None = None
    drawing_href: str | None = None
    verdict: Report | None = None
    verdict_of: str = ""
    facets: Facets = field(default_factory=dict)
