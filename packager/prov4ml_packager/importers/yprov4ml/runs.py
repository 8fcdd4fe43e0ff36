"""From the documents of a run, one a rank, to the `ImportedRun`."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...metric_table import MetricSeries
from ...record import JsonValue
from ...repair.epochs import epoch_of
from ...repair.model import Attributes, Ledger, first_text
from ...repair.own_run import types_of
from ..imported import (
    ImportedArtifact,
    ImportedContext,
    ImportedFile,
    ImportedRank,
    ImportedRun,
)
from ..sources import regular_files
from ..summary import counted
from .literals import remaining
from .metrics import Metrics, read_metrics
from .reading import RankDocument, read_rank_document
from .things import RUN_TIMES, Things, read_things
from .wording import import_repairs

TRACKER = "yProv4ML"
_RANK_IN_NAME = re.compile(r"(?P<stem>.+?)_GR(?P<rank>[0-9]{1,9})(?:_(?P<run>[^_]*))?")
_NUMBER_AT_END = re.compile(r"(?P<stem>.+)_(?P<run>[0-9]{1,9})")
_ABOUT_RUN = (
    "experiment_name", "run_id", "user_id", "python_version", "global_rank", "artifact_uri", "PID",
    "host_name", "provenance_path", "experiment_dir", "time_zone", "operating_system", "release", "machine",
    "source_code", "execution_command", "requirements", "level", "type", "label", "fullLabel", "role",
    "startedAtTime", "endedAtTime", "startTime", "endTime", *RUN_TIMES,
)  # fmt: skip
_UNDERSTOOD = frozenset(
    {"used", "wasGeneratedBy", "wasStartedBy", "wasInformedBy", "wasAssociatedWith", "wasDerivedFrom"}
)


@dataclass(frozen=True)
class RunName:
    """What a document calls its run; `rank` is the process that wrote it."""

    experiment: str
    run_id: str
    rank: int


def name_run(path: Path, attributes: Attributes) -> RunName:
    """Return the names of a run: from its folder if the document tells it, else its own, else the file's."""
    given = first_text(attributes, "experiment_name")
    stem = path.stem.removeprefix("provgraph_").removeprefix("prov_")
    in_name = _RANK_IN_NAME.fullmatch(given or "") or _RANK_IN_NAME.fullmatch(stem)
    rank_text = first_text(attributes, "global_rank") or (in_name["rank"] if in_name else "0")
    rank = int(rank_text) if rank_text.isdecimal() and len(rank_text) < 9 else 0
    run_id = first_text(attributes, "run_id")
    folder = _folder(attributes)
    if folder is not None:
        if run_id is not None and folder.endswith(f"_{run_id}") and folder != f"_{run_id}":
            return RunName(folder.removesuffix(f"_{run_id}"), run_id, rank)
        if run_id is None and (match := _NUMBER_AT_END.fullmatch(folder)):
            return RunName(match["stem"], match["run"], rank)
    match = _RANK_IN_NAME.fullmatch(given) if given else None
    if given is not None:
        return RunName(match["stem"] if match else given, run_id or (match and match["run"]) or "0", rank)
    match = _RANK_IN_NAME.fullmatch(stem) or _NUMBER_AT_END.fullmatch(stem)
    if match is None:
        return RunName(stem or "run", run_id or "0", rank)
    return RunName(match["stem"], run_id or match["run"] or "0", rank)


def _folder(attributes: Attributes) -> str | None:
    for name, drop in (("experiment_dir", 0), ("artifact_uri", 1)):
        path = first_text(attributes, name)
        parts = [part for part in (path or "").replace("\\", "/").split("/") if part not in ("", ".")]
        if len(parts) > drop:
            return parts[-1 - drop]
    return None


def read_run(paths: Sequence[Path]) -> ImportedRun:
    """Read the documents of one run.

    Args:
        paths: one document a rank, all in one folder; the first is that of the lowest rank.

    Raises:
        PackagerError: one cannot be read.
    """
    documents = [read_rank_document(path) for path in paths]
    names = [name_run(one.path, one.run.attributes) for one in documents]
    ranks = _distinct_ranks([name.rank for name in names])
    known = [time for one in documents for time in _own_times(one)]
    start, end = (min(known), max(known)) if known else _time_of_file(documents[0])
    metrics = [read_metrics(one, rank, start) for one, rank in zip(documents, ranks, strict=True)]
    things = [
        read_things(one, rank, found.taken, start, end)
        for one, rank, found in zip(documents, ranks, metrics, strict=True)
    ]
    series = tuple(one for found in metrics for one in found.series)
    notes = []
    if not known:
        around = _around(series)
        start, end = around or (start, end)
        counts = "those of the first and last point count" if around else "that of its file counts"
        notes.append(f"the times of the run: the document has none, and {counts}")
    for one, found in zip(documents, things, strict=True):
        _note_rest(one, found)
    first = documents[0]
    attributes = first.run.attributes
    sources = _sources(paths)
    ledger = Ledger()
    for one in documents:  # from here on the activities have the times that the repair gave them
        import_repairs(one, ledger)
    return ImportedRun(
        experiment=names[0].experiment,
        run_id=names[0].run_id,
        sources=sources,
        start=start,
        end=end,
        # Who collects documents names the files.
        name=first.path.stem if sources == (first.path,) else None,
        uuid=_uuid(first_text(attributes, "PID")),
        tracker=(TRACKER, "unknown"),
        world_size=None if len(paths) == 1 else len(paths),
        ranks=tuple(
            _rank(one, rank, found, start, end)
            for one, rank, found in zip(documents, ranks, metrics, strict=True)
        ),
        series=series,
        contexts=_contexts(documents, series, things, (start, end), ledger),
        parameters=tuple(one for found in things for one in found.parameters),
        artifacts=(
            *(one for found in metrics for one in found.odd),
            *(one for found in things for one in found.artifacts),
            *_requirements(attributes, ranks[0]),
            *_unnamed_files(first, things, ranks),
        ),
        models=tuple(one for found in things for one in found.models),
        model_versions=tuple(one for found in things for one in found.versions),
        datasets=tuple(one for found in things for one in found.datasets),
        source_code=tuple(one for found in things for one in found.source_code),
        final_metrics=tuple(one for found in things for one in found.final_metrics),
        command=first_text(attributes, "execution_command"),
        tags=_tags(attributes),
        carried=tuple(dict.fromkeys(note for one in documents for note in (*one.carried, *_epochs(one)))),
        lost=tuple(dict.fromkeys([*notes, *(note for one in documents for note in one.lost)])),
        repairs=ledger.repairs(),
    )


def _distinct_ranks(ranks: list[int]) -> list[int]:
    return ranks if len(set(ranks)) == len(ranks) else list(range(len(ranks)))


def _own_times(source: RankDocument) -> list[int]:
    """Return start and end of a document's run as far as it says them."""
    attributes = source.run.attributes
    found = []
    for name, formal in zip(
        RUN_TIMES, (("startTime", "startedAtTime"), ("endTime", "endedAtTime")), strict=True
    ):
        text = first_text(attributes, *formal, name)
        if text is None and name in source.entities:
            text = first_text(source.entities[name].attributes, "parameter_value", "value")
        time = source.time(text)
        if time is not None:
            found.append(time)
    return found


def _time_of_file(source: RankDocument) -> tuple[int, int]:
    modified = max(0, source.path.stat().st_mtime_ns)
    return modified, modified


def _around(series: Sequence[MetricSeries]) -> tuple[int, int] | None:
    """Return the first and the last time of all points (ns); None without any."""
    chunks = [chunk["time"] for one in series for chunk in one.chunks()]
    return (min(int(one.min()) for one in chunks), max(int(one.max()) for one in chunks)) if chunks else None


def _rank(source: RankDocument, rank: int, metrics: Metrics, start: int, end: int) -> ImportedRank:
    attributes = source.run.attributes
    own = _own_times(source)
    system = {
        name: text
        for name, key in (("system", "operating_system"), ("release", "release"), ("machine", "machine"))
        if (text := first_text(attributes, key)) is not None
    }
    version = first_text(attributes, "python_version")
    people = [
        name
        for name, agent in source.document.elements["agent"].items()
        if "SoftwareAgent" not in types_of(agent.attributes)
    ]
    return ImportedRank(
        rank=rank,
        start=min(own, default=start),
        end=max(own, default=end),
        host=first_text(attributes, "host_name"),
        user=first_text(attributes, "user_id") or (people[0] if people else None),
        python={} if version is None else {"version": version.split()[0]},
        platform=system,
        points_lost=metrics.lost,
    )


def _contexts(
    documents: Sequence[RankDocument],
    series: Sequence[MetricSeries],
    things: Sequence[Things],
    span: tuple[int, int],
    ledger: Ledger,
) -> tuple[ImportedContext, ...]:
    contexts: dict[str, ImportedContext] = {}
    # Users give points any time, one outside of the run too: that says nothing of a context.
    earliest = {name: time for name, time in _earliest(series, things).items() if span[0] <= time <= span[1]}
    for source in documents:
        parents = _parents(source)
        for activity, name in source.context_names.items():
            attributes = source.activities[activity].attributes
            start = source.time(first_text(attributes, "startTime", "startedAtTime"))
            if start is not None and start > earliest.get(name, start):
                # Written when the run ended: what happened in the context tells when it began.
                ledger.note("time-order", "a context starts no later than what happened in it", name)
                start = earliest[name]
            end = source.time(first_text(attributes, "endTime", "endedAtTime"))
            if name not in contexts:
                contexts[name] = ImportedContext(name, parents.get(activity), start, end)
    for one in series:
        if one.context is not None:
            contexts.setdefault(one.context, ImportedContext(one.context))
    return tuple(contexts.values())


def _parents(source: RankDocument) -> dict[str, str]:
    parents: dict[str, str] = {}
    for relation in source.document.relations:
        if relation.kind == "wasInformedBy":
            inner, outer = relation.arguments["prov:informed"], relation.arguments["prov:informant"]
        elif relation.kind == "wasStartedBy" and "prov:starter" in relation.arguments:
            inner, outer = relation.arguments["prov:activity"], relation.arguments["prov:starter"]
        else:
            continue
        parent = source.context_of(outer)
        if parent is not None and parent != source.context_of(inner):
            parents.setdefault(inner, parent)
    return parents


def _earliest(series: Sequence[MetricSeries], things: Sequence[Things]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in series:
        for chunk in one.chunks() if one.context is not None else ():
            first = int(chunk["time"].min())
            found[one.context or ""] = min(found.get(one.context or "", first), first)
    for thing in things:
        parts = [(one.context, one.time) for one in thing.artifacts]
        parts += [(one.context, one.time) for one in thing.versions]
        parts += [(one.context, one.time) for one in thing.datasets]
        for context, time in parts:
            if context is not None and time is not None:
                found[context] = min(found.get(context, time), time)
    return found


def _epochs(source: RankDocument) -> list[str]:
    epochs = {found for name in source.activities if (found := epoch_of(name)) is not None}
    return [f"{counted(len(epochs), 'epoch')}, as the steps of the metrics"] if epochs else []


def _note_rest(source: RankDocument, things: Things) -> None:
    """Note what of a document has no place in a run directory."""
    counts: dict[str, int] = {}
    for relation in source.document.relations:
        if relation.kind == "hadMember" and relation.arguments["prov:collection"] == "datasets":
            continue
        if relation.kind not in _UNDERSTOOD:
            counts[relation.kind] = counts.get(relation.kind, 0) + 1
    for kind, count in sorted(counts.items()):
        source.lost.append(f"{counted(count, f'{kind} relation')}: a run directory has no place for them")
    if things.silent:
        source.lost.append(
            f"{counted(things.silent, 'entity', 'entities')} of which the document says nothing but the name"
        )
    if source.document.bundles:
        source.lost.append(f"{counted(len(source.document.bundles), 'bundle')}: a run directory has none")


def _sources(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return what the run was read from: its run directory if it is one, else the documents."""
    folder = paths[0].parent
    if any(_is_part_of_run(one) for one in folder.iterdir()):
        return (folder,)
    return tuple(paths)


def _is_part_of_run(path: Path) -> bool:
    return path.is_dir() and re.fullmatch(r"(?:metrics|artifacts)(?:_GR[0-9]+)?", path.name) is not None


def _requirements(attributes: Attributes, rank: int) -> list[ImportedArtifact]:
    text = first_text(attributes, "requirements")
    if text is None:
        return []
    name = "requirements.txt"
    file = ImportedFile(name, content=text.encode("utf-8", "backslashreplace"))
    return [ImportedArtifact(name, file, is_input=True, rank=rank)]


def _unnamed_files(
    source: RankDocument, things: Sequence[Things], ranks: Sequence[int]
) -> list[ImportedArtifact]:
    """Return the files in the run's folders of artifacts that no document names."""
    files = [one.file for thing in things for one in thing.artifacts]
    files += [one.file for thing in things for one in thing.versions]
    files += [one.file for thing in things for one in thing.datasets if one.file is not None]
    files += [one for thing in things for code in thing.source_code for one in code.files]
    named = {file.path for file in files if file.path is not None}
    found = []
    for folder in sorted(source.files.root.iterdir()):
        if not folder.name.startswith("artifacts") or not _is_part_of_run(folder) or folder.is_symlink():
            continue
        number = folder.name.partition("_GR")[2]
        rank = int(number) if number and int(number) in ranks else ranks[0]
        for name, path in regular_files(folder):
            if path not in named and not named.intersection(path.parents) and not name.startswith("metrics/"):
                file = ImportedFile(f"{folder.name}/{name}", path)
                found.append(ImportedArtifact(name, file, rank=rank))
    return found


def _tags(attributes: Attributes) -> dict[str, JsonValue]:
    return {
        name: value
        for name, value in remaining(
            {key: values for key, values in attributes.items() if ":" in key}, *_ABOUT_RUN
        ).items()
        if value not in ("", None)
    }


def _uuid(text: str | None) -> str | None:
    try:
        return str(uuid.UUID(text)) if text else None
    except ValueError:
        return None
