"""How namespaces end."""

from collections.abc import Iterator

from ..json_text import pointer, shorten
from ..prov_json.names import is_absolute_iri
from ..prov_json.records import Scope
from ..report import Finding, Location, Severity
from ..rules import rule

NAMESPACE_ENDING = rule(
    "prov-ml/namespace-ending",
    Severity.SHOULD,
    "A namespace ends in a character that parts it from the names in it, such as # or /.",
    source="PROV-N, section 3.7.1: the IRI of a name is the namespace with the local part behind it",
    help="end it with # or /",
)


def check_namespace_endings(scope: Scope) -> Iterator[Finding]:
    """Yield absolute namespaces that run into the names behind them."""
    declared = scope.content.get("prefix")
    for prefix, namespace in declared.items() if isinstance(declared, dict) else ():
        if isinstance(namespace, str) and is_absolute_iri(namespace) and namespace[-1].isalnum():
            where = Location(pointer=scope.pointer + pointer("prefix", prefix))
            yield NAMESPACE_ENDING.finding(
                f"the namespace of {shorten(prefix)} ends in a letter or digit: {shorten(namespace)}", where
            )
