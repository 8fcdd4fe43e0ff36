"""Finding out what a path is, and summing it up."""

from pathlib import Path

from prov4ml.rundir import PACKAGED_DIRECTORY, PACKAGED_PROV, RUN_FILE
from prov4ml_validators.crate.graph import DESCRIPTOR

from ..crate_members import is_crate, prov_members
from ..crate_metadata import Entity, identifiers, read_metadata
from ..documents import load_document
from ..errors import PackagerError
from ..record import FileRecord, ImportRecord, RunRecord
from .values import Summary, iso_time, json_ready, metrics_summary


def summarize(path: Path) -> Summary:
    """Return a summary of a run directory, a crate, a PROV-JSON document or a metric store.

    `kind` says which: `run-directory`, `ro-crate`, `prov-json` or `metric-store`. A run's summary reads all
    its points once.

    Raises:
        PackagerError: it is none of these, or cannot be read.
        Unreadable: it is a crate that cannot be read.
    """
    if not path.exists():
        raise PackagerError(
            "does not exist", path=path, hint="give a run, a crate, a PROV document or a store"
        )
    if is_crate(path):
        return _crate(path)
    if (path / RUN_FILE).is_file():
        from ..reader import read_run

        return _run(path, read_run(path))
    if path.is_file() and path.suffix.lower() in (".json", ".provjson"):
        return _document(path)
    return _store(path)


def _file(file: FileRecord | None) -> Summary:
    if file is None:
        return {"path": None, "size": None, "sha256": None}
    return {"path": file.path, "size": file.size, "sha256": file.sha256}


def _run(path: Path, run: RunRecord) -> Summary:
    return {
        "path": str(path),
        "kind": "run-directory",
        "experiment": run.experiment,
        "run_id": run.run_id,
        "name": run.name,
        "uuid": run.uuid,
        "status": run.status,
        "error": None if run.error is None else {"type": run.error.type, "message": run.error.message},
        "start": iso_time(run.start),
        "end": iso_time(run.end),
        "duration_seconds": (run.end - run.start) / 1e9,
        "packaged": (path / PACKAGED_DIRECTORY / PACKAGED_PROV).is_file(),
        "ranks": [
            {
                "rank": rank.rank,
                "status": rank.status,
                "host": rank.host,
                "start": iso_time(rank.start),
                "end": None if rank.end is None else iso_time(rank.end),
                "points_lost": rank.points_lost,
            }
            for rank in run.ranks
        ],
        "contexts": [
            {
                "context": context.name,
                "parent": context.parent,
                "start": iso_time(context.start),
                "end": iso_time(context.end),
            }
            for context in run.contexts
        ],
        "parameters": [
            {"parameter": one.key, "value": json_ready(one.value), "context": one.context}
            for one in run.parameters
        ],
        "metrics": metrics_summary(run.metrics),
        "final_metrics": [
            {"metric": one.key, "operation": one.operation, "value": json_ready(one.value), "rank": one.rank}
            for one in run.final_metrics
        ],
        "artifacts": [
            {"artifact": one.name, "context": one.context, **_file(one.file)} for one in run.artifacts
        ],
        "models": [
            {"model": one.name, "class": one.type, "parameters": one.parameters, **_file(one.file)}
            for one in run.models
        ]
        + [
            {"model": f"{one.name} v{one.version}", "class": None, "parameters": None, **_file(one.file)}
            for one in run.model_versions
        ],
        "datasets": [
            {"dataset": one.label, "class": one.type, "info": json_ready(one.info), "sha256": one.sha256}
            for one in run.datasets
        ],
        "tags": [{"tag": name, "value": json_ready(value)} for name, value in run.tags.items()],
        "imported": None if run.imported is None else _imported(run.imported),
        "warnings": list(run.warnings),
    }


def _imported(record: ImportRecord) -> Summary:
    return {
        "format": record.format,
        "time": iso_time(record.imported),
        "by": f"{record.tool} {record.tool_version}",
        "sources": [
            {"source": one.original, "size": one.size, "sha256": one.sha256} for one in record.sources
        ],
        "carried": list(record.carried),
        "lost": list(record.lost),
        "repairs": [
            {"rule": one.rule, "message": one.message, "subjects": list(one.subjects)}
            for one in record.repairs
        ],
    }


def _document(path: Path) -> Summary:
    document = load_document(path)
    activities = document.get("activity")
    return {
        "path": str(path),
        "kind": "prov-json",
        "prefixes": json_ready(document.get("prefix") or {}),
        "records": {
            kind: len(records)
            for kind, records in document.items()
            if kind != "prefix" and isinstance(records, dict)
        },
        "activities": [
            {"activity": name, "start": one.get("prov:startTime"), "end": one.get("prov:endTime")}
            for name, one in (activities.items() if isinstance(activities, dict) else ())
            if isinstance(one, dict)
        ],
    }


def _crate(path: Path) -> Summary:
    metadata = read_metadata(path)
    root, names, of_type = metadata.root, metadata.names, metadata.of_type
    controls = of_type("ControlAction")
    ran = [[metadata.entity(tool) for tool in identifiers(one.get("object"))] for one in controls]
    tools = {id(one) for some in ran for one in some}
    runs = [one for one in of_type("CreateAction") if id(one) not in tools]

    def of_step(control: Entity, actions: list[Entity]) -> Summary:
        # What a ControlAction does not say itself, its first tool does.
        one = {**(actions[0] if actions else {}), **control}
        return {
            "step": ", ".join(names(control.get("instrument"))),
            "action": ", ".join(names(control.get("object"))),
            "status": one.get("actionStatus"),
            "start": one.get("startTime"),
            "end": one.get("endTime"),
        }

    steps = [of_step(control, actions) for control, actions in zip(controls, ran, strict=True)]

    return {
        "path": str(path),
        "kind": "ro-crate",
        "name": root.get("name"),
        "description": root.get("description"),
        "published": root.get("datePublished"),
        "authors": names(root.get("author")),
        "licence": names(root.get("license")),
        "conforms_to": metadata.conforms_to,
        "actions": [
            {
                "action": one.get("name"),
                "status": one.get("actionStatus"),
                "start": one.get("startTime"),
                "end": one.get("endTime"),
            }
            for one in sorted(runs, key=lambda one: str(one.get("startTime")))
        ],
        "workflow": names(root.get("mainEntity")),
        "steps": sorted(steps, key=lambda step: str(step["start"])),
        "files": [
            {"file": one.get("@id"), "type": one.get("encodingFormat"), "size": one.get("contentSize")}
            for one in of_type("File")
        ],
        "prov_documents": prov_members(path),
    }


def _store(path: Path) -> Summary:
    from ..stores import detect_format, open_store
    from ..stores.formats import is_zarr_directory

    if path.is_dir() and not is_zarr_directory(path):
        raise PackagerError(
            "is neither a run directory, a crate nor a Zarr store",
            path=path,
            hint=f"a run directory holds {RUN_FILE}, a crate {DESCRIPTOR}",
        )
    form = detect_format(path)
    with open_store(path) as table:
        return {
            "path": str(path),
            "kind": "metric-store",
            "format": form,
            "attributes": json_ready(dict(table.attributes)),
            "points": table.point_count,
            "metrics": metrics_summary(table),
        }
