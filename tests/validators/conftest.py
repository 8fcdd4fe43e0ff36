"""One good crate and one good run, for the tests to damage."""

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prov4ml_validators import Report, Severity, validate

DATA = b"a,b\n1,2\n"
Json = dict[str, Any]


def rule_ids(report: Report, severity: Severity = Severity.MUST) -> list[str]:
    return [finding.rule for finding in report.at_or_above(severity)]


@pytest.fixture
def rules() -> Callable[..., list[str]]:
    """The rule ids of what `validate` finds on a path, at MUST unless told."""

    def of(path: Path, severity: Severity = Severity.MUST, **options: Any) -> list[str]:
        return rule_ids(validate(path, **options), severity)

    return of


def good_metadata(version: str = "1.1") -> Json:
    profile_type = "CreativeWork" if version == "1.1" else ["CreativeWork", "Profile"]
    script_type = ["File", "SoftwareSourceCode"]
    person, publisher, licence = (
        "https://orcid.org/0000-0002-1825-0097",
        "https://ror.org/x",
        "https://spdx.org/licenses/MIT",
    )
    return {
        "@context": [
            f"https://w3id.org/ro/crate/{version}/context",
            "https://w3id.org/ro/terms/workflow-run/context",
        ],
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": f"https://w3id.org/ro/crate/{version}"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": "A run",
                "description": "One training run",
                "datePublished": "2026-01-31T12:00:00+01:00",
                "license": {"@id": licence},
                "author": {"@id": person},
                "publisher": {"@id": publisher},
                "conformsTo": {"@id": "https://w3id.org/ro/wfrun/process/0.5"},
                "hasPart": [{"@id": "data%20set.csv"}, {"@id": "script.py"}, {"@id": "store/"}],
                "mentions": {"@id": "#run"},
            },
            {
                "@id": "https://w3id.org/ro/wfrun/process/0.5",
                "@type": profile_type,
                "name": "Process",
                "version": "0.5",
            },
            {"@id": licence, "@type": "CreativeWork", "name": "MIT", "description": "The MIT licence"},
            {
                "@id": person,
                "@type": "Person",
                "name": "Josiah Carberry",
                "affiliation": {"@id": publisher},
            },
            {
                "@id": publisher,
                "@type": "Organization",
                "name": "X",
                "url": publisher,
                "contactPoint": {"@id": "#contact"},
            },
            {
                "@id": "data%20set.csv",
                "@type": "File",
                "name": "Data",
                "description": "Two numbers",
                "encodingFormat": "text/csv",
                "contentSize": str(len(DATA)),
                "sha256": hashlib.sha256(DATA).hexdigest(),
            },
            {
                "@id": "script.py",
                "@type": script_type,
                "name": "Script",
                "description": "What was run",
                "encodingFormat": "text/x-python",
                "contentSize": "5",
                "programmingLanguage": {"@id": "https://www.python.org/"},
            },
            {"@id": "store/", "@type": "Dataset", "name": "Store", "description": "Metrics"},
            {
                "@id": "https://example.org/tool",
                "@type": "SoftwareApplication",
                "name": "Tool",
                "url": "https://example.org/tool",
                "version": "1",
            },
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": "Training",
                "description": "python script.py",
                "startTime": "2026-01-31T11:00:00+01:00",
                "endTime": "2026-01-31T12:00:00+01:00",
                "instrument": {"@id": "https://example.org/tool"},
                "agent": {"@id": person},
                "object": {"@id": "data%20set.csv"},
                "result": {"@id": "store/"},
                "actionStatus": "http://schema.org/CompletedActionStatus",
            },
            {
                "@id": "https://www.python.org/",
                "@type": "ComputerLanguage",
                "name": "Python",
                "url": "https://www.python.org/",
                "version": "3.11",
            },
            {"@id": "#contact", "@type": "ContactPoint", "name": "Help", "email": "help@example.org"},
        ],
    }


@pytest.fixture(scope="session")
def good() -> Json:
    """The metadata of the good crate; copy it before damaging it."""
    return good_metadata()


def write_crate(directory: Path, metadata: Json) -> Path:
    (directory / "store/c").mkdir(parents=True)
    (directory / "data set.csv").write_bytes(DATA)
    (directory / "script.py").write_bytes(b"pass\n")
    (directory / "store/zarr.json").write_text("{}")
    (directory / "store/c/0").write_bytes(b"\0")
    (directory / "ro-crate-metadata.json").write_text(json.dumps(metadata, indent=1))
    return directory


@pytest.fixture
def make_crate(tmp_path: Path) -> Callable[..., Path]:
    """Write the good crate, with damage done to its metadata by a function."""

    def make(damage: Callable[[Json], object] | None = None, version: str = "1.1") -> Path:
        metadata = good_metadata(version)
        if damage is not None:
            damage(metadata)
        return write_crate(tmp_path / "crate", metadata)

    return make


POINT = struct.Struct("<IIqqd")


def good_events(rank: int = 0, digest: str = "") -> list[Json]:
    time = 1_700_000_000_000_000_000
    return [
        {
            "event": "rank_start",
            "time": time,
            "format_version": 1,
            "rank": rank,
            "world_size": 1,
            "command": ["x"],
        },
        {"event": "context", "time": time, "name": "TRAINING", "parent": None},
        {
            "event": "series",
            "time": time,
            "number": 1,
            "key": "loss",
            "context": "TRAINING",
            "source": None,
            "unit": None,
        },
        {
            "event": "param",
            "time": time,
            "key": "lr",
            "value": {"type": "float", "value": 0.1},
            "context": None,
        },
        {
            "event": "artifact",
            "time": time,
            "name": "data.csv",
            "file": {
                "path": "artifacts/data.csv",
                "original": "/tmp/data.csv",
                "kind": "file",
                "size": len(DATA),
                "sha256": digest or hashlib.sha256(DATA).hexdigest(),
                "files": 1,
            },
        },
        {
            "event": "run_end",
            "time": time,
            "status": "finished",
            "error": None,
            "points": 2,
            "points_lost": 0,
        },
    ]


def write_run(directory: Path, run: Json, events: list[Json], points: bytes) -> Path:
    (directory / "rank_0").mkdir(parents=True)
    (directory / "artifacts").mkdir()
    (directory / "artifacts/data.csv").write_bytes(DATA)
    (directory / "run.json").write_text(json.dumps(run))
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (directory / "rank_0/events.jsonl").write_text(lines)
    (directory / "rank_0/metrics.bin").write_bytes(points)
    return directory


def good_run() -> Json:
    return {
        "format_version": 1,
        "uuid": "12345678-1234-4234-8234-123456789abc",
        "experiment": "digits",
        "run_id": "0",
        "created": 1_700_000_000_000_000_000,
        "user_namespace": None,
        "identity": None,
        "world_size": 1,
        "collect_all_processes": False,
        "options": {"metrics_file_type": "zarr", "csv_separator": ",", "save_after_n_logs": 100},
        "logger": {"name": "prov4ml", "version": "0.1.0"},
    }


GOOD_POINTS = POINT.pack(1, 0, 0, 1, 0.5) + POINT.pack(1, 0, 1, 2, float("nan"))


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    """Write the good run, with damage done to run.json, the events or the points."""

    def make(
        run: Callable[[Json], object] | None = None,
        events: Callable[[list[Json]], object] | None = None,
        points: bytes = GOOD_POINTS,
    ) -> Path:
        identity, journal = good_run(), good_events()
        if run is not None:
            run(identity)
        if events is not None:
            events(journal)
        return write_run(tmp_path / "digits_0", identity, journal, points)

    return make


def good_document() -> Json:
    return {
        "prefix": {"ex": "http://example.org/", "default": "urn:uuid:1#"},
        "entity": {
            "ex:data": {"prov:label": ["a", {"$": "b", "lang": "en"}], "ex:n": {"$": "3", "type": "xsd:int"}}
        },
        "activity": {
            "run": {"prov:startTime": "2026-01-31T11:00:00Z", "prov:endTime": "2026-01-31T12:00:00Z"}
        },
        "used": {
            "_:u": [{"prov:activity": "run", "prov:entity": "ex:data", "prov:time": "2026-01-31T11:30:00Z"}]
        },
        "bundle": {"ex:b": {"entity": {"ex:inner": {}}}},
    }


@pytest.fixture
def make_document(tmp_path: Path) -> Callable[..., Path]:
    """Write the good document, damaged by a function."""

    def make(damage: Callable[[Json], object] | None = None) -> Path:
        document = good_document()
        if damage is not None:
            damage(document)
        path = tmp_path / "prov.json"
        path.write_text(json.dumps(document, indent=1))
        return path

    return make
