"""What people and programs read: the same findings in every format."""

import json
import re

from inline_snapshot import snapshot
from pydantic_settings import BaseSettings

from setpoint.check.report import Report
from setpoint.formats import concise, full, json_report
from setpoint.formats.for_people import Style
from support.checking import checked

PLAIN = Style(colored=False)
COLORED = Style(colored=True)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")

PROD = """\
SENTRY_DNS=https://key@sentry.example/1
SENTRY_TRACES_SAMPLE_RATE=ten
LOG_LEVEL=INFO
HOST=0.0.0.0
PORT=8080
"""


class Needy(BaseSettings):
    """A class with a required setting."""

    region: str


def test_the_full_format_shows_line_place_cause_and_fix() -> None:
    """This is what an operator reads before a deploy."""
    assert full.render(checked(PROD), PLAIN) == snapshot("""\
error[SP301]: no setting reads `SENTRY_DNS`
  --> 1.env:1:1
   |
 1 | SENTRY_DNS=********
   | ^^^^^^^^^^ did you mean `SENTRY_DSN`?
   = hint: error tracking stays off while `SENTRY_DSN` is unset
error[SP401]: `SENTRY_TRACES_SAMPLE_RATE` is not a number
  --> 1.env:2:27
   |
 2 | SENTRY_TRACES_SAMPLE_RATE=ten
   |                           ^^^ expected a number from 0 to 1
   = hint: the Sentry SDK silently disables tracing

2 errors in 1.env (5 variables, read as python-dotenv reads them)
""")


def test_the_concise_format_has_one_line_for_each_problem() -> None:
    """Editors and grep take a problem by the line."""
    assert concise.render(checked(PROD), PLAIN) == snapshot("""\
1.env:1:1: error[SP301] no setting reads `SENTRY_DNS`; did you mean `SENTRY_DSN`? error tracking stays off while `SENTRY_DSN` is unset
1.env:2:27: error[SP401] `SENTRY_TRACES_SAMPLE_RATE` is not a number; expected a number from 0 to 1; the Sentry SDK silently disables tracing
2 errors in 1.env (5 variables, read as python-dotenv reads them)
""")  # noqa: E501 - as it is printed


def test_the_json_format_is_stable() -> None:
    """Programs are written against it; change its version with its shape."""
    assert json.loads(json_report.render(checked(PROD))) == snapshot(
        {
            "version": 1,
            "status": "failed",
            "exit_status": 1,
            "settings": "support.keyed_settings:Settings",
            "sources": [{"kind": "env-file", "path": "1.env", "loader": "python-dotenv"}],
            "diagnostics": [
                {
                    "code": "SP301",
                    "name": "unknown-variable",
                    "severity": "error",
                    "variable": "SENTRY_DNS",
                    "message": "no setting reads `SENTRY_DNS`",
                    "hint": "did you mean `SENTRY_DSN`? error tracking stays off while `SENTRY_DSN` is unset",
                    "location": {"path": "1.env", "line": 1, "column": 1, "end_line": 1, "end_column": 11},
                },
                {
                    "code": "SP401",
                    "name": "invalid-value",
                    "severity": "error",
                    "variable": "SENTRY_TRACES_SAMPLE_RATE",
                    "message": "`SENTRY_TRACES_SAMPLE_RATE` is not a number",
                    "hint": "expected a number from 0 to 1; the Sentry SDK silently disables tracing",
                    "location": {"path": "1.env", "line": 2, "column": 27, "end_line": 2, "end_column": 30},
                },
            ],
            "summary": {"errors": 2, "warnings": 0, "infos": 0},
        }
    )


def test_a_problem_without_a_place_has_no_location() -> None:
    """A missing variable stands nowhere."""
    report = checked("", settings_class=Needy)
    assert json_report.as_json(report)["diagnostics"] == snapshot(
        [
            {
                "code": "SP302",
                "name": "missing-variable",
                "severity": "error",
                "variable": "REGION",
                "message": "`REGION` is required but not set",
                "hint": "expected a string",
                "location": None,
            }
        ]
    )
    assert full.render(report, PLAIN) == snapshot("""\
error[SP302]: `REGION` is required but not set
   = expected a string

1 error in 1.env (0 variables, read as python-dotenv reads them)
""")


def test_colours_add_nothing_but_colours() -> None:
    """The text is understandable without them."""
    for render in (full.render, concise.render):
        assert ESCAPE.sub("", render(checked(PROD), COLORED)) == render(checked(PROD), PLAIN)
        assert ESCAPE.search(render(checked(PROD), COLORED))


def test_quiet_leaves_out_the_summary_alone() -> None:
    """A hook prints problems or nothing."""
    assert full.render(checked("PORT=80\n"), PLAIN, quiet=True) == ""
    assert full.render(checked("PORT=80\n"), PLAIN) == (
        "no problems in 1.env (1 variable, read as python-dotenv reads them)\n"
    )
    assert concise.render(checked(PROD), PLAIN, quiet=True).count("\n") == 2


def test_the_summary_names_all_that_was_looked_at() -> None:
    """A report that does not say what it is about can be about the wrong thing."""
    report = checked("PORT=80\n", "PORT=x\nFOO=1\n", environment={"HOST": "a", "PATH": "/bin"})
    assert full.render(report, PLAIN).splitlines()[-1] == snapshot(
        "1 error and 1 warning in 1.env, 2.env and the process environment"
        " (4 variables, read as python-dotenv reads them)"
    )


def test_the_caret_stands_below_the_place_even_behind_wide_characters() -> None:
    """Terminals give them two columns."""
    report = checked("SENTRY_ENVIRONMENT='\u6f22 \u5b57'\n")
    assert full.render(report, PLAIN, quiet=True) == snapshot("""\
error[SP401]: `SENTRY_ENVIRONMENT` is invalid: it contains a `/`, a space or a line break
  --> 1.env:1:20
   |
 1 | SENTRY_ENVIRONMENT='漢 字'
   |                    ^^^^^^^ expected a name of 1 to 64 characters without `/`, spaces and line breaks
   = hint: Sentry would drop the name or the event
""")


def test_a_long_line_is_cut_around_the_place() -> None:
    """A value of a thousand characters would push the message off the screen."""
    report = checked(f"SENTRY_ENVIRONMENT={'a' * 1000}\n")
    lines = full.render(report, PLAIN, quiet=True).splitlines()
    assert max(map(len, lines)) < 330
    assert lines[3].endswith("\u2026")


def test_control_characters_are_escaped() -> None:
    """A file must not steer the terminal of whoever checks it."""
    text = full.render(checked(b"LOG_FORMAT=a\x1b[31mb\x07\nEVIL\x9b=1\n"), PLAIN)
    assert "\\x1b[31m" in text
    assert not any(character < " " and character != "\n" for character in text)


def test_a_report_of_nothing_says_so() -> None:
    """A check without sources still ends with a sentence."""
    assert full.render(Report("a:B", (), ()), PLAIN) == "no problems\n"
