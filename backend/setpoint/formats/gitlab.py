"""The report as GitLab's code quality artifact, which it shows in merge requests."""

import json
from typing import Any

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.formats.artifact import fingerprints, shown_path

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}
# GitLab leaves out what has no path, and a name that is not a file is better than silence.
_NO_FILE = "environment"


def render(report: Report) -> str:
    """Return the array that GitLab expects, with a line ending."""
    pairs = zip(report.diagnostics, fingerprints(report), strict=True)
    found = [_finding(report, diagnostic, fingerprint) for diagnostic, fingerprint in pairs]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _finding(report: Report, diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    advice = f"; {diagnostic.advice}" if diagnostic.advice else ""
    return {
        "description": f"{diagnostic.message}{advice}",
        "check_name": f"{diagnostic.code} {diagnostic.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": shown_path(report, diagnostic) or _NO_FILE,
            "lines": {"begin": diagnostic.location.line if diagnostic.location else 1},
        },
    }
