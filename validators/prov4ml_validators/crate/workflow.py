"""Workflow RO-Crate 1.0 and Workflow Testing RO-Crate 0.1: a workflow, and how it is tested."""

import re
from collections.abc import Iterable, Iterator

from ..json_text import shorten
from ..report import Finding, Severity
from .graph import CrateGraph, Entity, references
from .shape import Expect, ShapeList, of, the_root

PROFILE = "workflow-ro-crate-1.0"
PERMALINK = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
TESTING_PROFILE = "workflow-testing-ro-crate-0.1"
TESTING_PERMALINK = "https://w3id.org/ro/wftest/0.1"
_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_WORKFLOW_TYPES = ("File", "SoftwareSourceCode", "ComputationalWorkflow")
_TERMS = "https://w3id.org/ro/terms/test#"
_SERVICES = frozenset(
    prefix + name for prefix in ("", _TERMS) for name in ("GithubService", "TravisService", "JenkinsService")
)

SHAPES = ShapeList(PROFILE, "Workflow RO-Crate 1.0, Requirements")


def main_workflow(graph: CrateGraph) -> Iterable[Entity]:
    """Select what the root names as its main entity."""
    return [one for root in the_root(graph) for one in graph.referenced(root, "mainEntity")]


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
SHAPES.add(
    "main-workflow-language", _MUST, main_workflow,
    Expect("programmingLanguage", 1, types=frozenset({"ComputerLanguage"})),
    "The main workflow names its language, a ComputerLanguage of the graph.",
    "describe the language and refer to it by programmingLanguage",
)  # fmt: skip
SHAPES.add(
    "license", _MUST, the_root, Expect("license", 1), "The crate has a licence.", "add license to the root"
)  # fmt: skip
README = SHAPES.rule(
    "readme", _SHOULD, "The crate has a README.md and describes it.", "add README.md, and describe it"
)  # fmt: skip
SHAPES.add(
    "readme-about", _SHOULD, _readme, Expect("about", 1, pattern=re.compile(r"/$")),
    "README.md is about the crate.", 'write "about": {"@id": "./"}',
)  # fmt: skip
SHAPES.add(
    "readme-format", _SHOULD, _readme,
    Expect("encodingFormat", 1, among=frozenset({"text/markdown"}), some=True),
    "The encodingFormat of README.md is text/markdown.", 'write "encodingFormat": "text/markdown"',
)  # fmt: skip
DESCRIPTOR_PROFILE = SHAPES.rule(
    "descriptor-conforms-to", _SHOULD, "The descriptor conforms to RO-Crate 1.1 and to this profile.",
    f"add {PERMALINK} to conformsTo of the descriptor",
)  # fmt: skip
SHAPES.add(
    "main-workflow-bioschemas", _SHOULD, main_workflow,
    Expect("conformsTo", 1, pattern=re.compile(r"https://bioschemas\.org/profiles/ComputationalWorkflow/[1-9]")),
    "The main workflow conforms to the Bioschemas profile ComputationalWorkflow, 1.0 or later.",
    "refer to https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
)  # fmt: skip


def check_workflow(graph: CrateGraph) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Workflow RO-Crate 1.0, but for the files."""
    yield from SHAPES.check(graph)
    root = graph.root
    if root is not None and not root.has("mainEntity"):
        yield MAIN_ENTITY.finding("the root has no mainEntity", root.place())
    for entity in main_workflow(graph):
        missing = [one for one in _WORKFLOW_TYPES if one not in entity.types]
        if missing:
            message = f"the main workflow {shorten(entity.id)} is no {', '.join(missing)}"
            yield MAIN_TYPES.finding(message, entity.place("@type"))
    if root is not None and not _readme(graph):
        yield README.finding("README.md is not described", root.place())
    if graph.descriptor is not None:
        named = frozenset(references(graph.descriptor.get("conformsTo")))
        if not {"https://w3id.org/ro/crate/1.1", PERMALINK} <= named:
            message = "the descriptor does not conform to RO-Crate 1.1 and this profile"
            yield DESCRIPTOR_PROFILE.finding(message, graph.descriptor.place("conformsTo"))


TESTING = ShapeList(TESTING_PROFILE, "Workflow Testing RO-Crate 0.1, Requirements")
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


def check_workflow_testing(graph: CrateGraph) -> Iterator[Finding]:
    """Yield what of a crate does not conform to Workflow Testing RO-Crate 0.1."""
    yield from TESTING.check(graph)
    for suite in graph.of_types("TestSuite"):
        name = shorten(suite.id)
        if graph.root is not None and graph.root not in graph.referrers("mentions", suite.id):
            yield SUITE_MENTIONED.finding(f"the root does not mention {name}", suite.place())
        contents = (("instance", "TestInstance"), ("definition", "TestDefinition"))
        expected = [Expect(key, 1, types=frozenset({kind})) for key, kind in contents]
        if all(one.problem(graph, suite) for one in expected):
            yield SUITE_CONTENT.finding(f"{name} has no instance and no definition", suite.place())
