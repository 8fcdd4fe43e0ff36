"""Small pieces of JSON-LD that several parts of the metadata share."""

import re
from collections.abc import Sequence
from typing import Any

from ..errors import PackagerError
from ..record import RunRecord
from ..text import escape_text

Entity = dict[str, object]

_PYTHON_VERSION = re.compile(r"\d+\.\d+\.\d+[a-z0-9]*")


def web_url(url: str | None) -> str | None:
    """Return the URL if it is http(s), which is all that a crate may point to, else None."""
    return url if url is not None and url.startswith(("https://", "http://")) else None


def doi_url(text: str) -> str:
    """Return a DOI (`10.…` or `doi:10.…`) as its URL; any other text as it is."""
    plain = text.strip().removeprefix("doi:")
    return f"https://doi.org/{plain}" if plain.startswith("10.") else escape_text(text.strip())


def references(identifiers: Sequence[str]) -> object:
    """Return references to entities; a single one is no array (RO-Crate 1.2, JSON-LD: arrays of one)."""
    found = [{"@id": identifier} for identifier in identifiers]
    return found[0] if len(found) == 1 else found


def as_list(value: Any) -> list[Any]:
    """Return the values of a property of which a single one is no array."""
    return value if isinstance(value, list) else [value]


def identifiers(value: object) -> list[str]:
    """Return the `@id`s that `references` made the value of a property of; none for None."""
    return [str(one["@id"]) for one in as_list(value) if isinstance(one, dict)]


def property_value(identifier: str, name: str, value: object, description: str) -> Entity:
    """Return the JSON-LD of a value with a name."""
    return {
        "@id": identifier,
        "@type": "PropertyValue",
        "name": escape_text(name),
        "value": value,
        "description": escape_text(description),
    }


def language_entity(run: RunRecord) -> Entity | None:
    """Return the Python that a run used, or None where its version was not recorded."""
    python = next((rank.python for rank in run.ranks if rank.python), {})
    version = str(python.get("version", ""))
    if _PYTHON_VERSION.fullmatch(version) is None:
        return None
    return {
        "@id": f"https://www.python.org/downloads/release/python-{version.replace('.', '')}/",
        "@type": "ComputerLanguage",
        "name": "Python",
        "alternateName": escape_text(f"{python.get('implementation', 'Python')} {version}"),
        "version": version,
        "url": "https://www.python.org/",
    }


def put(entities: dict[str, Entity], entity: Entity) -> None:
    """Add an entity; the same one may come from several runs, but an `@id` stands for one kind of thing."""
    identifier = str(entity["@id"])
    known = entities.get(identifier)
    if known is not None and known["@type"] != entity["@type"]:
        raise PackagerError(f"{identifier} stands for two different things", hint="give them different URLs")
    entities[identifier] = entity
