"""What CI systems and editors read: the same findings and the same status in every format."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from inline_snapshot import snapshot

from setpoint.check.diagnostic import Diagnostic, Excerpt
from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary
from setpoint.envfile.location import Location
from setpoint.formats import github, gitlab, junit, registry, sarif
from setpoint.formats.artifact import fingerprints
from setpoint.formats.for_people import Style
from setpoint.sources.env_file import SourceKind
from support.checking import checked
from support.mixed_files import FILES, MIXED

PLAIN = Style(colored=False)


def test_github_gets_a_command_for_each_problem() -> None:
    """GitHub turns them into annotations; a place over two lines has no columns."""
    assert github.render(checked(MIXED)) == snapshot("""\
::error file=1.env,line=1,col=1,endColumn=11,title=SP301 unknown-variable::no setting reads `SENTRY_DNS`; did you mean `SENTRY_DSN`? error tracking stays off while `SENTRY_DSN` is unset
::warning file=1.env,line=2,col=1,endColumn=6,title=SP301 unknown-variable::no setting reads `OTHER`; remove it, or add it to `ignore-variables` in `[tool.setpoint]`
::error file=1.env,line=3,endLine=4,title=SP401 invalid-value::`LOG_LEVEL` is not one of the allowed values; expected `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`
""")  # noqa: E501 - as it is written


def test_gitlab_gets_its_code_quality_artifact() -> None:
    """It compares fingerprints of two branches to tell what is new."""
    assert json.loads(gitlab.render(checked(MIXED)))[0] == snapshot(
        {
            "description": "no setting reads `SENTRY_DNS`; did you mean `SENTRY_DSN`? error tracking stays off while `SENTRY_DSN` is unset",  # noqa: E501 - as it is written
            "check_name": "SP301 unknown-variable",
            "fingerprint": "82ec68e125d811296abe4e4faf68f027a6a076745a2ad9379574247d51f012e0",
            "severity": "major",
            "location": {"path": "1.env", "lines": {"begin": 1}},
        }
    )


def test_junit_gets_a_test_case_for_each_problem() -> None:
    """What does not fail the check does not fail a test."""
    assert junit.render(checked(MIXED)) == snapshot("""\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="setpoint" tests="3" failures="2" errors="0">
  <testsuite name="1.env" tests="3" failures="2" errors="0">
    <testcase classname="1.env" name="SP301 unknown-variable SENTRY_DNS" file="1.env" time="0" line="1">
      <failure message="no setting reads `SENTRY_DNS`" type="SP301">error[SP301]: no setting reads `SENTRY_DNS`
  --&gt; 1.env:1:1
   |
 1 | SENTRY_DNS=********
   | ^^^^^^^^^^ did you mean `SENTRY_DSN`?
   = hint: error tracking stays off while `SENTRY_DSN` is unset</failure>
    </testcase>
    <testcase classname="1.env" name="SP301 unknown-variable OTHER" file="1.env" time="0" line="2">
      <system-out>warning[SP301]: no setting reads `OTHER`
  --&gt; 1.env:2:1
   |
 2 | OTHER=********
   | ^^^^^
   = hint: remove it, or add it to `ignore-variables` in `[tool.setpoint]`</system-out>
    </testcase>
    <testcase classname="1.env" name="SP401 invalid-value LOG_LEVEL" file="1.env" time="0" line="3">
      <failure message="`LOG_LEVEL` is not one of the allowed values" type="SP401">error[SP401]: `LOG_LEVEL` is not one of the allowed values
  --&gt; 1.env:3:11
   |
 3 | LOG_LEVEL="a
   |           ^^ expected `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`</failure>
    </testcase>
  </testsuite>
</testsuites>
""")  # noqa: E501 - as it is written


def test_a_source_without_problems_is_one_test_that_passes() -> None:
    """A report without any test looks like a check that never ran."""
    assert junit.render(checked("PORT=80\n", environment={})) == snapshot("""\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="setpoint" tests="2" failures="0" errors="0">
  <testsuite name="1.env" tests="1" failures="0" errors="0">
    <testcase classname="1.env" name="no problems" file="1.env" time="0" />
  </testsuite>
  <testsuite name="process environment" tests="1" failures="0" errors="0">
    <testcase classname="process environment" name="no problems" file="process environment" time="0" />
  </testsuite>
</testsuites>
""")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("50%", "50%25"), ("a\nb", "a%0Ab"), ("a\r\nb", "a%0D%0Ab"), ("::error::x", "::error::x"), ("%0A", "%250A")],
)
def test_a_message_cannot_end_the_command_of_github(text: str, escaped: str) -> None:
    """Else a file could command the runner."""
    found = Diagnostic("SP401", "invalid-value", Severity.ERROR, text)
    assert github.render(Report("", (), (found,))) == f"::error title=SP401 invalid-value::{escaped}\n"


def test_a_path_cannot_end_a_property_of_github() -> None:
    """Colons and commas stand in names of files."""
    place = Location("a,b:c%.env", 1, 1, 1, 2)
    found = Diagnostic("SP401", "invalid-value", Severity.INFO, "m", location=place)
    assert github.render(Report("", (), (found,))).startswith("::notice file=a%2Cb%3Ac%25.env,line=1,")


def test_a_fingerprint_survives_lines_that_move_and_values_that_change() -> None:
    """Else each edit makes every problem of the file a new one."""
    before = checked("PORT=x\nSENTRY_TRACES_SAMPLE_RATE=ten\n")
    after = checked("# a comment\n\nPORT=yy\nSENTRY_TRACES_SAMPLE_RATE=7\n")
    assert fingerprints(before) == fingerprints(after)
    thrice = fingerprints(checked("OTHER=x\nOTHER=y\nOTHER=z\n"))
    assert len(set(thrice)) == len(thrice) == 5


def test_a_problem_without_a_place_is_shown_at_the_file_that_wins() -> None:
    """GitLab and GitHub drop what has no file."""
    found = Diagnostic("SP302", "missing-variable", Severity.ERROR, "m", "REGION")
    sources = tuple(
        SourceSummary(SourceKind.ENV_FILE, path, "docker") for path in ("a.env", str(Path("b.env").absolute()))
    )
    report = Report("", sources, (found,))
    assert json.loads(gitlab.render(report))[0]["location"] == {"path": "b.env", "lines": {"begin": 1}}
    result = json.loads(sarif.render(report))["runs"][0]["results"][0]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "b.env"}}}]


def test_a_problem_of_the_process_environment_is_no_problem_of_a_file() -> None:
    """There is none to show it at, and it is still reported."""
    found = Diagnostic("SP301", "unknown-variable", Severity.ERROR, "m", "PROT")
    report = Report("", (SourceSummary(SourceKind.PROCESS_ENVIRONMENT),), (found,))
    assert json.loads(gitlab.render(report))[0]["location"]["path"] == "environment"
    result = json.loads(sarif.render(report))["runs"][0]["results"][0]
    assert result["locations"] == [{"logicalLocations": [{"name": "process environment"}]}]
    assert 'classname="process environment"' in junit.render(report)


def test_junit_is_xml_whatever_stands_in_a_message() -> None:
    """Control characters and half characters may stand in no XML document, not even escaped."""
    text = "a\x00\x1b\x0b<&>\"']]>\ud800\ufffe\U0001f600é"
    excerpt = Excerpt(text, 0, 1)
    found = Diagnostic(
        "SP401", "invalid-value", Severity.ERROR, text, text, text, text, Location(text, 1, 1, 1, 2), excerpt
    )
    root = ET.fromstring(junit.render(Report("", (), (found,))))  # noqa: S314 - it is our own text
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "a\\u0000\\u001b\\u000b<&>\"']]>\\ud800\\ufffe\U0001f600é"


def _worst_in_github(text: str) -> set[str]:
    return {line.partition(" ")[0].strip(":") for line in text.splitlines()}


def _worst_in_gitlab(text: str) -> set[str]:
    return {{"major": "error", "minor": "warning", "info": "notice"}[each["severity"]] for each in json.loads(text)}


def _worst_in_sarif(text: str) -> set[str]:
    levels = {result["level"] for result in json.loads(text)["runs"][0]["results"]}
    return {"notice" if level == "note" else level for level in levels}


_SEVERITIES: dict[str, Callable[[str], set[str]]] = {
    "github": _worst_in_github,
    "gitlab": _worst_in_gitlab,
    "sarif": _worst_in_sarif,
}


@pytest.mark.parametrize("fail_on", [Severity.ERROR, Severity.WARNING])
@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_the_status_is_the_same_in_every_format(content: str | bytes, fail_on: Severity) -> None:
    """Whoever reads another format reads of the same problems."""
    report = checked(content)._replace(fail_on=fail_on)
    texts = {name: registry.render(name, report, PLAIN) for name in registry.FORMATS}
    said = {"notice" if each.severity is Severity.INFO else str(each.severity) for each in report.diagnostics}
    assert {name: severities(texts[name]) for name, severities in _SEVERITIES.items()} == dict.fromkeys(
        _SEVERITIES, said
    )
    counts = {
        len(report.diagnostics),
        len(re.findall(r"^(?:error|warning|info)\[", texts["full"], re.MULTILINE)),
        texts["concise"].count("\n") - 1,
        len(json.loads(texts["json"])["diagnostics"]),
        texts["github"].count("\n"),
        len(json.loads(texts["gitlab"])),
        len(json.loads(texts["sarif"])["runs"][0]["results"]),
    }
    assert len(counts) == 1
    assert _invocation(texts["sarif"])["exitCode"] == json.loads(texts["json"])["exit_status"]
    tests = ET.fromstring(texts["junit"])  # noqa: S314 - it is our own text
    assert (int(tests.get("failures", "")) > 0) == (report.status.exit_status == 1)
    assert int(tests.get("tests", "")) == max(1, *counts)


def test_a_check_that_could_not_look_is_an_error_in_every_format() -> None:
    """It never looks like a pass."""
    found = Diagnostic(
        "SP001", "missing-file", Severity.ERROR, "m", location=Location("a.env", 1, 1, 1, 1), unable=True
    )
    report = Report("", (SourceSummary(SourceKind.ENV_FILE, "a.env"),), (found,))
    texts = {name: registry.render(name, report, PLAIN) for name in registry.FORMATS}
    assert _invocation(texts["sarif"]) == {
        "executionSuccessful": False,
        "exitCode": 2,
        "exitCodeDescription": "unable",
    }
    assert 'errors="1"' in texts["junit"]
    assert all("SP001" in text for text in texts.values())


def _invocation(text: str) -> dict[str, Any]:
    invocation: dict[str, Any] = json.loads(text)["runs"][0]["invocations"][0]
    return invocation
