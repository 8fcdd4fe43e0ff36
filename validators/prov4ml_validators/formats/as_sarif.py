"""Reports in SARIF 2.1.0 (OASIS Standard of 27 March 2020), which code scanning services read."""

import json
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from ..examples import examples_of
from ..report import UNREADABLE_KIND, Finding, Report, Severity
from ..rules import Rule, find_rule
from .place import Place, Places

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.MUST: "error", Severity.SHOULD: "warning", Severity.MAY: "note"}


def _uri(path: str) -> str:
    """Return a path as a URI reference: relative ones stay relative to where the command was run."""
    pure = PurePath(path)
    text = quote(os.fsencode(pure.as_posix()))
    if pure.is_absolute():
        return "file://" + ("" if text.startswith("/") else "/") + text
    # A colon in the first segment would make it the scheme of an absolute URI; `quote` has escaped it.
    return text


def _help(rule: Rule) -> dict[str, str]:
    text = f"{rule.sentence}\n\nSource: {rule.source}\n\nFix: {rule.help}"
    markdown = f"{rule.sentence}\n\n**Source:** {rule.source}\n\n**Fix:** {rule.help}"
    wrong, right = examples_of(rule)
    for title, example in (("Wrong", wrong), ("Right", right)):
        if example:
            text += f"\n\n{title}:\n\n{example}"
            markdown += f"\n\n**{title}:**\n\n````\n{example}\n````"
    return {"text": text, "markdown": markdown}


def _descriptor(id: str, severity: Severity) -> dict[str, Any]:
    rule = find_rule(id)
    descriptor: dict[str, Any] = {"id": id, "defaultConfiguration": {"level": _LEVELS[severity]}}
    if rule is not None:
        descriptor["defaultConfiguration"]["level"] = _LEVELS[rule.severity]
        descriptor["shortDescription"] = {"text": rule.sentence}
        descriptor["fullDescription"] = {"text": f"{rule.sentence} ({rule.source})"}
        descriptor["help"] = _help(rule)
        descriptor["properties"] = {"tags": [id.partition("/")[0]]}
    return descriptor


def _location(finding: Finding, place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path)}}
    if place.line is not None:
        physical["region"] = {"startLine": place.line}
        if place.column is not None:
            physical["region"]["startColumn"] = place.column
    location: dict[str, Any] = {"physicalLocation": physical}
    pointer = finding.location.pointer
    member = finding.location.file if place.inside else None
    if pointer or member:
        # For a member of an archive this is the only place that SARIF viewers can show.
        name = f"{member or ''}{'#' if member and pointer else ''}{pointer or ''}"
        kind = "member" if pointer is None else "element"
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": kind}]
    return location


def _result(finding: Finding, place: Place, index: int) -> dict[str, Any]:
    message = f"{place.inside}: {finding.message}" if place.inside else finding.message
    if finding.help:
        message += f"\nFix: {finding.help}"
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [_location(finding, place)],
    }


def _driver_version() -> dict[str, str]:
    try:
        return {"version": version("prov4ml")}
    except PackageNotFoundError:  # run from a checkout that is not installed
        return {}


def format_sarif(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports as one SARIF log with one run, in ASCII.

    Args:
        reports: one a path, in the order to print.
        severity: decides nothing here: SARIF has levels for all three weights, MUST `error`, SHOULD
            `warning`, MAY `note`.
    """
    descriptors: dict[str, dict[str, Any]] = {}
    indices: dict[str, int] = {}
    results = []
    for report in reports:
        places = Places(report)
        for finding in report.findings:
            if finding.rule not in indices:
                indices[finding.rule] = len(indices)
                descriptors[finding.rule] = _descriptor(finding.rule, finding.severity)
            results.append(_result(finding, places.of(finding), indices[finding.rule]))
    readable = all(report.kind != UNREADABLE_KIND for report in reports)
    run = {
        "tool": {
            "driver": {
                "name": "prov4ml-pack validate",
                **_driver_version(),
                "rules": list(descriptors.values()),
            }
        },
        "invocations": [{"executionSuccessful": readable}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"
