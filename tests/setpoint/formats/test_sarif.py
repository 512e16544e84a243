"""SARIF is valid by its published schema, and explains every rule."""

import json
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from inline_snapshot import snapshot

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.envfile.location import Location
from setpoint.formats import sarif
from support.checking import checked
from support.mixed_files import FILES


def test_code_scanning_gets_sarif() -> None:
    """One problem, whole."""
    log = json.loads(sarif.render(checked("SENTRY_DNS=https://key@sentry.example/1\n")))
    log["runs"][0]["tool"]["driver"]["rules"][0]["help"] = {"text": "…"}
    assert log == snapshot(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "setpoint",
                            "version": "0.1.0",
                            "rules": [
                                {
                                    "id": "SP301",
                                    "name": "unknown-variable",
                                    "shortDescription": {"text": "Report a variable that no setting reads."},
                                    "help": {"text": "…"},
                                    "defaultConfiguration": {"level": "error"},
                                }
                            ],
                        }
                    },
                    "invocations": [{"executionSuccessful": True, "exitCode": 1, "exitCodeDescription": "failed"}],
                    "columnKind": "unicodeCodePoints",
                    "results": [
                        {
                            "ruleId": "SP301",
                            "ruleIndex": 0,
                            "level": "error",
                            "message": {
                                "text": "no setting reads `SENTRY_DNS`; did you mean `SENTRY_DSN`? error tracking stays off while `SENTRY_DSN` is unset"  # noqa: E501 - as it is written
                            },
                            "locations": [
                                {
                                    "physicalLocation": {
                                        "artifactLocation": {"uri": "1.env"},
                                        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 11},
                                    }
                                }
                            ],
                            "partialFingerprints": {
                                "setpoint/v1": "82ec68e125d811296abe4e4faf68f027a6a076745a2ad9379574247d51f012e0"
                            },
                        }
                    ],
                }
            ],
        }
    )


def test_a_path_is_a_uri_in_sarif() -> None:
    """Blanks and letters beyond ASCII are percent-encoded; a path outside of the folder is absolute."""
    places = [Location(path, 1, 1, 1, 1) for path in ("a b/é#.env", "/nowhere/a.env")]
    found = [Diagnostic("SP301", "unknown-variable", Severity.ERROR, "m", location=place) for place in places]
    results = json.loads(sarif.render(Report("", (), tuple(found))))["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert uris == ["a%20b/%C3%A9%23.env", "file:///nowhere/a.env"]


@cache
def _published_schema() -> jsonschema_rs.Draft4Validator:
    """Return the schema that the authors of SARIF publish with their tools."""
    folder = Path(__file__).parents[1] / "envfile" / "live" / "node_modules" / "@microsoft" / "jest-sarif"
    schema = json.loads((folder / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
    for definition in ("run", "toolComponent"):
        del schema["definitions"][definition]["properties"]["language"]["pattern"]  # It is no regular expression.
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True)


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_sarif_is_valid_by_the_published_schema(content: str | bytes) -> None:
    """And what the schema cannot say: a result names a rule that is there."""
    log = json.loads(sarif.render(checked(content)))
    assert [error.message for error in _published_schema().iter_errors(log)] == []
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        each["ruleId"] for each in run["results"]
    ]


def test_the_published_schema_refuses_what_is_wrong() -> None:
    """A schema that takes anything proves nothing."""
    log = json.loads(sarif.render(checked("PORT=x\n")))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    log["runs"][0]["results"][0]["level"] = "bad"
    assert len(list(_published_schema().iter_errors(log))) == 2


@pytest.mark.parametrize("code", CATALOGUE)
def test_sarif_explains_every_rule(code: str) -> None:
    """A reader of code scanning has no other page."""
    found = Diagnostic(code, CATALOGUE[code].name, CATALOGUE[code].severity, "m")
    rule = json.loads(sarif.render(Report("", (), (found,))))["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["shortDescription"]["text"].endswith(".")
    assert "Why it matters" in rule["help"]["text"]
    assert rule["help"]["markdown"].count("```") in {2, 4}
