"""Data entities, and the contextual entities that the specification asks something of."""

from collections.abc import Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, as_list, is_absolute, references, texts
from .versions import versioned

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_NEWER = ("1.2", "1.3")
_DATA = "Data Entities"

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
    "hasPart of the root refers to entities and holds no text.",
    section=_DATA,
    help='write {"@id": "..."}',
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
CITATION = versioned(
    "citation-id",
    _MUST,
    "A citation names a publication by its absolute URI.",
    section="Representing Contextual Entities, Publications via citation property",
    help="refer to its DOI",
    versions=_NEWER,
)
SOFTWARE = {
    name: versioned(
        f"software-{name}",
        _MUST,
        f"A SoftwareApplication or ComputerLanguage has a {name}.",
        section="Workflows and Scripts, Workflow Runtime and Programming Language",
        help=f"add {name}",
        versions=_NEWER,
    )
    for name in ("name", "url", "version")
}
SCRIPT_FILE = versioned(
    "script-file",
    _MUST,
    "A script is a File.",
    section="Workflows and Scripts, Describing scripts and workflows",
    help='write "@type": ["File", "SoftwareSourceCode"]',
    versions=_NEWER,
)
WORKFLOW_FILE = versioned(
    "workflow-file",
    _MUST,
    "A workflow is a File.",
    section="Workflows and Scripts, Describing scripts and workflows",
    help='write "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"]',
    versions=_NEWER,
)
WORKFLOW_SOURCE = versioned(
    "workflow-source-code",
    _MUST,
    "A workflow is SoftwareSourceCode.",
    section="Workflows and Scripts, Describing scripts and workflows",
    help='write "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"]',
    versions=_NEWER,
)
SCRIPT_NAME = versioned(
    "script-name",
    _MUST,
    "A script or workflow has a name.",
    section="Workflows and Scripts, Describing scripts and workflows",
    help="add a name",
    versions=_NEWER,
)
THUMBNAIL = versioned(
    "thumbnail",
    _MUST,
    "A thumbnail is a file of the crate.",
    section="Representing Contextual Entities, Thumbnails",
    help="describe it as File and link it by hasPart",
    versions=_NEWER,
)


def check_data_entities(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what is wrong with files and directories as the graph describes them."""
    for entity in graph.data_entities:
        name = shorten(entity.id)
        is_local = not is_absolute(entity.id)
        if graph.root_id is not None and entity.id not in graph.reachable:
            yield from LINKED.finding(
                version, f"{name} is not linked from the root by hasPart", entity.place()
            )
        if "\\" in entity.id or " " in entity.id or (is_local and entity.id.startswith("/")):
            yield from ID_FORM.finding(version, f"{name} is no relative URI", entity.place("@id"))
        elif entity.id.startswith("file:"):
            yield from FILE_URI.finding(version, f"{name} is a path of one machine", entity.place("@id"))
        if is_local and graph.is_detached:
            yield from DETACHED.finding(version, f"{name} is not on the web", entity.place("@id"))
        if "Dataset" in entity.types and not entity.id.endswith("/"):
            yield from DIRECTORY_SLASH.finding(version, f"{name} does not end with /", entity.place("@id"))


def check_root_parts(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield parts of the root that are no reference."""
    if graph.root is None:
        return
    for one in as_list(graph.root.get("hasPart")):
        if not isinstance(one, dict) or "@value" in one:
            message = f"hasPart of the root has {shorten(one)}"
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
    for entity in graph.of_types("SoftwareApplication", "ComputerLanguage"):
        for wanted, rule in SOFTWARE.items():
            if not entity.has(wanted):
                yield from rule.finding(version, f"{shorten(entity.id)} has no {wanted}", entity.place())
    for entity in graph.of_types("SoftwareSourceCode", "ComputationalWorkflow"):
        name, where = shorten(entity.id), entity.place("@type")
        is_workflow = "ComputationalWorkflow" in entity.types
        if "File" not in entity.types:
            rule = WORKFLOW_FILE if is_workflow else SCRIPT_FILE
            yield from rule.finding(version, f"{name} is no File", where)
        if "SoftwareSourceCode" not in entity.types:
            yield from WORKFLOW_SOURCE.finding(version, f"{name} is no SoftwareSourceCode", where)
        if next(texts(entity.get("name")), None) is None:
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
