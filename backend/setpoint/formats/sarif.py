"""The report as SARIF 2.1.0 (OASIS), for code scanning and editors."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from setpoint._version import __version__
from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.catalogue.rule_documentation import RuleDocumentation
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity, Status
from setpoint.check.report import Report
from setpoint.envfile.location import Location
from setpoint.formats.artifact import fingerprints, shown_path

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report) -> str:
    """Return the text of the log file, with a line ending."""
    rules = sorted({diagnostic.code for diagnostic in report.diagnostics})
    pairs = zip(report.diagnostics, fingerprints(report), strict=True)
    run = {
        "tool": {"driver": {"name": "setpoint", "version": __version__, "rules": [_rule(code) for code in rules]}},
        "invocations": [
            {
                "executionSuccessful": report.status is not Status.UNABLE,
                "exitCode": report.status.exit_status,
                "exitCodeDescription": str(report.status),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, diagnostic, rules, fingerprint) for diagnostic, fingerprint in pairs],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    rule = CATALOGUE[code]
    documented = rule.documentation
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": documented.summary},
        "help": {"text": rule.docstring, "markdown": _markdown(documented)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _markdown(rule: RuleDocumentation) -> str:
    examples = (("Bad", rule.bad), ("Good", rule.good))
    blocks = (f"{title}:\n\n```\n{example.text}\n```" for title, example in examples if example)
    why = [f"Why it matters: {rule.why}"] if rule.why else []
    return "\n\n".join([rule.summary, *why, *blocks])


def _result(report: Report, diagnostic: Diagnostic, rules: list[str], fingerprint: str) -> dict[str, Any]:
    advice = f"; {diagnostic.advice}" if diagnostic.advice else ""
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rules.index(diagnostic.code),
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": f"{diagnostic.message}{advice}"},
        "locations": [_location(shown_path(report, diagnostic), diagnostic.location)],
        "partialFingerprints": {"setpoint/v1": fingerprint},
    }


def _location(path: str | None, location: Location | None) -> dict[str, Any]:
    if path is None:
        return {"logicalLocations": [{"name": "process environment"}]}
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if location is not None:
        physical["region"] = {
            "startLine": location.line,
            "startColumn": location.column,
            "endLine": location.end_line,
            "endColumn": location.end_column,
        }
    return {"physicalLocation": physical}


def _uri(path: str) -> str:
    return f"file://{quote(path)}" if Path(path).is_absolute() else quote(path)
