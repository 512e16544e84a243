"""Knows the commands that end a shell or its file, set variables, or change how variables are passed on."""

from collections.abc import Sequence
from enum import Enum, auto

from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.source_text import Span

_PREFIXES = {True: ("command", "builtin"), False: ("command",)}
_ENDS_DASH = frozenset({"local", "shift"})
_OPTIONS = {"allexport": "a", "noexec": "n", "nounset": "u"}


_BUILTINS = """
    . : alias break builtin cd command continue declare eval exec exit export getopts let local mapfile printf read
    readarray readonly return set shift source times trap typeset unset
"""
_BUILTINS_THAT_SET = frozenset(_BUILTINS.split())


class StoppedError(Exception):
    """The shell exits here, and passes nothing on."""

    def __init__(self, kind: ProblemKind, span: Span, message: str, name: str | None, hint: str) -> None:
        super().__init__(message)
        self.kind, self.span, self.message, self.name, self.hint = kind, span, message, name, hint


class ReturnedError(Exception):
    """The shell runs nothing more of the file from here on."""


class Effect(Enum):
    """What a command does to everything after it.

    Attributes:
        ENDS_SHELL: Nothing is passed on, not even what was set before.
        ENDS_FILE: What comes after it is not run.
        STOPS_EXPORTING: Variables that are new after it are not passed on.
        DEMANDS_VALUES: A reference to a variable that is not set ends the shell.
        SETS_ARGUMENTS: `$1` and the like have values.
        FREEZES: The variables that it names can no longer be set.
    """

    ENDS_SHELL = auto()
    ENDS_FILE = auto()
    STOPS_EXPORTING = auto()
    DEMANDS_VALUES = auto()
    SETS_ARGUMENTS = auto()
    FREEZES = auto()


def effects_of(words: Sequence[str | None], dialect: ShellDialect) -> set[Effect]:
    """Return the effects of the command with these words; None is a word that is not plain text."""
    name, *arguments = words
    while name in _PREFIXES[dialect.is_bash] and arguments:
        name, *arguments = arguments
    if name == "exit" or (name == "exec" and arguments) or (name in _ENDS_DASH and not dialect.is_bash):
        return {Effect.ENDS_SHELL}
    if name == "return":
        return {Effect.ENDS_FILE}
    if name == "readonly":
        return {Effect.FREEZES}
    return _effects_of_set(arguments) if name == "set" else set()


def may_set_variables(name: str | None) -> bool:
    """Return whether the command `name` is, or may be, one that sets variables of the shell itself."""
    return name is None or name in _BUILTINS_THAT_SET


def _effects_of_set(arguments: Sequence[str | None]) -> set[Effect]:
    effects: set[Effect] = set()
    rest = list(arguments)
    while rest and rest[0] is not None and rest[0][:1] in {"-", "+"} and rest[0] not in {"-", "--"}:
        sign, letters = rest[0][0], rest[0][1:]
        del rest[0]
        if letters == "o" and rest:
            letters = _OPTIONS.get(rest.pop(0) or "", "")
        effects |= _effects_of_options(sign, letters)
    return effects | ({Effect.SETS_ARGUMENTS} if rest else set())


def _effects_of_options(sign: str, letters: str) -> set[Effect]:
    found = {
        Effect.STOPS_EXPORTING: sign == "+" and "a" in letters,
        Effect.ENDS_FILE: sign == "-" and "n" in letters,
        Effect.DEMANDS_VALUES: sign == "-" and "u" in letters,
    }
    return {effect for effect, holds in found.items() if holds}
