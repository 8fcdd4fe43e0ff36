"""What a user logged without a file: where a secret may be as well."""

import json
from collections.abc import Iterator

from ...record import JsonValue, RunRecord


def record_texts(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield what a user logged without a file, with what it is called: `name: value`, one or more lines."""
    for parameter in run.parameters:
        yield from _named("parameter", parameter.key, parameter.value)
    for key, value in run.tags.items():
        yield from _named("tag", key, value)
    for port in run.ports:
        yield from _named(port.direction, str(port.number), port.value)
    for artifact in run.artifacts:
        for key, value in artifact.attributes.items():
            yield from _named(f"artifact {artifact.name!r}, attribute", key, value)
    for dataset in run.datasets:
        for key, value in dataset.info.items():
            yield from _named(f"dataset {dataset.label!r}, attribute", key, value)
    for rank in run.ranks:
        yield "command line", " ".join(rank.command)
    for command in run.commands:
        yield "command", command.command
    for error in (run.error, *(rank.error for rank in run.ranks)):
        if error is not None:
            yield "error", f"{error.message}\n{error.traceback or ''}"


def _named(what: str, key: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        yield f"{what} {key!r}", f"{key}: {value}"
