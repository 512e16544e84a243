"""Reads an env file as `podman --env-file` 5.8 does: everything after `=` is the value."""

from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.programs.go_lines import GoLine, go_lines
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span, first_bad_byte, with_each_byte_replaced


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as podman does; a bare name or `PREFIX*` takes its values from `environment`."""
    draft = Draft()
    for line in go_lines(text):
        if line.too_long:
            message = "the line has 64 KiB or more, so podman rejects the file"
            hint = "put the value in a file, and set the variable to its path"
            draft.refuse(ProblemKind.LINE_TOO_LONG, line.span, message, hint=hint)
            break
        _take(line.without_blanks_before_it(" \t"), environment, draft)
    return draft.reading()


def _take(line: GoLine, environment: Mapping[str, str], draft: Draft) -> None:
    if not line.text or line.text.startswith("#"):
        return
    _report_odd_bytes(line, draft)
    name, equal_sign, value = line.text.partition("=")
    name_span = Span(line.start, line.start + len(name))
    if not name:
        message = "the name before `=` is missing, so podman rejects the file"
        draft.refuse(ProblemKind.INVALID_NAME, line.span, message, hint="write `NAME=value`, or comment the line out")
    elif equal_sign:
        value_span = Span(name_span.end + 1, line.span.end)
        draft.bind(with_each_byte_replaced(name), with_each_byte_replaced(value), name_span, value_span)
    else:
        _take_from_the_process(name, name_span, environment, draft)


def _take_from_the_process(name: str, name_span: Span, environment: Mapping[str, str], draft: Draft) -> None:
    nothing = Span(name_span.end, name_span.end)
    if name.endswith("*"):
        for known, value in environment.items():
            if known.startswith(name[:-1]):
                draft.bind(known, value, name_span, nothing)
        message = "`*` passes on every variable of the process that starts like this"
        draft.report(ProblemKind.MALFORMED_LINE, name_span, message, name, "list each variable by name")
        return
    draft.bind(with_each_byte_replaced(name), environment.get(name), name_span, nothing)
    if name not in environment:
        message = "the line has no `=` and the process has no such variable, so it is ignored"
        draft.report(ProblemKind.MALFORMED_LINE, name_span, message, name, "write `NAME=value`")


def _report_odd_bytes(line: GoLine, draft: Draft) -> None:
    if line.start == 0 and line.text.startswith("\ufeff"):
        message = "the file starts with a byte order mark, which becomes part of the first name"
        draft.report(
            ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message, hint="save the file as UTF-8 without a byte order mark"
        )
    bad_byte = first_bad_byte(line.text)
    if bad_byte is not None:
        at = line.start + bad_byte
        message = "the line is not UTF-8, and each byte that does not fit becomes U+FFFD"
        draft.report(ProblemKind.NOT_UTF_8, Span(at, at + 1), message, hint="save the file as UTF-8")
