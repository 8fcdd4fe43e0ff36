"""Every form that the prov library writes of our documents reads back as an equal document."""

import io
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.provenance import build_document, write_document
from prov4ml_packager.record import RunRecord

from .sample_run import a_four_rank_run, a_hostile_run, a_run

prov_model = pytest.importorskip("prov.model")

# rdflib 7 deprecates names that prov 3.2 still calls.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

FORMS = ("json", "xml", "rdf", "provn", "jsonld")


def canonical_value(value: Any) -> tuple[str, ...]:
    if isinstance(value, float):
        return ("float", "NaN" if math.isnan(value) else value.hex())
    if isinstance(value, prov_model.Literal):
        return ("literal", value.value, value.datatype.uri, str(value.langtag))
    if isinstance(value, prov_model.Identifier):
        return (type(value).__name__, value.uri)
    return (type(value).__name__, str(value))


def canonical_records(document: Any) -> list[tuple[str, str, list[tuple[str, tuple[str, ...]]]]]:
    """Return the records, sorted, their attributes sorted, NaN equal to NaN and 0.0 other than -0.0."""
    return sorted(
        (
            record.get_type().uri,
            record.identifier.uri if record.identifier else "",
            sorted((name.uri, canonical_value(value)) for name, value in record.attributes),
        )
        for record in document.get_records()
    )


def through(document: Any, form: str) -> Any:
    if form == "provn":
        return prov_model.ProvDocument.deserialize(content=document.get_provn(), format=form)
    written = io.BytesIO()
    document.serialize(written, format=form)
    return prov_model.ProvDocument.deserialize(content=written.getvalue().decode(), format=form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("namespace", [None, "http://www.example.org/"])
@pytest.mark.parametrize(
    "run",
    [
        pytest.param(a_run(), id="one rank"),
        pytest.param(a_four_rank_run(), id="four ranks"),
        pytest.param(a_hostile_run(), id="hostile"),
    ],
)
def test_a_form_reads_back_equal(run: RunRecord, namespace: str | None, form: str) -> None:
    written = build_document(replace(run, user_namespace=namespace), store="packaged/metrics.zarr")
    document = prov_model.ProvDocument.deserialize(content=json.dumps(written), format="json")
    records = canonical_records(document)
    expected = sum(len(kind) for name, kind in written.items() if name != "prefix")
    assert len(records) == expected
    assert canonical_records(through(document, form)) == records


@pytest.mark.parametrize("form", ["provn", "xml", "rdf"])
def test_the_commands_of_prov_agree(tmp_path: Path, form: str) -> None:
    convert, compare = (Path(sys.executable).with_name(name) for name in ("prov-convert", "prov-compare"))
    if not convert.exists():
        pytest.skip("prov-convert is not installed")
    source, target = tmp_path / "prov.json", tmp_path / f"prov.{form}"
    run = a_run(final_metrics=(), metrics=a_four_rank_run().metrics)  # prov-compare holds NaN unequal to NaN
    write_document(build_document(run), source)
    subprocess.run([convert, "-f", form, source, target], check=True, timeout=60)
    subprocess.run([compare, "-F", form, source, target], check=True, timeout=60)
