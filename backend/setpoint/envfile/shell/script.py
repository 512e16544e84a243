"""Follows the parts of a shell's file that are more than plain lines: units of commands, with plain lines between."""

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.shell.commands import CommandFollower
from setpoint.envfile.shell.control import ReturnedError, StoppedError
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.plain_lines import read_plain_lines
from setpoint.envfile.shell.unit import UnitReader
from setpoint.envfile.shell.variables import ShellVariables
from setpoint.envfile.shell.word import ShellSyntaxError, WordReader
from setpoint.envfile.source_text import Span


def follow_script(text: str, start: int, draft: Draft, variables: ShellVariables, dialect: ShellDialect) -> None:
    """Follow `text` from `start` on, where a command begins, as the shell of `dialect` does."""
    words = WordReader(text, dialect)
    units = UnitReader(text, dialect, words)
    follower = CommandFollower(text, draft, variables, dialect)
    at = start
    try:
        while (at := read_plain_lines(text, at, draft, variables, dialect)) < len(text):
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
    report(kind, span, message, None, "write one `NAME='value'` per line")
    if kind is not ProblemKind.NOT_STATIC:
        draft.report(ProblemKind.NOT_STATIC, span, "nothing after this point is evaluated")
