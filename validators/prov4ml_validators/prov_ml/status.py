"""Whether how a run ended and the error it ended with go together."""

from collections.abc import Iterator

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .vocabulary import MlScope, scalars

STATUS_ERROR = rule(
    "prov-ml/status-error",
    Severity.SHOULD,
    "A run that has finished has no error.",
    source="prov4ml, rules for ML provenance; docs/provenance.md, the run",
    help="write the status failed, or leave the error out",
)


def check_status(learned: MlScope) -> Iterator[Finding]:
    """Yield runs whose status and error contradict each other."""
    for run in learned.runs:
        if "finished" not in scalars(learned.get(run, "status")):
            continue
        errors = [
            one
            for term in ("errorType", "errorMessage")
            for one in scalars(learned.get(run, term))
            if isinstance(one, str)
        ]
        if errors:
            message = f"{shorten(run.name)} is finished, and has the error {shorten(errors[0])}"
            yield STATUS_ERROR.finding(message, Location(pointer=run.pointer))
