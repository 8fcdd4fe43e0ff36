"""Examples of the rules on what MAY be there: on the wrong side it is not, on the right side it is."""

from collections.abc import Mapping
from typing import Any

from .base_crate import DATA, ENGINE, FAILED, LANGUAGE, ROOT, SCRIPT, STORE, TOOL, WEB_FILE, WORKFLOW, to
from .damage import Example, at, lacks

_DOWNLOAD = "https://example.org/data.csv"


def _gets(identifier: str, /, **properties: Any) -> Example:
    """Return an example in which an entity of the base crate gets properties."""
    return at(identifier, {}, properties)


def _gets_link(identifier: str, name: str, target: str, kind: str) -> Example:
    """Return an example in which an entity of the base crate gets a reference to a new one."""
    link = {name: to(target)}
    return Example({identifier: {}}, {identifier: link, target: {"@type": kind, "name": "About it"}})


def _failed(identifier: str) -> Example:
    failed = {"actionStatus": FAILED}
    return at(identifier, failed, {**failed, "error": "out of memory"})


def _curation(right: Mapping[str, Any], **both: Any) -> Example:
    """Return an example of an action on the crate as a whole."""
    action = {"@type": "UpdateAction", "name": "Published", "object": to(ROOT), **both}
    return Example({"#published": action}, {"#published": {**action, **right}})


def _folder(name: str) -> Example:
    return Example({name: None}, {name: {"@type": "Dataset", "name": name}})


_FORMAT = "https://example.org/formats.html#digits"
_FORMAT_USED = {"encodingFormat": ["text/csv", to(_FORMAT)]}

MAY_RO_CRATE: dict[str, Example] = {
    "may-file-identifier": _gets(DATA, identifier="https://doi.org/10.5281/zenodo.1009240"),
    "may-file-url": _gets(DATA, url=_DOWNLOAD),
    "may-file-subject-of": _gets_link(DATA, "subjectOf", "https://example.org/report.html", "WebPage"),
    "may-file-main-entity-of-page": _gets_link(
        DATA, "mainEntityOfPage", "https://example.org/digits.html", "WebPage"
    ),
    "may-file-content-url": _gets(DATA, contentUrl=_DOWNLOAD),
    "may-web-data-local-path": _gets(WEB_FILE, localPath="data/test-set.csv"),
    "may-root-distribution": _gets_link(
        ROOT, "distribution", "https://example.org/digits.zip", "DataDownload"
    ),
    "may-directory-distribution": _gets_link(
        STORE, "distribution", "https://example.org/store.zip", "DataDownload"
    ),
    "may-encoding-format-section": Example(
        {DATA: _FORMAT_USED, _FORMAT: {"@type": "WebPage", "name": "Digits"}},
        {DATA: _FORMAT_USED, _FORMAT: {"@type": ["WebPage", "WebPageElement"], "name": "Digits"}},
        shown=(_FORMAT,),
    ),
    "may-software-alternate-name": _gets(LANGUAGE, alternateName="CWL"),
    "may-script-image": lacks(WORKFLOW, "image"),
    "may-curation-description": _curation({"description": "Uploaded to the repository"}),
    "may-curation-start-time": _curation({"startTime": "2026-01-31T12:00:00+01:00"}),
    "may-curation-instrument": _curation({"instrument": to(ENGINE)}),
    "may-curation-status": _curation({"actionStatus": "http://schema.org/CompletedActionStatus"}),
    "may-curation-error": _curation({"error": "already published"}, actionStatus=FAILED),
}
MAY_PROCESS: dict[str, Example] = {
    "may-action-start-time": lacks("#run", "startTime"),
    "may-action-object": lacks("#run", "object"),
    "may-action-status": lacks("#run", "actionStatus"),
    "may-action-error": _failed("#run"),
    "may-action-environment": lacks("#run", "environment"),
    "may-action-container-image": lacks("#tool-run", "containerImage"),
    "may-container-image-tag": _gets("#image", tag="3.11"),
    "may-container-image-sha256": _gets("#image", sha256="9f86d081" * 8),
    "may-tool-requirements": _gets(TOOL, softwareRequirements=to(TOOL)),
}
MAY_WORKFLOW_CRATE: dict[str, Example] = {
    "may-main-workflow-image": lacks(WORKFLOW, "image"),
    "may-main-workflow-description": _gets_link(WORKFLOW, "subjectOf", "#cwl", "SoftwareSourceCode"),
    "may-test-folder": _folder("test/"),
    "may-examples-folder": _folder("examples/"),
}
MAY_WORKFLOW_RUN: dict[str, Example] = {
    "may-workflow-input": lacks(WORKFLOW, "input"),
    "may-workflow-output": lacks(WORKFLOW, "output"),
    "may-workflow-environment": lacks(WORKFLOW, "environment"),
    "may-parameter-work-example": _gets("#input", workExample=to(DATA)),
    "may-parameter-description": _gets("#input", description="The digits to learn from"),
}
MAY_PROVENANCE: dict[str, Example] = {
    "may-workflow-build-instructions": lacks(WORKFLOW, "buildInstructions"),
    "may-step-build-instructions": _gets("#step", buildInstructions=to("environment.yml")),
    "may-workflow-connection": lacks(WORKFLOW, "connection"),
    "may-step-connection": lacks("#step", "connection"),
    "may-tool-input": lacks(TOOL, "input"),
    "may-tool-output": lacks(TOOL, "output"),
    "may-tool-environment": lacks(TOOL, "environment"),
    "may-tool-requirements": _gets(SCRIPT, softwareRequirements=to(TOOL)),
    "may-tool-main-entity": _gets(SCRIPT, mainEntity=to(TOOL)),
    "may-step-position": lacks("#step", "position"),
    "may-action-resource-usage": lacks("#tool-run", "resourceUsage"),
    "may-control-action-status": lacks("#step-run", "actionStatus"),
    "may-control-action-error": _failed("#step-run"),
}
"""Rule name to its example, as in the modules beside this."""
