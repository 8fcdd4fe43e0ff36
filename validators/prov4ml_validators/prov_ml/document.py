"""All rules for the provenance of machine learning on one document."""

from collections.abc import Iterator

from ..prov_json.records import Scope
from ..report import Finding
from .namespaces import check_namespace_endings
from .privacy import check_privacy
from .ranks import check_ranks
from .roles import check_roles, check_self_references
from .status import check_status
from .texts import texts
from .times import check_times
from .values import check_values
from .vocabulary import MlScope, has_ml_terms


def check_prov_ml(scope: Scope) -> Iterator[Finding]:
    """Yield what a document or bundle gets wrong as provenance of a training run.

    Points lost, text of Python objects, host paths and secrets are looked for in every document; what asks
    for parameters, models, metrics and their times only where terms of prov4ml or yProv4ML are declared.
    """
    is_ml = has_ml_terms(scope)
    found = list(texts(scope))
    yield from check_values(scope, found, is_ml=is_ml)
    yield from check_privacy(found, is_ml=is_ml)
    if is_ml:
        yield from check_namespace_endings(scope)
        learned = MlScope(scope)
        yield from check_times(learned)
        yield from check_self_references(scope)
        yield from check_roles(learned)
        yield from check_ranks(learned)
        yield from check_status(learned)
