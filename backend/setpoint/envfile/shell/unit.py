"""Splits a shell's text into units, which it reads completely before it runs anything, and these into commands."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.nesting import end_of_brackets
from setpoint.envfile.shell.parts import Text, Word
from setpoint.envfile.shell.reserved_words import ReservedWords
from setpoint.envfile.shell.word import ShellSyntaxError, WordReader
from setpoint.envfile.source_text import Span

_BLANKS = re.compile(r"[ \t]*+(?:\\\n[ \t]*+)*+")
_LINE = re.compile(r"[^\n]*+")
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|\|&|[;&|()]")
_REDIRECTION = {
    True: re.compile(r"&>>|&>|<<<|<<-|<<|>>|<&|>&|<>|>\||<(?!\()|>(?!\()"),
    False: re.compile(r"<<-|<<|>>|<&|>&|<>|>\||[<>]"),
}
_ARRAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\+?=|\[)")
_ARRAY_ELEMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\[")
_FUNCTION_NAME = {
    True: re.compile(r"(?![A-Za-z_][A-Za-z0-9_]*\+?=)[^$]+"),
    False: re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
}
_STOPS = "the shell can't parse this, so it reads nothing after this point"


@dataclass(slots=True)
class Command:
    """A simple command: assignments, or something to run.

    Attributes:
        words: What it consists of, assignments included.
        flagged: What else keeps it from being a mere assignment: `&`, `|`, `>`, `&&`, or an `if` around it.
        elsewhere: Whether it runs in a subshell, so that its assignments change nothing here.
        is_loop: Whether its first word is the variable of a loop.
        has_array: Whether it assigns a list.
        is_assignment: Whether all of its words so far are assignments.
    """

    words: list[Word] = field(default_factory=list)
    flagged: Span | None = None
    elsewhere: bool = False
    is_loop: bool = False
    has_array: bool = False
    is_assignment: bool = True


class Unit(NamedTuple):
    """The commands that a shell reads at once, and where the next unit begins."""

    commands: list[Command]
    end: int


class UnitReader:
    """Reads one unit: the current command, the list that it belongs to, and the compound commands around them."""

    def __init__(self, text: str, dialect: ShellDialect, words: WordReader) -> None:
        self._text = text
        self._is_bash = dialect.is_bash
        self._words = words
        self._last_closing_bracket = text.rfind("]")
        self._at = 0
        self._begin_unit()

    def read(self, start: int) -> Unit:
        """Return the unit at `start`.

        Raises:
            ShellSyntaxError: The shell would not understand it.
        """
        self._at = start
        self._begin_unit()
        while not self._is_finished():
            self._read_token()
        return Unit(self._commands, self._at)

    def _begin_unit(self) -> None:
        self._commands: list[Command] = []
        self._list: list[Command] = []
        self._command = Command()
        self._reserved = ReservedWords(is_bash=self._is_bash)
        self._documents: list[tuple[str, bool]] = []
        self._piped = False
        self._awaits_command = False

    def _is_finished(self) -> bool:
        """Skip blanks, comments and line endings, and return whether the unit ends here."""
        while True:
            self._at = _end(_BLANKS, self._text, self._at)
            if self._text.startswith("#", self._at):
                self._at = _end(_LINE, self._text, self._at)
            if self._at < len(self._text) and self._text[self._at] != "\n":
                return False
            if self._finishes_at_line_end():
                return True

    def _finishes_at_line_end(self) -> bool:
        is_last = self._at >= len(self._text)
        if self._reserved.is_negated and not self._is_bash:
            raise self._error()
        if is_last and (self._reserved.is_inside or self._awaits_command):
            raise self._error()
        self._at += not is_last
        self._skip_documents()
        if self._awaits_command:
            return False
        self._finish_list()
        return not self._reserved.is_inside

    def _read_token(self) -> None:
        if self._is_bash and self._text.startswith("((", self._at) and self._reserved.may_count:
            self._skip_brackets(self._at + 1)
        elif redirection := _REDIRECTION[self._is_bash].match(self._text, self._at):
            self._read_redirection(redirection)
        elif operator := _OPERATOR.match(self._text, self._at):
            if operator[0] in "()":
                self._read_bracket(operator[0])
            else:
                self._read_operator(operator[0])
        else:
            self._read_word()

    def _read_word(self) -> None:
        if self._is_bash and self._command.is_assignment and (element := _ARRAY_ELEMENT.match(self._text, self._at)):
            self._find_closing_bracket(element.end())
        word = self._words.read(self._at)
        text = word.plain_text
        if text and self._reserved.may_be(text) and self._take_reserved(text, word.span):
            return
        self._at = word.span.end
        if not word.parts:
            return
        if not self._reserved.begin_word():
            raise self._error()
        self._awaits_command = False
        if self._reserved.names_function:
            self._reserved.begin_function()
            return
        self._command.words.append(word)
        first = word.parts[0]
        self._command.is_assignment &= isinstance(first, Text) and _ASSIGNMENT.match(first.text) is not None
        if text and self._is_bash and _ARRAY.fullmatch(text) and self._text.startswith("(", self._at):
            self._skip_brackets(self._at + 1)
            self._command.has_array = True

    def _take_reserved(self, text: str, span: Span) -> bool:
        if text == "!" and (self._piped or (self._reserved.is_negated and not self._is_bash)):
            raise self._error()
        taken = self._reserved.take(text)
        if taken is None:
            raise self._error()
        if taken:
            self._at = span.end
            if text == "]]":
                self._command = Command(flagged=span)
            elif self._reserved.is_prefix(text):
                self._flag(span)
            self._awaits_command = text == "!" and not self._is_bash
            self._command.is_loop = text in ("for", "select")
        return taken

    def _find_closing_bracket(self, inside: int) -> None:
        if inside > self._last_closing_bracket:
            raise self._error()

    def _skip_brackets(self, inside: int) -> None:
        end = end_of_brackets(self._text, inside)
        if end is None:
            raise self._error()
        self._flag(Span(self._at, end))
        self._reserved.begin_word()
        self._at = end

    def _read_bracket(self, bracket: str) -> None:
        if self._reserved.takes_loose_brackets:
            self._finish_command()
        elif bracket == "(" and self._reserved.at_start:
            self._reserved.open_bracket()
        elif bracket == "(" and self._text.startswith("()", self._at) and self._is_function_name():
            self._command = Command(flagged=Span(self._at, self._at + 2), elsewhere=True)
            self._reserved.begin_function()
            self._at += 2
            self._awaits_command = True
            return
        else:
            self._finish_list()
            if bracket == "(" or not self._reserved.close_bracket():
                raise self._error()
        self._awaits_command = False
        self._at += 1

    def _is_function_name(self) -> bool:
        words = self._command.words
        name = words[0].plain_text if len(words) == 1 else None
        return name is not None and _FUNCTION_NAME[self._is_bash].fullmatch(name) is not None

    def _read_operator(self, operator: str) -> None:
        span = Span(self._at, self._at + len(operator))
        if self._reserved.takes_loose_brackets:
            self._finish_list()
        elif operator not in self._reserved.possible_operators:
            raise self._error()
        elif operator in (";", "&"):
            self._finish_list(span if operator == "&" else None)
        else:
            self._flag(span)
            self._piped = self._piped or operator in ("|", "|&")
            self._finish_command()
            self._piped = operator in ("|", "|&")
            self._command.flagged = span
            self._awaits_command = True
        self._at = span.end

    def _read_redirection(self, redirection: re.Match[str]) -> None:
        start = self._at
        self._at = _end(_BLANKS, self._text, redirection.end())
        target = self._words.read(self._at)
        if not target.parts:
            raise self._error()
        self._at = target.span.end
        self._flag(Span(start, self._at))
        self._awaits_command = False
        self._reserved.begin_word()
        if redirection[0] in ("<<", "<<-"):
            delimiter = "".join(part.text for part in target.parts if isinstance(part, Text))
            self._documents.append((delimiter, redirection[0] == "<<-"))

    def _skip_documents(self) -> None:
        for delimiter, strips_tabs in self._documents:
            while self._at < len(self._text):
                end = _end(_LINE, self._text, self._at)
                line = self._text[self._at : end]
                self._at = min(end + 1, len(self._text))
                if (line.lstrip("\t") if strips_tabs else line) == delimiter:
                    break
        self._documents.clear()

    def _flag(self, span: Span) -> None:
        self._command.flagged = self._command.flagged or span

    def _finish_command(self) -> None:
        if self._command.words or self._command.flagged:
            if self._reserved.is_inside:
                self._flag(self._command.words[0].span if self._command.words else Span(self._at, self._at))
            self._command.elsewhere = self._command.elsewhere or self._piped or self._reserved.is_in_brackets
            self._list.append(self._command)
        self._command = Command()
        self._piped = False
        self._reserved.begin_command()

    def _finish_list(self, background: Span | None = None) -> None:
        self._finish_command()
        if background:
            for command in self._list:
                command.flagged, command.elsewhere = command.flagged or background, True
        self._commands += self._list
        self._list = []

    def _error(self) -> ShellSyntaxError:
        end = min(self._at + 1, len(self._text))
        return ShellSyntaxError(ProblemKind.NOT_STATIC, Span(min(self._at, end), end), _STOPS)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
