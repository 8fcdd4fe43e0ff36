"""Which format of PROV a file is in, by its name and, where that says too little, by how it begins."""

from collections.abc import Iterator
from typing import Any, Literal

ProvFormat = Literal["prov-n", "prov-xml", "prov-o", "prov-jsonld"]

_BY_SUFFIX: dict[str, ProvFormat] = {
    ".provn": "prov-n",
    ".provx": "prov-xml",
    ".xml": "prov-xml",
    ".ttl": "prov-o",
    ".trig": "prov-o",
    ".nt": "prov-o",
    ".nq": "prov-o",
    ".rdf": "prov-o",
    ".owl": "prov-o",
}
PROV = "http://www.w3.org/ns/prov#"
_JSONLD_CONTEXT = "prov-jsonld"
_STATEMENTS = ("Entity", "Activity", "Agent", "Generation", "Usage", "Derivation", "Association")
_CRATE_CONTEXT = "w3id.org/ro/crate"


def format_of_file(name: str) -> ProvFormat | None:
    """Return the format that a file of this name is read as, None for one that is no PROV or is JSON."""
    _, dot, suffix = name.lower().rpartition(".")
    return _BY_SUFFIX.get(dot + suffix)


def may_be_prov(name: str) -> bool:
    """Return whether a file of this name may be PROV in another format than PROV-JSON."""
    return format_of_file(name) is not None or name.lower().endswith(".jsonld")


def is_found_in_folders(name: str, head: bytes) -> bool:
    """Return whether a file in a folder is taken for a PROV document that is not PROV-JSON.

    Of what other programs write too, only what says at its beginning that it is PROV.

    Args:
        name: of the file.
        head: its first bytes.
    """
    kind = format_of_file(name)
    if kind == "prov-n":
        return True
    if kind == "prov-xml":
        return PROV.encode() in head and b"document" in head
    if kind == "prov-o":
        return "prov" in name.lower() and PROV.encode() in head
    return name.lower().endswith(".jsonld") and _JSONLD_CONTEXT.encode() in head


def format_of_json(value: Any) -> Literal["prov-jsonld", "prov-o"] | None:
    """Return whether JSON-LD is PROV-JSONLD, or PROV-O; None for a crate and whatever else it may be.

    PROV-JSONLD names its context or carries it; PROV-O is anything else that speaks of the namespace of PROV
    in its context or types. What names the context of RO-Crate is a crate.
    """
    if not isinstance(value, dict) or "@graph" not in value:
        return None
    contexts = list(_contexts(value.get("@context")))
    names = [one for one in contexts if isinstance(one, str)]
    if any(_CRATE_CONTEXT in one for one in names):
        return None
    tables = [one for one in contexts if isinstance(one, dict)]
    if any(_JSONLD_CONTEXT in one for one in names):
        return "prov-jsonld"
    if any(all(isinstance(table.get(term), dict) for term in _STATEMENTS) for table in tables):
        return "prov-jsonld"
    spoken = [one for table in tables for one in table.values()]
    spoken += [kind for one in _nodes(value["@graph"]) for kind in _contexts(one.get("@type"))]
    return "prov-o" if any(isinstance(one, str) and one.startswith(PROV) for one in spoken) else None


def _contexts(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [value]


def _nodes(graph: Any) -> Iterator[dict[str, Any]]:
    for one in graph if isinstance(graph, list) else [graph]:
        if isinstance(one, dict):
            yield one
