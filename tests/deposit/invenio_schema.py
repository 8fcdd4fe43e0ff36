"""What InvenioRDM asks of the body that makes a draft, written out from its Metadata reference.

Source: https://inveniordm.docs.cern.ch/reference/metadata/ (fields, cardinalities, vocabularies) and
https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/ (access and files).
"""

from typing import Any

DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
TEXT = {"type": "string", "minLength": 1}
HTML = {"type": "string", "minLength": 3}
VOCABULARY_TERM = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string", "pattern": r"^[a-z0-9.+-]+\Z"}},
    "additionalProperties": False,
}
IN_LANGUAGES = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[a-z]{2}$"}}
WEB = {"type": "string", "pattern": "^https?://[^ ]+$"}


def listed(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, "uniqueItems": True, "minItems": 1, **more}


def identifier(*schemes: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["identifier", "scheme"],
        "properties": {"identifier": TEXT, "scheme": {"enum": list(schemes)}},
        "additionalProperties": False,
    }


PERSON = {
    "type": "object",
    "required": ["type", "family_name"],
    "properties": {
        "type": {"const": "personal"},
        "given_name": TEXT,
        "family_name": TEXT,
        "identifiers": listed(identifier("orcid", "gnd", "isni"), maxItems=3),
    },
    "additionalProperties": False,
}
ORGANIZATION = {
    "type": "object",
    "required": ["type", "name"],
    "properties": {
        "type": {"const": "organizational"},
        "name": TEXT,
        "identifiers": listed(identifier("ror", "isni", "gnd")),
    },
    "additionalProperties": False,
}
NAMED_OR_KNOWN = {
    "type": "object",
    "oneOf": [{"required": ["id"]}, {"required": ["name"]}],
    "properties": {"id": {"type": "string", "pattern": r"^0[a-hj-km-np-tv-z0-9]{6}\d{2}$"}, "name": TEXT},
    "additionalProperties": False,
}
CREATOR = {
    "type": "object",
    "required": ["person_or_org"],
    "properties": {
        "person_or_org": {"oneOf": [PERSON, ORGANIZATION]},
        "affiliations": listed(NAMED_OR_KNOWN),
        "role": VOCABULARY_TERM,
    },
    "additionalProperties": False,
}
RIGHTS = {
    "oneOf": [
        VOCABULARY_TERM,
        {
            "type": "object",
            "required": ["title"],
            "properties": {"title": IN_LANGUAGES, "description": IN_LANGUAGES, "link": WEB},
            "additionalProperties": False,
        },
    ]
}
RELATED = {
    "type": "object",
    "required": ["identifier", "scheme", "relation_type"],
    "properties": {
        "identifier": TEXT,
        "scheme": {"enum": ["doi", "url", "urn", "ark", "arxiv", "handle"]},
        # The default vocabulary of relation types that the reference links to.
        "relation_type": {
            "properties": {"id": {"enum": ["references", "isderivedfrom", "ispartof", "iscompiledby"]}}
        },
        "resource_type": VOCABULARY_TERM,
    },
    "additionalProperties": False,
}
FUNDING = {
    "type": "object",
    "required": ["funder"],
    "properties": {
        "funder": NAMED_OR_KNOWN,
        "award": {
            "type": "object",
            "required": ["title", "number"],
            "properties": {"title": IN_LANGUAGES, "number": TEXT},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
METADATA = {
    "type": "object",
    "required": ["resource_type", "creators", "title", "publication_date"],
    "properties": {
        "resource_type": VOCABULARY_TERM,
        "creators": listed(CREATOR),
        "title": {"type": "string", "minLength": 3},
        "publication_date": {"type": "string", "pattern": f"^{DATE}(/{DATE})?$"},
        "description": HTML,
        "additional_descriptions": listed(
            {
                "type": "object",
                "required": ["description", "type"],
                "properties": {
                    "description": HTML,
                    "type": {
                        "properties": {"id": {"enum": ["abstract", "methods", "technical-info", "other"]}}
                    },
                },
                "additionalProperties": False,
            }
        ),
        "rights": listed(RIGHTS),
        "contributors": listed({**CREATOR, "required": ["person_or_org", "role"]}),
        "subjects": listed(
            {
                "type": "object",
                "required": ["subject"],
                "properties": {"subject": TEXT},
                "additionalProperties": False,
            }
        ),
        "languages": listed({"required": ["id"], "properties": {"id": {"pattern": "^[a-z]{3}$"}}}),
        "dates": listed(
            {
                "type": "object",
                "required": ["date", "type"],
                "properties": {
                    "date": {"type": "string", "pattern": f"^{DATE}(/{DATE})?$"},
                    "type": VOCABULARY_TERM,
                    "description": TEXT,
                },
                "additionalProperties": False,
            }
        ),
        "version": TEXT,
        "publisher": TEXT,
        "identifiers": listed(identifier("doi", "url", "urn", "ark", "handle")),
        "related_identifiers": listed(RELATED),
        "formats": listed(TEXT),
        "funding": listed(FUNDING),
    },
    "additionalProperties": False,
}
VISIBLE = {"enum": ["public", "restricted"]}
DRAFT: dict[str, Any] = {
    "type": "object",
    "required": ["metadata"],
    "properties": {
        "access": {
            "type": "object",
            "required": ["record", "files"],
            "properties": {"record": VISIBLE, "files": VISIBLE},
            "additionalProperties": False,
        },
        "files": {
            "type": "object",
            "required": ["enabled"],
            "properties": {"enabled": {"type": "boolean"}},
            "additionalProperties": False,
        },
        "metadata": METADATA,
    },
    "additionalProperties": False,
}


def problems(body: Any) -> list[str]:
    """Return what is wrong with the body of a request for a draft."""
    from jsonschema import Draft202012Validator

    return [f"{one.json_path}: {one.message}" for one in Draft202012Validator(DRAFT).iter_errors(body)]
