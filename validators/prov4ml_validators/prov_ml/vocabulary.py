"""The terms of prov4ml and of yProv4ML, under which the rules find runs, parameters, models and metrics.

yProv4ML has written its types as `prov-ml:type` (to 2025) and as `prov:type` with text such as
`provml:Metric` (3.2), in namespaces that are no absolute IRIs, so its terms are known by local names.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from ..prov_json.names import Expanded, expand
from ..prov_json.records import Record, Scope

TERMS = "https://w3id.org/prov4ml/terms#"
IS_PART_OF = "http://purl.org/dc/terms/isPartOf"
_YPROV_NAMESPACES = frozenset({"prov-ml", "yprov4ml", "https://github.com/hpci-lab/yprov4ml"})

PARAMETERS = frozenset({"Parameter", "HyperParameter"})
MODELS = frozenset({"Model", "ModelVersion"})
METRICS = frozenset({"Metric", "FinalMetric"})


def is_ours(namespace: str) -> bool:
    """Return whether a namespace holds the terms of prov4ml."""
    return namespace == TERMS


def has_ml_terms(scope: Scope) -> bool:
    """Return whether a document or bundle declares a namespace with terms for machine learning."""
    return any(is_ours(one) or _is_yprov(one) for one in scope.namespaces.values())


def _is_yprov(namespace: str) -> bool:
    return namespace.rstrip("#/").lower() in _YPROV_NAMESPACES


def scalars(value: Any) -> Iterator[Any]:
    """Yield the values of an attribute without their datatypes."""
    for one in value if isinstance(value, list) else [value]:
        yield one.get("$") if isinstance(one, dict) else one


def local_name(name: str) -> str:
    """Return what a name ends in, behind its prefix or namespace."""
    return name[max(name.rfind(mark) for mark in ":#/") + 1 :] or name


class _Terms(dict[str, str | None]):
    """Names of types to the local names of the terms that they are, None for those of others."""

    def __init__(self, namespaces: Mapping[str | None, str], yprov_prefixes: Collection[str]) -> None:
        self._namespaces = namespaces
        self._yprov_prefixes = yprov_prefixes

    def __missing__(self, name: str) -> str | None:
        prefix, _, local = name.partition(":")
        is_term = prefix in self._yprov_prefixes or expand(name, self._namespaces).startswith(TERMS)
        self[name] = term = local_name(local or name) if is_term else None
        return term


class MlScope:
    """A document or bundle with its terms for machine learning resolved."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._keys = Expanded(scope.namespaces)
        self._locals: dict[str, str] = {}
        self.yprov_prefixes = frozenset(
            prefix for prefix, one in scope.namespaces.items() if prefix is not None and _is_yprov(one)
        )
        self._type_keys = tuple(f"{prefix}:type" for prefix in self.yprov_prefixes)
        self._terms = _Terms(scope.namespaces, self.yprov_prefixes)

    def get(self, record: Record, term: str) -> Any:
        """Return the value of an attribute by the local name that prov4ml or yProv4ML give it."""
        ours = TERMS + term
        for key, value in record.attributes.items():
            if self._keys[key] == ours or (self.local(key) == term and self.is_yprov_key(key)):
                return value
        return None

    def is_yprov_key(self, key: str) -> bool:
        """Return whether an attribute is one of yProv4ML; older versions used the default namespace."""
        prefix, colon, _ = key.partition(":")
        return prefix in self.yprov_prefixes if colon else bool(self.yprov_prefixes)

    def local(self, key: str) -> str:
        """Return the local name of an attribute."""
        found = self._locals.get(key)
        if found is None:
            found = self._locals[key] = local_name(key)
        return found

    def iri(self, key: str) -> str:
        """Return the IRI of an attribute."""
        return self._keys[key]

    def types(self, record: Record) -> frozenset[str]:
        """Return the local names of the types of a record that are terms of prov4ml or yProv4ML."""
        attributes = record.attributes
        found = {
            term
            for one in (scalars(attributes["prov:type"]) if "prov:type" in attributes else ())
            if isinstance(one, str) and (term := self._terms[one]) is not None
        }
        for key in self._type_keys:
            if key in attributes:
                found.update(local_name(one) for one in scalars(attributes[key]) if isinstance(one, str))
        if not found and self._is_untyped_metric(record):
            found.add("Metric")
        return frozenset(found)

    def _is_untyped_metric(self, record: Record) -> bool:
        """Recognise the metrics of yProv4ML 3.0, which have a context and a source but no type."""
        return bool(self.yprov_prefixes) and any(
            f"{prefix}:context" in record.attributes and f"{prefix}:source" in record.attributes
            for prefix in self.yprov_prefixes
        )

    @cached_property
    def elements(self) -> Mapping[str, Mapping[str, list[Record]]]:
        """Return entities and activities by kind and IRI."""
        found: dict[str, dict[str, list[Record]]] = {"entity": {}, "activity": {}}
        for record in self.scope.records:
            if record.kind in found:
                iri = expand(record.name, self.scope.namespaces)
                found[record.kind].setdefault(iri, []).append(record)
        return found

    @cached_property
    def runs(self) -> tuple[Record, ...]:
        """Return the activities that are a run of prov4ml."""
        return tuple(
            one for rs in self.elements["activity"].values() for one in rs if "Run" in self.types(one)
        )

    def relations(self, kind: str) -> Iterator[Record]:
        """Yield the relations of one kind."""
        return (record for record in self.scope.records if record.kind == kind)

    def argument(self, record: Record, key: str) -> str | None:
        """Return the IRI that an argument names, None where there is none."""
        value = record.attributes.get(key)
        return expand(value, self.scope.namespaces) if isinstance(value, str) else None
