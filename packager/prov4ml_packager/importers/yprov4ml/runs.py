"""From the documents of a run, one a rank, to the `ImportedRun`."""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ...metric_table import MetricSeries
from ...record import JsonValue
from ...repair.epochs import epoch_of
from ...repair.model import Attributes, Ledger, first_text
from ...repair.own_run import types_of
from ..counts import counted, first_names
from ..imported import (
    ImportedArtifact,
    ImportedContext,
    ImportedFile,
    ImportedRank,
    ImportedRun,
)
from ..sources import link_losses, regular_files
from .literals import remaining
from .metrics import Metrics, read_metrics
from .names import name_run
from .reading import RankDocument, read_rank_documents
from .spans import Times, own_times, run_span, time_of_file
from .things import RUN_ATTRIBUTES, Things, parameters_of, read_things
from .wording import import_repairs

TRACKER = "yProv4ML"
_UNDERSTOOD = frozenset(
    {"used", "wasGeneratedBy", "wasStartedBy", "wasInformedBy", "wasAssociatedWith", "wasDerivedFrom"}
)


def read_runs(paths: Sequence[Path]) -> Iterator[ImportedRun]:
    """Yield the run of some documents; more than one where a document has nothing but bundles.

    Args:
        paths: one document a rank, all in one folder; the first is that of the lowest rank.

    Raises:
        PackagerError: one cannot be read.
    """
    if len(paths) > 1:
        yield _read_run(paths, [next(iter(read_rank_documents(path))) for path in paths])
        return
    known: set[tuple[str, str]] = set()
    for document in read_rank_documents(paths[0]):
        run = _read_run(paths, [document])
        while (run.experiment, run.run_id) in known:
            run = replace(run, run_id=f"{run.run_id}-{document.stem}")
        known.add((run.experiment, run.run_id))
        yield run


def _read_run(paths: Sequence[Path], documents: Sequence[RankDocument]) -> ImportedRun:
    names = [name_run(one.stem, one.run.attributes) for one in documents]
    ranks = _distinct_ranks([name.rank for name in names])
    own = [own_times(one) for one in documents]
    known = [time for times in own for time in times if time is not None]
    provisional = min(known) if known else time_of_file(documents[0])
    metrics = [read_metrics(one, rank, provisional) for one, rank in zip(documents, ranks, strict=True)]
    series = tuple(one for found in metrics for one in found.series)
    start, end, notes = run_span(own, series, provisional)
    things = [
        read_things(one, rank, found.taken, start, end)
        for one, rank, found in zip(documents, ranks, metrics, strict=True)
    ]
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
        name=first.stem if sources == (first.path,) else None,
        uuid=_uuid(first_text(attributes, "PID")),
        tracker=(TRACKER, "unknown"),
        world_size=None if len(paths) == 1 else len(paths),
        ranks=tuple(
            _rank(one, rank, found, times, (start, end))
            for one, rank, found, times in zip(documents, ranks, metrics, own, strict=True)
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
        command=first_text(attributes, "execution_command")
        or next((found.command for found in things if found.command is not None), None),
        tags=_tags(attributes),
        carried=tuple(dict.fromkeys(note for one in documents for note in (*one.carried, *_epochs(one)))),
        lost=tuple(dict.fromkeys([*notes, *(note for one in documents for note in one.lost)])),
        repairs=ledger.repairs(),
    )


def _distinct_ranks(ranks: list[int]) -> list[int]:
    return ranks if len(set(ranks)) == len(ranks) else list(range(len(ranks)))


def _rank(
    source: RankDocument, rank: int, metrics: Metrics, own: Times, span: tuple[int, int]
) -> ImportedRank:
    attributes = source.run.attributes
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
        start=span[0] if own[0] is None else own[0],
        end=span[1] if own[1] is None else own[1],
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
            known = contexts.get(name, ImportedContext(name))
            starts = [time for time in (known.start, start) if time is not None]
            ends = [time for time in (known.end, end) if time is not None]
            contexts[name] = ImportedContext(
                name,
                known.parent or parents.get(activity),
                min(starts, default=None),
                max(ends, default=None),
            )
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
        entities = counted(len(things.silent), "entity", "entities")
        source.lost.append(
            f"{entities} of which the document says nothing but the name: {first_names(things.silent)}"
        )
    if source.document.bundles:
        source.lost.append(
            f"{counted(len(source.document.bundles), 'bundle')}, for a run directory has none:"
            f" {first_names(list(source.document.bundles))}"
        )
    if source.run.others:
        source.lost.append(
            f"{len(source.run.others) + 1} runs in one document: all of it is in that of {source.run.name},"
            f" and what {first_names(source.run.others)} did is not told apart"
        )


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
        known = [path.relative_to(folder).as_posix() for path in named if folder in path.parents]
        source.lost += link_losses(folder, f"{folder.name}/", known)
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
            {key: values for key, values in attributes.items() if ":" in key},
            *RUN_ATTRIBUTES,
            *parameters_of(attributes),
        ).items()
        if value not in ("", None)
    }


def _uuid(text: str | None) -> str | None:
    try:
        return str(uuid.UUID(text)) if text else None
    except ValueError:
        return None
