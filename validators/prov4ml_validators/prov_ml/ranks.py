"""Whether all processes of a distributed run are in its document."""

from collections.abc import Iterator
from typing import Any

from ..json_text import pointer, shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .vocabulary import MlScope, scalars

RANKS = rule(
    "prov-ml/ranks",
    Severity.SHOULD,
    "The document of a distributed run has all ranks, unless only the first was to be recorded.",
    source="prov4ml, rules for ML provenance",
    help="package the directory that all ranks wrote to; a rank that is gone for good has left no trace",
)
_MOST_LISTED = 8


def check_ranks(learned: MlScope) -> Iterator[Finding]:
    """Yield runs of which ranks are missing."""
    records = [one for kind in ("activity", "entity") for rs in learned.elements[kind].values() for one in rs]
    yield from _of_prov4ml(learned)
    if not learned.yprov_prefixes:
        return
    recorded = sorted({text for one in records for text in _texts(learned.get(one, "global_rank"))})
    for record in records:
        if "distributed" in _texts(learned.get(record, "runtime_type")) and len(recorded) < 2:
            what = f"only rank {recorded[0]} is recorded" if recorded else "no rank is recorded"
            key = next(key for key in record.attributes if learned.local(key) == "runtime_type")
            yield RANKS.finding(
                f"the run was distributed, but {what}", Location(pointer=record.pointer + pointer(key))
            )


def _texts(value: Any) -> list[str]:
    return [str(one) for one in scalars(value) if one is not None]


def _whole_number(value: Any) -> int | None:
    for text in _texts(value):
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
    return None


def _of_prov4ml(learned: MlScope) -> Iterator[Finding]:
    for run in learned.runs:
        size = _whole_number(learned.get(run, "worldSize"))
        collects_all = _texts(learned.get(run, "collectAllProcesses"))
        if size is None or size < 2 or collects_all not in (["true"], ["True"], ["1"]):
            continue
        number = _whole_number(learned.get(run, "recordedRanks"))
        ranks = {
            rank
            for records in learned.elements["activity"].values()
            for one in records
            if (rank := _whole_number(learned.get(one, "rank"))) is not None
        }
        missing = [rank for rank in range(min(size, len(ranks) + _MOST_LISTED + 1)) if rank not in ranks]
        if missing or (number is not None and number < size):
            listed = ", ".join(map(str, missing[:_MOST_LISTED])) + (
                ", ..." if len(missing) > _MOST_LISTED else ""
            )
            which = f"; missing: {listed}" if missing else ""
            message = f"{shorten(run.name)} had {size} ranks, {len(ranks)} are in the document{which}"
            yield RANKS.finding(message, Location(pointer=run.pointer))
