"""Verdicts on the cases of the W3C and ProvToolbox test suites."""

import json
from pathlib import Path

import pytest

from prov4ml_validators import validate

CORPUS = Path(__file__).resolve().parents[3] / "../shared/data/prov-constraints"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the PROV-CONSTRAINTS cases are not beside this checkout")
def test_verdicts() -> None:
    manifest = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
    counted = [case for case in manifest if not case["doubtful"]]
    wrong = {
        case["file"]
        for case in counted
        if validate(CORPUS / "cases" / case["file"]).is_valid() != (case["expected"] == "valid")
    }
    assert len(counted) == 103
    assert wrong == set()
