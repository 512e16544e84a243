"""Reads a whole file as a shell sources it: follows its assignments, flags everything else, and runs nothing."""

import re
from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.reading import Binding, Problem, ProblemKind, Reading
from setpoint.envfile.shell_commands import CommandFollower, ReturnedError, StoppedError
from setpoint.envfile.shell_dialect import ShellDialect
from setpoint.envfile.shell_simple_line import read_simple_line
from setpoint.envfile.shell_unit import UnitReader
from setpoint.envfile.shell_variables import ShellVariables
from setpoint.envfile.shell_word import ShellSyntaxError, WordReader
from setpoint.envfile.shortened_text import ShortenedText
from setpoint.envfile.source_text import Span

_NUL = re.compile("\0")
_SKIPPED = re.compile(r"(?:[ \t\n]++|(?<![^\n \t])#[^\n]*+)++")


def read_shell_file(text: str, environment: Mapping[str, str], dialect: ShellDialect) -> Reading:
    """Read `text` as the shell of `dialect` does when it sources it with `set -a`."""
    source = ShortenedText.without(_NUL, text)
    draft = Draft()
    if source.gaps:
        message = f"{dialect.program} drops the NUL bytes of the file"
        draft.report(ProblemKind.NUL_BYTE, Span(0, 0), message, hint="take them out")
        if dialect.most_nul_bytes is not None and len(source.gaps) > dialect.most_nul_bytes:
            message = f"there are so many NUL bytes that {dialect.program} refuses the file"
            draft.refuse(ProblemKind.NUL_BYTE, Span(0, 0), message, hint="take them out")
            return _with_original_spans(draft.reading(), source)
    if source.text.startswith("\ufeff"):
        message = "the file begins with a byte order mark, which the shell takes for a part of its first word"
        draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message, hint="save the file as UTF-8 without it")
    variables = ShellVariables(environment, dialect)
    _read_units(source.text, draft, variables, dialect)
    return _with_original_spans(draft.reading(variables.of_the_file()), source)


def _read_units(text: str, draft: Draft, variables: ShellVariables, dialect: ShellDialect) -> None:
    words = WordReader(text, dialect)
    units = UnitReader(text, dialect, words)
    follower = CommandFollower(text, draft, variables, dialect)
    at = 0
    try:
        while at < len(text):
            if skipped := _SKIPPED.match(text, at):
                at = skipped.end()
            elif simple := read_simple_line(text, at, variables, dialect):
                kept = variables.assign(simple.name, simple.value)
                draft.bind(simple.name, kept, simple.name_span, simple.value_span)
                at = simple.end
            else:
                unit = units.read(at)
                at = unit.end
                follower.follow(unit.commands)
    except ShellSyntaxError as error:
        _stop(draft, dialect, error.kind, error.span, error.message)
    except ReturnedError:
        pass
    except StoppedError as stopped:
        draft.refuse(stopped.kind, stopped.span, stopped.message, stopped.name, stopped.hint)
    for joint in words.joints:
        message = "the line ends with `\\`, so the next line belongs to it"
        place = Span(joint, joint + 1)
        draft.report(ProblemKind.CONTINUED_LINE, place, message, hint="put the value in single quotes")


def _stop(draft: Draft, dialect: ShellDialect, kind: ProblemKind, span: Span, message: str) -> None:
    report = draft.refuse if dialect.dies_of_errors else draft.report
    report(kind, span, message, None, "write one `NAME='value'` a line")
    if kind is not ProblemKind.NOT_STATIC:
        draft.report(ProblemKind.NOT_STATIC, span, "what follows is not followed")


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
    return Reading(bindings, reading.variables, problems, reading.refused)
