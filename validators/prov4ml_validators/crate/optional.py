"""What MAY be there: looked at when asked for, since nearly every good crate does without most of it."""

from collections.abc import Iterable, Iterator, Sequence

from ..report import Finding
from .contextual import formats
from .data import web_files
from .graph import CrateGraph, Entity, is_absolute, references
from .optional_runs import PROFILE_SHAPES, check_folders, with_status
from .process_run import FAILED
from .profiles import Profile
from .shape import CREATIVE_WORKS, Expect, ShapeList, of, the_root
from .versions import VERSIONS
from .workflow import FAMILY as WORKFLOW_FAMILY

_NEWER = ("1.2", "1.3")
_DATA = "Data Entities"
_PAGES = CREATIVE_WORKS | {"WebPageElement"}


def _directories(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in graph.of_types("Dataset") if one is not graph.root]


def _format_sections(graph: CrateGraph) -> Iterable[Entity]:
    return [one for one in formats(graph) if is_absolute(one.id) and "#" in one.id]


def _curation(graph: CrateGraph) -> Iterable[Entity]:
    """Select the actions on the crate as a whole; one on a part of it may as well be the run of a tool."""
    root = graph.root
    for action in graph.of_types("CreateAction", "UpdateAction") if root is not None else ():
        if root is not None and root.id in references(action.get("object")):
            yield action


SHAPES = ShapeList(
    "ro-crate", "RO-Crate", VERSIONS,
    section="Detailing provenance of entities, Recording changes to RO-Crates",
)  # fmt: skip
_may = SHAPES.may

for _versions, _section in (
    (("1.1",), f"{_DATA}, Embedded data entities that are also on the web"),
    (_NEWER, f"{_DATA}, Data entities in an Attached RO-Crate that are also on the web"),
):
    for _name, _expect, _sentence in (
        ("identifier", Expect("identifier", 1), "A file may have an identifier, such as a DOI."),
        ("url", Expect("url", 1), "A file may have a url, of its download or its landing page."),
        ("subject-of", Expect("subjectOf", 1, types=_PAGES),
         "A file may name by subjectOf a work or page that mentions it."),
        ("main-entity-of-page", Expect("mainEntityOfPage", 1, types=_PAGES),
         "A file may name by mainEntityOfPage a work or page that describes it."),
    ):  # fmt: skip
        _may(f"file-{_name}", of("File"), _expect, _sentence, section=_section, versions=_versions)
_may(
    "file-content-url", of("File"), Expect("contentUrl", 1), "A file may have the contentUrl of a download.",
    section=f"{_DATA}, Data entities in an Attached RO-Crate that are also on the web", versions=_NEWER,
)  # fmt: skip
_may(
    "web-data-local-path", web_files, Expect("localPath", 1),
    "A file on the web may have a localPath, where a download of the crate puts it.",
    section=f"{_DATA}, Web-based Data Entities", versions=_NEWER,
)  # fmt: skip
_may(
    "root-distribution", the_root, Expect("distribution", 1),
    "The root may name by distribution an archive of the crate.",
    section=f"{_DATA}, Directories on the web; dataset distributions",
)  # fmt: skip
_may(
    "directory-distribution", _directories, Expect("distribution", 1),
    "A directory may name by distribution an archive of its files.",
    section=f"{_DATA}, Directories on the web; dataset distributions",
)  # fmt: skip
_may(
    "encoding-format-section", _format_sections,
    Expect("@type", 1, among=frozenset({"WebPageElement"}), some=True),
    "A format that is described in a section of a page may be a WebPageElement.",
    section=f"{_DATA}, Adding detailed descriptions of File encodings", versions=_NEWER,
)  # fmt: skip
_may(
    "software-alternate-name", of("SoftwareApplication", "ComputerLanguage"), Expect("alternateName", 1),
    "Software and languages may have a shorter name that people use, as alternateName.",
    section="Workflows and Scripts, Workflow Runtime and Programming Language",
)  # fmt: skip
_may(
    "script-image", of("SoftwareSourceCode"), Expect("image", 1, types=frozenset({"ImageObject"})),
    "A script or workflow may have a diagram, an ImageObject of the crate.",
    section="Workflows and Scripts, Workflow diagram/sketch",
)  # fmt: skip
for _property, _select, _what in (
    ("description", _curation, "An action on the crate may have a description."),
    ("startTime", _curation, "An action on the crate may have a startTime."),
    ("instrument", _curation, "An action on the crate may name by instrument the software that did it."),
    ("actionStatus", _curation, "An action on the crate may have an actionStatus."),
    ("error", with_status(FAILED, _curation), "An action on the crate that failed may have an error."),
):
    _kebab = {"startTime": "start-time", "actionStatus": "status"}.get(_property, _property)
    _may(f"curation-{_kebab}", _select, Expect(_property, 1), _what)


def check_optional(graph: CrateGraph, version: str, profiles: Sequence[Profile]) -> Iterator[Finding]:
    """Yield what a version of RO-Crate and the profiles of a crate allow and the crate does not have."""
    yield from SHAPES.check(graph, version)
    for profile in profiles:
        family = profile.name.rpartition("-")[0]
        if family in PROFILE_SHAPES:
            yield from PROFILE_SHAPES[family].check(graph, profile.version)
        if family == WORKFLOW_FAMILY:
            yield from check_folders(graph, profile.version)
