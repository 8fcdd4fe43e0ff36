"""The namespaces of a document. `docs/provenance.md` lists them with every term."""

import re
import uuid
from dataclasses import dataclass

from ..record import RunRecord
from ..text import escape_text

TERMS = "https://w3id.org/prov4ml/terms#"
"""Our terms: PROV-ML publishes class names but no namespace IRI (see `docs/provenance.md`)."""

USER_ATTRIBUTES = "https://w3id.org/prov4ml/attribute#"
"""Attributes whose names the user chose, apart from our terms so that the two cannot be confused."""

PREFIXES = {
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov4ml": TERMS,
    "attr": USER_ATTRIBUTES,
}

# An http(s) IRI needs a host; of the schemes without one, those that name things and open nothing.
_ABSOLUTE = re.compile(
    r"(?i:https?)://[^/?#]+\S*|(?i:urn):[A-Za-z0-9][A-Za-z0-9-]+:\S+|(?i:tag|info|ark|doi|did):\S+"
)
_BARE_HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::[0-9]+)?(?:[/?#]\S*)?")
# RFC 3987 section 2.2 leaves these out of an IRI; a % must begin a percent-encoded byte.
_NOT_IN_IRI = re.compile(r"""[\s<>"{}|\\^`]|%(?![0-9A-Fa-f]{2})""")


@dataclass(frozen=True)
class DefaultNamespace:
    """The namespace of a run's own identifiers.

    Attributes:
        iri: absolute, ends in `#` or `/`.
        root: what every local part begins with: nothing where the namespace belongs to the run alone, else
            the run's token, because two runs of one user share the namespace and must not share identifiers.
        warning: one line for the user where the namespace is not the one that was given, else None.
    """

    iri: str
    root: str
    warning: str | None


def run_uuid(run: RunRecord) -> uuid.UUID:
    """Return the run's UUID; a `run.json` that holds something else gets one derived from its text."""
    try:
        return uuid.UUID(run.uuid)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, escape_text(run.uuid))


def default_namespace(run: RunRecord) -> DefaultNamespace:
    """Return the namespace that `prov_user_namespace` asks for, else `urn:uuid:<run uuid>#`.

    A bare host becomes an http IRI. An IRI that ends in neither `#` nor `/` gets a `#` if it is no http(s)
    IRI and a `/` otherwise. What is no absolute IRI (RFC 3987), or a fixed namespace, is not used.
    """
    own = run_uuid(run)
    given = (run.user_namespace or "").strip()
    if not given:
        return DefaultNamespace(f"urn:uuid:{own}#", "", None)
    token = f"run-{own.hex[:12]}"
    shown = escape_text(given) if len(given) <= 80 else escape_text(given[:80]) + "…"
    iri = given
    if _BARE_HOST.fullmatch(given):
        iri = f"http://{given}"
    if not _is_absolute_iri(iri) or _ended(iri) in PREFIXES.values():
        refusal = f"prov_user_namespace '{shown}' is no absolute IRI of your own; urn:uuid:{own}# is used"
        return DefaultNamespace(f"urn:uuid:{own}#", "", refusal)
    ended = _ended(iri)
    warning = None if ended == given else f"prov_user_namespace '{shown}' was completed to '{ended[:120]}'"
    return DefaultNamespace(ended, token, warning)


def _is_absolute_iri(text: str) -> bool:
    return _ABSOLUTE.fullmatch(text) is not None and _NOT_IN_IRI.search(text) is None and text.isprintable()


def _ended(iri: str) -> str:
    if iri.endswith(("#", "/")):
        return iri
    return f"{iri}/" if iri.lower().startswith("http") else f"{iri}#"
