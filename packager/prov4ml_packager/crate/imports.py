"""Where an imported run comes from, in the metadata of a crate."""

from ..provenance.attributes import base_name
from ..text import escape_text
from ..wording import iso_time
from .entities import Entity
from .facts import RunFacts


def import_entities(facts: RunFacts) -> list[Entity]:
    """Return what a run was imported from; nothing for a run that was logged.

    A source is no part of the crate: it is known by its name, its SHA-256 and its size.
    """
    record = facts.run.imported
    if record is None:
        return []
    entities: list[Entity] = []
    for number, source in enumerate(record.sources, start=1):
        entity: Entity = {
            "@id": facts.local_id("import", f"source-{number}"),
            "@type": "CreativeWork",
            "name": escape_text(base_name(source.original) or record.format),
            "description": escape_text(
                f"What the run was imported from ({record.format}), by {record.tool} {record.tool_version}"
                f" at {iso_time(record.imported)}. It is not in this crate."
            ),
        }
        if source.sha256:
            entity["identifier"] = f"sha256:{source.sha256}"
        entities.append(entity)
    return entities
