"""From the records and files of a run to the run that is written (docs/imports.md, Weights & Biases)."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...record import JsonValue, RunError
from ..counts import counted
from ..imported import (
    ImportedArtifact,
    ImportedFile,
    ImportedFinalMetric,
    ImportedParameter,
    ImportedRank,
    ImportedRun,
)
from ..nested import leaves
from ..scalars import json_number
from ..text_fields import without_credentials
from .files import metadata_of, packages_of, saved_files
from .folders import LogFolder
from .records import LoggedArtifact, RunState

_OUTPUT = "output.log"


def imported_run(logs: list[LogFolder], state: RunState, lost: list[str]) -> ImportedRun:
    """Return the run to write.

    Args:
        logs: its logs.
        state: what their records have made of it.
        lost: what could not be read.
    """
    folders = [one.files for one in logs if one.files is not None]
    history = state.history
    span = history.points.span()
    start = state.start or (span[0] if span else 0)
    lost = [*lost, *_losses(state)]
    artifacts = [*saved_files(folders, history.media, lost), *_logged(state, lost)]
    if state.output_bytes and not any(one.name == _OUTPUT for one in artifacts):
        artifacts.append(ImportedArtifact(_OUTPUT, ImportedFile(_OUTPUT, state.output)))
    failed = state.exit_code not in (None, 0)
    end = max([start, *(span or ()), *([history.last] if history.last else [])])
    return ImportedRun(
        experiment=state.texts.get("project") or "uncategorized",
        run_id=state.texts.get("run_id") or logs[-1].run_id,
        sources=tuple(one.folder or one.log for one in logs),
        start=start,
        end=None if state.exit_code is None else end,
        status="unfinished" if state.exit_code is None else "failed" if failed else "finished",
        error=RunError("exit code", str(state.exit_code), None) if failed else None,
        name=state.texts.get("name"),
        tracker=("wandb", state.version),
        ranks=(_rank(state, folders),),
        series=history.points.series(),
        parameters=tuple(
            ImportedParameter(key, value) for key, value in state.config.items() if key != "_wandb"
        ),
        artifacts=tuple(artifacts),
        final_metrics=tuple(_final_metrics(state)),
        command=_command(state),
        tags=_tags(state),
        lost=tuple(lost),
    )


def _losses(state: RunState) -> Iterator[str]:
    history = state.history
    yield from history.points.losses()
    for kind, count in sorted(history.refused.items()):
        kept = "; the last of a key is a final metric" if kind in ("text", "list", "null") else ""
        yield f"{count:,} value{'s' if count > 1 else ''} of history: {kind}, no number{kept}"
    if state.damaged or history.damaged:
        damaged = counted(state.damaged + history.damaged, "record or value", "records or values")
        yield f"{damaged} that could not be understood"
    for kind, count in sorted(state.refused.items()):
        yield f"{count:,} {kind}{'s' if count > 1 else ''}: run directories hold none"


def _rank(state: RunState, folders: list[Path]) -> ImportedRank:
    known: dict[str, Any] = {**metadata_of(folders), **state.environment}
    system = str(known.get("os") or "")
    python = str(known.get("python") or state.python).split(" ")
    git = state.git
    devices = known.get("devices")
    return ImportedRank(
        host=_text(known.get("host")) or state.texts.get("host"),
        user=_text(known.get("username")),
        python={"implementation": python[0] if len(python) > 1 else "CPython", "version": python[-1]}
        if python[-1]
        else {},
        platform={"system": system.partition("-")[0], "release": system.partition("-")[2]} if system else {},
        cpu_count=known["cpu_count"] if type(known.get("cpu_count")) is int else None,
        devices=tuple(devices) if isinstance(devices, list) else (),
        packages=packages_of(folders),
        git=None if git is None else type(git)(git.commit, None, None, without_credentials(git.remote)),
        script=_text(known.get("code_path")) or _text(known.get("codePath")) or _text(known.get("program")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _command(state: RunState) -> str | None:
    arguments = state.environment.get("args")
    script = state.environment.get("code_path") or state.environment.get("program")
    if not script:
        return None
    return shlex.join(["python", str(script), *(arguments if isinstance(arguments, list) else [])])


def _tags(state: RunState) -> dict[str, JsonValue]:
    tags: dict[str, JsonValue] = {
        f"wandb.{name}": value
        for name, value in state.texts.items()
        if name in ("entity", "group", "job_type", "notes", "sweep")
    }
    if state.tags:
        tags["wandb.tags"] = list(state.tags)
    for metric, step_metric in state.step_metrics.items():
        tags[f"wandb.step_metric.{metric}"] = step_metric
    return tags


def _final_metrics(state: RunState) -> Iterator[ImportedFinalMetric]:
    """Yield what the summary says beyond the last points: best values, texts, what the user set."""
    points = state.history.points
    for name, value in leaves({key: one for key, one in state.summary.items() if not key.startswith("_")}):
        if isinstance(value, dict) and "_type" in value:
            continue
        number = float(value) if isinstance(value, bool) else json_number(value)
        if not points.ends_with(name, number):
            yield ImportedFinalMetric(name, value, operation="summary", count=points.count(name))


def _logged(state: RunState, lost: list[str]) -> Iterator[ImportedArtifact]:
    """Yield artifacts by name: their files are outside the run's folder, where an import does not go."""
    for one in state.artifacts:
        if one.files:
            lost.append(
                f"{counted(len(one.files), 'file')} of artifact {one.name}: wandb keeps"
                f" {'it' if len(one.files) == 1 else 'them'} outside the run's folder"
            )
        yield ImportedArtifact(
            one.name,
            ImportedFile(
                f"wandb-artifact:{one.name}",
                kind="directory",
                size=sum(max(0, size) for _, size in one.files) if one.files else None,
            ),
            is_input=one.is_input,
            is_model=one.type == "model",
            attributes=_artifact_attributes(one),
        )


def _artifact_attributes(one: LoggedArtifact) -> dict[str, JsonValue]:
    known: dict[str, JsonValue] = {
        "wandb.type": one.type,
        "wandb.digest": one.digest,
        "wandb.description": one.description,
        "wandb.metadata": one.metadata,
    }
    attributes: dict[str, JsonValue] = {name: value for name, value in known.items() if value}
    for name, values in (
        ("wandb.aliases", one.aliases),
        ("wandb.files", tuple(path for path, _ in one.files)),
        ("wandb.references", one.references),
    ):
        if values:
            attributes[name] = list(values)
    return attributes
