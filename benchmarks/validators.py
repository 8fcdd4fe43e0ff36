"""What the checks of PROV-JSON and of a crate's metadata cost inside a process.

PROV-JSON goes in turns with `ProvDocument.deserialize` of the same file.

Usage: validators.py [RECORDS ...]
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prov4ml_validators import validate

SIZES = (10_000, 100_000, 1_000_000)
CRATE_SIZES = (10, 1_000, 100_000)
VERSIONS = ("1.1", "1.2", "1.3")
LARGEST_FOR_PROV = 100_000
"""`prov` is not asked to load more: it needs minutes and gigabytes for a million records."""
_START = datetime(2026, 1, 1, tzinfo=UTC)
_TERMS = "https://w3id.org/prov4ml/terms#"


@dataclass(frozen=True)
class CheckTime:
    """Seconds for one document: our whole check, and `prov`'s load of it (None where it was not asked)."""

    records: int
    megabytes: float
    check_seconds: float
    prov_seconds: float | None


def _typed(value: object, datatype: str) -> dict[str, str]:
    return {"$": str(value), "type": datatype}


def _time(step: int) -> str:
    return (_START + timedelta(seconds=step)).isoformat().replace("+00:00", "Z")


def provenance_document(records: int) -> dict[str, Any]:
    """Return a valid document of a long run, with exactly this many records (at least 4).

    Five records a step: an activity that is part of the run, what it read, what it made, and that this was
    derived from what the step before made.
    """
    document: dict[str, dict[str, Any]] = {
        "prefix": {
            "default": "https://example.org/run#",
            "prov4ml": _TERMS,
            "dcterms": "http://purl.org/dc/terms/",
        },
        "entity": {"dataset": {"prov:type": _typed("prov4ml:Dataset", "prov:QUALIFIED_NAME")}},
        "activity": {"run": {"prov:startTime": _time(0), "prov:endTime": _time(2 * records)}},
        "agent": {"user": {"prov:type": _typed("prov:Person", "prov:QUALIFIED_NAME")}},
        "wasAssociatedWith": {"_:a": {"prov:activity": "run", "prov:agent": "user"}},
        "used": {},
        "wasGeneratedBy": {},
        "wasDerivedFrom": {},
    }

    def step_records(step: int) -> list[tuple[str, str, dict[str, Any]]]:
        epoch, version, before = f"epoch.{step}", f"version.{step}", f"version.{step - 1}"
        return [
            ("activity", epoch, {
                "prov:startTime": _time(2 * step), "prov:endTime": _time(2 * step + 1),
                "dcterms:isPartOf": _typed("run", "prov:QUALIFIED_NAME"),
            }),
            ("entity", version, {
                "prov:label": f"version {step}",
                "prov:type": _typed("prov4ml:ModelVersion", "prov:QUALIFIED_NAME"),
                "prov4ml:step": _typed(step, "xsd:int"), "prov4ml:size": 4096,
            }),
            ("wasGeneratedBy", f"_:g{step}",
             {"prov:entity": version, "prov:activity": epoch, "prov:time": _time(2 * step + 1)}),
            ("used", f"_:u{step}", {"prov:activity": epoch, "prov:entity": before if step else "dataset"}),
            ("wasDerivedFrom", f"_:d{step}",
             {"prov:generatedEntity": version, "prov:usedEntity": before if step else "dataset"}),
        ]  # fmt: skip

    left, step = records - 4, 0
    while left > 0:
        for kind, name, body in step_records(step)[:left]:
            document[kind][name] = body
        left, step = left - 5, step + 1
    return document


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _load(path: Path) -> None:
    from prov.model import ProvDocument

    with path.open(encoding="utf-8") as stream:
        ProvDocument.deserialize(stream, format="json")


def measure_check(records: int, rounds: int = 3) -> CheckTime:
    """Return the medians of checking and loading a document of `records` records, in turns in one process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prov.json"
        path.write_text(json.dumps(provenance_document(records), indent=1), encoding="utf-8")
        findings = validate(path).findings
        if findings:
            raise SystemExit(f"the document of {records} records has findings: {findings[0]}")
        checks, loads = [], []
        for _ in range(rounds):
            checks.append(_seconds(lambda: validate(path)))
            if records <= LARGEST_FOR_PROV:
                loads.append(_seconds(lambda: _load(path)))
        size = path.stat().st_size / 1e6
    return CheckTime(records, size, statistics.median(checks), statistics.median(loads) if loads else None)


def prov_section(times: list[CheckTime]) -> str:
    """Return the measurements as a table in Markdown."""
    rows = [
        f"| {one.records:,} | {one.megabytes:.1f} | {one.check_seconds:.2f} |"
        f" {1e6 * one.check_seconds / one.records:.1f} |"
        + (
            f" {one.prov_seconds:.2f} | {one.check_seconds / one.prov_seconds:.2f} |"
            if one.prov_seconds
            else " – | – |"
        )
        for one in times
    ]
    return "\n".join(
        [
            "| records | MB | check, s | µs a record | `ProvDocument.deserialize`, s | ratio |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


@dataclass(frozen=True)
class CrateTime:
    """Seconds to check the metadata of one crate, the median, once everything is imported."""

    version: str
    entities: int
    seconds: float


def root_and_files(entities: int, version: str = "1.1") -> list[dict[str, Any]]:
    """Return the graph of a valid crate with exactly this many entities (at least 4), most of them files."""
    licence = "https://spdx.org/licenses/CC-BY-4.0"
    names = [f"data/{number}.csv" for number in range(entities - 3)]
    return [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
         "conformsTo": {"@id": f"https://w3id.org/ro/crate/{version}"}},
        {"@id": "./", "@type": "Dataset", "name": "Measurements", "description": "One file a day.",
         "datePublished": "2026-01-31", "license": {"@id": licence},
         "hasPart": [{"@id": name} for name in names]},
        {"@id": licence, "@type": "CreativeWork", "name": "CC BY 4.0", "description": "Attribution 4.0"},
        *({"@id": name, "@type": "File", "name": name, "description": "One day.", "contentSize": "1",
           "encodingFormat": "text/csv"} for name in names),
    ]  # fmt: skip


def measure_crate(entities: int, version: str, rounds: int = 5) -> CrateTime:
    """Check the bare metadata of a crate; the files would measure the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ro-crate-metadata.json"
        graph = root_and_files(entities, version)
        document = {"@context": f"https://w3id.org/ro/crate/{version}/context", "@graph": graph}
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        report = validate(path)
        if not report.is_valid():
            raise SystemExit(f"the crate of {entities} entities has findings: {report.findings[0]}")
        seconds = [_seconds(lambda: validate(path)) for _ in range(rounds)]
    return CrateTime(version, entities, statistics.median(seconds))


def crates_section(times: list[CrateTime]) -> str:
    """Return the measurements as a table in Markdown."""
    rows = [
        f"| {one.version} | {one.entities:,} | {1e3 * one.seconds:.2f} |"
        f" {1e6 * one.seconds / one.entities:.1f} |"
        for one in times
    ]
    return "\n".join(["| RO-Crate | entities | check, ms | µs an entity |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(crates_section([measure_crate(size, version) for version in VERSIONS for size in CRATE_SIZES]))
    sizes = [int(argument) for argument in sys.argv[1:]] or list(SIZES)
    print(prov_section([measure_check(size, 3 if size < SIZES[-1] else 1) for size in sizes]))
