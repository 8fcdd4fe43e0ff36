"""What InvenioRDM is told of a crate: the JSON that makes a draft.

Source: InvenioRDM, Metadata reference (https://inveniordm.docs.cern.ch/reference/metadata/) and Create a
draft record (https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/). Zenodo runs InvenioRDM.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from prov4ml_validators.crate.graph import DESCRIPTOR

from ..crate.entities import doi_url
from ..crate.media_types import media_type
from ..errors import PackagerError
from .graph import CrateEntities, Entity, identifiers, text, texts, types
from .languages import language_code
from .people import creator, organization_reference
from .rights import rights

RESOURCE_TYPE = "dataset"
_DATE = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ].*)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\S+)")
_SPECIFICATION = re.compile(r"https?://w3id\.org/ro/crate/(\d[\w.-]*)/?")
_SHORTEST = 3
_ACTION = "CreateAction"


def deposit_metadata(
    document: Mapping[str, Any],
    crate: Path,
    *,
    file_name: str | None = None,
    resource_type: str = RESOURCE_TYPE,
    with_identifiers: bool = True,
) -> dict[str, Any]:
    """Return the body of the request that makes a draft record of a crate: access, files, metadata.

    Texts are plain in the crate and become HTML, escaped, where InvenioRDM expects HTML. What the crate does
    not say is left out.

    Args:
        document: the metadata of the crate.
        crate: for error messages.
        file_name: the archive that is deposited; the crate's name if None.
        resource_type: an identifier of the server's vocabulary.
        with_identifiers: name licence, affiliations and funders by SPDX and ROR, which a server may not know
            in its vocabularies, else by their names.

    Raises:
        PackagerError: the crate lacks what a record must have: a title, a creator with a name, a date.
    """
    graph = CrateEntities(document)
    root = graph.root
    title = text(root, "name") or ""
    if len(title) < _SHORTEST:
        hint = "prov4ml-pack update CRATE --set name=..."
        raise PackagerError(
            f"has no name of {_SHORTEST} characters or more", path=crate, place="./", hint=hint
        )
    metadata: dict[str, Any] = {
        "resource_type": {"id": resource_type},
        "creators": _creators(graph, crate, with_identifiers),
        "title": title,
        "publication_date": _publication_date(root, crate),
    }
    name = file_name or crate.name
    optional: dict[str, Any] = {
        "description": _html(text(root, "description") or ""),
        "additional_descriptions": [_technical_description(graph, name)],
        "rights": _all(
            rights(one, with_identifiers=with_identifiers) for one in graph.values(root, "license")
        ),
        "contributors": _contributors(graph, with_identifiers),
        "subjects": [{"subject": word} for word in _keywords(root)],
        "languages": [{"id": code} for code in _languages(graph)],
        "dates": _dates(graph),
        "version": text(root, "version"),
        "publisher": next((text(one, "name") for one in graph.values(root, "publisher")), None),
        "identifiers": _identifiers(graph),
        "related_identifiers": _related(graph),
        "formats": [media_type(name)],
        "funding": _funding(graph, with_identifiers),
    }
    metadata |= {key: value for key, value in optional.items() if value}
    return {
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": True},
        "metadata": metadata,
    }


def _all(found: Iterable[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Return what there is, once each."""
    kept: list[dict[str, Any]] = []
    for one in found:
        if one is not None and one not in kept:
            kept.append(one)
    return kept


def _creators(graph: CrateEntities, crate: Path, with_identifiers: bool) -> list[dict[str, Any]]:
    people = [one for name in ("author", "creator") for one in graph.values(graph.root, name)]
    found = _all(creator(graph, one, with_identifiers=with_identifiers) for one in people)
    if not found:
        raise PackagerError(
            "has no author, and a record must have one",
            path=crate,
            place="./",
            hint="package again with --author 'NAME <ORCID>'",
        )
    return found


def _contributors(graph: CrateEntities, with_identifiers: bool) -> list[dict[str, Any]]:
    found = _all(
        creator(graph, one, with_identifiers=with_identifiers)
        for one in graph.values(graph.root, "contributor")
    )
    return [{**one, "role": {"id": "other"}} for one in found]


def _publication_date(root: Entity, crate: Path) -> str:
    """Return a date as EDTF, level 0, has it: a year, a month or a day."""
    given = text(root, "datePublished") or ""
    match = _DATE.fullmatch(given)
    if match is None:
        said = (
            f"has no date of publication that can be understood ({given})"
            if given
            else "has no datePublished"
        )
        hint = "prov4ml-pack update CRATE --set datePublished=2026-01-31"
        raise PackagerError(said, path=crate, place="./", hint=hint)
    return match[1]


def _html(plain: str) -> str:
    """Return a text as paragraphs of HTML."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", plain) if part.strip()]
    html = "".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs)
    return html.replace("\n", "<br>")


def _technical_description(graph: CrateEntities, name: str) -> dict[str, Any]:
    profiles = [
        text(one, "name") or str(one.get("@id", "")) for one in graph.values(graph.root, "conformsTo")
    ]
    follows = f" It follows {', '.join(one for one in profiles if one)}." if any(profiles) else ""
    said = (
        f"The file {name} is an RO-Crate{_specification(graph)}: {DESCRIPTOR} in it describes each of its "
        f"files and how they came about, and ro-crate-preview.html shows it.{follows}"
    )
    return {"description": _html(said), "type": {"id": "technical-info"}}


def _specification(graph: CrateEntities) -> str:
    for one in graph.values(graph.descriptor, "conformsTo"):
        if match := _SPECIFICATION.fullmatch(str(one.get("@id", ""))):
            return f" {match[1]}"
    return ""


def _keywords(root: Entity) -> list[str]:
    words = texts(root, "keywords")
    if len(words) == 1:  # schema.org: several keywords in one text are separated by commas
        words = [word.strip() for word in words[0].split(",")]
    return [word for word in dict.fromkeys(words) if word]


def _languages(graph: CrateEntities) -> list[str]:
    tags = [
        tag
        for one in graph.values(graph.root, "inLanguage")
        for tag in (*texts(one, "alternateName"), *texts(one, "name"), str(one.get("@id", "")))
    ]
    return list(dict.fromkeys(code for tag in tags if (code := language_code(tag)) is not None))


def _actions(graph: CrateEntities) -> list[Entity]:
    return [one for one in graph.all if _ACTION in types(one)]


def _dates(graph: CrateEntities) -> list[dict[str, Any]]:
    """Return when the data was made: from the first start to the last end of the runs, as days."""
    given = [text(one, name) or "" for one in _actions(graph) for name in ("startTime", "endTime")]
    days = sorted(one[:10] for one in given if _DAY.match(one))
    if not days:
        return []
    span = days[0] if days[0] == days[-1] else f"{days[0]}/{days[-1]}"
    return [{"date": span, "type": {"id": "created"}}]


def _reference(address: str) -> dict[str, str] | None:
    """Return a DOI or an address of the web with its scheme; None for any other text."""
    url = doi_url(address)
    if match := _DOI.fullmatch(url):
        return {"identifier": match[1], "scheme": "doi"}
    return {"identifier": url, "scheme": "url"} if url.startswith(("https://", "http://")) else None


def _identifiers(graph: CrateEntities) -> list[dict[str, Any]]:
    named = [
        address
        for one in graph.values(graph.root, "identifier")
        for address in (*identifiers(one), *texts(one, "value"), *texts(one, "name"))
    ]
    return _all(_reference(one) for one in named)


def _related(graph: CrateEntities) -> list[dict[str, Any]]:
    root = graph.root
    related: list[tuple[Entity, str, str | None]] = []
    for name, relation in (
        ("citation", "references"),
        ("isBasedOn", "isderivedfrom"),
        ("isPartOf", "ispartof"),
    ):
        related += [(one, relation, None) for one in graph.values(root, name)]
    for action in _actions(graph):
        related += [(one, "iscompiledby", "software") for one in graph.values(action, "instrument")]
        for one in graph.values(action, "object"):
            if types(one) & {"Dataset", "File", "CreativeWork"}:
                related.append((one, "isderivedfrom", "dataset"))
    return _all(_related_identifier(*one) for one in related)


def _related_identifier(entity: Entity, relation: str, kind: str | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = _reference(str(entity.get("@id", entity.get("name", ""))))
    if found is not None:
        found["relation_type"] = {"id": relation}
        if kind is not None:
            found["resource_type"] = {"id": kind}
    return found


def _funding(graph: CrateEntities, with_identifiers: bool) -> list[dict[str, Any]]:
    """Return the grants that the crate names (schema.org `funding`), then funders without one of these."""
    found: list[dict[str, Any] | None] = []
    for grant in graph.values(graph.root, "funding"):
        funders = graph.values(grant, "funder") or [{}]
        number = text(grant, "identifier")
        for funder in funders:
            one: dict[str, Any] = {}
            if (named := organization_reference(funder, with_identifiers=with_identifiers)) is not None:
                one["funder"] = named
            if number is not None:
                one["award"] = {"number": number, "title": {"en": text(grant, "name") or number}}
            found.append(one if "funder" in one else None)
    covered = [one["funder"] for one in found if one is not None]
    for funder in graph.values(graph.root, "funder"):
        named = organization_reference(funder, with_identifiers=with_identifiers)
        if named is not None and named not in covered:
            found.append({"funder": named})
    return _all(found)
