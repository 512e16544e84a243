"""Reads an env file as `docker run --env-file` 28.5 does: everything after `=` is the value."""

from collections.abc import Mapping

from setpoint.envfile.bad_bytes import first_bad_byte
from setpoint.envfile.draft import Draft
from setpoint.envfile.go_lines import GO_BLANKS, GoLine, go_lines
from setpoint.envfile.reading import ProblemKind, Reading
from setpoint.envfile.source_text import Span


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as docker's client does; a bare name takes its value from `environment`."""
    draft = Draft()
    for line in go_lines(text):
        if line.too_long:
            draft.refuse(
                ProblemKind.LINE_TOO_LONG,
                line.span,
                "the line has 64 KiB or more, so docker rejects the file",
                hint="put the value in a file, and set the variable to its path",
            )
        elif (bad_byte := first_bad_byte(line.text)) is not None:
            at = line.start + bad_byte
            message = "the line is not UTF-8, so docker rejects the file"
            draft.refuse(ProblemKind.NOT_UTF_8, Span(at, at + 1), message, hint="save the file as UTF-8")
        else:
            _take(line, environment, draft)
    return draft.reading()


def _take(line: GoLine, environment: Mapping[str, str], draft: Draft) -> None:
    if line.start == 0 and line.text.startswith("\ufeff"):
        draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), "the file starts with a byte order mark")
        line = line.without_byte_order_mark()
    line = line.without_blanks_before_it(GO_BLANKS)
    if not line.text or line.text.startswith("#"):
        return
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
