"""Data entities, and the contextual entities that the specification asks something of."""

from collections.abc import Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, as_list, is_absolute, references
from .versions import versioned

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_NEWER = ("1.2", "1.3")
_DATA = "Data Entities"
_SOFTWARE = frozenset({"SoftwareApplication", "ComputerLanguage"})

LINKED = versioned(
    "data-entity-linked",
    _MUST,
    "A file or directory is linked from the root by hasPart, directly or not.",
    section=f"{_DATA}, Referencing files and folders from the Root Data Entity",
    help="add it to hasPart of the root",
)
ROOT_PARTS = versioned(
    "root-has-part",
    _MUST,
    "hasPart of the root names files and directories, nothing else.",
    section=_DATA,
    help="link other entities by mentions",
    versions=("1.1",),
)
ID_FORM = versioned(
    "data-entity-id",
    {"1.1": _SHOULD, "1.2": _MUST, "1.3": _MUST},
    "The @id of a file or directory is a URI: relative and with escapes, or absolute.",
    section=f"{_DATA}, Encoding file paths in @ids",
    help="write / for \\ and %20 for a space, and begin without /",
)
FILE_URI = versioned(
    "data-entity-file-uri",
    _SHOULD,
    "The @id of a file is no file: URI, which means another file on every machine.",
    section=f"{_DATA}, Encoding file paths in @ids",
    help="write its path relative to the root",
)
DETACHED = versioned(
    "detached-data-entity",
    _MUST,
    "In a detached crate every file and directory is on the web.",
    section="Structure, Detached RO-Crate Package",
    help="give it its URL as @id",
    versions=_NEWER,
)
DIRECTORY_SLASH = versioned(
    "directory-slash",
    _SHOULD,
    "The @id of a directory ends with a slash.",
    section=f"{_DATA}, Directory Data Entity",
    help="add the slash",
)
FILE_PROPERTIES = versioned(
    "file-properties",
    _SHOULD,
    "A file has name, description, encodingFormat and contentSize.",
    section=f"{_DATA}, File Data Entity",
    help="add what is missing",
    versions=_NEWER,
)
CITATION = versioned(
    "citation-id",
    _MUST,
    "A citation names a publication by its absolute URI.",
    section="Contextual Entities, Publications via citation property",
    help="refer to its DOI",
    versions=_NEWER,
)
SOFTWARE = versioned(
    "software-properties",
    _MUST,
    "A SoftwareApplication or ComputerLanguage has name, url and version.",
    section="Workflows and Scripts; Provenance, Software used to create files",
    help="add what is missing",
    versions=_NEWER,
)
SCRIPT_TYPE = versioned(
    "script-type",
    _MUST,
    "A script or workflow is a File and SoftwareSourceCode.",
    section="Workflows and Scripts",
    help='write "@type": ["File", "SoftwareSourceCode"], for a workflow also "ComputationalWorkflow"',
    versions=_NEWER,
)
SCRIPT_NAME = versioned(
    "script-name",
    _MUST,
    "A script or workflow has a name.",
    section="Workflows and Scripts",
    help="add a name",
    versions=_NEWER,
)
THUMBNAIL = versioned(
    "thumbnail",
    _MUST,
    "A thumbnail is a file of the crate.",
    section="Contextual Entities, Thumbnails",
    help="describe it as File and link it by hasPart",
    versions=_NEWER,
)


def check_data_entities(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with files and directories as the graph describes them."""
    for entity in graph.data_entities:
        name = shorten(entity.id)
        is_local = not is_absolute(entity.id)
        if graph.root is not None and entity.id not in graph.reachable:
            yield from LINKED.finding(
                version, f"{name} is not linked from the root by hasPart", entity.place()
            )
        if is_local and ("\\" in entity.id or " " in entity.id or entity.id.startswith("/")):
            yield from ID_FORM.finding(version, f"{name} is no relative URI", entity.place("@id"))
        elif entity.id.startswith("file:"):
            yield from FILE_URI.finding(version, f"{name} is a path of one machine", entity.place("@id"))
        if is_local and graph.is_detached:
            yield from DETACHED.finding(version, f"{name} is not on the web", entity.place("@id"))
        if is_local and "Dataset" in entity.types and not entity.id.endswith("/"):
            yield from DIRECTORY_SLASH.finding(version, f"{name} does not end with /", entity.place("@id"))
        if "File" in entity.types:
            missing = [
                one for one in ("name", "description", "encodingFormat", "contentSize") if not entity.has(one)
            ]
            if missing:
                yield from FILE_PROPERTIES.finding(
                    version, f"{name} has no {', '.join(missing)}", entity.place()
                )


def check_root_parts(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield parts of the root that are neither file nor directory."""
    if graph.root is None:
        return
    for name in references(graph.root.get("hasPart")):
        entity = graph.by_id.get(name)
        # Things on the web that are described as something else are data entities too, by being a part.
        if entity is None or not (entity.types & {"File", "Dataset"} or is_absolute(name)):
            message = f"{shorten(name)} is no File or Dataset of the graph"
            yield from ROOT_PARTS.finding(version, message, graph.root.place("hasPart"))


def check_citations(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield citations of the root and of data entities that are no absolute URI."""
    for entity in ([graph.root] if graph.root else []) + list(graph.data_entities):
        for one in as_list(entity.get("citation")):
            name = one.get("@id") if isinstance(one, dict) else one
            if not isinstance(name, str) or not is_absolute(name):
                message = f"the citation {shorten(name)} of {shorten(entity.id)} is no absolute URI"
                yield from CITATION.finding(version, message, entity.place("citation"))


def check_software(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield software, scripts and workflows that lack a type or a property."""
    for entity in graph.entities:
        name = shorten(entity.id)
        if entity.types & _SOFTWARE:
            for wanted in ("name", "url", "version"):
                if not entity.has(wanted):
                    yield from SOFTWARE.finding(version, f"{name} has no {wanted}", entity.place())
        if entity.types & {"SoftwareSourceCode", "ComputationalWorkflow"}:
            for wanted in ("File", "SoftwareSourceCode"):
                if wanted not in entity.types:
                    yield from SCRIPT_TYPE.finding(version, f"{name} is no {wanted}", entity.place("@type"))
            if not entity.has("name"):
                yield from SCRIPT_NAME.finding(version, f"{name} has no name", entity.place())


def check_thumbnails(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield thumbnails that are no file."""
    for entity in graph.entities:
        for name in references(entity.get("thumbnail")):
            target = graph.by_id.get(name)
            if target is None or not target.types & {"File", "ImageObject"}:
                yield from THUMBNAIL.finding(
                    version, f"{shorten(name)} is no File", entity.place("thumbnail")
                )
