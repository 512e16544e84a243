"""Reads an env file as `docker run --env-file` 28.5 does: everything after `=` is the value."""

from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.programs.go_lines import GoLine, written_lines
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as docker's client does; a bare name takes its value from `environment`."""
    draft = Draft()
    for line in written_lines(text, draft, "docker"):
        if line.too_long:
            draft.refuse(
                ProblemKind.LINE_TOO_LONG,
                line.span,
                "the line has 64 KiB or more, so docker rejects the file",
                hint="put the value in a file, and set the variable to its path",
            )
        else:
            _take(line, environment, draft)
    return draft.reading()


def _take(line: GoLine, environment: Mapping[str, str], draft: Draft) -> None:
    name, equal_sign, value = line.text.partition("=")
    name_span = Span(line.start, line.start + len(name))
    if not name:
        message = "the name before `=` is missing, so docker rejects the file"
        draft.refuse(ProblemKind.INVALID_NAME, line.span, message, hint="write `NAME=value`, or comment the line out")
    elif " " in name or "\t" in name:
        message = "the name contains whitespace, or whitespace precedes the `=`, so docker rejects the file"
        hint = "write `NAME=value`, without `export` and without spaces around `=`"
        draft.refuse(ProblemKind.INVALID_NAME, name_span, message, name, hint)
    elif equal_sign:
        draft.bind(name, value, name_span, Span(name_span.end + 1, line.span.end))
    else:
        draft.bind(name, environment.get(name), name_span, Span(name_span.end, name_span.end))
        if name not in environment:
            message = "the line has no `=` and the process has no such variable, so it is ignored"
            draft.report(ProblemKind.MALFORMED_LINE, name_span, message, name, "write `NAME=value`")
