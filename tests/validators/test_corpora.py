"""Verdicts on documents and crates that others made and judged."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from prov4ml_validators import Severity, Unreadable, validate

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
DOCUMENTS = SHARED / "prov-json-documents"
CRATES = SHARED / "ro-crate-cases"
DISAGREEMENTS = {
    "rocrate-1.2/1_metadata_document/context_reference/valid": (
        "conformsTo ends with a slash; that it be the permalink itself is a SHOULD (1.2, Root Data Entity)"
    ),
}


@cache
def manifest(folder: Path) -> list[dict[str, Any]]:
    path = folder / "manifest.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return entries


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the PROV-JSON documents are not beside this checkout")
def test_prov_json_documents() -> None:
    # The manifest judges the structure; what it calls scruffy is well formed and breaks PROV-CONSTRAINTS.
    verdicts = {
        one["file"]: all(
            finding.rule.startswith("prov-constraints/")
            for finding in validate(DOCUMENTS / one["file"]).at_or_above(Severity.MUST)
        )
        for one in manifest(DOCUMENTS)
    }
    assert verdicts == {one["file"]: one["well_formed_prov_json"] for one in manifest(DOCUMENTS)}


def is_valid(path: Path) -> bool:
    try:
        return validate(path).is_valid()
    except Unreadable:
        return False


@pytest.mark.skipif(not CRATES.is_dir(), reason="the crates are not beside this checkout")
def test_crates() -> None:
    cases = manifest(CRATES)
    wrong = {
        one["path"]
        for one in cases
        if is_valid(CRATES / "crates" / one["path"]) != (one["required"] == "valid")
    }
    assert len(cases) == 160
    assert wrong == set(DISAGREEMENTS)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the documents of real runs are not beside this checkout")
def test_documents_of_real_runs_show_their_namespaces() -> None:
    documents = sorted((SHARED / "yprov4ml-documents").glob("*.json"))
    for path in documents:
        assert "prov-json/relative-namespace" in [finding.rule for finding in validate(path).findings], (
            path.name
        )
    assert len(documents) == 10
