"""`build_document`: one run as a PROV-JSON document."""

from typing import Any

from ..record import RunRecord
from .activities import add_activities, add_agents
from .builder import DocumentBuilder
from .imports import add_import
from .inputs import add_commands, add_datasets, add_environment, add_parameters, add_ports, add_source_code
from .namespaces import default_namespace
from .outputs import add_artifacts, add_final_metrics, add_metrics, add_models


def build_document(run: RunRecord, *, store: str | None = None) -> dict[str, Any]:
    """Return the PROV-JSON document (W3C member submission, 24 April 2013) of a run.

    The order of records is that of the run record, so the same run gives the same document. Values carry
    their XML Schema types (NaN and infinities as `xsd:double`); times are UTC to the microsecond and lie in
    the interval of their activity. There are no bundles, no host paths, and no points of series: a series is
    its statistics (`metric_table.statistics`, NaN left out of min, max and mean) and the path of its store.

    Args:
        run: the run; its series are read once, chunk by chunk.
        store: path of the metric store relative to the run directory, such as `packaged/metrics.zarr`.
    """
    builder = DocumentBuilder(default_namespace(run))
    activities = add_activities(builder, run)
    add_agents(builder, run, activities.run)
    add_parameters(builder, run, activities)
    add_datasets(builder, run, activities)
    add_source_code(builder, run, activities)
    add_environment(builder, run, activities)
    add_commands(builder, run, activities)
    add_ports(builder, run, activities)
    add_metrics(builder, run, activities, store)
    add_models(builder, run, activities)
    add_artifacts(builder, run, activities)
    add_final_metrics(builder, run, activities)
    add_import(builder, run, activities)
    return builder.document()


def document_warnings(run: RunRecord) -> tuple[str, ...]:
    """Return what the user should know of the document, one line each: so far only a changed namespace."""
    warning = default_namespace(run).warning
    return () if warning is None else (warning,)
