"""The metadata descriptor and the root data entity."""

import re
from collections.abc import Iterator

from ..json_text import shorten
from ..prov_json.lexical import is_date, is_date_time
from ..report import Finding, Location, Severity
from .graph import DESCRIPTOR, LEGACY_DESCRIPTOR, CrateGraph, Entity, as_list, is_absolute, references, texts
from .shape import CREATIVE_WORKS, ORGANIZATIONS, Expect
from .versions import versioned

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_NEWER = ("1.2", "1.3")
_PERMALINKS = "https://w3id.org/ro/crate/"
_AGENTS = ORGANIZATIONS | {"Person"}
_DESCRIPTOR = "Root Data Entity, RO-Crate Metadata Descriptor"
_ROOT = "Root Data Entity, Direct properties of the Root Data Entity"

DESCRIPTOR_MISSING = versioned(
    "descriptor",
    _MUST,
    f"The graph has an entity {DESCRIPTOR} that describes the metadata itself.",
    section=_DESCRIPTOR,
    help=f"add an entity with the @id {DESCRIPTOR}",
)
DESCRIPTOR_ID = versioned(
    "descriptor-id",
    {"1.1": _SHOULD, "1.2": _MUST, "1.3": _MUST},
    f"The @id of the descriptor is {DESCRIPTOR}, nothing before it.",
    section=_DESCRIPTOR,
    help=f"write {DESCRIPTOR}",
)
DESCRIPTOR_TYPE = versioned(
    "descriptor-type",
    _MUST,
    "The descriptor is a CreativeWork.",
    section=_DESCRIPTOR,
    help='write "@type": "CreativeWork"',
)
DESCRIPTOR_ABOUT = versioned(
    "descriptor-about",
    _MUST,
    "The descriptor is about the root data entity.",
    section=_DESCRIPTOR,
    help='write "about": {"@id": "./"}',
)
DESCRIPTOR_VERSION = versioned(
    "descriptor-conforms-to",
    {"1.1": _MUST, "1.2": _SHOULD, "1.3": _SHOULD},
    "The descriptor conforms to a version of RO-Crate, by its permalink.",
    section=_DESCRIPTOR,
    help='write "conformsTo": {"@id": "https://w3id.org/ro/crate/{version}"}',
)
DESCRIPTOR_SINGLE = versioned(
    "descriptor-conforms-to-one",
    _SHOULD,
    "The descriptor conforms to one thing; profiles belong to the root.",
    section=_DESCRIPTOR,
    help="move the profiles to conformsTo of the root",
    versions=_NEWER,
)
ROOT_MISSING = versioned(
    "root",
    _MUST,
    "The graph describes the root data entity.",
    section="Root Data Entity",
    help="add an entity with the @id ./ and the type Dataset",
)
ROOT_TYPE = versioned(
    "root-type",
    _MUST,
    "The root is a Dataset.",
    section=_ROOT,
    help='write "@type": "Dataset"',
)
ROOT_ID_SLASH = versioned(
    "root-id-slash",
    _MUST,
    "The @id of the root ends with a slash.",
    section=_ROOT,
    help="write ./",
    versions=("1.1",),
)
ROOT_ID = versioned(
    "root-id",
    {"1.1": _SHOULD, "1.2": _MUST, "1.3": _MUST},
    "The @id of the root is ./ or, from 1.2, an absolute URI.",
    section=_ROOT,
    help="write ./",
)
ROOT_NAME = versioned(
    "root-name",
    _MUST,
    "The root has a name.",
    section=_ROOT,
    help="add a name that tells this crate from others",
)
ROOT_DESCRIPTION = versioned(
    "root-description",
    _MUST,
    "The root has a description.",
    section=_ROOT,
    help="add a sentence on what is inside",
)
ROOT_LICENSE = versioned(
    "root-license",
    _MUST,
    "The root has a license.",
    section=_ROOT,
    help="refer to a licence, by its SPDX URL",
)
ROOT_LICENSE_ENTITY = versioned(
    "root-license-entity",
    _SHOULD,
    "The license is an entity of the graph, a CreativeWork.",
    section=_ROOT,
    help="describe the licence in the graph",
)
ROOT_DATE = versioned(
    "root-date-published",
    _MUST,
    "The root has one datePublished, an ISO 8601 date.",
    section=_ROOT,
    help="write a date such as 2026-01-31",
)
ROOT_DATE_DAY = versioned(
    "root-date-precision",
    _SHOULD,
    "datePublished is precise to the day at least.",
    section=_ROOT,
    help="write a date such as 2026-01-31",
)
ROOT_AUTHOR = versioned(
    "root-author",
    _SHOULD,
    "The root has an author, a person or an organization.",
    section="Representing Contextual Entities, People",
    help="add an author, if possible with an ORCID as @id",
)
ROOT_PUBLISHER = versioned(
    "root-publisher",
    _SHOULD,
    "The root has a publisher.",
    section="Representing Contextual Entities, Publisher",
    help="add a publisher, an Organization with a URL",
)
ROOT_PUBLISHER_TYPE = versioned(
    "root-publisher-type",
    _MUST,
    "The publisher is an Organization of the graph, or a Person.",
    section="Representing Contextual Entities, Publisher",
    help="describe it, typed Organization",
)
ROOT_PUBLISHER_ORGANIZATION = versioned(
    "root-publisher-organization",
    _SHOULD,
    "The root has one publisher, an Organization.",
    section="Representing Contextual Entities, Publisher",
    help="name one Organization",
    versions=("1.1",),
)
VERSIONLESS = versioned(
    "root-versionless-profile",
    _MUST,
    "The root does not conform to https://w3id.org/ro/crate without a version.",
    section="Data Entities, Referencing other RO-Crates",
    help="leave it out: the descriptor says which version it is",
    versions=_NEWER,
)
PROFILES_DECLARED = versioned(
    "root-profiles-declared",
    _SHOULD,
    "The root of a crate that describes a Profile conforms to one.",
    section="Profiles, Declaring conformance of an RO-Crate profile",
    help="add conformsTo to the root",
    versions=_NEWER,
)
IDENTIFIER_VALUE = versioned(
    "root-identifier-value",
    _MUST,
    "A PropertyValue that is the identifier of the root has a value.",
    section=f"{_ROOT}, Root Data Entity identifier",
    help="add value",
    versions=_NEWER,
)
IDENTIFIER = versioned(
    "root-identifier",
    _SHOULD,
    "A root whose @id is a URL has an identifier.",
    section=f"{_ROOT}, Root Data Entity identifier",
    help="add identifier",
    versions=_NEWER,
)
IDENTIFIER_FORM = versioned(
    "root-identifier-form",
    _SHOULD,
    "The identifier of the root is a PropertyValue.",
    section=f"{_ROOT}, Root Data Entity identifier",
    help="describe it, typed PropertyValue",
    versions=_NEWER,
)
REFERENCE = versioned(
    "descriptor-conforms-to-reference",
    _MUST,
    "What the descriptor conforms to is a reference.",
    section=_DESCRIPTOR,
    help='write {"@id": "https://w3id.org/ro/crate/{version}"}',
    versions=_NEWER,
)
PERMALINK = versioned(
    "descriptor-conforms-to-permalink",
    _SHOULD,
    "The descriptor names the version of RO-Crate by its permalink, as it is.",
    section=_DESCRIPTOR,
    help="write https://w3id.org/ro/crate/{version}, with nothing behind it",
    versions=_NEWER,
)
PROFILE_ENTITY = versioned(
    "root-conforms-to-profile",
    _MUST,
    "What the root conforms to is a Profile that the graph describes.",
    section="Profiles, Declaring conformance of an RO-Crate profile",
    help='describe it, typed "Profile"',
    versions=_NEWER,
)

# ISO 8601: calendar, ordinal and week dates; the specification's own example is a year alone.
_PARTIAL_DATE = re.compile(r"\d{4}(-?(0[1-9]|1[0-2])|-?W(0[1-9]|[1-4]\d|5[0-3]))?")
_OTHER_DATE = re.compile(
    r"\d{4}-?(W(0[1-9]|[1-4]\d|5[0-3])-?[1-7]|(00[1-9]|0[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6]))"
)
_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"([01]\d|2[0-4])(:?[0-5]\d(:?[0-6]\d([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?")


def _is_iso_date(text: str) -> bool:
    date, separator, time = text.replace(" ", "T", 1).partition("T")
    date = _BASIC_DATE.sub(r"\1-\2-\3", date) if _BASIC_DATE.fullmatch(date) else date
    if separator and _TIME.fullmatch(time) is None:
        return False
    if not separator and date.endswith("Z"):
        return False  # a zone belongs to a time; XML Schema allows it behind a date as well
    return (
        is_date(date)
        or _OTHER_DATE.fullmatch(date) is not None
        or is_date_time(text)
        or (not separator and _PARTIAL_DATE.fullmatch(date) is not None)
    )


def check_descriptor(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with the metadata descriptor."""
    descriptor = graph.descriptor
    if descriptor is None:
        yield from DESCRIPTOR_MISSING.finding(version, f"no entity {DESCRIPTOR}", Location(pointer="/@graph"))
        return
    if descriptor.id not in (DESCRIPTOR, LEGACY_DESCRIPTOR):
        yield from DESCRIPTOR_ID.finding(
            version, f"the @id is {shorten(descriptor.id)}", descriptor.place("@id")
        )
    if "CreativeWork" not in descriptor.types:
        message = "the descriptor is no CreativeWork"
        yield from DESCRIPTOR_TYPE.finding(version, message, descriptor.place("@type"))
    if next(references(descriptor.get("about")), None) is None:
        yield from DESCRIPTOR_ABOUT.finding(
            version, "the descriptor is about nothing", descriptor.place("about")
        )
    values = as_list(descriptor.get("conformsTo"))
    if any(not isinstance(one, dict) for one in values):
        message = "conformsTo of the descriptor holds text"
        yield from REFERENCE.finding(version, message, descriptor.place("conformsTo"))
    if not any(one == f"https://w3id.org/ro/crate/{version}" for one in references(values)):
        message = f"the descriptor does not conform to https://w3id.org/ro/crate/{version}"
        yield from PERMALINK.finding(version, message, descriptor.place("conformsTo"))
    if graph.declared_version is None or (version == "1.1" and graph.declared_version != "1.1"):
        message = "the descriptor names no version of RO-Crate"
        yield from DESCRIPTOR_VERSION.finding(version, message, descriptor.place("conformsTo"))
    elif version != "1.1" and not all(one.startswith(_PERMALINKS) for one in references(values)):
        message = f"the descriptor conforms to what does not begin with {_PERMALINKS}"
        yield from DESCRIPTOR_VERSION.finding(version, message, descriptor.place("conformsTo"))
    if len(set(map(str, values))) > 1:
        message = "the descriptor conforms to several things"
        yield from DESCRIPTOR_SINGLE.finding(version, message, descriptor.place("conformsTo"))


def check_root(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with the root data entity."""
    root = graph.root
    if root is None:
        if graph.root_id is not None:
            message = f"no entity {shorten(graph.root_id)}"
            yield from ROOT_MISSING.finding(version, message, Location(pointer="/@graph"))
        return
    is_dataset = "Dataset" in root.types
    if not is_dataset:
        yield from ROOT_TYPE.finding(version, "the root is no Dataset", root.place("@type"))
    if not root.id.endswith("/"):
        yield from ROOT_ID_SLASH.finding(version, f"the @id is {shorten(root.id)}", root.place("@id"))
    if root.id != "./" and (version == "1.1" or not is_absolute(root.id)):
        yield from ROOT_ID.finding(version, f"the @id is {shorten(root.id)}", root.place("@id"))
    if not is_dataset:
        return  # what follows is asked of a Dataset
    for rule, name in ((ROOT_NAME, "name"), (ROOT_DESCRIPTION, "description")):
        if next(texts(root.get(name)), None) is None:
            yield from rule.finding(version, f"the root has no {name}", root.place(name))
    for rule, name in ((ROOT_LICENSE, "license"), (ROOT_PUBLISHER, "publisher")):
        if not root.has(name):
            yield from rule.finding(version, f"the root has no {name}", root.place(name))
    for one, rule in (
        (Expect("author", 1, types=_AGENTS), ROOT_AUTHOR),
        (Expect("publisher", types=_AGENTS), ROOT_PUBLISHER_TYPE),
        (Expect("publisher", 0, 1, types=ORGANIZATIONS), ROOT_PUBLISHER_ORGANIZATION),
    ):
        problem = one.problem(graph, root)
        if problem:
            yield from rule.finding(version, f"the root {problem}", root.place(*one.names))
    yield from _date(root, version)
    yield from _identifier(graph, root, version)
    yield from _license(graph, root, version)


def _date(root: Entity, version: str) -> Iterator[Finding]:
    dates = as_list(root.get("datePublished"))
    where = root.place("datePublished")
    written = list(texts(dates))
    if not dates:
        yield from ROOT_DATE.finding(version, "the root has no datePublished", where)
    elif not written or not all(_is_iso_date(one) for one in written):
        yield from ROOT_DATE.finding(version, f"datePublished is {shorten(root.get('datePublished'))}", where)
    elif len(dates) > 1 and version != "1.1":
        yield from ROOT_DATE.finding(version, "datePublished has several values", where)
    elif _PARTIAL_DATE.fullmatch(written[0]):
        yield from ROOT_DATE_DAY.finding(version, f"datePublished is {written[0]}", where)


def _license(graph: CrateGraph, root: Entity, version: str) -> Iterator[Finding]:
    problem = Expect("license", types=CREATIVE_WORKS).problem(graph, root)
    if problem:
        yield from ROOT_LICENSE_ENTITY.finding(version, f"the root {problem}", root.place("license"))


def _identifier(graph: CrateGraph, root: Entity, version: str) -> Iterator[Finding]:
    described = [one for one in graph.referenced(root, "identifier") if "PropertyValue" in one.types]
    for one in described:
        if not one.has("value"):
            yield from IDENTIFIER_VALUE.finding(version, f"{shorten(one.id)} has no value", one.place())
    where = root.place("identifier")
    if root.id.lower().startswith(("http://", "https://")) and not root.has("identifier"):
        yield from IDENTIFIER.finding(version, "the root has no identifier", where)
    elif root.has("identifier") and len(described) < len(as_list(root.get("identifier"))):
        yield from IDENTIFIER_FORM.finding(version, "the identifier is no PropertyValue", where)


def check_root_profiles(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield profiles of the root that the graph does not describe as such."""
    if graph.root is None:
        return
    own = f"https://w3id.org/ro/crate/{version}"
    profiles = [one for one in graph.of_types("Profile") if one.id != own]
    if profiles and not graph.root.has("conformsTo"):
        message = f"{shorten(profiles[0].id)} is described and the root conforms to nothing"
        yield from PROFILES_DECLARED.finding(version, message, graph.root.place())
    for name in references(graph.root.get("conformsTo")):
        entity = graph.by_id.get(name)
        if name.rstrip("/") == "https://w3id.org/ro/crate":
            message = f"the root conforms to {name}"
            yield from VERSIONLESS.finding(version, message, graph.root.place("conformsTo"))
        if entity is None or "Profile" not in entity.types:
            message = f"{shorten(name)} is not described as a Profile"
            yield from PROFILE_ENTITY.finding(version, message, graph.root.place("conformsTo"))
