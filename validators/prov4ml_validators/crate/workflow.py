"""Workflow RO-Crate 1.0 and 1.1, Workflow Testing RO-Crate 0.1: a workflow, and how it is tested."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, references
from .shape import Expect, ShapeList, of, the_root

FAMILY = "workflow-ro-crate"
VERSIONS = ("1.0", "1.1")
PERMALINK = "https://w3id.org/workflowhub/workflow-ro-crate/"
TESTING_FAMILY = "workflow-testing-ro-crate"
TESTING_VERSIONS = ("0.1",)
TESTING_PERMALINK = "https://w3id.org/ro/wftest/"
_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_WORKFLOW_TYPES = ("File", "SoftwareSourceCode", "ComputationalWorkflow")
_CWL = "https://w3id.org/workflowhub/workflow-ro-crate#cwl"
_TERMS = "https://w3id.org/ro/terms/test#"
_SERVICES = frozenset(
    prefix + name for prefix in ("", _TERMS) for name in ("GithubService", "TravisService", "JenkinsService")
)

SHAPES = ShapeList(FAMILY, "Workflow RO-Crate", VERSIONS, section="Concepts, Main Workflow")
_add = SHAPES.add


def main_workflow(graph: CrateGraph) -> Iterable[Entity]:
    """Select what the root names as its main entity."""
    return [one for root in the_root(graph) for one in graph.referenced(root, "mainEntity")]


def with_steps(graph: CrateGraph) -> Iterable[Entity]:
    """Select the workflows whose steps are described."""
    for workflow in graph.of_types("ComputationalWorkflow"):
        if any("HowToStep" in one.types for one in graph.referenced(workflow, "step")):
            yield workflow


def _readme(graph: CrateGraph) -> Iterable[Entity]:
    return [graph.by_id[name] for name in ("README.md", "./README.md") if name in graph.by_id]


MAIN_ENTITY = SHAPES.rule(
    "main-entity", _MUST, "The root names the main workflow by mainEntity.",
    'write "mainEntity": {"@id": "the workflow"}',
)  # fmt: skip
MAIN_TYPES = SHAPES.rule(
    "main-workflow-types", _MUST,
    "The main workflow is a File, SoftwareSourceCode and ComputationalWorkflow.",
    'write "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"]',
)  # fmt: skip
MAIN_FILE = SHAPES.rule(
    "main-workflow-file", _MUST, "The main workflow is a file of the crate.",
    "add the file, or correct mainEntity",
)  # fmt: skip
_add(
    "main-workflow-language", _MUST, main_workflow,
    Expect("programmingLanguage", 1, types=frozenset({"ComputerLanguage"})),
    "The main workflow names its language, a ComputerLanguage of the graph.",
    "describe the language and refer to it by programmingLanguage",
)  # fmt: skip
_add(
    "license", _MUST, the_root, Expect("license", 1), "The crate has a licence.", "add license to the root",
    section="Concepts, Crate",
)  # fmt: skip
README = SHAPES.rule(
    "readme", _SHOULD, "The crate has a README.md and describes it.", "add README.md, and describe it",
    section="Concepts, Crate",
)  # fmt: skip
_add(
    "readme-about", _SHOULD, _readme, Expect("about", 1, pattern=re.compile(r"/$")),
    "README.md is about the crate.", 'write "about": {"@id": "./"}', section="Concepts, Crate",
)  # fmt: skip
_add(
    "readme-format", _SHOULD, _readme,
    Expect("encodingFormat", 1, among=frozenset({"text/markdown"}), some=True),
    "The encodingFormat of README.md is text/markdown.", 'write "encodingFormat": "text/markdown"',
    section="Concepts, Crate",
)  # fmt: skip
DESCRIPTOR_PROFILE = SHAPES.rule(
    "descriptor-conforms-to", _SHOULD, "The descriptor conforms to RO-Crate 1.1 and to this profile.",
    f"add {PERMALINK}{{version}} to conformsTo of the descriptor",
    section="Concepts, Metadata File Descriptor", versions=("1.0",),
)  # fmt: skip
_add(
    "root-conforms-to", _SHOULD, the_root,
    Expect("conformsTo", 1, pattern=re.compile(f"^{PERMALINK}"), some=True),
    "The root conforms to the profile.", f"add {PERMALINK}{{version}} to conformsTo of the root",
    section="Concepts, Declaring Profile Conformance", versions=("1.1",),
)  # fmt: skip
DESCRIPTION_LANGUAGE = SHAPES.rule(
    "cwl-description-language", _SHOULD,
    "The programmingLanguage of the CWL description of the main workflow is CWL.",
    f'write "programmingLanguage": {{"@id": "{_CWL}"}}',
    section="Concepts, Main Workflow CWL Description",
)  # fmt: skip
DESCRIPTION_LINKED = SHAPES.rule(
    "cwl-description-linked", _SHOULD,
    "The main workflow refers to its CWL description by subjectOf.",
    "add subjectOf to the main workflow",
    section="Concepts, Main Workflow CWL Description",
)  # fmt: skip
_add(
    "workflow-step", _MUST, of("ComputationalWorkflow"), Expect("step", types=frozenset({"HowToStep"})),
    "The steps of a workflow are HowToStep entities.", "describe each as a HowToStep",
    section="Concepts, Main Workflow Steps", versions=("1.1",),
)  # fmt: skip
_add(
    "workflow-how-to", _MUST, with_steps, Expect("@type", 1, among=frozenset({"HowTo"}), some=True),
    "A workflow with steps is a HowTo.", "add HowTo to its @type",
    section="Concepts, Main Workflow Steps", versions=("1.1",),
)  # fmt: skip
_add(
    "workflow-parameters", _MUST, of("ComputationalWorkflow"),
    Expect(("input", "output"), types=frozenset({"FormalParameter"})),
    "Inputs and outputs of a workflow are FormalParameter entities.", "describe each as a FormalParameter",
    section="Concepts, Bioschemas Computational Workflow profile", versions=("1.1",),
)  # fmt: skip
_add(
    "main-workflow-bioschemas", _SHOULD, main_workflow,
    Expect("conformsTo", 1, pattern=re.compile(r"https://bioschemas\.org/profiles/ComputationalWorkflow/[1-9]")),
    "The main workflow conforms to the Bioschemas profile ComputationalWorkflow, 1.0 or later.",
    "refer to https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
    section="Concepts, Bioschemas Computational Workflow profile",
)  # fmt: skip


def check_workflow(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Workflow RO-Crate, but for the files."""
    yield from SHAPES.check(graph, version)
    root = graph.root
    if root is not None and not root.has("mainEntity"):
        yield from MAIN_ENTITY.finding(version, "the root has no mainEntity", root.place())
    for entity in main_workflow(graph):
        missing = [one for one in _WORKFLOW_TYPES if one not in entity.types]
        if missing:
            message = f"the main workflow {shorten(entity.id)} is no {', '.join(missing)}"
            yield from MAIN_TYPES.finding(version, message, entity.place("@type"))
    if root is not None and not _readme(graph):
        yield from README.finding(version, "README.md is not described", root.place())
    if graph.descriptor is not None:
        named = frozenset(references(graph.descriptor.get("conformsTo")))
        if not {"https://w3id.org/ro/crate/1.1", PERMALINK + version} <= named:
            message = "the descriptor does not conform to RO-Crate 1.1 and this profile"
            yield from DESCRIPTOR_PROFILE.finding(version, message, graph.descriptor.place("conformsTo"))
    yield from _description(graph, version)


def _description(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield a CWL description, recognised by its three types, without its language or not linked."""
    named = {name for one in main_workflow(graph) for name in references(one.get("subjectOf"))}
    for entity in graph.of_types("HowTo"):
        if not {"File", "SoftwareSourceCode"} <= entity.types or "ComputationalWorkflow" in entity.types:
            continue
        is_cwl = _CWL in references(entity.get("programmingLanguage"))
        if entity.id in named and not is_cwl:
            message = f"{shorten(entity.id)} describes the main workflow and is not in {_CWL}"
            yield from DESCRIPTION_LANGUAGE.finding(version, message, entity.place("programmingLanguage"))
        if is_cwl and entity.id not in named:
            message = f"{shorten(entity.id)} is subjectOf of no main workflow"
            yield from DESCRIPTION_LINKED.finding(version, message, entity.place())


TESTING = ShapeList(TESTING_FAMILY, "Workflow Testing RO-Crate", TESTING_VERSIONS, section="Main concepts")
_SUITES = frozenset({"TestSuite"})

TESTING.add(
    "root-mentions", _MUST, the_root, Expect("mentions", 1, types=_SUITES, some=True),
    "The root mentions a TestSuite.", "add the TestSuite to mentions of the root",
)  # fmt: skip
SUITE_MENTIONED = TESTING.rule(
    "suite-mentioned", _MUST, "The root mentions every TestSuite.", "add it to mentions of the root",
)  # fmt: skip
SUITE_CONTENT = TESTING.rule(
    "suite-content", _MUST, "A TestSuite has an instance, a TestInstance, or a definition, a TestDefinition.",
    "refer to one by instance or definition",
)  # fmt: skip
TESTING.add(
    "instance-service", _MUST, of("TestInstance"),
    Expect("runsOn", 1, types=frozenset({"TestService"}), among=_SERVICES),
    "A TestInstance runs on a TestService.",
    f"refer to {_TERMS}GithubService, TravisService or JenkinsService",
)  # fmt: skip
TESTING.add(
    "instance-url", _MUST, of("TestInstance"), Expect("url", 1, literal=True, pattern=re.compile("^http")),
    "A TestInstance has the URL of its service.", "add url, as text",
)  # fmt: skip
TESTING.add(
    "instance-resource", _MUST, of("TestInstance"), Expect("resource", 1, literal=True),
    "A TestInstance has the relative URL of the tests on its service.", "add resource, as text",
)  # fmt: skip
TESTING.add(
    "definition-file", _MUST, of("TestDefinition"),
    Expect("@type", 1, among=frozenset({"File", "MediaObject"}), some=True),
    "A TestDefinition is a File.", 'write "@type": ["File", "TestDefinition"]',
)  # fmt: skip
TESTING.add(
    "definition-engine", _MUST, of("TestDefinition"),
    Expect("conformsTo", 1, types=frozenset({"SoftwareApplication"})),
    "A TestDefinition names the engine it is written for, a SoftwareApplication.",
    "refer to it by conformsTo",
)  # fmt: skip
TESTING.add(
    "definition-engine-version", _MUST, of("TestDefinition"), Expect("engineVersion", 1, literal=True),
    "A TestDefinition names the version of its engine.", "add engineVersion, as text",
)  # fmt: skip
TESTING.add(
    "suite-main-entity", _SHOULD, of("TestSuite"),
    Expect("mainEntity", 1, types=frozenset({"ComputationalWorkflow"})),
    "A TestSuite refers to the workflow that it tests.", "add mainEntity",
)  # fmt: skip


def check_workflow_testing(graph: CrateGraph, version: str) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Workflow Testing RO-Crate 0.1."""
    yield from TESTING.check(graph, version)
    for suite in graph.of_types("TestSuite"):
        name = shorten(suite.id)
        if graph.root is not None and graph.root not in graph.referrers("mentions", suite.id):
            yield from SUITE_MENTIONED.finding(version, f"the root does not mention {name}", suite.place())
        contents = (("instance", "TestInstance"), ("definition", "TestDefinition"))
        expected = [Expect(key, 1, types=frozenset({kind})) for key, kind in contents]
        if all(one.problem(graph, suite) for one in expected):
            yield from SUITE_CONTENT.finding(
                version, f"{name} has no instance and no definition", suite.place()
            )
