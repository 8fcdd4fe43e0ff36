"""Licences by SPDX identifier: the words that a crate says about each."""

import re

# Neither an expression with operators nor a licence of one's own (SPDX 2.3, Annex D).
_ONE_LICENCE = re.compile(r"(?!LicenseRef-)[A-Za-z0-9.+-]+")
_NAMES = {
    "AGPL-3.0-only": "GNU Affero General Public License v3.0 only",
    "AGPL-3.0-or-later": "GNU Affero General Public License v3.0 or later",
    "Apache-2.0": "Apache License 2.0",
    "BSD-2-Clause": 'BSD 2-Clause "Simplified" License',
    "BSD-3-Clause": 'BSD 3-Clause "New" or "Revised" License',
    "CC-BY-4.0": "Creative Commons Attribution 4.0 International",
    "CC-BY-NC-4.0": "Creative Commons Attribution Non Commercial 4.0 International",
    "CC-BY-SA-4.0": "Creative Commons Attribution Share Alike 4.0 International",
    "CC0-1.0": "Creative Commons Zero v1.0 Universal",
    "EUPL-1.2": "European Union Public License 1.2",
    "GPL-3.0-only": "GNU General Public License v3.0 only",
    "GPL-3.0-or-later": "GNU General Public License v3.0 or later",
    "LGPL-3.0-or-later": "GNU Lesser General Public License v3.0 or later",
    "MIT": "MIT License",
    "MPL-2.0": "Mozilla Public License 2.0",
    "ODbL-1.0": "Open Data Commons Open Database License v1.0",
    "ODC-By-1.0": "Open Data Commons Attribution License v1.0",
    "PDDL-1.0": "Open Data Commons Public Domain Dedication & License 1.0",
    "Unlicense": "The Unlicense",
}


NO_LICENCE = "#no-licence"
"""Identifier of what stands for the licence of a crate whose makers stated none."""


def spdx_identifier(licence: str) -> str | None:
    """Return the identifier of one licence as the SPDX License List spells it; None for any other text."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        identifier = str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return None
    return identifier if _ONE_LICENCE.fullmatch(identifier) else None


def licence_entity(licence: str | None) -> dict[str, str]:
    """Return the JSON-LD entity of a licence: an SPDX identifier, an http(s) URL, any other text, or none.

    Without one the entity says so, since a crate must have a licence and we must not invent it.
    """
    if licence is None:
        return {
            "@id": NO_LICENCE,
            "@type": "CreativeWork",
            "name": "No licence stated",
            "description": "The makers of this crate have not said under which licence it may be used.",
        }
    if licence.startswith(("http://", "https://")):
        return {
            "@id": licence,
            "@type": "CreativeWork",
            "name": licence,
            "description": f"The licence published at {licence}.",
            "url": licence,
        }
    identifier = spdx_identifier(licence)
    if identifier is None:
        description = "The licence under which this crate may be used, as its makers named it."
        return {"@id": "#licence", "@type": "CreativeWork", "name": licence, "description": description}
    url = f"https://spdx.org/licenses/{identifier}"
    return {
        "@id": url,
        "@type": "CreativeWork",
        "name": _NAMES.get(identifier, identifier),
        "description": f"The licence with the SPDX identifier {identifier}.",
        "identifier": identifier,
        "url": url,
    }
