"""Reads an env file as `kubectl create configmap --from-env-file` 1.36 does: everything after `=` is the value."""

import re
from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.programs.go_lines import GoLine, written_lines
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span

_NAME = re.compile(r"(?!\.\.|\.\Z)[-._a-zA-Z][-._a-zA-Z0-9]{0,252}")


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as kubectl does; a bare name takes its value from `environment`, or is empty."""
    draft = Draft()
    for line in written_lines(text, draft, "kubectl"):
        if line.too_long:
            draft.report(
                ProblemKind.LINE_TOO_LONG,
                Span(line.start, len(text)),
                "the line has 64 KiB or more, so kubectl silently drops it and everything after it",
                hint="put the value in a file, and set the variable to its path",
            )
        else:
            _take(line, environment, draft)
    _refuse_duplicates(draft)
    return draft.reading()


def _take(line: GoLine, environment: Mapping[str, str], draft: Draft) -> None:
    name, equal_sign, value = line.text.partition("=")
    name_span = Span(line.start, line.start + len(name))
    if not _NAME.fullmatch(name):
        message = "kubectl accepts up to 253 letters, digits, `_`, `-` and `.` in a name, so it rejects the file"
        hint = "write `NAME=value`, without `export` and without spaces around `=`"
        draft.refuse(ProblemKind.INVALID_NAME, name_span, message, name, hint)
    elif equal_sign:
        draft.bind(name, value, name_span, Span(name_span.end + 1, line.span.end))
    else:
        draft.bind(name, environment.get(name, ""), name_span, Span(name_span.end, name_span.end))
        if name not in environment:
            message = "the line has no `=` and the process has no such variable, so the value is empty"
            draft.report(ProblemKind.MALFORMED_LINE, name_span, message, name, "write `NAME=value`")


def _refuse_duplicates(draft: Draft) -> None:
    seen = set()
    for binding in draft.bindings:
        if binding.name in seen:
            message = "the name is set a second time, so kubectl rejects the file"
            draft.refuse(ProblemKind.DUPLICATE_NAME, binding.name_span, message, binding.name, "remove one of them")
        seen.add(binding.name)
