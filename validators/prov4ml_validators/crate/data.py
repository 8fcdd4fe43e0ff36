"""What a file or directory of a crate says of itself, on disk, on the web, or as a crate of its own."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, references
from .shape import CREATIVE_WORKS, Expect, ShapeList, of
from .versions import VERSIONS, versioned

_SHOULD = Severity.SHOULD
_NEWER = ("1.2", "1.3")
_DATA = "Data Entities"
_CRATE = "https://w3id.org/ro/crate"
_WEB = ("http://", "https://")
_DOWNLOAD = (*_WEB, "ftp://", "ftps://")
_MEDIA_TYPE = re.compile(r"^\w+/\w[\w.-]*(\+\w[\w.-]*)?(\s*;\s*[\w-]+=[^;]+)*$")
_DAY = re.compile(
    r"^[+-]?\d{4}-?((0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])|W[0-5]\d-?[1-7]|[0-3]\d\d)([T ]([01]\d|2[0-4])|$)"
)


def _files(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in graph.data_entities if "File" in one.types]


def web_files(graph: CrateGraph) -> Iterable[Entity]:
    """Select the files that are downloaded from the web."""
    return [one for one in graph.of_types("File") if one.id.lower().startswith(_DOWNLOAD)]


def _directories(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in graph.data_entities if "Dataset" in one.types]


def _web_directories(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in _directories(graph) if one.id.lower().startswith(_WEB)]


def _local_directories(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in _directories(graph) if not one.id.lower().startswith(_WEB)]


def _all_data(graph: CrateGraph) -> Iterable[Entity]:
    return graph.data_entities


def _referenced_crates(graph: CrateGraph) -> Iterable[Entity]:
    for entity in graph.of_types("Dataset"):
        if entity is not graph.root and any(
            one.startswith(_CRATE) for one in references(entity.get("conformsTo"))
        ):
            yield entity


def _their_descriptors(graph: CrateGraph) -> Iterable[Entity]:
    found = [one for crate in _referenced_crates(graph) for one in graph.referenced(crate, "subjectOf")]
    return {one.id: one for one in found}.values()


def _with_profiles(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in graph.of_types("ComputationalWorkflow") if one.has("conformsTo")]


_SCRIPT = "Workflows and Scripts"
SHAPES = ShapeList("ro-crate", "RO-Crate", VERSIONS, section=_DATA)
_add = SHAPES.add

_add(
    "data-entity-name", _SHOULD, _all_data, Expect("name", 1, literal=True),
    "A file or directory has a name.", "add name",
    section=f"{_DATA}, Core Metadata for Data Entities",
)  # fmt: skip
_add(
    "data-entity-description", _SHOULD, _all_data, Expect("description", 1, literal=True),
    "A file or directory has a description.", "add description",
    section=f"{_DATA}, Core Metadata for Data Entities", versions=_NEWER,
)  # fmt: skip
_add(
    "data-entity-license", _SHOULD, _all_data, Expect("license", types=CREATIVE_WORKS),
    "The license of a file or directory is a CreativeWork of the graph.", "describe the licence",
    section="Representing Contextual Entities, Licensing, Access control and copyright", versions=_NEWER,
)  # fmt: skip
_add(
    "data-entity-author", _SHOULD, _all_data, Expect("author", types=frozenset({"Person", "Organization"})),
    "The author of a file or directory is a Person of the graph.", "describe the author",
    section="Representing Contextual Entities, People", versions=_NEWER,
)  # fmt: skip
_add(
    "file-content-size", _SHOULD, _files, Expect("contentSize", 1, text=True),
    "A file has its contentSize.", "add contentSize, in bytes, as text",
    section=f"{_DATA}, Core Metadata for Data Entities", versions=_NEWER,
)  # fmt: skip
_add(
    "file-conforms-to", _SHOULD, _files, Expect("conformsTo", types=CREATIVE_WORKS | {"Profile"}),
    "What a file conforms to is a Profile or a CreativeWork of the graph.", "describe it",
    section=f"{_DATA}, File format profiles", versions=_NEWER,
)  # fmt: skip
_add(
    "web-data-content-size", _SHOULD, web_files, Expect("contentSize", 1),
    "A file on the web has its contentSize.", "add contentSize, in bytes",
    section=f"{_DATA}, Web-based Data Entities",
)  # fmt: skip
_add(
    "web-data-date", _SHOULD, web_files, Expect("sdDatePublished", 1, pattern=_DAY),
    "A file on the web says when it was accessed, to the day.", "add sdDatePublished",
    section=f"{_DATA}, Web-based Data Entities",
)  # fmt: skip
_add(
    "web-directory-distribution", _SHOULD, _web_directories, Expect("distribution", 1),
    "A directory on the web names an archive of its files.", "add distribution, a DataDownload",
    section=f"{_DATA}, Directories on the web; dataset distributions", versions=_NEWER,
)  # fmt: skip
_add(
    "directory-has-part", _SHOULD, _local_directories, Expect("hasPart", 1),
    "A directory lists what is in it.", "add hasPart",
    section=f"{_DATA}, Directory Data Entity", versions=_NEWER,
)  # fmt: skip
_add(
    "referenced-crate-profile", _SHOULD, _referenced_crates,
    Expect("conformsTo", 1, among=frozenset({_CRATE}),
           some=True),
    "Another crate conforms to https://w3id.org/ro/crate, without a version.",
    f"add {_CRATE} to its conformsTo",
    section=f"{_DATA}, Referencing other RO-Crates", versions=_NEWER,
)  # fmt: skip
_add(
    "referenced-crate-subject-of", _SHOULD, _referenced_crates, Expect("subjectOf", 1),
    "Another crate refers to its metadata by subjectOf.", "add subjectOf",
    section=f"{_DATA}, Referencing other RO-Crates", versions=_NEWER,
)  # fmt: skip
_add(
    "referenced-descriptor-format", _SHOULD, _their_descriptors,
    Expect("encodingFormat", 1, among=frozenset({"application/ld+json"}),
           some=True),
    "The metadata of another crate has the encodingFormat application/ld+json.", "write it",
    section=f"{_DATA}, Referencing other RO-Crates", versions=_NEWER,
)  # fmt: skip
_add(
    "referenced-descriptor-conforms-to", _SHOULD, _their_descriptors, Expect("conformsTo", 0, 0),
    "The metadata of another crate has no conformsTo here: the crate itself has.", "take conformsTo away",
    section=f"{_DATA}, Referencing other RO-Crates", versions=_NEWER,
)  # fmt: skip
_add(
    "referenced-descriptor-about", _SHOULD, _their_descriptors, Expect("about", 0, 0),
    "The metadata of another crate has no about here.", "take about away",
    section=f"{_DATA}, Referencing other RO-Crates", versions=_NEWER,
)  # fmt: skip
_SCRIPTS = of("SoftwareSourceCode", "ComputationalWorkflow")
_add(
    "script-language", _SHOULD, _SCRIPTS, Expect("programmingLanguage", 1),
    "A script or workflow names its language.", "add programmingLanguage",
    section=f"{_SCRIPT}, Workflow Runtime and Programming Language", versions=_NEWER,
)  # fmt: skip
_add(
    "script-language-entity", _SHOULD, _SCRIPTS,
    Expect("programmingLanguage", types=frozenset({"ComputerLanguage"})),
    "The language of a script or workflow is a ComputerLanguage of the graph.", "describe the language",
    section=f"{_SCRIPT}, Workflow Runtime and Programming Language", versions=_NEWER,
)  # fmt: skip
_add(
    "workflow-conforms-to", _SHOULD, of("ComputationalWorkflow"), Expect("conformsTo", 1),
    "A workflow declares the profile that it conforms to.",
    "refer to https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
    section=f"{_SCRIPT}, Complying with Bioschemas Computational Workflow profile", versions=_NEWER,
)  # fmt: skip
_add(
    "workflow-profile", _SHOULD, _with_profiles,
    Expect("conformsTo", 1, pattern=re.compile(r"^https://bioschemas\.org/profiles/ComputationalWorkflow/"),
           some=True),
    "The profile of a workflow is the Bioschemas profile ComputationalWorkflow.",
    "refer to https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
    section=f"{_SCRIPT}, Complying with Bioschemas Computational Workflow profile", versions=_NEWER,
)  # fmt: skip

ENCODING = versioned(
    "file-encoding-format", _SHOULD,
    "A file has an encodingFormat, a media type, and may add one entity that describes the format.",
    section=f"{_DATA}, Adding detailed descriptions of (File) encodings",
    help="write a media type such as text/csv",
)  # fmt: skip
REFERENCED_DATE = versioned(
    "referenced-crate-date", _SHOULD,
    "Another crate on the web without an identifier says when it was accessed.",
    section=f"{_DATA}, Referencing other RO-Crates", help="add sdDatePublished", versions=_NEWER,
)  # fmt: skip
PREVIEW_PART = versioned(
    "preview-part", _SHOULD, "The preview and its files are no part of the root.",
    section="Structure, RO-Crate Website", help="take them out of hasPart", versions=_NEWER,
)  # fmt: skip
IMAGE_ABOUT = versioned(
    "image-about", _SHOULD, "The image of a script or workflow is about it.",
    section="Workflows and Scripts, Workflow diagram/sketch", help="add about to the image",
    versions=_NEWER,
)  # fmt: skip
IMAGE_FORMAT = versioned(
    "image-format", _SHOULD, "The image of a script or workflow has an encodingFormat.",
    section="Workflows and Scripts, Workflow diagram/sketch", help="add encodingFormat",
    versions=_NEWER,
)  # fmt: skip


def check_data(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what files and directories, those on the web and other crates among them, do not say."""
    yield from SHAPES.check(graph, version)
    for entity in _files(graph):
        problem = _encoding_problem(graph, entity, version)
        if problem:
            message = f"{shorten(entity.id)} {problem}"
            yield from ENCODING.finding(version, message, entity.place("encodingFormat"))
    for crate in _referenced_crates(graph):
        is_dated = crate.has("identifier") or crate.has("sdDatePublished")
        if crate.id.lower().startswith(_WEB) and not is_dated:
            message = f"{shorten(crate.id)} has no identifier and no sdDatePublished"
            yield from REFERENCED_DATE.finding(version, message, crate.place())
    if graph.root is not None:
        for name in references(graph.root.get("hasPart")):
            if "ro-crate-preview.html" in name or "ro-crate-preview_files/" in name:
                message = f"{shorten(name)} is in hasPart of the root"
                yield from PREVIEW_PART.finding(version, message, graph.root.place("hasPart"))
    for script in graph.of_types("SoftwareSourceCode"):
        for image in graph.referenced(script, "image"):
            if script.id not in references(image.get("about")):
                message = f"{shorten(image.id)} is not about {shorten(script.id)}"
                yield from IMAGE_ABOUT.finding(version, message, image.place("about"))
            if not image.has("encodingFormat"):
                message = f"{shorten(image.id)} has no encodingFormat"
                yield from IMAGE_FORMAT.finding(version, message, image.place())


def _encoding_problem(graph: CrateGraph, entity: Entity, version: str) -> str:
    value = entity.get("encodingFormat")
    if isinstance(value, str) and _MEDIA_TYPE.match(value):
        return ""
    values = [one for one in (value if isinstance(value, list) else [value]) if one not in ("", {}, None)]
    if not values:
        return "has no encodingFormat"
    if len(values) > 2:
        return f"has {len(values)} values of encodingFormat"
    for one in values:
        if isinstance(one, str):
            if not _MEDIA_TYPE.match(one):
                return f"has the encodingFormat {shorten(one)}, which is no media type"
        elif version == "1.1":
            target = graph.by_id.get(next(references(one), ""))
            if target is None or "WebSite" not in target.types:
                return "has an encodingFormat that is described as no WebSite"
        elif next(references(one), None) is None:
            return f"has the encodingFormat {shorten(one)}"
    return ""
