"""The report as JSON: versioned and stable, for programs."""

import json
from typing import Any

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary
from setpoint.envfile.location import Location

VERSION = 1


def render(report: Report) -> str:
    """Return `report` as indented JSON with a line ending."""
    return json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """Return `report` as plain JSON values."""
    return {
        "version": VERSION,
        "status": str(report.status),
        "exit_status": report.status.exit_status,
        "settings": report.settings,
        "sources": [_source(source) for source in report.sources],
        **({"services": [*report.services]} if report.services else {}),
        "diagnostics": [diagnostic_as_json(diagnostic) for diagnostic in report.diagnostics],
        "summary": {f"{severity}s": report.number_of(severity) for severity in Severity},
    }


def _source(source: SourceSummary) -> dict[str, str]:
    described = {"kind": str(source.kind)}
    if source.path is not None:
        described["path"] = source.path
    if source.loader is not None:
        described["loader"] = source.loader
    return described


def diagnostic_as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return `diagnostic` as plain JSON values."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": str(diagnostic.severity),
        "variable": diagnostic.variable,
        "message": diagnostic.message,
        "hint": diagnostic.advice,
        "location": _location(diagnostic.location) if diagnostic.location else None,
        **({"services": [*diagnostic.services]} if diagnostic.services else {}),
    }


def _location(location: Location) -> dict[str, str | int]:
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }
