"""What a crate says of a run, worked out once for both the metadata and the preview."""

from dataclasses import dataclass
from urllib.parse import quote

from prov4ml.rundir import RUN_GROUP, safe_name, safe_names

from ..metric_table import MetricSeries, SeriesStatistics, statistics
from ..record import RunRecord
from .payload import Payload


@dataclass(frozen=True)
class RunFacts:
    """A run with its place in the crate, its files, and the statistics of each of its series.

    `folder` ends in `/`, or is empty for the only run of a crate.
    """

    run: RunRecord
    folder: str
    payload: Payload
    series: tuple[tuple[MetricSeries, SeriesStatistics], ...]

    @property
    def action_id(self) -> str:
        """Return the identifier of the run's action."""
        return f"urn:uuid:{self.run.uuid}"

    def local_id(self, *parts: str) -> str:
        """Return the identifier of something that belongs to the run and is no file."""
        return "#" + quote(self.folder + "/".join(parts))


def gather_facts(run: RunRecord, folder: str, payload: Payload) -> RunFacts:
    """Read each series of the run once, in bounded memory."""
    return RunFacts(
        run, folder, payload, tuple((series, statistics(series)) for series in run.metrics.series)
    )


def context_keys(run: RunRecord) -> dict[str | None, str]:
    """Return the key of each context that anything was logged in; None is the run itself."""
    names = [context.name for context in run.contexts]
    names += [parameter.context for parameter in run.parameters if parameter.context is not None]
    names += [series.context for series in run.metrics.series if series.context is not None]
    keys: dict[str | None, str] = {None: RUN_GROUP}
    keys.update(safe_names(names))
    return keys


def run_folders(runs: tuple[RunRecord, ...]) -> tuple[str, ...]:
    """Return the folder of each run: none for a single one, else its directory's name, made unique."""
    if len(runs) == 1:
        return ("",)
    names = [safe_name(run.directory.resolve().name) for run in runs]
    lower = [name.lower() for name in names]
    return tuple(
        f"{name}-{run.uuid}/" if lower.count(name.lower()) > 1 else f"{name}/"
        for name, run in zip(names, runs, strict=True)
    )
