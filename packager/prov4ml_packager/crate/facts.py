"""What a crate says of a run, worked out once for both the metadata and the preview."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from prov4ml.rundir import RUN_GROUP, safe_name, safe_names

from ..comparison import Facets, facets_of
from ..metric_table import MetricSeries, SeriesStatistics, statistics
from ..record import RunRecord
from .archive.members import NAMES_OF_THE_CRATE
from .payload import Payload


@dataclass(frozen=True)
class RunFacts:
    """A run with its place in the crate, its files, and the statistics of each of its series.

    `folder` ends in `/`, or is empty for the only run of a crate; only runs that have one have `facets`, what
    the provenance document in the crate says as far as runs are compared by it.
    """

    run: RunRecord
    folder: str
    payload: Payload
    series: tuple[tuple[MetricSeries, SeriesStatistics], ...]
    facets: Facets = field(default_factory=dict)

    @property
    def action_id(self) -> str:
        """Return the identifier of the run's action."""
        return f"urn:uuid:{self.run.uuid}"

    def local_id(self, *parts: str) -> str:
        """Return the identifier of something that belongs to the run and is no file."""
        return "#" + quote(self.folder + "/".join(parts))


def gather_facts(run: RunRecord, folder: str, payload: Payload) -> RunFacts:
    """Read each series of the run once, in bounded memory, and the document of one of several runs."""
    series = tuple((one, statistics(one)) for one in run.metrics.series)
    if not folder:
        return RunFacts(run, folder, payload, series)
    return RunFacts(run, folder, payload, series, facets_of(payload.provenance(), structure=False))


def context_keys(run: RunRecord) -> dict[str | None, str]:
    """Return the key of each context that anything was logged in; None is the run itself."""
    names = [context.name for context in run.contexts]
    names += [parameter.context for parameter in run.parameters if parameter.context is not None]
    names += [series.context for series in run.metrics.series if series.context is not None]
    keys: dict[str | None, str] = {None: RUN_GROUP}
    keys.update(safe_names(names))
    return keys


def run_folders(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """Return the folder of each run: none for a single one, else its directory's name, made unique."""
    if len(runs) == 1:
        return ("",)
    names = [safe_name(run.directory.resolve().name) for run in runs]
    taken = Counter(name.lower() for name in (*names, *NAMES_OF_THE_CRATE))
    return tuple(
        f"{name}-{run.uuid}/" if taken[name.lower()] > 1 else f"{name}/"
        for name, run in zip(names, runs, strict=True)
    )
