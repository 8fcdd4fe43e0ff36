"""Examples of the rules of profiles: runs of tools and workflows, their steps and tests."""

from .base_crate import (
    DATA,
    DESCRIPTOR,
    ENGINE,
    PERSON,
    README,
    ROOT,
    SCRIPT,
    TOOL,
    WORKFLOW,
    to,
)
from .damage import Example, at, extra, lacks
from .optional import MAY_PROCESS, MAY_PROVENANCE, MAY_WORKFLOW_CRATE, MAY_WORKFLOW_RUN

_OTHER = "https://example.org/my-profile"


def _conforms(*profiles: str) -> Example:
    return at(ROOT, {"conformsTo": to(*profiles)})


def _base_version() -> Example:
    return at(DESCRIPTOR, {"conformsTo": to("https://w3id.org/ro/crate/1.2")})


def _filled(kind: str, wrong: str, right: str) -> Example:
    """Return an example of a parameter that an entity of a type fills."""
    parameter = {"@type": "FormalParameter", "name": "slot"}
    filler = {"@type": kind, "name": "filler", "exampleOfWork": to("#slot")}
    return Example(
        {"#slot": {**parameter, "additionalType": wrong}, "#filler": filler},
        {"#slot": {**parameter, "additionalType": right}, "#filler": filler},
    )


PROCESS: dict[str, Example] = {
    "ro-crate-version": _base_version(),
    "root-conforms-to": _conforms(_OTHER),
    "action": Example({f"#{name}run": {"@type": "Event"} for name in ("", "tool-", "script-")}),
    "action-instrument": at("#run", {"instrument": "train.py"}),
    "action-name": lacks("#run", "name"),
    "action-description": lacks("#run", "description"),
    "action-end-time": at("#run", {"endTime": "yesterday"}),
    "action-start-time": at("#run", {"startTime": "2026-01-31T12:00:00"}),
    "action-agent": at("#run", {"agent": "ada"}),
    "action-status": at("#run", {"actionStatus": "completed"}),
    "action-error": at("#run", {"error": "out of memory"}, {"error": None}),
    "action-environment": at("#run", {"environment": "THREADS=4"}),
    "action-container-image": at("#tool-run", {"containerImage": "python:3.11"}),
    "action-data": at("#run", {"object": to(PERSON)}),
    "action-result": lacks("#run", "result"),
    "action-mentioned": at(ROOT, {"mentions": to("#tool-run", "#both")}),
    "tool-name": lacks(TOOL, "name"),
    "tool-url": lacks(TOOL, "url"),
    "tool-version": lacks(TOOL, "version"),
    "tool-one-version": at(TOOL, {"softwareVersion": "2.1.0"}, {"softwareVersion": None}),
    "tool-id": at(TOOL, {"@id": "tool"}),
    "source-version": lacks(SCRIPT, "version"),
    "collection-mentioned": at(ROOT, {"mentions": to("#run", "#tool-run", "#script-run")}),
    "collection-parts": lacks("#both", "hasPart"),
    "collection-main-entity": lacks("#both", "mainEntity"),
    "container-image-type": lacks("#image", "additionalType"),
    "container-image-registry": lacks("#image", "registry"),
    "container-image-name": lacks("#image", "name"),
}
WORKFLOW_CRATE: dict[str, Example] = {
    "ro-crate-version": _base_version(),
    "main-entity": lacks(ROOT, "mainEntity"),
    "main-workflow-types": at(WORKFLOW, {"@type": ["File", "ComputationalWorkflow"]}),
    "main-workflow-file": Example(files={WORKFLOW: (None, "cwlVersion: v1.2")}),
    "main-workflow-language": lacks(WORKFLOW, "programmingLanguage"),
    "main-workflow-bioschemas": lacks(WORKFLOW, "conformsTo"),
    "license": lacks(ROOT, "license"),
    "readme": Example({README: None}),
    "readme-about": lacks(README, "about"),
    "readme-format": at(README, {"encodingFormat": "text/plain"}),
    "descriptor-conforms-to": at(DESCRIPTOR, {"conformsTo": to("https://w3id.org/ro/crate/{version}")}),
    "root-conforms-to": _conforms(_OTHER),
    "cwl-description-language": extra(
        "abstract.cwl",
        {"@type": ["File", "SoftwareSourceCode", "HowTo"], "name": "Abstract workflow"},
        {"programmingLanguage": to("https://w3id.org/workflowhub/workflow-ro-crate#cwl")},
        subjectOf=WORKFLOW,
    ),
    "cwl-description-linked": Example(
        {
            "abstract.cwl": {
                "@type": ["File", "SoftwareSourceCode", "HowTo"],
                "programmingLanguage": to("https://w3id.org/workflowhub/workflow-ro-crate#cwl"),
            }
        },
        {
            "abstract.cwl": {
                "@type": ["File", "SoftwareSourceCode", "HowTo"],
                "programmingLanguage": to("https://w3id.org/workflowhub/workflow-ro-crate#cwl"),
            },
            WORKFLOW: {"subjectOf": to("abstract.cwl")},
        },
    ),
    "workflow-step": at(WORKFLOW, {"step": "train"}),
    "workflow-how-to": at(WORKFLOW, {"@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"]}),
    "workflow-parameters": at(WORKFLOW, {"input": "data"}),
}
WORKFLOW_RUN: dict[str, Example] = {
    "ro-crate-version": _base_version(),
    "root-conforms-to": _conforms(_OTHER),
    "root-conforms-to-all": at(ROOT, {"conformsTo": to("https://w3id.org/ro/wfrun/workflow/{run}")}),
    "workflow-run": at("#run", {"instrument": to(TOOL)}),
    "workflow-parameters": at(WORKFLOW, {"input": "data"}),
    "workflow-environment": at(WORKFLOW, {"environment": "THREADS"}),
    "parameter-name": lacks("#input", "name"),
    "parameter-additional-type": lacks("#input", "additionalType"),
    "parameter-work-example": at("#input", {"workExample": to(PERSON)}, {"workExample": to(DATA)}),
    "parameter-example-of-work": lacks(DATA, "exampleOfWork"),
    "environment-example-of-work": lacks("#threads", "exampleOfWork"),
    "parameter-type-collection": _filled("Collection", "File", "Collection"),
    "parameter-type-dataset": _filled("Dataset", "File", "Dataset"),
    "parameter-type-file": _filled("File", "Text", "File"),
    "parameter-type-propertyvalue": _filled("PropertyValue", "File", "Integer"),
    "action-slots": at(DATA, {"exampleOfWork": to("#output")}),
}
PROVENANCE: dict[str, Example] = {
    "ro-crate-version": _base_version(),
    "root-conforms-to": _conforms(_OTHER),
    "root-conforms-to-all": at(ROOT, {"conformsTo": to("https://w3id.org/ro/wfrun/provenance/{run}")}),
    "workflow-tools": lacks(WORKFLOW, "hasPart"),
    "workflow-connection": at(WORKFLOW, {"connection": to(TOOL)}),
    "workflow-how-to": at(WORKFLOW, {"@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"]}),
    "workflow-step": lacks(WORKFLOW, "step"),
    "tool-parameters": at(TOOL, {"input": "data"}),
    "tool-environment": at(TOOL, {"environment": "THREADS"}),
    "tool-run": at("#tool-run", {"instrument": to(ENGINE)}),
    "tool-run-action": at("#tool-run", {"@type": "Event"}),
    "step-of-workflow": at(WORKFLOW, {"step": to("#step")}),
    "step-tool": lacks("#step", "workExample"),
    "step-position": at("#step", {"position": "last"}),
    "step-order": at("#step", {"position": "1"}),
    "step-connection": at("#step", {"connection": to(TOOL)}),
    "action-resource-usage": at("#tool-run", {"resourceUsage": "1200 J"}),
    "control-action-step": at("#step-run", {"instrument": to(TOOL)}),
    "control-action-object": lacks("#step-run", "object"),
    "control-action-status": at("#step-run", {"actionStatus": "completed"}),
    "control-action-error": at("#step-run", {"error": "out of memory"}, {"error": None}),
    "organize-action-engine": lacks("#organize", "instrument"),
    "organize-action-result": lacks("#organize", "result"),
    "organize-action-object": at("#organize", {"object": to(WORKFLOW)}),
    "connection-source": lacks("#first", "sourceParameter"),
    "connection-target": lacks("#first", "targetParameter"),
    "connection-used": at(WORKFLOW, {"connection": None}),
    "connection-of-step": at("#step", {"connection": None}),
    "connection-of-workflow": at(WORKFLOW, {"connection": None}),
    "build-file-format": lacks("environment.yml", "encodingFormat"),
    "build-file-conforms-to": lacks("environment.yml", "conformsTo"),
    "usage-property": lacks("#usage", "propertyID"),
    "usage-property-url": at("#usage", {"propertyID": "energy"}),
    "usage-unit": lacks("#usage", "unitCode"),
}
TESTING: dict[str, Example] = {
    "ro-crate-version": _base_version(),
    "root-mentions": at(ROOT, {"mentions": to("#run", "#tool-run")}),
    "suite-mentioned": at(ROOT, {"mentions": to("#run", "#tool-run")}),
    "suite-content": lacks("#suite", "instance", "definition"),
    "suite-main-entity": lacks("#suite", "mainEntity"),
    "instance-service": at("#instance", {"runsOn": "GitHub"}),
    "instance-url": lacks("#instance", "url"),
    "instance-resource": lacks("#instance", "resource"),
    "definition-file": at("tests.yml", {"@type": "TestDefinition"}),
    "definition-engine": lacks("tests.yml", "conformsTo"),
    "definition-engine-version": lacks("tests.yml", "engineVersion"),
}
PROFILES: dict[str, dict[str, Example]] = {
    "process-run-crate": {**PROCESS, **MAY_PROCESS},
    "workflow-ro-crate": {**WORKFLOW_CRATE, **MAY_WORKFLOW_CRATE},
    "workflow-run-crate": {**WORKFLOW_RUN, **MAY_WORKFLOW_RUN},
    "provenance-run-crate": {**PROVENANCE, **MAY_PROVENANCE},
    "workflow-testing-ro-crate": TESTING,
}
"""Family of the rule id to the examples of its rules; `{run}` stands for the version of the family."""
