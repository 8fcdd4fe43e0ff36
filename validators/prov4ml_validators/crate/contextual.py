"""People, organizations, licences, places, and what else gives the files of a crate their context."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, is_absolute, references
from .json_ld import schema_org_terms
from .shape import ORGANIZATIONS, Expect, ShapeList, of, the_root
from .versions import VERSIONS, versioned

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_NEWER = ("1.2", "1.3")
_CONTEXTUAL = "Representing Contextual Entities"
_PERSON = frozenset({"Person"})
_CONTACT = frozenset({"ContactPoint"})
_GEOMETRY = frozenset({"Geometry"})
_NOT_OF_SCHEMA_ORG = frozenset({
    "ComputationalWorkflow", "FormalParameter", "Geometry", "HTML", "Profile", "RepositoryCollection",
    "RepositoryFile", "RepositoryObject", "ResourceDescriptor", "ResourceRole", "Standard",
})  # fmt: skip
"""The types of RO-Crate's own context that come from other vocabularies."""


def authors(graph: CrateGraph) -> Iterable[Entity]:
    """Select the persons who are the author of anything."""
    return [one for one in graph.of_types("Person") if graph.referrers("author", one.id)]


def licences(graph: CrateGraph) -> Iterable[Entity]:
    """Select the described entities that are the license of anything."""
    return [one for one in graph.entities if graph.referrers("license", one.id)]


def formats(graph: CrateGraph) -> Iterable[Entity]:
    """Select the described entities that are the encodingFormat of anything."""
    return [one for one in graph.entities if graph.referrers("encodingFormat", one.id)]


SHAPES = ShapeList("ro-crate", "RO-Crate", VERSIONS, section=_CONTEXTUAL)
_add = SHAPES.add

_add(
    "author-name", _SHOULD, authors, Expect("name", 1), "An author has a name.", "add name",
    section=f"{_CONTEXTUAL}, People",
)  # fmt: skip
_add(
    "author-affiliation", _SHOULD, authors, Expect("affiliation", 1),
    "An author has an affiliation.", "add affiliation",
    section=f"{_CONTEXTUAL}, Organizations as values",
)  # fmt: skip
_add(
    "author-affiliation-entity", _SHOULD, authors, Expect("affiliation", types=ORGANIZATIONS),
    "The affiliation of an author is an Organization of the graph.", "describe it, and refer to it",
    section=f"{_CONTEXTUAL}, Organizations as values",
)  # fmt: skip
_add(
    "person-affiliation", _SHOULD, of("Person"), Expect("affiliation", types=ORGANIZATIONS),
    "The affiliation of a person is an Organization of the graph.", "describe it, and refer to it",
    section=f"{_CONTEXTUAL}, Organizations as values", versions=_NEWER,
)  # fmt: skip
_add(
    "person-contact", _SHOULD, of("Person"), Expect("contactPoint", types=_CONTACT),
    "The contactPoint of a person is a ContactPoint of the graph.", "describe it, and refer to it",
    section=f"{_CONTEXTUAL}, Contact information", versions=_NEWER,
)  # fmt: skip
_add(
    "organization-name", _SHOULD, of("Organization"), Expect("name", 1),
    "An organization has a name.", "add name", section=f"{_CONTEXTUAL}, Organizations as values",
)  # fmt: skip
_add(
    "organization-url", _SHOULD, of("Organization"), Expect("url", 1),
    "An organization has a url.", "add its home page", section=f"{_CONTEXTUAL}, Organizations as values",
)  # fmt: skip
_add(
    "organization-contact", _SHOULD, of("Organization"), Expect("contactPoint", 1, types=_CONTACT),
    "An organization has a contactPoint, a ContactPoint of the graph.", "describe it, and refer to it",
    section=f"{_CONTEXTUAL}, Contact information", versions=_NEWER,
)  # fmt: skip
_add(
    "license-name", _SHOULD, licences, Expect("name", 1), "A licence has a name.", "add name",
    section=f"{_CONTEXTUAL}, Licensing, Access control and copyright",
)  # fmt: skip
_add(
    "license-description", _SHOULD, licences, Expect("description", 1),
    "A licence has a description.", "add a summary of what it allows",
    section=f"{_CONTEXTUAL}, Licensing, Access control and copyright",
)  # fmt: skip
_add(
    "place-geometry", _SHOULD, of("Place"), Expect("geo", types=_GEOMETRY),
    "The geo of a Place is a Geometry of the graph.", "describe it, typed Geometry",
    section=f"{_CONTEXTUAL}, Places", versions=_NEWER,
)  # fmt: skip
_add(
    "geometry-text", _SHOULD, of("Geometry"), Expect("asWKT", 1),
    "A Geometry has asWKT.", "add its well-known text", section=f"{_CONTEXTUAL}, Places", versions=_NEWER,
)  # fmt: skip
_add(
    "encoding-format-type", _SHOULD, formats,
    Expect("@type", 1, among=frozenset({"WebPage", "Standard"}), some=True),
    "An entity that is an encodingFormat is a WebPage or a Standard.", "add one of both to its @type",
    section="Data Entities, Adding detailed descriptions of (File) encodings", versions=_NEWER,
)  # fmt: skip
_add(
    "website-name", _MUST, of("WebSite"), Expect("name", 1),
    "A WebSite has a name.", "add name",
    section="Data Entities, Adding detailed descriptions of (File) encodings",
)  # fmt: skip
_add(
    "root-funder", _SHOULD, the_root, Expect("funder", types=ORGANIZATIONS),
    "A funder of the root is an Organization of the graph.", "describe it, typed Organization",
    section=f"{_CONTEXTUAL}, Funding and grants", versions=_NEWER,
)  # fmt: skip

LICENSE_TYPE = versioned(
    "license-type", _SHOULD, "A licence is a CreativeWork.",
    section=f"{_CONTEXTUAL}, Licensing, Access control and copyright",
    help='write "@type": "CreativeWork"', versions=_NEWER,
)  # fmt: skip
LICENSE_DESCRIBED = versioned(
    "license-described", _SHOULD, "A licence that is referred to is described, with name and description.",
    section=f"{_CONTEXTUAL}, Licensing, Access control and copyright",
    help="describe it, typed CreativeWork", versions=_NEWER,
)  # fmt: skip
SCHEMA_ORG_TYPE = versioned(
    "schema-org-type", _MUST, "A type of schema.org is named by http://schema.org/, as in the context.",
    section="Appendix RO-Crate JSON-LD, RO-Crate JSON-LD Context", help="write the plain name of the type",
    versions=_NEWER,
)  # fmt: skip
LICENSE_URL = versioned(
    "license-url", _SHOULD, "The @id of a licence is an absolute URL.",
    section=f"{_CONTEXTUAL}, Licensing, Access control and copyright",
    help="use its SPDX URL", versions=_NEWER,
)  # fmt: skip
ORCID = versioned(
    "person-orcid", _SHOULD, "The @id of a person is an ORCID.",
    section=f"{_CONTEXTUAL}, People", help="write https://orcid.org/0000-…", versions=_NEWER,
)  # fmt: skip
ROR = versioned(
    "organization-ror", _SHOULD, "The @id of an organization is a ROR.",
    section=f"{_CONTEXTUAL}, Organizations as values", help="write https://ror.org/…", versions=_NEWER,
)  # fmt: skip
CONTACT = versioned(
    "root-contact", _SHOULD, "An author or the publisher of the root has a contactPoint.",
    section=f"{_CONTEXTUAL}, Contact information", help="add contactPoint to one of them", versions=_NEWER,
)  # fmt: skip
NAME = versioned(
    "contextual-entity-name", _SHOULD, "A contextual entity has a name.",
    section="RO-Crate Metadata, Common principles for RO-Crate entities", help="add name",
    versions=_NEWER,
)  # fmt: skip
DESCRIBED = versioned(
    "contextual-entity-described", _SHOULD, "An entity that others refer to is described, with its type.",
    section=f"{_CONTEXTUAL}", help="describe it, or write its URI as text", versions=_NEWER,
)  # fmt: skip
REFERENCED = versioned(
    "contextual-entity-referenced", _SHOULD, "A contextual entity is referred to by another entity.",
    section=f"{_CONTEXTUAL}", help="refer to it, or remove it", versions=_NEWER,
)  # fmt: skip
SCHEMA_TYPE = versioned(
    "entity-schema-org-type", _SHOULD, "An entity has at least one type of schema.org.",
    section="RO-Crate Metadata, Common principles for RO-Crate entities",
    help="add one, such as CreativeWork or Thing",
    versions=_NEWER,
)  # fmt: skip
ID_FORM = versioned(
    "contextual-entity-id", _SHOULD,
    "The @id of a contextual entity is an absolute URI or begins with # or _:.",
    section=f"{_CONTEXTUAL}, Identifiers for contextual entities", help="write # before it", versions=_NEWER,
)  # fmt: skip
PARENT = versioned(
    "entity-id-parent", _SHOULD, "No @id climbs out of the crate with ../.",
    section="Appendix RO-Crate JSON-LD, Describing entities in JSON-LD",
    help="write a URI below the root, or an absolute one",
    versions=_NEWER,
)  # fmt: skip
PERCENT = versioned(
    "entity-id-unicode", _SHOULD, "International characters in an @id are written as they are, not with %.",
    section="Appendix RO-Crate JSON-LD, Describing entities in JSON-LD", help="write them in UTF-8",
    versions=_NEWER,
)  # fmt: skip
SCHEMA_ID = versioned(
    "schema-org-id", _SHOULD, "A term of schema.org is named by http://schema.org/, as in the context.",
    section="Appendix RO-Crate JSON-LD, RO-Crate JSON-LD Context", help="write http: for https:",
    versions=_NEWER,
)  # fmt: skip
FUNDER_OF_FUNDER = versioned(
    "project-funder", _SHOULD, "A project of this crate that is its funder names its own funder.",
    section=f"{_CONTEXTUAL}, Funding and grants", help="add funder to the organization", versions=_NEWER,
)  # fmt: skip
FUNDER = versioned(
    "root-funder-named", _SHOULD, "The root of a crate that describes a project or a grant has a funder.",
    section=f"{_CONTEXTUAL}, Funding and grants", help="add funder to the root", versions=_NEWER,
)  # fmt: skip

_PERCENT_BYTE = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_REFERENCE_ONLY = frozenset({
    "propertyID", "additionalType", "propertyUrl", "inDefinedTermSet", "encodingFormat", "conformsTo",
})  # fmt: skip
"""Properties whose values name a term, a format or a profile, which a crate need not describe."""


def check_contextual_entities(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with entities that are no files."""
    yield from SHAPES.check(graph, version)
    if version not in _NEWER:
        return
    for licence in licences(graph):
        if "CreativeWork" not in licence.types:
            message = f"{shorten(licence.id)} is a licence and no CreativeWork"
            yield from LICENSE_TYPE.finding(version, message, licence.place("@type"))
    for entity in graph.entities:
        for name in references(entity.body.get("license")) if "license" in entity.body else ():
            if not name.lower().startswith(("http://", "https://")):
                message = f"the @id of the licence of {shorten(entity.id)} is {shorten(name)}"
                yield from LICENSE_URL.finding(version, message, entity.place("license"))
    for rule, kind, start in (
        (ORCID, "Person", "https://orcid.org/"),
        (ROR, "Organization", "https://ror.org/"),
    ):
        for entity in graph.of_types(kind):
            if not entity.id.startswith(start):
                message = f"the @id of the {kind} is {shorten(entity.id)}"
                yield from rule.finding(version, message, entity.place("@id"))
    yield from _funding(graph, version)
    yield from _identifiers(graph, version)
    yield from _context(graph, version)


def _funding(graph: CrateGraph, version: str) -> Iterator[Finding]:
    root = graph.root
    if root is None:
        return
    people = [one for key in ("author", "publisher") for one in graph.referenced(root, key)]
    named = root.has("author") or root.has("publisher")
    if named and not any(one.has("contactPoint") for one in people):
        message = "neither author nor publisher has a contactPoint"
        yield from CONTACT.finding(version, message, root.place("author"))
    for funder in graph.referenced(root, "funder"):
        is_own = not funder.id.lower().startswith(("http://", "https://"))
        if is_own and "Organization" in funder.types and not funder.has("funder"):
            message = f"{shorten(funder.id)} has no funder"
            yield from FUNDER_OF_FUNDER.finding(version, message, funder.place())
    projects = list(graph.of_types("Project", "Grant", "MonetaryGrant"))
    if projects and not root.has("funder"):
        message = f"{shorten(projects[0].id)} is described and the root has no funder"
        yield from FUNDER.finding(version, message, root.place())


def _identifiers(graph: CrateGraph, version: str) -> Iterator[Finding]:
    for entity in graph.entities:
        name = entity.id
        if "../" in name:
            yield from PARENT.finding(
                version, f"{shorten(name)} climbs out of the crate", entity.place("@id")
            )
        if "%" in name and _PERCENT_BYTE.search(name):
            yield from PERCENT.finding(version, f"{shorten(name)} has % escapes", entity.place("@id"))


def is_contextual(graph: CrateGraph, entity: Entity) -> bool:
    """Return whether an entity is neither the root nor the descriptor nor a file or directory."""
    return not (entity is graph.root or entity is graph.descriptor or entity.types & {"File", "Dataset"})


def _context(graph: CrateGraph, version: str) -> Iterator[Finding]:
    claimed: dict[str, tuple[Entity, str]] = {}
    named: set[str] = set()
    terms = schema_org_terms(graph)
    for entity in graph.entities:
        for key, value in entity.body.items():
            if isinstance(value, dict | list) and not key.startswith("@"):
                for target in references(value):
                    if target != entity.id:
                        named.add(target)
                    if key not in _REFERENCE_ONLY:
                        claimed.setdefault(target, (entity, key))
                    if target.startswith("https://schema.org/") and key != "sameAs":
                        message = f"{key} of {shorten(entity.id)} is {shorten(target)}"
                        yield from SCHEMA_ID.finding(version, message, entity.place(key))
    for entity in graph.entities:
        if entity.types and entity is not graph.root and entity is not graph.descriptor:
            is_plain = "Profile" not in entity.types and not entity.id.startswith("_:")
            known = entity.types - _NOT_OF_SCHEMA_ORG
            if any(one.startswith("https://schema.org/") for one in known):
                message = f"{shorten(entity.id)} has a type of https://schema.org/"
                yield from SCHEMA_ORG_TYPE.finding(version, message, entity.place("@type"))
            if is_plain and not any(one in terms or "schema.org/" in one for one in known):
                message = f"{shorten(entity.id)} has no type of schema.org"
                yield from SCHEMA_TYPE.finding(version, message, entity.place("@type"))
        if not is_contextual(graph, entity) or not entity.id:
            continue
        name = shorten(entity.id)
        if not entity.has("name"):
            yield from NAME.finding(version, f"{name} has no name", entity.place())
        if entity.id not in named:
            yield from REFERENCED.finding(version, f"nothing refers to {name}", entity.place())
        if entity.types and not entity.id.startswith(("#", "_:")) and not is_absolute(entity.id):
            yield from ID_FORM.finding(version, f"the @id {name} looks like a file", entity.place("@id"))
    for target, (holder, key) in claimed.items():
        if target not in graph.by_id:
            if key == "license":
                message = f"the licence {shorten(target)} is not described"
                yield from LICENSE_DESCRIBED.finding(version, message, holder.place(key))
                continue
            message = f"{shorten(target)}, {key} of {shorten(holder.id)}, is not described"
            yield from DESCRIBED.finding(version, message, holder.place(key))
