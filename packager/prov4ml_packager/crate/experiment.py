"""Several runs as one experiment: their order, their names, and the table that compares them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ..comparison import Column, RunTable, refuse_copies, run_table, table_csv, table_metadata
from ..find_runs import natural_key
from ..record import RunRecord
from ..text import escape_text
from ..wording import run_title
from .archive.members import COMPARISON, COMPARISON_METADATA, Member, bytes_member
from .entities import Entity, references
from .facts import RunFacts
from .file_entities import described_file

_NAMED = 3
_IDENTIFYING = frozenset({"run", "experiment", "run_id", "name", "uuid"})


@dataclass(frozen=True)
class Experiment:
    """The comparison of a crate's runs, and the files that hold it."""

    table: RunTable
    csv: Member
    metadata: Member

    @property
    def members(self) -> tuple[Member, Member]:
        """Return both files."""
        return self.csv, self.metadata


def in_order(runs: Sequence[RunRecord]) -> list[RunRecord]:
    """Return runs as they began, those of one instant by the names of their folders (2 before 10).

    How a shell sorts what `*` stands for depends on the locale, and a crate does not.

    Raises:
        PackagerError: two have the same UUID.
    """
    refuse_copies(runs)
    return sorted(runs, key=lambda run: (run.start, natural_key(run.directory.resolve().name), run.uuid))


def compare_runs(runs: Sequence[RunFacts]) -> Experiment | None:
    """Return the comparison of the runs of a crate; None for a single one."""
    if len(runs) == 1:
        return None
    table = run_table(runs, [one.folder.rstrip("/") for one in runs])
    return Experiment(
        table,
        bytes_member(COMPARISON, table_csv(table)),
        bytes_member(COMPARISON_METADATA, table_metadata(table, COMPARISON, beside_runs=True)),
    )


def experiment_name(runs: Sequence[RunRecord]) -> str:
    """Return the title of a crate whose user gave none."""
    if len(runs) == 1:
        return run_title(runs[0])
    names = _experiments(runs)
    if len(names) == 1:
        return f"{names[0]}: {len(runs)} runs"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{len(runs)} runs of {len(names)} experiments: {', '.join(names[:_NAMED])}{more}"


def experiment_description(runs: Sequence[RunRecord]) -> str:
    """Return what a crate is about whose user did not say."""
    if len(runs) == 1:
        title = f"{run_title(runs[0])} ({runs[0].status})"
        return f"Machine-learning run packaged with its provenance: {title}."
    counts = Counter[str](run.status for run in runs)
    statuses = (status for status in ("finished", "failed", "unfinished") if counts[status])
    found = ", ".join(f"{counts[status]} {status}" for status in statuses)
    names = _experiments(runs)
    of = f"the experiment {names[0]}" if len(names) == 1 else f"{len(names)} experiments"
    return (
        f"{len(runs)} machine-learning runs of {of}, packaged with their provenance: {found}. "
        f"{COMPARISON} compares them, one row a run."
    )


def _experiments(runs: Sequence[RunRecord]) -> list[str]:
    return sorted({escape_text(run.experiment) for run in runs})


def comparison_entities(experiment: Experiment, runs: Sequence[RunFacts]) -> list[Entity]:
    """Return the table, its metadata, and each column that is a variable as entities, the files first."""
    measured = [_variable(column) for column in experiment.table.columns if column.name not in _IDENTIFYING]
    left = experiment.table.left_out
    more = f" Metrics that are only in the runs' own stores: {left}." if left else ""
    table = described_file(
        experiment.csv,
        COMPARISON,
        f"Comparison of the runs, one row a run: parameters that differ, metrics, status, duration.{more}",
    )
    table["about"] = references([quote(one.folder) for one in runs])
    table["variableMeasured"] = references([str(one["@id"]) for one in measured])
    described = described_file(
        experiment.metadata,
        COMPARISON_METADATA,
        f"Names, datatypes and units of the columns of {COMPARISON} as CSV on the Web.",
        "application/csvm+json",
    )
    described["about"] = {"@id": COMPARISON}
    return [table, described, *measured]


def _variable(column: Column) -> Entity:
    entity: Entity = {
        "@id": f"#comparison/{quote(escape_text(column.name), safe='')}",
        "@type": "PropertyValue",
        "name": escape_text(column.name),
        "description": escape_text(column.description),
    }
    if column.unit:
        entity["unitText"] = escape_text(column.unit)
    return entity
