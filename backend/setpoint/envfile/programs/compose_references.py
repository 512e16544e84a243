"""Expands `$NAME` and `${NAME…}` as docker compose does, in time that grows only with the text."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from setpoint.envfile.draft import ExpansionLimit
from setpoint.envfile.source_text import Span

_LETTER = "_a-zA-Z\u017f\u212a"
_NAME = rf"[{_LETTER}][{_LETTER}0-9]*+"
_REFERENCE = re.compile(
    rf"\$(?:(?P<dollar>\$)|(?P<plain>{_NAME})|(?P<brace>\{{)(?:(?P<braced>{_NAME})(?P<operator>\}}|:?[-+?]))?)"
)
_BRACE = re.compile(r"\{.|\{|\}", re.DOTALL)


class InvalidReferenceError(Exception):
    """A reference for which compose rejects the file.

    Attributes:
        message: What is wrong with it.
        hint: What to do about it.
        start: Where it begins in the text.
    """

    def __init__(self, message: str, hint: str, start: int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start


class RequiredVariableError(InvalidReferenceError):
    """`${NAME:?}` or `${NAME?}` where the variable is not set."""


class TooLongExpansionError(Exception):
    """References that expand to more text than any process can receive."""


class References:
    """The values of names while a file is being read.

    Attributes:
        unset: Where the last text referred to variables that are not set, without a default.
        referred: The names whose value in the file was used.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.unset: list[Span] = []
        self.referred: set[str] = set()
        self._environment = environment
        self._file: dict[str, str] = {}
        self._limit = ExpansionLimit()

    def define(self, name: str, value: str) -> None:
        """Remember a value of the file."""
        self._file[name] = value

    def find(self, name: str) -> str | None:
        """Return the value of `name`: that of the process, otherwise that of the file."""
        value = self._environment.get(name)
        if value is None and name in self._file:
            self.referred.add(name)
        return self._file.get(name) if value is None else value

    def replaced_in(self, text: str) -> str:
        """Return `text` with its references expanded.

        Raises:
            InvalidReferenceError: Compose rejects the file for one of them.
            TooLongExpansionError: The file's references expand to more than anyone can use.
        """
        self.unset = []
        replaced = _Expansion(text, self).run()
        if not self._limit.allows(replaced):
            raise TooLongExpansionError
        return replaced

    def allow(self, value: str) -> str:
        """Count `value` as inserted.

        Raises:
            TooLongExpansionError: It is too much.
        """
        if not self._limit.allows(value):
            raise TooLongExpansionError
        return value


@dataclass(slots=True)
class _Level:
    """A part of the text that is being assembled: the whole, or what follows an operator.

    Attributes:
        end: Where the part ends.
        start: Where the reference begins whose operator the part follows.
        name: The name before the operator.
        operator: The operator itself; empty for the whole text.
        resume: Where the level above continues.
        pieces: What the part means so far.
    """

    end: int
    start: int = 0
    name: str = ""
    operator: str = ""
    resume: int = 0
    pieces: list[str] = field(default_factory=list)


class _Expansion:
    """One text: a stack of levels instead of recursion, because files may nest as deep as they like."""

    def __init__(self, text: str, references: References) -> None:
        self._text = text
        self._references = references
        self._closing = _matching_braces(text) if "${" in text else {}
        self._closers = [match.start() for match in re.finditer(r"\}", text)] if "${" in text else []

    def run(self) -> str:
        """Return the text with its references expanded."""
        levels = [_Level(len(self._text))]
        at = 0
        while True:
            level = levels[-1]
            match = _REFERENCE.search(self._text, at, level.end)
            if match is not None:
                level.pieces.append(self._text[at : match.start()])
                at = self._read_reference(match, levels)
                continue
            level.pieces.append(self._text[at : level.end])
            if len(levels) == 1:
                return "".join(level.pieces)
            levels.pop()
            levels[-1].pieces.append(self._applied(level))
            at = level.resume

    def _read_reference(self, match: re.Match[str], levels: list[_Level]) -> int:
        """Expand a simple reference or open a level for another one, and return where to continue."""
        level = levels[-1]
        if match["dollar"]:
            level.pieces.append("$")
        elif match["plain"] or match["operator"] == "}":
            level.pieces.append(self._looked_up(match["plain"] or match["braced"], Span(*match.span())))
        elif match["operator"]:
            last = self._last_closer_in_line(match, level.end)
            closing = self._closing.get(match.start("brace"), level.end)
            end, resume = (closing, closing + 1) if closing <= last else (last, last + 1)
            levels.append(_Level(end, match.start(), match["braced"], match["operator"], resume))
        else:
            message, hint = "`${` starts an invalid reference", "write `${NAME}`, or `$$` for a literal `$`"
            raise InvalidReferenceError(message, hint, match.start())
        return match.end()

    def _last_closer_in_line(self, reference: re.Match[str], end: int) -> int:
        """Return where the last `}` in the line of the reference is, after its operator and before `end`."""
        start = reference.end()
        line_end = self._text.find("\n", start, end)
        index = bisect_left(self._closers, end if line_end < 0 else line_end) - 1
        if index < 0 or self._closers[index] < start:
            message, hint = "this `${` is not closed on the same line", "write `${NAME}`"
            raise InvalidReferenceError(message, hint, reference.start())
        return self._closers[index]

    def _looked_up(self, name: str, span: Span) -> str:
        value = self._references.find(name)
        if value is None:
            self._references.unset.append(span)
            return ""
        return self._references.allow(value)

    def _applied(self, level: _Level) -> str:
        word = "".join(level.pieces)
        value = self._references.find(level.name)
        counts = bool(value) if level.operator.startswith(":") else value is not None
        if level.operator.endswith("?") and not counts:
            message = "it requires a variable that is not set"
            raise RequiredVariableError(message, "set the variable above this line, or in the process", level.start)
        if level.operator.endswith("+"):
            return word if counts else self._references.allow(value or "")
        if level.operator.endswith("-") and not counts:
            return word
        return self._references.allow(value or "")


def _matching_braces(text: str) -> dict[int, int]:
    """Return which `}` closes which `{`, where the character right after a `{` does not count."""
    closing, open_braces = {}, []
    for match in _BRACE.finditer(text):
        if match[0][0] == "{":
            open_braces.append(match.start())
        elif open_braces:
            closing[open_braces.pop()] = match.start()
    return closing
