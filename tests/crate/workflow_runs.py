"""Real run directories whose source is a workflow or a script, with something in several contexts."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from prov4ml_packager.finalize_many import ensure_all_finalized
from prov4ml_packager.record import RunRecord
from prov4ml_validators import Severity, validate

from ..reader.raw_writer import SECOND, T0, RawRank, copied_file, make_run

SNAKEFILE = (
    b'from snakemake.utils import min_version\nmin_version("8.1")\nrule all:\n    input: "model.bin"\n'
)
# rocrate-validator needs other versions of our dependencies: it lives in an environment of its own.
VALIDATOR = os.environ.get("PROV4ML_ROC_VALIDATOR_PYTHON", "")
# It counts the workflow twice, as source code and as workflow: crs4/rocrate-validator, issue 51.
NOT_FOR_FILES = [
    ["RECOMMENDED", "process-run-crate-0.5_5.1", "The SoftwareApplication id SHOULD be an absolute URI"]
] * 2
COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = {"commit": COMMIT, "branch": "main", "dirty": False, "remote": "https://github.com/example/digits.git"}


def logged_run(
    path: Path,
    *,
    number: int = 0,
    sources: Mapping[str, bytes] | None = None,
    script: str | None = None,
    contexts: tuple[str, ...] = ("training", "validation"),
    end: Mapping[str, Any] | None = None,
    logger: Mapping[str, str] = MappingProxyType({"name": "prov4ml", "version": "0.1.0"}),
    **rank_start: Any,
) -> RunRecord:
    """Write and finalize a run: a parameter, a metric and a file in each of its contexts, two model versions.

    Args:
        path: of the run directory.
        number: of the run, also the value of its parameter `epochs`.
        sources: what `log_source_code` copied; a Snakefile if None, nothing if empty.
        script: the path of the copy of the script that ran, in the run directory.
        contexts: in the order of time, ten seconds each.
        end: how the run ended.
        logger: name and version.
        rank_start: changes of the first line.
    """
    sources = {"Snakefile": SNAKEFILE} if sources is None else sources
    uuid = f"5f0c9c1e-3a34-4a1b-9d35-{number:012d}"
    run = make_run(path, uuid=uuid, run_id=str(number), logger=dict(logger))
    rank = RawRank(run, **{"git": GIT} | rank_start)
    rank.param("epochs", "int", number)
    rank.param("layers", "json", [64, 10])
    rank.param("optimizer", "json", {"name": "sgd"})
    if sources:
        files = [copied_file(run, f"source/{name}", content) for name, content in sources.items()]
        rank.event("source_code", files=files, script=script, git=None)
    for place, context in enumerate(contexts):
        rank.tick = 10 * (place + 1)
        rank.event("context", name=context, parent=None)
        rank.param("lr", "float", 0.1 / (place + 1), context=context)
        rank.series(place + 1, "loss", context)
        rank.point(place + 1, 0, 1.0 - place / 10, T0 + (10 * place + 15) * SECOND)
        data = copied_file(run, f"data-{place}.csv", b"1,2\n" * (place + 1))
        common = {"context": context, "step": None, "source": None, "is_model": False, "attributes": {}}
        rank.event("artifact", name=f"data {context}", file=data, is_input=True, **common)
    first = contexts[0] if contexts else None
    for version in (1, 2):
        rank.event(
            "model_version",
            name="net",
            version=version,
            previous=version - 1 or None,
            file=copied_file(run, f"net-v{version}.bin", b"weights" * version),
            context=first,
            step=version,
        )
    rank.tick = 10 * (len(contexts) + 2)
    rank.end(**{"points": len(contexts)} | dict(end or {}))
    return ensure_all_finalized([run])[0]


def graph_of(crate: Path) -> dict[str, dict[str, Any]]:
    """Return the entities of a crate that is a directory, by `@id`."""
    document = json.loads((crate / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    identifiers = [entity["@id"] for entity in document["@graph"]]
    assert len(identifiers) == len(set(identifiers))
    return {entity["@id"]: entity for entity in document["@graph"]}


def ids(value: Any) -> list[str]:
    """Return the `@id`s that a property refers to."""
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [one["@id"] for one in values]


def findings(crate: Path) -> set[tuple[str, str]]:
    """Return what our validator says at MUST and SHOULD: rule and message."""
    report = validate(crate)
    return {(one.rule, one.message) for one in report.findings if one.severity != Severity.MAY}


def independent_issues(tool: Path, crates: list[Path]) -> list[tuple[list[str], list[list[str]]]]:
    """Return for each crate the profiles that rocrate-validator checked, and its issues at RECOMMENDED."""
    command = [VALIDATOR, tool, "--severity", "RECOMMENDED", *crates]
    done = subprocess.run(command, capture_output=True, text=True, cwd=crates[0].parent)
    reports = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [(report.get("profiles"), report.get("issues", report)) for report in reports]
