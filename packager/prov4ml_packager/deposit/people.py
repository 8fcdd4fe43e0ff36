"""People and organizations of a crate as InvenioRDM writes them.

Source: InvenioRDM, Metadata reference, Creators (https://inveniordm.docs.cern.ch/reference/metadata/).
"""

from typing import Any

from ..crate.persistent_ids import has_right_check_digit, orcid_number, ror_number
from .graph import CrateEntities, Entity, identifiers, text, types

# fmt: off
_PARTICLES = frozenset({
    "af", "al", "bin", "da", "dal", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el",
    "ibn", "la", "le", "los", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
})
# fmt: on


def creator(graph: CrateEntities, entity: Entity, *, with_identifiers: bool) -> dict[str, Any] | None:
    """Return a person or an organization as creator or contributor, None without a name.

    Args:
        graph: where the affiliations are.
        entity: a Person or an Organization; any other type is taken for a person.
        with_identifiers: name affiliations by their ROR where they have one, else by their name.
    """
    if "Person" not in (kinds := types(entity)) and any("Organization" in kind for kind in kinds):
        return _organization(entity)
    given, family = text(entity, "givenName"), text(entity, "familyName")
    if family is None:
        given, family = split_name(text(entity, "name") or "")
    if not family:
        return None
    person: dict[str, Any] = {"type": "personal", "family_name": family}
    if given:
        person["given_name"] = given
    if (number := orcid(entity)) is not None:
        person["identifiers"] = [{"scheme": "orcid", "identifier": number}]
    found: dict[str, Any] = {"person_or_org": person}
    affiliations = [
        named
        for one in graph.values(entity, "affiliation")
        if (named := organization_reference(one, with_identifiers=with_identifiers)) is not None
    ]
    if affiliations:
        found["affiliations"] = affiliations
    return found


def _organization(entity: Entity) -> dict[str, Any] | None:
    name = text(entity, "name")
    if name is None:
        return None
    organization: dict[str, Any] = {"type": "organizational", "name": name}
    if (number := ror(entity)) is not None:
        organization["identifiers"] = [{"scheme": "ror", "identifier": number}]
    return {"person_or_org": organization}


def organization_reference(entity: Entity, *, with_identifiers: bool) -> dict[str, str] | None:
    """Return an affiliation or a funder: by its ROR, which the vocabularies of InvenioRDM use, or by name."""
    number, name = ror(entity), text(entity, "name")
    if number is not None and (with_identifiers or name is None):
        return {"id": number}
    return {"name": name} if name is not None else None


def orcid(entity: Entity) -> str | None:
    """Return the ORCID of a person, `0000-0000-0000-0000`; None for one whose last digit is wrong."""
    numbers = (orcid_number(one) for one in identifiers(entity))
    return next((one for one in numbers if one is not None and has_right_check_digit(one)), None)


def ror(entity: Entity) -> str | None:
    """Return the ROR of an organization without its address."""
    return next((number for one in identifiers(entity) if (number := ror_number(one)) is not None), None)


def split_name(name: str) -> tuple[str | None, str]:
    """Return the given and the family name of `Family, Given`, or of `Given Family`.

    The last word is the family name, with the small words before it (`van der`, `de`); a name of one word is
    a family name.
    """
    family, comma, given = name.partition(",")
    if comma:
        return given.strip() or None, family.strip()
    words = name.split()
    begin = max(0, len(words) - 1)
    while begin > 1 and words[begin - 1] in _PARTICLES:
        begin -= 1
    return " ".join(words[:begin]) or None, " ".join(words[begin:])
