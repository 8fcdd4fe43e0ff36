"""Reports as JUnit XML, which most CI services show as a table of tests.

There is no one specification; this is what the readers of Jenkins, GitLab and Azure have in common:
`testsuites`, one `testsuite` a path, one `testcase` a path and rule, with `failure`, `error` or `system-out`.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..report import UNREADABLE_KIND, Finding, Report, Severity
from .place import Places

# XML 1.0, section 2.2, production 2: what is no Char cannot be written in XML, not even as a reference.
_NO_CHAR = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_RULE_FAILS = "no rule fails"


def _text(text: str) -> str:
    return _NO_CHAR.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _describe(finding: Finding, places: Places) -> str:
    place = places.of(finding)
    where = ":".join(str(part) for part in (place.path, place.line, place.column) if part is not None)
    inside = " ".join(part for part in (place.inside, finding.location.pointer) if part)
    return f"{where}{f' {inside}' if inside else ''}: {finding.message}" + (
        f"\nfix: {finding.help}" if finding.help else ""
    )


def _suite(parent: Element, report: Report, severity: Severity) -> None:
    places = Places(report)
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    name = _text(report.path)
    suite = SubElement(parent, "testsuite", name=name)
    failures = errors = 0
    for rule, findings in by_rule.items():
        case = SubElement(suite, "testcase", classname=name, name=_text(rule))
        described = _text("\n\n".join(_describe(finding, places) for finding in findings))
        if report.kind == UNREADABLE_KIND:
            errors += 1
            problem = SubElement(case, "error", type=rule, message=_text(findings[0].message))
        elif any(finding.severity >= severity for finding in findings):
            failures += 1
            problem = SubElement(
                case, "failure", type=findings[0].severity.name, message=_text(findings[0].message)
            )
        else:
            problem = SubElement(case, "system-out")
        problem.text = described
    if not by_rule:
        SubElement(suite, "testcase", classname=name, name=_NO_RULE_FAILS)
    suite.set("tests", str(max(len(by_rule), 1)))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))


def format_junit(reports: Sequence[Report], severity: Severity = Severity.MUST) -> str:
    """Return the reports as an XML document in ASCII.

    Args:
        reports: one a path, in the order to print.
        severity: rules with findings at or above it fail; the findings of the others are the output of a
            test that passes.
    """
    root = Element("testsuites", name="prov4ml-pack validate")
    for report in reports:
        _suite(root, report, severity)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    indent(root)
    document: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii") + "\n"
