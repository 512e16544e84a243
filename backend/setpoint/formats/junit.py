"""The report as JUnit XML, which most CI systems show as a list of tests.

Each problem is a test case that fails if the problem makes the check fail; a milder one passes with
its text as output. A source without problems is one test case that passes, so that it is listed.
"""

import re
from collections import Counter
from xml.etree import ElementTree as ET

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.report import Report
from setpoint.formats.for_people import Style
from setpoint.formats.full import lines_of
from setpoint.text.escape import in_one_line

_ENVIRONMENT = "process environment"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Return the document, with a line ending."""
    root = ET.Element("testsuites", name="setpoint")
    for name, diagnostics in _by_suite(report).items():
        suite = ET.SubElement(root, "testsuite", name=_xml(name))
        suite.extend(_cases(report, name, diagnostics))
        _count(suite)
    _count(root)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _by_suite(report: Report) -> dict[str, list[Diagnostic]]:
    """Return what was found in each source; what is in none is listed under the one that takes precedence."""
    suites: dict[str, list[Diagnostic]] = {source.path or _ENVIRONMENT: [] for source in report.sources}
    last = next(reversed(suites), report.settings or "settings")
    for diagnostic in report.diagnostics:
        suites.setdefault(diagnostic.location.path if diagnostic.location else last, []).append(diagnostic)
    return suites


def _cases(report: Report, suite: str, diagnostics: list[Diagnostic]) -> list[ET.Element]:
    """Return the test cases of one source, each with a unique name: CI systems show only one of each name."""
    names: Counter[str] = Counter()
    cases = []
    for diagnostic in diagnostics:
        name = " ".join(part for part in (diagnostic.code, diagnostic.name, diagnostic.variable) if part)
        names[name] += 1
        cases.append(_problem(report, diagnostic, suite, f"{name} ({names[name]})" if names[name] > 1 else name))
    return cases or [_case(suite, "no problems")]


def _problem(report: Report, diagnostic: Diagnostic, suite: str, name: str) -> ET.Element:
    case = _case(suite, name)
    if diagnostic.location is not None:
        case.set("line", str(diagnostic.location.line))
    text = _xml("\n".join(lines_of(diagnostic, Style(colored=False))))
    if diagnostic.unable:
        ET.SubElement(case, "error", message=_xml(in_one_line(diagnostic.message)), type=diagnostic.code).text = text
    elif diagnostic.severity.rank >= report.fail_on.rank:
        ET.SubElement(case, "failure", message=_xml(in_one_line(diagnostic.message)), type=diagnostic.code).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _case(suite: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=_xml(suite), name=_xml(name), file=_xml(suite), time="0")


def _count(element: ET.Element) -> None:
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    element.set("failures", str(sum(1 for _ in element.iter("failure"))))
    element.set("errors", str(sum(1 for _ in element.iter("error"))))


def _xml(text: str) -> str:
    """Return `text` with characters that XML can't hold, not even escaped, replaced by their codes."""
    return _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
