"""The report: one self-contained HTML page for people, of one run or of several over each other.

The same page is a crate's `ro-crate-preview.html`. Everything that came from a run is untrusted: text is
escaped where it becomes HTML (`html`), and the page's own policy lets nothing run but this package's script.
"""

from .limits import PREVIEW, REPORT, Limits
from .page import PageHead, report_page
from .subject import ReportCrate, ReportFile, ReportRun
from .table import write_run_table
from .write import write_opened_report, write_report

__all__ = [
    "PREVIEW",
    "REPORT",
    "Limits",
    "PageHead",
    "ReportCrate",
    "ReportFile",
    "ReportRun",
    "report_page",
    "write_opened_report",
    "write_report",
    "write_run_table",
]
