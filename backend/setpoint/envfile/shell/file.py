"""Reads a whole file as a shell sources it: follows its assignments, flags everything else, and runs nothing."""

import re
from bisect import bisect_right
from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.plain_lines import read_plain_lines
from setpoint.envfile.shell.variables import ShellVariables
from setpoint.envfile.shortened_text import ShortenedText
from setpoint.envfile.source_text import Span

_NUL = re.compile("\0")
_IS_RUN = {ProblemKind.NOT_STATIC, ProblemKind.COMMAND_SUBSTITUTION}
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_USE = rf"\$\{{?[#!]?({_NAME})"
_ARITHMETIC = r"\(\(([^()]*)"


def read_shell_file(text: str, environment: Mapping[str, str], dialect: ShellDialect) -> Reading:
    """Read `text` as the shell of `dialect` does when it sources it with `set -a`."""
    source = ShortenedText.without(_NUL, text)
    draft = Draft()
    if source.gaps:
        message = f"{dialect.program} ignores the NUL bytes in the file"
        draft.report(ProblemKind.NUL_BYTE, Span(0, 0), message, hint="remove them")
        if dialect.most_nul_bytes is not None and len(source.gaps) > dialect.most_nul_bytes:
            message = f"the file has so many NUL bytes that {dialect.program} rejects the file"
            draft.refuse(ProblemKind.NUL_BYTE, Span(0, 0), message, hint="remove them")
            return _with_original_spans(draft.reading(), source)
    if source.text.startswith("\ufeff"):
        message = "the file starts with a byte order mark, which the shell reads as part of the first word"
        draft.report(
            ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message, hint="save the file as UTF-8 without a byte order mark"
        )
    variables = ShellVariables(environment, dialect)
    at = read_plain_lines(source.text, 0, draft, variables, dialect)
    if at < len(source.text):
        from setpoint.envfile.shell.script import follow_script  # noqa: PLC0415 - costs more than all the rest of `read`

        follow_script(source.text, at, draft, variables, dialect)
    draft.referred = variables.referred | _used_where_unknown(source.text, draft)
    return _with_original_spans(draft.reading(variables.of_the_file()), source)


def _used_where_unknown(text: str, draft: Draft) -> set[str]:
    """Return the names that are used on lines of which only a shell knows what comes of them."""
    spans = [each.span for each in draft.problems if each.kind in _IS_RUN]
    if not spans:
        return set()
    ends = [*(line_end.end() for line_end in re.finditer("\n", text)), len(text)]
    numbers = {bisect_right(ends, at) for span in spans for at in (span.start, max(span.start, span.end - 1))}
    lines = "".join(text[ends[each - 1] if each else 0 : ends[each]] for each in numbers if each < len(ends))
    counted = " ".join(re.findall(_ARITHMETIC, lines))
    return {*re.findall(_USE, lines), *re.findall(_NAME, counted)}


def _with_original_spans(reading: Reading, source: ShortenedText) -> Reading:
    if not source.gaps:
        return reading

    def original(span: Span) -> Span:
        return source.original_span(span.start, span.end)

    bindings = tuple(
        Binding(each.name, each.value, original(each.name_span), original(each.value_span)) for each in reading.bindings
    )
    problems = tuple(
        Problem(each.kind, original(each.span), each.message, each.name, each.hint) for each in reading.problems
    )
    return Reading(bindings, reading.variables, problems, reading.refused, referred=reading.referred)
