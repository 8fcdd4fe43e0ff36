"""The YAML at the head of a model card, as Hugging Face's hub reads it: only what is known for sure.

Keys follow the hub's documentation, "Model card metadata". Names of datasets and metrics stand for entries
of the hub there, and a run knows none: they are in the text.
"""

from typing import Any

import yaml

from ..crate.licences import licence_entity
from ..crate.options import CrateOptions
from ..machine import EMISSIONS, total_of
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import RunRecord

# Identifiers of the hub that are SPDX identifiers in lower case.
_HUB_LICENCES = frozenset(
    [
        *("apache-2.0", "mit", "isc", "zlib", "unlicense", "mpl-2.0", "cc0-1.0", "eupl-1.1", "eupl-1.2"),
        *("bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear"),
        *("cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
        *("cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0"),
        *("gpl-2.0", "gpl-3.0", "agpl-3.0", "lgpl-2.1", "lgpl-3.0"),
    ]
)
_LIBRARIES = {"sklearn": "sklearn", "keras": "keras", "torch": "pytorch", "transformers": "transformers"}


def front_matter(
    run: RunRecord, series: tuple[tuple[MetricSeries, SeriesStatistics], ...], options: CrateOptions
) -> str:
    """Return the YAML between its two lines of dashes."""
    known: dict[str, Any] = {**_licence(options)}
    if (library := _library(run)) is not None:
        known["library_name"] = library
    emitted = total_of(series, EMISSIONS)
    if emitted is not None:
        known["co2_eq_emissions"] = {"emissions": emitted, "source": "codecarbon"}
    known["tags"] = ["prov4ml", "provenance"]
    content = yaml.safe_dump(known, allow_unicode=False, sort_keys=False, width=10_000)
    return f"---\n{content}---\n"


def _licence(options: CrateOptions) -> dict[str, str]:
    if options.license is None:
        return {}
    entity = licence_entity(options.license)
    identifier = str(entity.get("identifier", "")).lower()
    for suffix in ("-only", "-or-later"):
        if identifier.removesuffix(suffix) in _HUB_LICENCES:
            return {"license": identifier.removesuffix(suffix)}
    found = {"license": "other", "license_name": " ".join(str(entity["name"]).split())}
    if "url" in entity:
        found["license_link"] = str(entity["url"])
    return found


def _library(run: RunRecord) -> str | None:
    """Return the hub's name of the library that a model's class is from, if all models agree."""
    found = {_LIBRARIES.get(model.type.partition(".")[0]) for model in run.models}
    return found.pop() if len(found) == 1 else None
