"""All checks of one PROV-JSON document."""

from collections.abc import Iterator
from typing import Any

from ..collector import without_collector
from ..json_text import JsonText, with_places
from ..prov_constraints import check_constraints
from ..prov_ml import check_prov_ml
from ..report import Finding
from .attributes import check_attributes, check_characters
from .names import check_names, check_namespaces, scopes
from .references import check_references, check_values
from .structure import check_structure


def _check(document: Any) -> Iterator[Finding]:
    yield from check_structure(document)
    if not isinstance(document, dict):
        return
    outer = None
    for scope in scopes(document):
        yield from check_namespaces(scope)
        yield from check_names(scope)
        yield from check_characters(scope)
        yield from check_attributes(scope)
        yield from check_references(scope, outer)
        yield from check_values(scope)
        yield from check_constraints(scope)
        yield from check_prov_ml(scope)
        outer = outer or scope


def check_document(document: Any) -> list[Finding]:
    """Return the findings on a parsed document: structure, names, references, values, constraints, ML."""
    with without_collector():
        return list(_check(document))


def check_prov_json(source: JsonText, *, file: str | None = None) -> list[Finding]:
    """Return the findings on a document in PROV-JSON: structure, names, references, values, ML rules.

    Args:
        source: the parsed text.
        file: the member of a crate that it is, for the places.
    """
    with without_collector():
        found = [*source.findings, *_check(source.value)]
    return with_places(found, source.text, file=file)
