"""What the package promises as a whole: light imports, documented rules, known terms."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prov4ml_validators.rules import all_rules
from prov4ml_validators.rules_page import rules_page
from prov4ml_validators.schema import load_resource

ROOT = Path(__file__).resolve().parents[2]
CONTEXTS = ROOT / "../shared/data/contexts"


def test_rules_page_is_current() -> None:
    assert (ROOT / "docs/rules.md").read_text("utf-8") == rules_page(), (
        "write it again: python -m prov4ml_validators.rules_page > docs/rules.md"
    )


def test_every_rule_says_what_and_why() -> None:
    for rule in all_rules():
        assert rule.id.count("/") == 1
        assert rule.sentence.endswith(".")
        assert rule.source
        assert rule.help


def test_import_needs_nothing_but_the_standard_library_and_later_jsonschema() -> None:
    code = (
        "import sys, prov4ml_validators\n"
        "heavy = {'numpy', 'zarr', 'prov', 'rocrate', 'xarray', 'click', 'prov4ml_packager', 'jsonschema'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(not CONTEXTS.is_dir(), reason="the JSON-LD contexts are not beside this checkout")
@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3"])
def test_terms_are_those_of_the_context(version: str) -> None:
    terms = load_resource("context-terms.json")
    context = json.loads((CONTEXTS / f"ro-crate-{version}.jsonld").read_text("utf-8"))["@context"]
    assert {*terms["common"], *terms[version]} == set(context)
